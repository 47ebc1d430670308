"""A line of cells becomes the contacts that it speaks of, or is told with its reason."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.contacts.importing.columns import TARGETS, read_header
from mailer.contacts.importing.contact_row import ContactRow
from mailer.contacts.importing.files import Line
from mailer.contacts.importing.rows import TypedLine, type_line
from mailer.errors import BadInput
from mailer.models import MediaType, SuppressionReason

TODAY = date(2026, 11, 30)
#: One column for each thing that a column can mean, all at once.
EVERYTHING = read_header(tuple(TARGETS))


def typed(header: str, row: str) -> TypedLine:
    columns = read_header(header.split(","))
    return type_line(Line(2, tuple(row.split(","))), columns, row=2, today=TODAY)


def only(header: str, row: str) -> ContactRow:
    (found,) = typed(header, row).rows
    return found


@pytest.mark.parametrize("blank", ["", " ", ".", "-", "n/a", "N/A", "\u200b", "\xa0"])
def test_what_people_write_for_nothing_is_nothing(blank: str) -> None:
    row = only("email,city,languages", f"a@example.org,{blank},{blank}")
    assert not {"city", "languages"} & row.person.keys()


def test_spaces_and_unseen_marks_do_not_count() -> None:
    row = only("email,city", "\ufeff a@example.org,\u202aSaint\xa0 Denis\n")
    assert (row.mailbox, row.person["city"]) == ("a@example.org", "Saint Denis")


@pytest.mark.parametrize(
    ("header", "row", "told"),
    [
        ("email", ".", "neither a name nor an e-mail address"),
        ("email", "eva at example.org", "email: 'eva at example.org'"),
        ("email,tracking", "a@example.org,maybe", "write none, aggregate or individual"),
        ("email,do_not_contact", "a@example.org,perhaps", "write yes or no"),
        ("email,city", "a@example.org,Aar\ufffdhus", "save the file as UTF-8"),
        ("email,city", "a@example.org,Aarhus,DK", "the row has 3 cells and the header 2"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_with_its_reason(
    header: str, row: str, told: str
) -> None:
    with pytest.raises(BadInput) as wrong:
        typed(header, row)
    assert told in str(wrong.value)


@pytest.mark.parametrize(
    ("header", "cell", "told"),
    [
        ("languages", "da|xx-", "'xx-'"),
        ("outlet_country", "Denmrk", "'Denmrk' is not a country"),
        ("zone", "Mars/Base", "unknown time zone 'Mars/Base'"),
    ],
)
def test_what_is_said_beside_a_contact_and_cannot_be_read_is_left_out(
    header: str, cell: str, told: str
) -> None:
    line = typed(f"email,family_name,outlet,{header}", f"a@example.org,Lund,Havn,{cell}")
    (notice,) = line.notices
    assert f"{header} is left out: {told}" in notice
    assert line.rows[0].family_name == "Lund"


def test_a_kind_of_outlet_that_nobody_knows_is_left_to_the_whole_file() -> None:
    line = typed("email,family_name,outlet,media_type", "a@example.org,Lund,Havn, dayly ")
    assert (line.notices, line.unknown_kinds) == ([], ["dayly"])
    assert "media_type" not in line.rows[0].outlet_facts


def test_a_row_shorter_than_the_header_says_nothing_of_the_rest() -> None:
    assert "city" not in only("email,city,zone", "a@example.org").person


def test_empty_cells_beyond_the_header_do_no_harm() -> None:
    assert only("email,city,", "a@example.org,Aarhus,,,").person["city"] == "Aarhus"


def test_a_line_may_speak_of_a_person_and_of_the_desk_beside_her() -> None:
    person, desk = typed(
        "Outlet name,Outlet email,Outlet phone number,Contact last name,Contact email,Job title",
        "Havnebladet,desk@havn.example,+45 33 12 00 00,Lund,eva@havn.example,Reporter",
    ).rows
    assert (person.family_name, person.mailbox, person.is_beside) == (
        "Lund",
        "eva@havn.example",
        False,
    )
    assert (desk.is_desk, desk.mailbox, desk.is_beside) == (True, "desk@havn.example", True)
    assert desk.person["phone_e164"] == "+4533120000"
    assert person.job["job_title"] == "Reporter"


def test_several_addresses_are_one_person_at_each() -> None:
    first, second = typed("email,family_name", "eva@a.example; eva@b.example,Lund").rows
    assert (first.mailbox, second.mailbox) == ("eva@a.example", "eva@b.example")
    assert (second.is_beside, first.link, second.link) == (True, "line 2", "line 2")


def test_a_person_without_an_address_is_kept() -> None:
    row = only("Name,Outlet,Email", "Eva Lund,Havnebladet,n/a")
    assert (row.given_name, row.family_name, row.mailbox) == ("Eva", "Lund", "")


def test_a_freelance_has_no_outlet_of_her_own_name() -> None:
    row = only(
        "Outlet name,Outlet media type,Outlet country,Contact first name,Contact last name",
        "Eva  Lund,Freelancer,Denmark,Eva,Lund",
    )
    assert (row.outlet, row.is_freelance, row.person["country"]) == ("", True, "DK")
    assert "media_type" not in row.outlet_facts


def test_a_word_for_a_desk_in_the_place_of_a_name_is_a_desk() -> None:
    row = only("Name,Outlet,Email", "Nyhedsredaktionen,Havnebladet,nyt@havn.example")
    assert (row.is_desk, row.desk, row.mailbox) == (True, "Nyhedsredaktionen", "nyt@havn.example")


def test_family_and_given_name_in_one_cell_are_two() -> None:
    line = Line(2, ("Lund, Eva", "eva@havn.example"))
    columns = read_header(("Contact last name", "Contact email"))
    (row,) = type_line(line, columns, row=2, today=TODAY).rows
    assert (row.given_name, row.family_name) == ("Eva", "Lund")


def test_numbers_of_another_database_carry_its_name() -> None:
    row = only(
        "Outlet ID,Outlet name,Employee ID,Contact last name,Contact email",
        "12.0,Havnebladet,7,Lund,eva@havn.example",
    )
    assert (row.outlet_external_id, row.role_external_id) == (
        "cision_pipe_csv:12",
        "cision_pipe_csv:7",
    )


@pytest.mark.parametrize(
    ("header", "cell", "reason"),
    [
        ("is_unsubscribed", "true", SuppressionReason.UNSUBSCRIBED),
        ("is_bounced", "yes", SuppressionReason.BOUNCED),
        ("is_spam_reported", "1", SuppressionReason.COMPLAINED),
        ("is_bounced", "no", None),
    ],
)
def test_what_another_system_was_told_is_heard(
    header: str, cell: str, reason: SuppressionReason | None
) -> None:
    row = only(f"email_addresses,last_name,{header}", f"eva@havn.example,Lund,{cell}")
    assert row.closed_because == reason


def test_who_is_not_active_any_more_has_left_the_job() -> None:
    row = only("mail-address,family-name,status", "eva@havn.example,Lund,niet actief")
    assert row.job["ended_on"] == TODAY


def test_a_media_type_says_something_of_an_outlet_only() -> None:
    line = typed("email,family_name,media_type", "a@example.org,Lund,daily")
    assert line.notices == ["media_type says nothing without an outlet: fill in outlet"]
    assert MediaType.DAILY not in line.rows[0].outlet_facts.values()


@settings(deadline=None)
@given(cells=st.lists(st.text(max_size=30), max_size=len(TARGETS) + 2))
def test_no_cells_crash_the_typing(cells: list[str]) -> None:
    try:
        line = type_line(Line(2, tuple(cells)), EVERYTHING, row=2, today=TODAY)
    except BadInput:
        return
    assert line.rows
