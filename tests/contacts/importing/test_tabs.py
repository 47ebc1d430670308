"""The tabs of a workbook are lists, one for those to whom nobody may write closes them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from mailer.contacts.importing import ImportReport, import_contacts
from mailer.contacts.importing.tabs import meaning_of
from mailer.models import (
    Address,
    AddressState,
    Desk,
    Journalist,
    MediaList,
    MediaListEntry,
    Outlet,
    Role,
)
from mailer.tokens import Keyring
from tests.contacts.importing.importing import counts
from tests.contacts.importing.workbooks import write_xlsx

HEADER = ["email", "given_name", "family_name", "desk", "outlet"]
KAREN = ["karen@havn.example", "Karen", "Holm", "", "Havnebladet"]
BO = ["bo@havn.example", "Bo", "Friis", "", "Havnebladet"]
DESK = ["nyt@havn.example", "", "", "Nyheder", "Havnebladet"]
ALONE = ["", "", "", "", "Fjordradio"]
Taking = Callable[..., ImportReport]


@pytest.fixture
def take(session: Session, keyring: Keyring, tmp_path: Path) -> Taking:
    """Imports a workbook with those rows in each tab."""

    def taken(**tabs: list[list[str]]) -> ImportReport:
        named = {name.replace("_", " "): [HEADER, *rows] for name, rows in tabs.items()}
        path = write_xlsx(tmp_path / "lists.xlsx", named)
        report = import_contacts(session, path, keyring=keyring)
        session.flush()
        return report

    return taken


def _lists(session: Session) -> dict[str, int]:
    rows = session.exec(
        select(MediaList.name, MediaListEntry.id).join(
            MediaListEntry, col(MediaListEntry.list_id) == MediaList.id
        )
    )
    found: dict[str, int] = {}
    for name, _ in rows:
        found[name] = found.get(name, 0) + 1
    return found


def test_of_several_tabs_each_is_a_list_of_those_in_it(session: Session, take: Taking) -> None:
    report = take(Kultur=[KAREN, DESK], Sport=[KAREN, BO, ALONE], Sheet3=[BO])
    assert _lists(session) == {"Kultur": 2, "Sport": 2}
    assert "the tab 'Kultur' is a list, and everybody in it is put on it" in report.notices
    # That she stands on a second list is news; that an outlet has nobody leaves it without one.
    assert counts(report) == {"new": 4, "changed": 1, "duplicate": 1}
    assert session.exec(select(Outlet.name).order_by(Outlet.name)).all() == [
        "Fjordradio",
        "Havnebladet",
    ]


def test_one_tab_alone_and_those_without_a_name_of_their_own_are_no_lists(
    session: Session, take: Taking
) -> None:
    take(Presse=[KAREN], Tabelle2=[BO])
    take(Sheet1=[KAREN], Sheet2=[BO])
    assert _lists(session) == {}


def test_whoever_stands_under_do_not_invite_is_at_least_on_that_list(
    session: Session, take: Taking
) -> None:
    report = take(Tabelle1=[KAREN, BO], Nicht_einladen=[BO])
    assert _lists(session) == {"Nicht einladen": 1}
    (notice,) = [one for one in report.notices if "Nicht einladen" in one]
    assert 'Write -list:"Nicht einladen" into the criteria' in notice


def test_whoever_stands_under_do_not_contact_gets_nothing(session: Session, take: Taking) -> None:
    report = take(Presse=[KAREN, BO, DESK], Nicht_anschreiben=[BO, DESK])
    refused = select(Journalist.given_name).where(col(Journalist.do_not_contact).is_(True))
    assert session.exec(refused).all() == ["Bo"]
    assert [desk.do_not_contact for desk in session.exec(select(Desk))] == [True]
    assert any("'Nicht anschreiben' is read as person.do_not_contact" in n for n in report.notices)
    assert _lists(session) == {}


def test_whoever_stands_under_unsubscribed_is_suppressed(session: Session, take: Taking) -> None:
    report = take(Abgemeldet=[BO])
    assert counts(report) == {"suppressed": 1}
    assert session.exec(select(Address.state)).all() == [AddressState.SUPPRESSED]
    assert len(session.exec(select(Role)).all()) == 1


@pytest.mark.parametrize("name", ["Tabelle1", "Sheet 12", "Лист1", "Ark1", "Feuil3", "Φύλλο1", ""])
def test_a_spreadsheets_own_names_say_nothing(name: str) -> None:
    assert meaning_of(name, among=[name, "Kultur", "Sport"]).says == {}
