"""A release on its way, for the tests of the pages."""

from dataclasses import dataclass

from sqlmodel import Session

from mailer.models import Delivery, Distribution, Office, Release
from tests import factories

TEXTS = {
    "en": (
        "Harbours agree on a code of conduct",
        "Twelve harbours **agreed** on [a code](https://harbour.example/code) on Monday.",
    ),
    "fr": (
        "Les ports adoptent un code",
        "Douze ports ont adopté [un code](https://harbour.example/fr/code) lundi.",
    ),
}


@dataclass(frozen=True)
class Sample:
    """An office, a desk in Denmark, a freelance in Arabic, one distribution to the two of them."""

    office: Office
    release: Release
    distribution: Distribution
    danish: Delivery
    arabic: Delivery


def make_sample(session: Session) -> Sample:
    """The rows of it."""
    office = factories.office(session)
    havnebladet = factories.outlet(session)
    factories.desk(session, outlet=havnebladet, languages=["da"])
    factories.journalist(
        session,
        "amira@nahar.example",
        given_name="Amira",
        family_name="Haddad",
        languages=["ar", "fr"],
    )
    release = factories.release(session, office, texts=TEXTS)
    distribution = factories.distribution(session, release)
    danish = factories.delivery(
        session, distribution, "redaktion@havnebladet.example", outlet_name="Havnebladet"
    )
    arabic = factories.delivery(
        session,
        distribution,
        "amira@nahar.example",
        cover_language="ar",
        recipient_name="Amira Haddad",
    )
    return Sample(office, release, distribution, danish, arabic)
