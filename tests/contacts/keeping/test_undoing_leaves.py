"""Who left at the address that an undo takes from her has left at the one that comes back (F6)."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from mailer.contacts import scoped, suppressions
from mailer.contacts.importing import import_contacts
from mailer.contacts.keeping.moving import NewJob, move
from mailer.contacts.keeping.undoing import Undone, operation_of_import
from mailer.models import SuppressionReason
from tests import factories
from tests.contacts.keeping.books import KEYRING, job_of, taken_back

OLD, NEW = "karen@old.example", "karen@new.example"
HEADER = "email,given_name,family_name,outlet,outlet_country,role.external_id\n"


def _moved(session: Session, folder: Path) -> int:
    person = factories.journalist(session, OLD, family_name="Holm")
    job, radio = job_of(session, person), factories.outlet(session, "Radio")
    to, day = NewJob(radio, email=NEW), factories.NOW.date()
    done = move(session, person, to, leaving=job, on=day, keyring=KEYRING, source=str(folder))
    return done.operation_id


def _imported(session: Session, folder: Path) -> int:
    number = 0
    for email in (OLD, NEW):
        number = _import(session, folder, f"{email},Karen,Holm,Sun,DK,77\n")
    return number


def _second_job(session: Session, folder: Path) -> int:
    _import(session, folder, f"{OLD},Karen,Holm,Sun,DK,\n")
    return _import(session, folder, f"{OLD}|{NEW},Karen,Holm,Sun,DK,\n")


def _import(session: Session, folder: Path, text: str) -> int:
    file = folder / "contacts.csv"
    file.write_text(HEADER + text, encoding="utf-8")
    report = import_contacts(session, file, keyring=KEYRING)
    return operation_of_import(session, report.import_id)


def _told(undone: Undone) -> list[tuple[str, str]]:
    return [(one.why, one.field) for one in undone.conflicts if one.why.endswith("here as well")]


@pytest.mark.parametrize("change", [_moved, _imported, _second_job])
@pytest.mark.parametrize("reason", ["unsubscribed", "complained"])
def test_a_leave_since_holds_for_the_address_that_comes_back(
    session: Session, tmp_path: Path, change: type, reason: str
) -> None:
    number = change(session, tmp_path)
    why = SuppressionReason(reason)
    suppressions.suppress(session, NEW, keyring=KEYRING, reason=why, source="link")
    undone = taken_back(session, number)
    assert _told(undone) == [(f"{reason} at {NEW} since, and that holds here as well", "state")]
    assert suppressions.reasons_among(session, [OLD], keyring=KEYRING) == {OLD: why}
    row = factories.address(session, OLD)
    assert row.state == suppressions.born_state(why)["state"]
    # To have the operation again does not open either.
    assert _told(taken_back(session, undone.undo_id)) == []
    assert suppressions.suppressed_among(session, [OLD, NEW], keyring=KEYRING) == {OLD, NEW}


@pytest.mark.parametrize("change", [_moved, _imported, _second_job])
@pytest.mark.parametrize("before", ["bounced", "manual"])
def test_a_leave_that_takes_the_place_of_a_weaker_reason_is_one_since(
    session: Session, tmp_path: Path, change: type, before: str
) -> None:
    """The mailbox was closed long before, for a reason that was not hers."""
    why = SuppressionReason(before)
    suppressions.suppress(session, NEW, keyring=KEYRING, reason=why, source="report")
    (kept,) = suppressions.list_suppressions(session)
    kept.created_at = factories.NOW - timedelta(days=900)
    number = change(session, tmp_path)
    why = SuppressionReason.UNSUBSCRIBED
    suppressions.suppress(session, NEW, keyring=KEYRING, reason=why, source="link")
    taken_back(session, number)
    assert suppressions.reasons_among(session, [OLD], keyring=KEYRING) == {OLD: why}


@pytest.mark.parametrize("change", [_moved, _imported])
def test_a_topic_left_after_it_was_closed_by_hand_comes_back_with_her(
    session: Session, tmp_path: Path, change: type
) -> None:
    crime = scoped.topic("crime")
    for reason, source in (("manual", "officer"), ("unsubscribed", "link")):
        why = SuppressionReason(reason)
        scoped.suppress(session, NEW, crime, keyring=KEYRING, reason=why, source=source)
        if source == "officer":
            (kept,) = scoped.kept(session, NEW, keyring=KEYRING)
            kept.created_at = factories.NOW - timedelta(days=900)
            number = change(session, tmp_path)
    taken_back(session, number)
    (kept,) = scoped.kept(session, OLD, keyring=KEYRING)
    assert (kept.scope_value, kept.reason) == ("crime", "unsubscribed")


@pytest.mark.parametrize("change", [_moved, _imported])
def test_a_left_topic_comes_back_with_her(session: Session, tmp_path: Path, change: type) -> None:
    number = change(session, tmp_path)
    why = SuppressionReason.UNSUBSCRIBED
    crime = scoped.topic("crime")
    scoped.suppress(session, NEW, crime, keyring=KEYRING, reason=why, source="link")
    told = f"left the topic crime at {NEW} since, and that holds here as well"
    assert _told(taken_back(session, number)) == [(told, "")]
    (kept,) = scoped.kept(session, OLD, keyring=KEYRING)
    assert (kept.scope, kept.scope_value) == crime
    assert not suppressions.is_suppressed(session, OLD, keyring=KEYRING)


@pytest.mark.parametrize("reason", ["manual", "bounced"])
def test_what_closed_the_mailbox_alone_stays_with_it(
    session: Session, tmp_path: Path, reason: str
) -> None:
    number = _imported(session, tmp_path)
    why = SuppressionReason(reason)
    suppressions.suppress(session, NEW, keyring=KEYRING, reason=why, source="officer")
    assert _told(taken_back(session, number)) == []
    assert not suppressions.is_suppressed(session, OLD, keyring=KEYRING)


def test_a_leave_of_another_from_before_is_not_hers(session: Session, tmp_path: Path) -> None:
    why = SuppressionReason.UNSUBSCRIBED
    suppressions.suppress(session, NEW, keyring=KEYRING, reason=why, source="link")
    number = _imported(session, tmp_path)
    assert _told(taken_back(session, number)) == []
    assert not suppressions.is_suppressed(session, OLD, keyring=KEYRING)
