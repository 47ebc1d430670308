from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.contacts import scoped, suppressions
from mailer.contacts.directory import describe, find_address
from mailer.contacts.importing import import_contacts
from mailer.contacts.importing.report import WHY_CLOSED
from mailer.errors import BadInput
from mailer.models import (
    AddressState,
    ContactChange,
    ContactImport,
    ContactOperation,
    Journalist,
    MediaList,
    OperationKind,
    Outlet,
    Role,
    SuppressionReason,
    TrackingMode,
)
from mailer.tokens import Keyring
from tests.contacts.importing.importing import FULL, HEADER, Importing, changes, counts, only


def test_a_file_becomes_people_desks_outlets_and_lists(session: Session, take: Importing) -> None:
    assert counts(take(FULL)) == {"new": 3}
    outlet = only(session, Outlet)
    assert (outlet.name, outlet.media_type, outlet.country) == ("Havnebladet", "daily", "DK")
    (karen,) = describe(session, "karen@havn.example").roles
    assert (karen.name, karen.job_title, karen.outlet) == ("Karen Holm", "Reporter", "Havnebladet")
    assert (karen.languages, karen.beats) == (["da", "en"], ["crime", "ports"])
    assert karen.lists == ["Ports", "Press day"]
    (desk,) = describe(session, "redaktion@havn.example").desks
    assert (desk.name, desk.lists) == ("Redaktionen", ["Ports"])
    (ida,) = describe(session, "free@example.org").roles
    assert (ida.outlet, ida.country, ida.do_not_contact) == ("", "IS", True)


def test_flags_consent_and_origin_are_kept(session: Session, take: Importing) -> None:
    take(FULL)
    karen = session.exec(select(Journalist).where(Journalist.given_name == "Karen")).one()
    assert karen.tracking == TrackingMode.INDIVIDUAL
    assert karen.tracking_consented_at is not None
    assert (karen.embargo_trusted, karen.public_note) == (True, "Prefers calls")
    assert (karen.zone, karen.source) == ("Europe/Copenhagen", "contacts.csv")
    role = session.exec(select(Role).where(Role.journalist_id == karen.id)).one()
    assert (role.phone, role.mobile, role.is_primary) == ("+45 1", "+45 2", True)


def test_the_same_file_again_changes_nothing(session: Session, take: Importing) -> None:
    take(FULL)
    report = take(FULL)
    assert counts(report) == {"unchanged": 3}
    assert report.changes == ()
    assert len(session.exec(select(ContactImport)).all()) == 2


def test_an_import_is_recorded_with_its_counts(session: Session, take: Importing) -> None:
    report = take(FULL)
    record = only(session, ContactImport)
    assert (record.id, record.counts) == (report.import_id, report.counts)
    assert (record.file_name, len(record.digest)) == ("contacts.csv", 64)


def test_a_preview_that_is_rolled_back_leaves_nothing(session: Session, take: Importing) -> None:
    report = take(FULL)
    session.rollback()
    assert session.exec(select(Journalist)).all() == []
    assert take(FULL).counts == report.counts


def test_blank_never_overwrites(session: Session, take: Importing) -> None:
    take(FULL)
    report = take(
        "email,given_name,family_name,languages,phone\nkaren@havn.example,Karen,Holm,n/a,.\n"
    )
    assert counts(report) == {"unchanged": 1}
    (karen,) = describe(session, "karen@havn.example").roles
    assert karen.languages == ["da", "en"]


def test_a_change_is_told_field_by_field(session: Session, take: Importing) -> None:
    take(FULL)
    report = take(
        "email,given_name,family_name,job_title,outlet,outlet_country,media_type,languages,lists\n"
        "KAREN@havn.example,Karen,Holm,Editor,Havnebladet,DK,weekly,da,Ports|Courts\n"
    )
    assert counts(report) == {"changed": 1}
    assert sorted(changes(report)) == [
        (2, "job_title", "Reporter", "Editor"),
        (2, "languages", "da|en", "da"),
        (2, "lists", "", "Courts"),
        (2, "media_type", "daily", "weekly"),
    ]
    assert report.changes[0].email == "KAREN@havn.example"


