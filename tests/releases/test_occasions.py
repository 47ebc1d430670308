"""An occasion keeps its number in all calendars, and each change that one shows is counted."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from mailer import clock
from mailer.models import Distribution, Occasion, Office
from mailer.releases.editions import load
from mailer.releases.editions.drafting import import_release
from mailer.releases.manuscripts.occasions import OccasionDraft, PartDraft
from mailer.releases.manuscripts.reading import EditionDraft

STARTS = datetime.fromisoformat("2026-12-01T10:00")
SIGNING = OccasionDraft(title="Signing", starts=STARTS, place="Quayside Hall")
TEA = OccasionDraft(title="Tea", starts=datetime.fromisoformat("2026-12-03T16:00"))
ENGLISH = EditionDraft(
    file="en.md",
    language="en",
    title="Harbours",
    body="Text",
    dated_on=date(2026, 11, 23),
    reference="A1",
)


def bring(session: Session, office: Office, *occasions: OccasionDraft) -> tuple[Occasion, ...]:
    import_release(session, [replace(ENGLISH, occasions=occasions)], office=office)
    return load(session, "A1").occasions


def send(session: Session) -> None:
    """Let it go out."""
    now = clock.now()
    number = load(session, "A1").release.id or 0
    session.add(Distribution(release_id=number, criteria="all", created_at=now, fanned_out_at=now))
    session.flush()


def test_another_language_more_is_a_change_that_calendars_show(
    session: Session, office: Office
) -> None:
    bring(session, office, SIGNING)
    spoken = replace(SIGNING, wordings={"Signing": {"en": "Signing", "fr": "Signature"}})
    (row,) = bring(session, office, spoken)
    assert (row.title, row.sequence, row.wordings) == ("Signing", 1, spoken.wordings)


def test_a_new_one_has_a_number_of_its_own_and_no_change(session: Session, office: Office) -> None:
    signing, tea = bring(session, office, SIGNING, TEA)
    assert UUID(signing.uid) != UUID(tea.uid)
    assert (signing.sequence, tea.sequence) == (0, 0)
    assert signing.changed_at is not None


@pytest.mark.parametrize(
    "change",
    [
        {"starts": datetime.fromisoformat("2026-12-02T10:00")},
        {"ends": datetime.fromisoformat("2026-12-01T11:00")},
        {"place": "Lighthouse"},
        {"zone": "Europe/London"},
        {"is_open_to_press": False},
        {"parts": (PartDraft("Speech", STARTS),)},
        {"accreditation": (("", STARTS),)},
        {"is_cancelled": True},
        {"title": "Solemn signing"},
    ],
)
def test_each_change_that_a_calendar_shows_is_counted_once(
    session: Session, office: Office, change: dict[str, Any]
) -> None:
    (row,) = bring(session, office, SIGNING)
    before = row.uid, row.sequence, row.changed_at
    (row,) = bring(session, office, replace(SIGNING, **change))
    assert (row.uid, row.sequence) == (before[0], 1)
    assert row.changed_at is not None
    assert before[2] is not None
    assert row.changed_at > before[2]
    (row,) = bring(session, office, replace(SIGNING, **change))
    assert row.sequence == 1


def test_what_no_calendar_shows_is_not_counted(session: Session, office: Office) -> None:
    bring(session, office, SIGNING, TEA)
    turned = bring(session, office, TEA, SIGNING)
    assert [(row.title, row.sequence) for row in turned] == [("Tea", 0), ("Signing", 0)]
    import_release(session, [replace(ENGLISH, body="New", occasions=(TEA, SIGNING))], office=office)
    assert [row.sequence for row in load(session, "A1").occasions] == [0, 0]


def test_one_that_comes_before_takes_nobodys_number(session: Session, office: Office) -> None:
    (signing,) = bring(session, office, SIGNING)
    uid = signing.uid
    first, second = bring(session, office, TEA, SIGNING)
    assert (second.uid, second.title, second.sequence) == (uid, "Signing", 0)
    assert first.uid != uid


def test_a_file_that_forgets_to_say_it_does_not_bring_it_back(
    session: Session, office: Office
) -> None:
    bring(session, office, replace(SIGNING, is_cancelled=True))
    (row,) = bring(session, office, SIGNING)
    assert row.cancelled_at is not None
    (row,) = bring(session, office, replace(SIGNING, is_cancelled=False))
    assert (row.cancelled_at, row.sequence) == (None, 1)


def test_what_went_out_is_called_off_and_not_forgotten(session: Session, office: Office) -> None:
    bring(session, office, TEA, SIGNING)
    send(session)
    signing, tea = bring(session, office, SIGNING)
    assert (signing.title, signing.cancelled_at) == ("Signing", None)
    assert tea.cancelled_at is not None
    assert (tea.sequence, tea.position) == (1, 1)
    # It stays called off, and is not told again.
    _, tea = bring(session, office, SIGNING)
    assert tea.sequence == 1


def test_moments_are_kept_in_utc(session: Session, office: Office) -> None:
    draft = replace(SIGNING, zone="Asia/Tokyo", accreditation=(("photo", STARTS),))
    (row,) = bring(session, office, replace(draft, parts=(PartDraft("Speech", STARTS),)))
    assert row.starts_at == datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert row.accreditation == {"photo": "2026-12-01T01:00:00+00:00"}
    assert row.parts == [
        {
            "title": "Speech",
            "starts_at": "2026-12-01T01:00:00+00:00",
            "ends_at": None,
            "is_open_to_press": True,
        }
    ]
