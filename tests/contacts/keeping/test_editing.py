"""A field that was wrong is set as an import would read it, and it can be taken back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session

from mailer.contacts.keeping.editing import Edited, edit, faults
from mailer.errors import BadInput
from mailer.models import Journalist, TrackingMode
from tests import factories
from tests.contacts.keeping.books import book, job_of, taken_back


def _edit(session: Session, person: Journalist, **given: str) -> Edited:
    return edit(session, (person, job_of(session, person).role), given, source="test")


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("languages", "da, en", ["da", "en"]),
        ("languages", "", []),
        ("country", "Denmark", "DK"),
        ("city", "Ribe", "Ribe"),
        ("zone", "Europe/Copenhagen", "Europe/Copenhagen"),
        ("public_note", "calls", "calls"),
        ("private_note", "calls", "calls"),
        ("private_note", " One. \r\n\tTwo.", "One.\nTwo."),
        ("public_note", "n/a", "n/a"),
        ("languages", ".", []),
        ("do_not_contact", "yes", True),
        ("embargo_trusted", "yes", True),
        ("wants_attachments", "no", False),
        ("kinds", "op-ed, Release", ["op-ed", "release"]),
        ("quiet_from", "19:30", "19:30"),
        ("paused_until", "2027-01-01", datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_field_is_read_and_set(session: Session, field: str, text: str, value: Any) -> None:
    person = factories.journalist(session, languages=["fr"])
    before = book(session)
    edited = _edit(session, person, **{field: text})
    assert getattr(person, field) == value
    assert [change.field for change in edited.changes] == [field]
    taken_back(session, edited.operation_id or 0)
    assert book(session) == before


def test_the_job_is_set_beside_the_person_and_a_note_is_the_public_one(session: Session) -> None:
    person = factories.journalist(session)
    _edit(session, person, job_title="Editor", beats="Politics|crime", note="calls")
    role = job_of(session, person).role
    assert (role.job_title, role.beats) == ("Editor", ["politics", "crime"])
    assert person.public_note == "calls"


def test_a_phone_is_kept_as_typed_and_in_e164(session: Session) -> None:
    person = factories.journalist(session, country="DK")
    _edit(session, person, mobile="20 30 40 50")
    assert (person.mobile, person.mobile_e164) == ("20 30 40 50", "+4520304050")
    _edit(session, person, mobile="")
    assert (person.mobile, person.mobile_e164) == ("", "")


def test_consent_to_be_followed_is_dated_and_ends_with_it(session: Session) -> None:
    person = factories.journalist(session)
    _edit(session, person, tracking="individual")
    assert person.tracking is TrackingMode.INDIVIDUAL
    assert person.tracking_consented_at is not None
    _edit(session, person, tracking="none")
    assert person.tracking_consented_at is None


def test_what_it_says_already_is_no_operation(session: Session) -> None:
    person = factories.journalist(session, city="Ribe")
    assert _edit(session, person, city="Ribe") == Edited(None, ())


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("langauges", "da", "did you mean 'languages'"),
        ("languages", "klingonish", "languages: "),
        ("zone", "Mars", "zone: "),
        ("do_not_contact", "", "do_not_contact: write yes or no"),
        ("kinds", "novel", "is no kind of release"),
        ("quiet_from", "late", "write it like 19:30"),
        ("mobile", "20 30 40 50, 20 30 40 51", "write one number"),
        ("id", "7", "there is no field 'id'"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_field(
    session: Session, field: str, text: str, told: str
) -> None:
    person = factories.journalist(session, country="DK")
    with pytest.raises(BadInput, match=told):
        _edit(session, person, **{field: text})


def test_a_desk_is_edited_too(session: Session) -> None:
    desk = factories.desk(session)
    edit(session, (desk,), {"name": "Udland", "urgent_only": "yes"}, source="test")
    assert (desk.name, desk.urgent_only) == ("Udland", True)


def test_a_text_that_says_nothing_clears_a_field(session: Session) -> None:
    person = factories.journalist(session, city="Ribe")
    assert [change.field for change in _edit(session, person, city="n/a").changes] == ["city"]
    session.flush()
    assert person.city == ""


def test_all_that_cannot_be_read_is_told_by_field_and_nothing_is_set(session: Session) -> None:
    person = factories.journalist(session, city="Ribe")
    before = book(session)
    given = {"city": "Odense", "zone": "Mars", "quiet_from": "late", "do_not_contact": "n/a"}
    told = faults((person,), given)
    assert list(told) == ["zone", "quiet_from", "do_not_contact"]
    assert told["quiet_from"] == "'late' is no time of the day: write it like 19:30"
    assert told["do_not_contact"] == "write yes or no"
    assert book(session) == before