def test_a_repeated_row_is_a_duplicate_also_when_another_spoke_in_between(take: Importing) -> None:
    karen = "karen@havn.example,Karen,Holm,Reporter,Havn,+45 1"
    rows = [karen, "ole@havn.example,Ole,Dahl,,Havn,+45 2", karen]
    # Her own title is said otherwise, and the outlet's telephone too.
    rows.insert(2, karen.replace("Reporter", "Editor"))
    text = "\n".join(["email,given_name,family_name,job_title,outlet,outlet_phone", *rows])
    assert counts(take(text)) == {"new": 2, "unchanged": 1, "duplicate": 1}


def test_a_row_that_says_nothing_new_is_a_duplicate(take: Importing) -> None:
    text = (
        "email,given_name,family_name,outlet,outlet_country\n"
        "karen@havn.example,Karen,Holm,Havnebladet,DK\n"
        "Karen@Havn.example,KAREN,Holm,HAVNEBLADET,\n"
    ).replace("KAREN,", "Karen,")
    assert counts(take(text)) == {"new": 1, "duplicate": 1}
    assert counts(take(text)) == {"unchanged": 1, "duplicate": 1}


def test_a_file_never_takes_back_that_nobody_may_write(session: Session, take: Importing) -> None:
    take(FULL)
    assert counts(take(FULL.replace(",yes,,none,", ",no,,none,"))) == {"unchanged": 3}
    (ida,) = describe(session, "free@example.org").roles
    assert ida.do_not_contact


@pytest.mark.parametrize("reason", ["unsubscribed", "complained", "bounced", "manual"])
def test_a_suppressed_address_comes_back_closed(
    session: Session, keyring: Keyring, take: Importing, reason: str
) -> None:
    suppressions.suppress(
        session,
        "KAREN@havn.example",
        keyring=keyring,
        reason=SuppressionReason(reason),
        source="test",
    )
    why = WHY_CLOSED[SuppressionReason(reason)]
    for _ in range(2):
        report = take(FULL)
        assert report.counts["suppressed"] == 1
        assert report.suppressed == (2,)
        assert [(one.row, one.reason) for one in report.closed] == [(2, why)]
        address = find_address(session, "karen@havn.example")
        assert address is not None
        assert address.state in {"suppressed", "complained", "hard"}


def test_of_an_erased_person_nothing_is_kept(
    session: Session, keyring: Keyring, take: Importing
) -> None:
    suppressions.suppress(
        session,
        "karen@havn.example",
        keyring=keyring,
        reason=SuppressionReason.ERASED,
        source="test",
    )
    assert counts(take(FULL)) == {"new": 2, "suppressed": 1}
    assert find_address(session, "karen@havn.example") is None
    assert session.exec(select(Journalist).where(Journalist.given_name == "Karen")).all() == []


@pytest.mark.parametrize(
    "spelt",
    [
        "ｋaren@havn.example",
        "ＫＡＲＥＮ＠ｈａｖｎ．ｅｘａｍｐｌｅ",
        "ka\u00adren@ha\u200bvn.example",
        "Karen Holm <karen＠havn.example>",
        "mailto:𝓀aren@havn.example\u2060",
    ],
)
def test_nor_is_it_when_the_address_comes_back_in_signs_that_look_otherwise(
    session: Session, keyring: Keyring, take: Importing, spelt: str
) -> None:
    erased = SuppressionReason.ERASED
    suppressions.suppress(
        session, "karen@havn.example", keyring=keyring, reason=erased, source="test"
    )
    assert counts(take(FULL.replace("karen@havn.example", spelt))) == {"new": 2, "suppressed": 1}
    assert session.exec(select(Journalist).where(Journalist.given_name == "Karen")).all() == []


def test_bad_rows_are_told_and_good_ones_taken(take: Importing) -> None:
    report = take(
        f"{FULL}not an address,Eva,Lind\n"
        f"{HEADER}\n"
        "eva@example.org,Eva,Lind,,,,,,,,,xx-\n"
        "nul@example.org,E\0va,Lind\n"
    )
    assert counts(report) == {"new": 4, "unusable": 2}
    assert [bad.row for bad in report.unusable] == [5, 8]
    beats, header, language = report.notices
    assert beats.startswith("new beats: ")
    assert header == "row 6: repeats the header and is left out"
    assert language.startswith("row 7: languages is left out: 'xx-' is not a language")


