"""The fan-out counts the pages of every print that it plans, so that no worker needs a press."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from mailer.compose.letter import Identity, write_letter
from mailer.compose.printing import press
from mailer.compose.printing.document import document_of
from mailer.compose.printing.pages import counted
from mailer.distribution.fanout import fan_out
from mailer.distribution.fanout.frames import FRAMED, Frame
from mailer.distribution.fanout.page_counts import count_pages
from mailer.models import Delivery, Journalist, Rendition
from mailer.releases.editions import FullRelease
from mailer.settings import Settings
from tests import factories

NOW = factories.NOW
FanOut = Callable[[], list[Delivery]]


@pytest.fixture
def fanned_out(
    session: Session, full: FullRelease, identity: Identity, settings: Settings
) -> FanOut:
    """Fans out to readers of three covers in two zones; the deliveries."""
    for number, language in enumerate(["da", "da", "de", "fr"]):
        zone = "Asia/Tokyo" if number == 1 else "Europe/Paris"
        email = f"n{number}@b.example"
        factories.journalist(session, email, languages=[language], zone=zone)

    def fanning() -> list[Delivery]:
        row = factories.distribution(session, full.release, fanned_out_at=None)
        fan_out(session, row, identity=identity, at=NOW, batch_size=3, throttle=settings.throttle)
        return list(session.exec(select(Delivery).where(Delivery.distribution_id == row.id)))

    return fanning


def test_each_cover_is_counted_once(session: Session, fanned_out: FanOut) -> None:
    fanned_out()
    assert len(session.exec(select(Rendition)).all()) == 3


def test_an_occasion_is_printed_on_each_clock(
    session: Session, full: FullRelease, fanned_out: FanOut
) -> None:
    factories.occasion(session, full.release)
    fanned_out()
    assert len(session.exec(select(Rendition)).all()) == 4


def test_an_embargo_is_printed_on_each_clock(
    session: Session, full: FullRelease, fanned_out: FanOut
) -> None:
    full.release.embargo_until = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    session.add(full.release)
    for person in session.exec(select(Journalist)):
        person.embargo_trusted = True
        session.add(person)
    fanned_out()
    # Two of the three covers in Paris, Danish there and in Tokyo; and each of the three without it.
    assert len(session.exec(select(Rendition)).all()) == 4 + 3


def test_a_worker_finds_the_count_of_every_delivery(
    session: Session,
    full: FullRelease,
    identity: Identity,
    fanned_out: FanOut,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planned = fanned_out()

    def must_not(*_given: object) -> None:
        raise AssertionError("printed again")

    monkeypatch.setattr(press, "print_document", must_not)
    for row in planned:
        letter = write_letter(row, full, identity=identity, at=NOW)
        assert counted(session, letter).pages == 1, document_of(letter)


def test_an_office_without_page_counts_prints_nothing(
    session: Session, full: FullRelease, fanned_out: FanOut
) -> None:
    full.office.prints_pages = False
    session.add(full.office)
    fanned_out()
    assert session.exec(select(Rendition)).all() == []


def test_a_follow_up_is_counted_with_and_without_what_changed(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    earlier = factories.distribution(session, full.release)
    row = factories.distribution(session, full.release, follows_id=earlier.id)
    said = {
        "revision_id": full.revisions["en"].id,
        "edition_language": "en",
        "cover_language": "da",
        "zone": "",
    }
    frame = Frame(0, None, said["revision_id"], tuple(said.get(name) for name in FRAMED))
    full.revisions["en"].change_note = "The date is another one."
    count_pages(session, row, [frame], full, identity=identity, at=NOW)
    for thread in ("", "<1@press.example.org>"):
        reader = Delivery(distribution_id=0, email="", in_reply_to=thread, **said)
        letter = write_letter(reader, full, identity=identity, at=NOW)
        digest = press.digest_of(document_of(letter))
        assert session.get(Rendition, digest) is not None, thread
