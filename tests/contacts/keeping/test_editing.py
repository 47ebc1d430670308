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
        ("wants_translations", "yes", True),
        ("kinds", "op-ed, Release", ["op-ed", "release"]),
        ("quiet_from", "19:30", "19:30"),
        ("title", "Dr.", "Dr."),
        ("patronymic", "Pavlovna", "Pavlovna"),
        ("vocative", "Nováku", "Nováku"),
        ("salutation_form", "Female", "female"),
        ("salutations", "da: Kære Karen; en: Dear K;L", {"da": "Kære Karen", "en": "Dear K;L"}),
        (
            "salutations",
            "no: Hei Karen,\nes: Querida Karen:",
            {"nb": "Hei Karen,", "es": "Querida Karen:"},
        ),
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


@pytest.mark.parametrize("name", ["mobile", "role.mobile"])
def test_a_phone_is_the_job_s_as_in_a_file_and_kept_in_e164_too(
    session: Session, name: str
) -> None:
    person = factories.journalist(session, country="DK")
    role = job_of(session, person).role
    edited = _edit(session, person, **{name: "20 30 40 50"})
    assert (role.mobile, role.mobile_e164) == ("20 30 40 50", "+4520304050")
    assert [(one.field, one.after) for one in edited.changes] == [("mobile", "20 30 40 50")]
    assert person.mobile == ""
    _edit(session, person, mobile="")
    assert (role.mobile, role.mobile_e164) == ("", "")


def test_a_person_s_own_phone_has_a_name_of_its_own(session: Session) -> None:
    person = factories.journalist(session, country="DK")
    edited = _edit(session, person, **{"person.phone": "20 30 40 50"})
    assert (person.phone, person.phone_e164) == ("20 30 40 50", "+4520304050")
    assert [one.field for one in edited.changes] == ["person.phone"]
    assert job_of(session, person).role.phone == ""


def test_a_phone_of_no_job_is_refused_with_the_name_of_the_person_s_own(session: Session) -> None:
    person = factories.journalist(session)
    with pytest.raises(BadInput, match=r"no job lasts: person\.phone is the person's own"):
        edit(session, (person,), {"phone": "20 30 40 50"}, source="test")


def test_a_job_s_phone_needs_no_country_code_in_the_market_of_its_outlet(session: Session) -> None:
    paper = factories.outlet(session, country="DK")
    role = job_of(session, factories.journalist(session, outlet=paper)).role
    edit(session, (role,), {"phone": "20 30 40 50"}, source="test")
    assert role.phone_e164 == "+4520304050"


def test_a_time_without_a_zone_is_by_the_office_s_clock(session: Session) -> None:
    factories.office(session, zone="Europe/Luxembourg")
    person = factories.journalist(session)
    _edit(session, person, paused_until="2027-01-15")
    assert person.paused_until == datetime(2027, 1, 14, 23, tzinfo=UTC)
    _edit(session, person, paused_until="2027-07-15T08:00")
    assert person.paused_until == datetime(2027, 7, 15, 6, tzinfo=UTC)


def test_a_wish_for_a_topic_that_nothing_has_is_refused_with_the_nearest(session: Session) -> None:
    person = factories.journalist(session, beats=["ports"])
    with pytest.raises(BadInput, match=r"topics: .*'politcs': did you mean 'politics'"):
        _edit(session, person, topics="politcs")
    assert "did you mean 'politics'" in faults(session, (person,), {"topics": "politcs"})["topics"]
    _edit(session, person, topics="ports, Politik")
    assert person.topics == ["ports", "politik"]


def test_a_topic_that_nothing_has_yet_is_taken_when_it_is_meant_and_then_stays(
    session: Session,
) -> None:
    person = factories.journalist(session)
    edit(session, (person,), {"topics": "tides"}, source="test", takes_new_topics=True)
    _edit(session, person, topics="tides, sport")
    assert person.topics == ["tides", "sport"]


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
    told = faults(session, (person,), given)
    assert list(told) == ["zone", "quiet_from", "do_not_contact"]
    assert told["quiet_from"] == "'late' is no time of the day: write it like 19:30"
    assert told["do_not_contact"] == "write yes or no"
    assert book(session) == before


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("salutation_form", "madam"),
        ("salutations", "Dear Karen"),
        ("salutations", "da:"),
        ("salutations", "q!: Dear Karen"),
    ],
)
def test_a_greeting_that_cannot_be_read_is_refused(session: Session, field: str, text: str) -> None:
    person = factories.journalist(session)
    with pytest.raises(BadInput, match=field):
        _edit(session, person, **{field: text})