def test_a_header_alone_is_no_error(take: Importing) -> None:
    report = take(f"{HEADER}\n")
    assert counts(report) == {}
    assert report.notices == ("there are no rows below the header: nothing to import",)


def test_a_column_nobody_knows_stops_the_import(session: Session, take: Importing) -> None:
    with pytest.raises(BadInput, match=r"1 column is not known: 'shoe size' \(nearest: "):
        take("email,family name,shoe size\nkaren@havn.example,Holm,38\n")
    assert session.exec(select(ContactImport)).all() == []


def test_a_thousand_rows_take_few_questions(
    engine: sa.Engine, session: Session, take: Importing
) -> None:
    rows = "".join(
        f"p{n}@o{n % 40}.example,Eva,Lind {n},,,Outlet {n % 40},daily,da,DK,,,da,crime,Ports\n"
        for n in range(1000)
    )
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.extend([statement] if statement.startswith(("SELECT", "UPDATE")) else [])

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert counts(take(f"{HEADER}\n{rows}")) == {"new": 1000}
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert len(seen) < 40


def test_who_left_elsewhere_is_not_written_to_here(
    session: Session, take: Importing, keyring: Keyring
) -> None:
    header = "email_addresses,last_name,company_name,is_unsubscribed,is_bounced\n"
    rows = (
        "ida@havn.example,Lund,Havn,true,\n"
        "bo@havn.example,Bo,Havn,,true\n"
        "eva@havn.example,Eva,Havn,,\n"
    )
    assert counts(take(header + rows)) == {"new": 1, "suppressed": 2}
    reasons = suppressions.reasons_among(
        session, ["ida@havn.example", "bo@havn.example", "eva@havn.example"], keyring=keyring
    )
    assert reasons == {
        "ida@havn.example": SuppressionReason.UNSUBSCRIBED,
        "bo@havn.example": SuppressionReason.BOUNCED,
    }
    states = {card.state for card in (describe(session, "ida@havn.example"),)}
    assert states == {AddressState.SUPPRESSED}
    assert counts(take(header + rows)) == {"unchanged": 1, "suppressed": 2}


def test_somebody_without_an_address_is_kept_and_found_again(
    session: Session, take: Importing
) -> None:
    text = "Name,Outlet,Email,Beat\nEva Lund,Havnebladet,n/a,ports\n"
    assert counts(take(text)) == {"new": 1}
    assert only(session, Role).address_id is None
    assert counts(take(text)) == {"unchanged": 1}
    # The address comes later: it is the same person, who can be written to now.
    report = take("Name,Outlet,Email\nEva Lund,Havnebladet,eva@havn.example\n")
    assert changes(report) == [(2, "email", "", "eva@havn.example")]
    assert only(session, Journalist).family_name == "Lund"
    assert only(session, Role).address_id is not None


def test_a_contact_keeps_its_number_when_its_address_changes(
    session: Session, take: Importing
) -> None:
    header = "Outlet name,Employee ID,Contact first name,Contact last name,Contact email\n"
    take(f"{header}Havnebladet,7,Eva,Lund,eva@havn.example\n")
    report = take(f"{header}Havnebladet,7,Eva,Lund,eva.lund@havn.example\n")
    assert changes(report) == [(2, "email", "", "eva.lund@havn.example")]
    assert only(session, Role).external_id == "cision_pipe_csv:7"


def test_a_second_address_in_the_cell_is_a_second_job_of_one_person(
    session: Session, take: Importing
) -> None:
    text = "email,given_name,family_name\neva@a.example; eva@b.example,Eva,Lund\n"
    assert counts(take(text)) == {"new": 1}
    assert only(session, Journalist).given_name == "Eva"
    roles = session.exec(select(Role)).all()
    assert [role.is_primary for role in roles] == [True, False]
    assert counts(take(text)) == {"unchanged": 1}


