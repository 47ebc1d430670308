import csv
import io
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from sqlmodel import Session, col, select

from mailer.contacts import suppressions
from mailer.contacts.exporting import Chosen, Form, form_of, write_file, write_text
from mailer.contacts.exporting.columns import COLUMNS
from mailer.contacts.importing import import_contacts
from mailer.contacts.importing.columns import read_header
from mailer.errors import BadInput
from mailer.models import (
    Address,
    Desk,
    Journalist,
    MediaList,
    MediaListEntry,
    Outlet,
    Role,
    Suppression,
    SuppressionReason,
)
from mailer.tokens import Keyring
from tests import factories
from tests.contacts.exporting.exported import come_back, kept, news
from tests.contacts.importing.importing import FULL, only

Rows = list[dict[str, str]]
SUFFIXES = ("csv", "xlsx", "vcf")


@pytest.fixture
def rows(session: Session) -> Callable[..., Rows]:
    """The rows of the CSV."""

    def exported(**given: Any) -> Rows:
        text = io.StringIO(newline="")
        write_text(session, text, Form.CSV, **given)
        return list(csv.DictReader(io.StringIO(text.getvalue(), newline="")))

    return exported


@pytest.fixture
def book(session: Session, keyring: Keyring, tmp_path: Path) -> None:
    """Two journalists and a desk, as a file of ours brings them."""
    path = tmp_path / "first.csv"
    path.write_text(FULL, encoding="utf-8")
    import_contacts(session, path, keyring=keyring)
    session.flush()


def test_a_number_with_a_slash_is_written_as_it_stands(
    session: Session, rows: Callable[..., Rows], keyring: Keyring, tmp_path: Path
) -> None:
    person = factories.journalist(session, "eva@phare.example", outlet=factories.outlet(session))
    role = session.exec(select(Role).where(Role.journalist_id == person.id)).one()
    role.phone = "0711 / 929-0"
    session.flush()
    assert [row["phone"] for row in rows()] == ["0711 / 929-0"]
    report = come_back(session, tmp_path / "again.csv", keyring=keyring)
    assert news(report) == {}
    assert role.phone == "0711 / 929-0"


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_exported_changes_nothing_when_it_comes_back(
    session: Session, keyring: Keyring, tmp_path: Path, suffix: str
) -> None:
    report = come_back(session, tmp_path / f"out.{suffix}", keyring=keyring)
    assert news(report) == {}, report
    assert sum(report.counts.values()) == 3


def test_every_column_is_known_to_the_import_as_what_it_means() -> None:
    known = read_header([one.header for one in COLUMNS])
    assert known.targets == tuple(one.target for one in COLUMNS)
    assert set(known.found_by) == {"set press_mailer"}


def whole(session: Session) -> None:
    """A person and a desk of whom everything is known that an import can tell."""
    outlet = factories.outlet(
        session,
        group_name="Havn Media",
        website="https://havnebladet.example",
        public_note="Closed on Sundays",
        external_id="cision_pipe_csv:77",
        details={"periodicity": "daily", "reach": "12,000", "beats": ["ports"], "phone": "+45 9"},
    )
    factories.desk(
        session,
        outlet=outlet,
        phone="+45 33 11 11 11",
        phone_e164="+4533111111",
        private_note="Ask for Bo",
        details={"fax": "+45 33 11 11 12", "more_phones": ["+45 33 11 11 13"]},
    )
    person = factories.journalist(
        session,
        "eva@havnebladet.example",
        outlet=outlet,
        title="Dr.",
        given_name="Eva",
        particle="von",
        family_name="Berg",
        patronymic="Pavlovna",
        suffix="MBE",
        country="SE",
        city="Lund",
        zone="Europe/Stockholm",
        phone="+46 8 111 11 11",
        phone_e164="+4681111111",
        do_not_contact=True,
        private_note="Left-handed",
        details={"x": ["@eva"], "pages": ["https://eva.example"], "rating": "A"},
    )
    role = session.exec(select(Role).where(Role.journalist_id == person.id)).one()
    role.external_id = "cision_pipe_csv:0042"
    role.phone, role.phone_e164 = "+45 33 22 22 22", "+4533222222"
    role.details = {"department": "Culture", "postcode": "0800", "more_phones": ["+45 33 22 22 23"]}
    session.flush()


def told(session: Session) -> list[dict[str, Any]]:
    """All that is kept of contacts."""
    return kept(session, Outlet, Address, Journalist, Desk, Role, Suppression)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_all_that_an_import_can_tell_comes_back_to_the_letter(
    session: Session, keyring: Keyring, tmp_path: Path, suffix: str
) -> None:
    whole(session)
    before = told(session)
    report = come_back(session, tmp_path / f"out.{suffix}", keyring=keyring)
    assert news(report) == {}, report
    assert told(session) == before


