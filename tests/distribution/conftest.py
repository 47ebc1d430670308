"""A release of the fictional office, and how its messages are named."""

from dataclasses import replace

import pytest
from sqlmodel import Session

from mailer.compose.letter import Identity
from mailer.models import Office
from mailer.releases.editions import FullRelease, load
from mailer.settings import Settings
from mailer.tokens import Keyring
from tests import factories


@pytest.fixture
def identity(settings: Settings, keyring: Keyring) -> Identity:
    """Who the fictional office is on the wire."""
    return replace(Identity.from_settings(settings), keyring=keyring)


@pytest.fixture
def full(session: Session, office: Office) -> FullRelease:
    """A release in English and French."""
    texts = {
        "en": ("Harbours agree", "Read [the code](https://harbour.example/code)."),
        "fr": ("Accord entre ports", "Voir [le code](https://harbour.example/code)."),
    }
    return load(session, factories.release(session, office, texts=texts).reference)