def test_an_import_is_one_operation_of_the_history(session: Session, take: Importing) -> None:
    take(FULL)
    operation = only(session, ContactOperation)
    assert operation.kind == OperationKind.IMPORT
    assert only(session, ContactImport).operation_id == operation.id
    kept = session.exec(
        select(ContactChange.subject, sa.func.count()).group_by(ContactChange.subject)
    )
    assert dict(kept.all()) == {
        "address": 3,
        "desk": 1,
        "journalist": 2,
        "media_list": 2,
        "media_list_entry": 3,
        # Made when the first row uses it, and told what the whole file says of it.
        "outlet": 2,
        "role": 2,
    }


def test_the_database_is_not_held_while_the_file_is_read(
    engine: sa.Engine, keyring: Keyring, tmp_path: Path
) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(f"{HEADER},shoe size\n", encoding="utf-8")
    with Session(engine) as session:
        with pytest.raises(BadInput, match="shoe size"):
            import_contacts(session, path, keyring=keyring)
        # Its last line may be minutes away: nobody else must wait for that.
        assert not session.in_transaction()


def test_a_new_list_is_called_as_the_first_line_calls_it(session: Session, take: Importing) -> None:
    names = ("Port city", "PORT CITY", "port  city", "Port City")
    rows = "".join(f"r{n}@a.example,R,Holm,{name}\n" for n, name in enumerate(names))
    take(f"email,given_name,family_name,lists\n{rows}")
    assert [one.name for one in session.exec(select(MediaList))] == ["Port city"]


def test_what_a_later_line_says_of_an_outlet_counts_also_when_it_was_said_before(
    session: Session, take: Importing
) -> None:
    header = "email,given_name,family_name,outlet,outlet_country,media_type\n"
    said = ("daily", "daily", "weekly", "", "weekly", "daily", "daily", "")
    rows = (f"r{n}@a.example,R,Holm,Havnebladet,DK,{kind}\n" for n, kind in enumerate(said))
    take(header + "".join(rows))
    assert only(session, Outlet).media_type == "daily"


NUMBERED = "email,given_name,family_name,outlet,outlet_country,role.external_id\n"


@pytest.mark.parametrize("reason", ["unsubscribed", "complained", "manual"])
def test_a_leave_goes_with_whom_a_file_moves_to_another_address(
    session: Session, take: Importing, keyring: Keyring, reason: str
) -> None:
    take(f"{NUMBERED}karen@old.example,Karen,Holm,Sun,DK,77\n")
    why = SuppressionReason(reason)
    suppressions.suppress(session, "karen@old.example", keyring=keyring, reason=why, source="link")
    report = take(f"{NUMBERED}karen@new.example,Karen,Holm,Sun,DK,77\n")
    assert counts(report) == {"suppressed": 1}
    assert suppressions.reasons_among(session, ["karen@new.example"], keyring=keyring) == {
        "karen@new.example": why
    }
    row = find_address(session, "karen@new.example")
    assert row is not None
    assert row.state == suppressions.STATES.get(why, AddressState.SUPPRESSED)


def test_a_left_topic_goes_with_her_and_a_dead_mailbox_does_not(
    session: Session, take: Importing, keyring: Keyring
) -> None:
    take(f"{NUMBERED}karen@old.example,Karen,Holm,Sun,DK,77\n")
    crime = scoped.topic("crime")
    for reason, suppress in (
        (SuppressionReason.BOUNCED, suppressions.suppress),
        (SuppressionReason.UNSUBSCRIBED, partial(scoped.suppress, scope=crime)),
    ):
        suppress(session, "karen@old.example", keyring=keyring, reason=reason, source="link")
    assert counts(take(f"{NUMBERED}karen@new.example,Karen,Holm,Sun,DK,77\n")) == {"changed": 1}
    (kept,) = scoped.kept(session, "karen@new.example", keyring=keyring)
    assert (kept.scope, kept.scope_value, kept.reason) == (*crime, "unsubscribed")
    assert not suppressions.is_suppressed(session, "karen@new.example", keyring=keyring)
