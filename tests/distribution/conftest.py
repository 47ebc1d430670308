"""A release of the fictional office, and how its messages are named."""

import pytest
from sqlmodel import Session

from mailer.distribution.fanout import Identity
from mailer.models import Office
from mailer.releases.editions import FullRelease, load
from mailer.tokens import Keyring
from tests import factories


@pytest.fixture
def identity(keyring: Keyring) -> Identity:
    """What a message's own name is made of."""
    return Identity(domain="press.example.org", keyring=keyring)


@pytest.fixture
def full(session: Session, office: Office) -> FullRelease:
    """A release in English and French."""
    texts = {
        "en": ("Harbours agree", "Read [the code](https://harbour.example/code)."),
        "fr": ("Accord entre ports", "Voir [le code](https://harbour.example/code)."),
    }
    return load(session, factories.release(session, office, texts=texts).reference)