def test_another_office_gets_all_that_a_file_can_tell(
    session: Session, keyring: Keyring, tmp_path: Path
) -> None:
    whole(session)
    path = tmp_path / "out.csv"
    write_file(session, path, Form.CSV, private_notes=True)
    fields = {
        name: session.exec(select(table)).one().model_dump(exclude={"first_seen_at", "source"})
        for name, table in (("person", Journalist), ("role", Role), ("outlet", Outlet))
    }
    for table in (Role, Desk, Journalist, Outlet, Address):
        session.execute(sa.delete(table))
    session.expunge_all()
    import_contacts(session, path, keyring=keyring)
    session.flush()
    for name, table in (("person", Journalist), ("role", Role), ("outlet", Outlet)):
        kept = only(session, table).model_dump(exclude={"first_seen_at", "source"})
        numbers = {key for key in kept if key == "id" or key.endswith("_id")} - {"external_id"}
        assert {key: kept[key] for key in kept.keys() - numbers} == {
            key: fields[name][key] for key in kept.keys() - numbers
        }


@pytest.mark.usefixtures("book")
def test_private_notes_are_written_only_when_somebody_asks_for_them(
    session: Session, rows: Callable[..., Rows], tmp_path: Path
) -> None:
    person = session.exec(select(Journalist).where(Journalist.given_name == "Karen")).one()
    person.private_note = "Owes us lunch"
    session.flush()
    assert "Owes us lunch" not in str(rows())
    assert "Owes us lunch" in str(rows(private_notes=True))
    write_file(session, tmp_path / "a.vcf", Form.VCARD)
    assert "lunch" not in (tmp_path / "a.vcf").read_text()


def test_what_a_spreadsheet_would_calculate_is_put_behind_an_apostrophe(
    session: Session, rows: Callable[..., Rows], keyring: Keyring, tmp_path: Path
) -> None:
    for note in (
        '=HYPERLINK("x")',
        "+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=2",
        "\uff1d3",
        "\u00ad=4",
    ):
        factories.journalist(session, public_note=note)
    for row in rows():
        assert row["note"].startswith("'"), row["note"]
        assert not any(cell[:1] in tuple("=+-@\t\r") for cell in row.values() if cell)
    assert news(come_back(session, tmp_path / "out.csv", keyring=keyring)) == {}


def test_numbers_in_a_spreadsheet_are_texts_and_formulas_are_not_calculated(
    session: Session, tmp_path: Path
) -> None:
    whole(session)
    factories.journalist(session, public_note="=1+1")
    path = tmp_path / "out.xlsx"
    write_file(session, path, Form.XLSX)
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert all(isinstance(cell, str) for row in sheet for cell in row)
    assert {"+45 33 22 22 22|+45 33 22 22 23", "0800", "=1+1"} <= {
        cell for row in sheet for cell in row
    }


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (SuppressionReason.UNSUBSCRIBED, "unsubscribed"),
        (SuppressionReason.COMPLAINED, "complained"),
        (SuppressionReason.BOUNCED, "bounced"),
        (SuppressionReason.MANUAL, "suppressed by hand"),
    ],
)
def test_who_may_not_be_written_to_is_exported_with_her_state(
    session: Session,
    rows: Callable[..., Rows],
    keyring: Keyring,
    tmp_path: Path,
    reason: SuppressionReason,
    state: str,
) -> None:
    factories.journalist(session, "eva@a.example")
    suppressions.suppress(session, "eva@a.example", keyring=keyring, reason=reason, source="test")
    assert [row["address_state"] for row in rows()] == [state]
    before = told(session)
    come_back(session, tmp_path / "out.csv", keyring=keyring)
    assert told(session) == before
    session.execute(sa.delete(Suppression))
    import_contacts(session, tmp_path / "out.csv", keyring=keyring)
    found = suppressions.reasons_among(session, ["eva@a.example"], keyring=keyring)
    assert found == {"eva@a.example": reason}


def test_who_was_erased_does_not_exist(
    session: Session, rows: Callable[..., Rows], keyring: Keyring
) -> None:
    factories.journalist(session, "eva@a.example")
    suppressions.suppress(
        session, "eva@a.example", keyring=keyring, reason=SuppressionReason.ERASED, source="test"
    )
    assert rows() == []


def test_jobs_of_one_person_at_one_address_are_told_apart(
    session: Session, keyring: Keyring, tmp_path: Path
) -> None:
    outlet = factories.outlet(session)
    person = factories.journalist(session, "eva@a.example", outlet=outlet, job_title="Trainee")
    first = session.exec(select(Role)).one()
    first.ended_on = factories.NOW.date().replace(year=2020)
    for title in ("Reporter", "Editor"):
        values: dict[str, Any] = {
            "outlet_id": outlet.id,
            "address_id": first.address_id,
            "job_title": title,
        }
        factories.saved(
            session, Role(journalist_id=person.id or 0, beats=[title.lower()], **values)
        )
    before = told(session)
    report = come_back(session, tmp_path / "out.csv", keyring=keyring)
    assert news(report) == {}, report.changes
    assert told(session) == before


