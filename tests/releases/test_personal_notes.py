"""A few words to one recipient: written, changed, taken away, and going along with her."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from mailer import clock
from mailer.errors import BadInput, NotFound
from mailer.models import Journalist, Office, PersonalNote, Role
from mailer.releases.personal_notes import (
    LONGEST,
    Notes,
    notes_for,
    notes_of,
    remove_note,
    write_note,
)
from tests import factories

KAREN, LARS = "karen@havn.example", "lars@havn.example"


@pytest.fixture
def reference(session: Session, office: Office) -> str:
    """A release with two readers."""
    factories.journalist(session, KAREN, given_name="Karen", family_name="Holm")
    factories.journalist(session, LARS, given_name="Lars", family_name="Bruun")
    return factories.release(session, office).reference


def noted(session: Session, reference: str, *, today: date | None = None) -> Notes:
    """The notes as a fan-out takes them."""
    row = session.exec(select(PersonalNote)).first()
    assert row is not None
    return notes_for(session, row.release_id, today=today or clock.now().date())


def job(session: Session, name: str) -> Role:
    """The job of that person."""
    rows = select(Role).join(Journalist).where(Journalist.given_name == name)
    return session.exec(rows).one()


def test_a_note_is_written_changed_and_taken_away(session: Session, reference: str) -> None:
    write_note(session, reference, KAREN.upper(), text=" Dear Karen,\r\nwelcome. ", by="marie")
    write_note(session, reference, LARS, text="Hello", by="marie")
    write_note(session, reference, LARS, text="Hello Lars", by="jonas")
    lines = notes_of(session, reference)
    assert [(one.address, one.text, one.written_by) for one in lines] == [
        (KAREN, "Dear Karen,\nwelcome.", "marie"),
        (LARS, "Hello Lars", "jonas"),
    ]
    remove_note(session, reference, LARS)
    assert [one.address for one in notes_of(session, reference)] == [KAREN]
    with pytest.raises(NotFound, match="has no note"):
        remove_note(session, reference, LARS)


def test_a_note_needs_words_a_release_and_a_contact(session: Session, reference: str) -> None:
    with pytest.raises(BadInput, match="needs words"):
        write_note(session, reference, KAREN, text=" \n ", by="marie")
    with pytest.raises(BadInput, match="at most"):
        write_note(session, reference, KAREN, text="x" * (LONGEST + 1), by="marie")
    with pytest.raises(NotFound, match="no contact"):
        write_note(session, reference, "nobody@havn.example", text="x", by="marie")
    with pytest.raises(NotFound, match="no release"):
        write_note(session, "1999-999", KAREN, text="x", by="marie")


def test_it_is_for_whoever_reads_the_address(session: Session, reference: str) -> None:
    write_note(session, reference, KAREN, text="Hello", by="marie")
    karen = job(session, "Karen")
    notes = noted(session, reference)
    assert notes.to(address_id=karen.address_id or 0, journalist_id=karen.journalist_id) == "Hello"
    assert notes.to(address_id=0, journalist_id=None) == ""


def test_it_goes_along_to_another_job_and_not_to_a_successor(
    session: Session, reference: str
) -> None:
    write_note(session, reference, KAREN, text="Dear Karen", by="marie")
    left, lars = job(session, "Karen"), job(session, "Lars")
    today = clock.now().date()
    left.ended_on = today
    lars.address_id, lars.started_on = left.address_id, today + timedelta(days=1)
    notes = noted(session, reference, today=today + timedelta(days=3))
    assert notes.to(address_id=999_999, journalist_id=left.journalist_id) == "Dear Karen"
    assert notes.to(address_id=left.address_id or 0, journalist_id=lars.journalist_id) == ""


def test_it_stays_at_a_box_that_somebody_reads_still(session: Session, reference: str) -> None:
    lars, karen = job(session, "Lars"), job(session, "Karen")
    lars.address_id = karen.address_id
    write_note(session, reference, KAREN, text="Hello both", by="marie")
    karen.ended_on = clock.now().date()
    notes = noted(session, reference, today=clock.now().date() + timedelta(days=3))
    assert (
        notes.to(address_id=karen.address_id or 0, journalist_id=lars.journalist_id) == "Hello both"
    )
    assert notes.to(address_id=999_999, journalist_id=karen.journalist_id) == ""
