"""The releases are listed, the newest first, and shown with all their editions."""

from datetime import date

import pytest
from sqlmodel import Session, select

from mailer.errors import NotFound
from mailer.models import Edition, EditionStatus, Office
from mailer.releases.listing import describe, list_releases
from tests import factories

TEXTS = {"fr": ("Ports", "Texte"), "da": ("Havne", "Tekst"), "en": ("Harbours", "Text")}


def test_the_newest_stands_first_with_its_title_in_the_source_language(
    session: Session, office: Office
) -> None:
    factories.release(session, office, reference="A1", dated_on=date(2026, 1, 1))
    factories.release(session, office, reference="A2", dated_on=date(2026, 2, 1), texts=TEXTS)
    factories.release(session, office, reference="A3", dated_on=date(2026, 1, 1))
    lines = list_releases(session)
    assert [line.reference for line in lines] == ["A2", "A3", "A1"]
    assert lines[0].title == "Ports"
    assert lines[0].languages == ("da", "en", "fr")


def test_without_its_source_another_title_serves(session: Session, office: Office) -> None:
    factories.release(session, office, texts={"da": TEXTS["da"]}, source_language="en")
    assert list_releases(session)[0].title == "Havne"


def test_a_release_is_shown_with_editions_that_are_not_ready(
    session: Session, office: Office
) -> None:
    factories.release(session, office, reference="A1", texts=TEXTS)
    session.exec(select(Edition).where(Edition.language == "da")).one().status = EditionStatus.STALE
    card = describe(session, "a1")
    assert card.reference == "A1"
    assert [(row.language, row.status, row.revision) for row in card.editions] == [
        ("da", EditionStatus.STALE, 1),
        ("en", EditionStatus.READY, 1),
        ("fr", EditionStatus.READY, 1),
    ]
    assert card.editions[0].body == "Tekst"
    assert [contact.name for contact in card.contacts] == ["Anna Keller"]


def test_an_unknown_release_is_not_shown(session: Session) -> None:
    with pytest.raises(NotFound):
        describe(session, "a1")