def test_a_freelance_without_an_address_comes_back_as_herself(
    session: Session, keyring: Keyring, tmp_path: Path
) -> None:
    factories.journalist(session, given_name="Ida", family_name="Lund")
    session.execute(sa.update(Role).values(address_id=None))
    session.expire_all()
    assert news(come_back(session, tmp_path / "out.csv", keyring=keyring)) == {}


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_lists_of_any_name_come_back_as_they_are(
    session: Session, keyring: Keyring, tmp_path: Path, suffix: str
) -> None:
    names = [
        "A|B; C",
        "back\\slash\\",
        "|",
        ";;",
        "\\|",
        "Ports, and ships",
        "=1",
        "a\\\\|b",
        "Po\x01rts",
    ]
    person = factories.journalist(session)
    role = session.exec(select(Role).where(Role.journalist_id == person.id)).one()
    for name in names:
        made = factories.saved(session, MediaList(name=name))
        factories.saved(session, MediaListEntry(list_id=made.id or 0, role_id=role.id))
    alone = session.exec(select(MediaList).where(MediaList.name == "A|B; C")).one()
    desk = factories.desk(session)
    factories.saved(session, MediaListEntry(list_id=alone.id or 0, desk_id=desk.id))
    before = kept(session, MediaList, MediaListEntry)
    assert news(come_back(session, tmp_path / f"out.{suffix}", keyring=keyring)) == {}
    assert kept(session, MediaList, MediaListEntry) == before


def namesakes(session: Session, email: str, *, outlet: Outlet) -> list[Role]:
    """Two people of one name in one place, the jobs of each."""
    for title in ("Reporter", "Editor"):
        factories.journalist(
            session,
            email,
            outlet=outlet,
            given_name="Karen",
            family_name="Holm",
            job_title=title,
            public_note=f"the {title}",
        )
    return list(session.exec(select(Role).order_by(col(Role.id))))


def test_two_people_of_one_name_at_one_address_come_back_as_themselves(
    session: Session, keyring: Keyring, tmp_path: Path
) -> None:
    namesakes(session, "news@a.example", outlet=factories.outlet(session))
    before = told(session)
    assert news(come_back(session, tmp_path / "out.csv", keyring=keyring)) == {}
    assert told(session) == before


def test_two_people_of_one_name_without_an_address_come_back_as_themselves(
    session: Session, keyring: Keyring, tmp_path: Path
) -> None:
    for role in namesakes(session, "news@a.example", outlet=factories.outlet(session)):
        role.address_id = None
    before = told(session)
    assert news(come_back(session, tmp_path / "out.csv", keyring=keyring)) == {}
    assert told(session) == before


def test_namesakes_whom_nothing_tells_apart_are_told_and_neither_is_changed(
    session: Session, keyring: Keyring, tmp_path: Path
) -> None:
    for role in namesakes(session, "news@a.example", outlet=factories.outlet(session)):
        role.job_title = "Reporter"
    before = told(session)
    report = come_back(session, tmp_path / "out.csv", keyring=keyring)
    assert [bad.row for bad in report.unusable] == [2, 3]
    assert report.unusable[0].reason.startswith(
        "2 people of that name are known at that address, and none of them was changed"
    )
    assert told(session) == before


def test_an_outlet_whose_market_is_unknown_keeps_its_own_contacts(
    session: Session, keyring: Keyring, tmp_path: Path
) -> None:
    for country in ("", "DK"):
        factories.journalist(session, outlet=factories.outlet(session, country=country))
    assert news(come_back(session, tmp_path / "out.csv", keyring=keyring)) == {}


def test_only_those_who_were_chosen_are_written(
    session: Session, rows: Callable[..., Rows]
) -> None:
    for name in ("Ada", "Bo", "Eva"):
        factories.journalist(session, given_name=name)
    number = session.exec(select(Role.id).order_by(col(Role.id).desc())).first() or 0
    found = rows(chosen=[Chosen(roles=[number])])
    assert [row["given_name"] for row in found] == ["Eva"]


@pytest.mark.usefixtures("book")
def test_a_file_is_only_its_owners_and_none_is_written_over(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "out.csv"
    write_file(session, path, Form.CSV)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(BadInput, match="is there already"):
        write_file(session, path, Form.CSV)


def test_half_a_file_is_not_left_behind(session: Session, tmp_path: Path) -> None:
    factories.journalist(session, public_note="x" * 40_000)
    with pytest.raises(BadInput, match="longer than the 32,767 characters"):
        write_file(session, tmp_path / "out.xlsx", Form.XLSX)
    assert not (tmp_path / "out.xlsx").exists()


def test_the_name_of_the_file_says_what_it_becomes() -> None:
    assert form_of(Path("a.CSV"), None) is Form.CSV
    assert form_of(Path("a.txt"), Form.VCARD) is Form.VCARD
    assert form_of(None, None) is Form.CSV
    with pytest.raises(BadInput, match="--format"):
        form_of(Path("a.txt"), None)
    with pytest.raises(BadInput, match="--to"):
        form_of(None, Form.XLSX)
