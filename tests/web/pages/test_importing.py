import io
import json
import re
import stat
import threading
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from mailer import clock, database
from mailer.contacts import suppressions
from mailer.contacts.importing.files import guards
from mailer.errors import NotFound
from mailer.models import (
    Address,
    AddressState,
    ContactImport,
    Desk,
    Journalist,
    LegalBasis,
    Role,
    SuppressionReason,
)
from mailer.settings import Settings
from mailer.tokens import Keyring
from mailer.web.importing import looking, receiving, waiting
from mailer.web.importing.waiting import safe_name
from tests import factories
from tests.contacts.importing import cision
from tests.contacts.importing.workbooks import write_xlsx
from tests.web.samples import Sample

NEW = "/contacts/imports/new"
PLAIN = """email,given_name,family_name,outlet,outlet_country
karen@havn.example,Karen,Holm,Havnebladet,DK
ida@havn.example,Ida,Lund,Havnebladet,DK
p.at.nowhere,Per,Ny,Havnebladet,DK
"""
UNKNOWN = "E-Mail,Vorname,Nachname,Redaktion,Kürzel XYZ\nkaren@havn.example,Karen,Holm,Havn,kh\n"
Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def _office(sample: Sample) -> None:
    """The pages speak of times, and the office knows its zone."""


@pytest.fixture
def send(desk: TestClient) -> Send:
    """Sends a file in, as the form does."""

    def sent(content: str | bytes, name: str = "contacts.csv", **said: str) -> Any:
        form = {"source": "", "basis": "legitimate_interest", "language": ""} | said
        data = content.encode() if isinstance(content, str) else content
        return desk.post(NEW, data=form, files={"file": (name, data)})

    return sent


def counted(page: str) -> dict[str, int]:
    """What the page says becomes of the rows."""
    found = re.findall(r'class="fate"><strong>([^<]*)</strong>(\w+)', page)
    return {name: int(number.replace("\u202f", "")) for number, name in found if number != "0"}


def taken(desk: TestClient, path: str) -> Any:
    """Presses "Import these" on a preview."""
    page = desk.get(path).text
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    return desk.post(f"{path}/take", data={"seen": seen})


def people(engine: sa.Engine) -> list[str]:
    with Session(engine) as session:
        return sorted(one.family_name for one in session.exec(select(Journalist)).all())


def kept_files(settings: Settings) -> list[Path]:
    found = (path for path in (settings.home / "imports").rglob("*") if path.is_file())
    return [path for path in found if path.name != "lock"]


def test_the_contacts_lead_to_the_form(desk: TestClient) -> None:
    assert "/contacts/imports" in desk.get("/contacts").text
    assert NEW in desk.get("/contacts/imports").text
    form = desk.get(NEW).text
    assert 'enctype="multipart/form-data"' in form
    assert "200 MB" in form


def test_a_preview_changes_nothing(send: Send, desk: TestClient, all_rows: Any) -> None:
    before = all_rows()
    answer = send(PLAIN)
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"]).text
    assert counted(page) == {"new": 2, "unusable": 1}
    assert "nothing is imported yet" in page
    assert all_rows() == before


def test_what_is_imported_is_what_was_previewed(
    send: Send, desk: TestClient, engine: sa.Engine
) -> None:
    path = send(PLAIN, source="Harbour cards").headers["Location"]
    preview = counted(desk.get(path).text)
    answer = taken(desk, path)
    assert answer.status_code == 303
    result = desk.get(answer.headers["Location"]).text
    assert counted(result) == preview
    assert "exactly as the preview said" in result
    assert "Marie Duval" in result
    assert "Harbour cards" in result
    assert {"Holm", "Lund"} <= set(people(engine))


def test_a_row_that_cannot_be_used_is_told_with_its_number_and_why(
    send: Send, desk: TestClient
) -> None:
    page = desk.get(send(PLAIN).headers["Location"]).text
    unusable = page.partition('id="unusable-title"')[2]
    assert '<span class="num">4</span>' in unusable
    assert "p.at.nowhere" in unusable


def test_a_change_is_told_field_by_field(send: Send, desk: TestClient) -> None:
    taken(desk, send(PLAIN).headers["Location"])
    changed = "email,given_name,family_name,job_title\nkaren@havn.example,Karen,Holm,Editor\n"
    page = desk.get(send(changed).headers["Location"]).text
    assert counted(page) == {"changed": 1}
    assert "job title" in page
    assert "<ins><bdi>Editor</bdi></ins>" in page


def test_the_same_file_again_changes_nothing(send: Send, desk: TestClient) -> None:
    taken(desk, send(PLAIN).headers["Location"])
    page = desk.get(send(PLAIN).headers["Location"]).text
    assert counted(page) == {"unchanged": 2, "unusable": 1}


def test_basis_source_and_language_are_kept_with_the_new_ones(
    send: Send, desk: TestClient, engine: sa.Engine
) -> None:
    text = "email,given_name,family_name,desk,outlet,languages\n"
    text += "karen@havn.example,Karen,Holm,,Havn,\nida@havn.example,Ida,Lund,,Havn,fr\n"
    text += "red@havn.example,,,News,Havn,\n"
    path = send(text, source="Cards", basis="consent", language="da").headers["Location"]
    assert "Danish, where the file does not say it" in desk.get(path).text
    taken(desk, path)
    with Session(engine) as session:
        found = {one.family_name: one for one in session.exec(select(Journalist)).all()}
        news = session.exec(select(Desk).where(Desk.name == "News")).one()
    assert found["Holm"].languages == ["da"]
    assert found["Lund"].languages == ["fr"]
    assert news.languages == ["da"]
    assert {found["Holm"].legal_basis, news.legal_basis} == {LegalBasis.CONSENT}
    assert found["Holm"].source == "Cards"


def test_the_basis_of_one_whom_we_know_stays(
    send: Send, desk: TestClient, engine: sa.Engine
) -> None:
    taken(desk, send(PLAIN, basis="public_task").headers["Location"])
    more = PLAIN.replace("DK\n", "DK,Editor\n").replace("country", "country,job_title", 1)
    taken(desk, send(more, basis="consent", language="fr").headers["Location"])
    with Session(engine) as session:
        karen = session.exec(select(Journalist).where(Journalist.family_name == "Holm")).one()
    assert (karen.legal_basis, karen.languages) == (LegalBasis.PUBLIC_TASK, [])


def test_contacts_that_changed_since_are_shown_anew_and_nothing_is_imported(
    send: Send, desk: TestClient, engine: sa.Engine
) -> None:
    path = send(PLAIN).headers["Location"]
    seen = desk.get(path).text.partition('name="seen" value="')[2].partition('"')[0]
    with database.writing(engine) as session:
        factories.journalist(session, "karen@havn.example", given_name="Karen", family_name="Holm")
    answer = desk.post(f"{path}/take", data={"seen": seen})
    assert answer.headers["Location"] == path
    page = desk.get(path).text
    assert "the contacts have changed since" in page
    assert counted(page) != {"new": 2, "unusable": 1}
    assert "Lund" not in people(engine)
    assert "exactly as the preview said" in desk.get(taken(desk, path).headers["Location"]).text
    assert "Lund" in people(engine)


def test_a_preview_that_nobody_saw_is_not_taken(
    send: Send, desk: TestClient, engine: sa.Engine
) -> None:
    path = send(PLAIN).headers["Location"]
    for seen in ("", "0" * 32):
        assert desk.post(f"{path}/take", data={"seen": seen}).status_code == 409
    assert "Holm" not in people(engine)


def test_a_double_click_imports_once(send: Send, desk: TestClient, engine: sa.Engine) -> None:
    path = send(PLAIN).headers["Location"]
    page = desk.get(path).text
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    answers: list[Any] = []

    def press() -> None:
        answers.append(desk.post(f"{path}/take", data={"seen": seen}))

    presses = [threading.Thread(target=press) for _ in range(2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert len({one.headers["Location"] for one in answers}) == 1
    with Session(engine) as session:
        assert len(session.exec(select(ContactImport)).all()) == 1
    assert people(engine).count("Holm") == 1
    assert desk.get(path).headers["Location"] == answers[0].headers["Location"]


def test_an_import_is_undone_whole(send: Send, desk: TestClient, all_rows: Any) -> None:
    before = {name: all_rows()[name] for name in ("journalist", "role", "desk", "outlet")}
    result = taken(desk, send(PLAIN).headers["Location"]).headers["Location"]
    number = result.partition("?")[0]
    assert "Undo this import" in desk.get(number).text
    undone = desk.post(f"{number}/undo")
    assert undone.status_code == 200
    assert "Undone." in undone.text
    assert {name: all_rows()[name] for name in before} == before
    page = desk.get(number).text
    assert "Undo this import" not in page
    assert "by <bdi>Marie Duval</bdi>" in page.partition("Undone")[2]
    assert "undone" in desk.get("/contacts/imports").text
    assert desk.post(f"{number}/undo").status_code == 409


def test_what_changed_after_an_import_is_left_alone_and_told(
    send: Send, desk: TestClient, engine: sa.Engine
) -> None:
    taken(desk, send(PLAIN).headers["Location"])
    first = "email,given_name,family_name,job_title\nkaren@havn.example,Karen,Holm,Editor\n"
    number = taken(desk, send(first).headers["Location"]).headers["Location"].partition("?")[0]
    taken(desk, send(first.replace("Editor", "Chief")).headers["Location"])
    undone = desk.post(f"{number}/undo").text
    assert "<strong>Undone.</strong>" in undone  # what stays goes back with what changed it
    assert "Something has changed since" in undone
    assert "Left alone" in undone
    with Session(engine) as session:
        assert "Chief" in session.exec(select(Role.job_title)).all()


def test_an_undo_that_takes_nothing_back_leaves_the_import_and_says_what_holds_it(
    send: Send, desk: TestClient, all_rows: Any
) -> None:
    before = all_rows()["journalist"]
    first = taken(desk, send(PLAIN).headers["Location"]).headers["Location"].partition("?")[0]
    other = taken(desk, send(f"{PLAIN}\n").headers["Location"]).headers["Location"]
    undone = desk.post(f"{first}/undo").text
    assert "Nothing was taken back." in undone
    assert "Take back import" in undone.replace("take", "Take")
    assert "Undo this import" in desk.get(first).text
    assert "undone" not in desk.get("/contacts/imports").text
    desk.post(f"{other.partition('?')[0]}/undo")
    assert "<strong>Undone.</strong>" in desk.post(f"{first}/undo").text
    assert all_rows()["journalist"] == before


def test_an_import_undone_in_part_can_be_undone_once_more(
    send: Send, desk: TestClient, all_rows: Any
) -> None:
    before = all_rows()["journalist"]
    first = taken(desk, send(PLAIN).headers["Location"]).headers["Location"].partition("?")[0]
    header, row, *_ = PLAIN.splitlines()
    other = taken(desk, send(f"{header}\n{row}\n").headers["Location"]).headers["Location"]
    assert "Undone in part." in desk.post(f"{first}/undo").text
    assert "undone in part" in desk.get("/contacts/imports").text
    page = desk.get(first).text
    assert "that had changed since" in page
    assert "Undo the rest of it" in page
    desk.post(f"{other.partition('?')[0]}/undo")
    assert "<strong>Undone.</strong>" in desk.post(f"{first}/undo").text
    assert "Undo the rest of it" not in desk.get(first).text
    assert all_rows()["journalist"] == before


def test_the_list_tells_who_when_and_how_many(send: Send, desk: TestClient) -> None:
    taken(desk, send(PLAIN, name="Hafen.csv").headers["Location"])
    send(PLAIN, name="later.csv")
    page = desk.get("/contacts/imports").text
    assert "Hafen.csv" in page
    assert "Marie Duval" in page
    assert '<span class="num">2</span> new' in page
    assert "Not imported yet" in page.partition("later.csv")[0]


def test_a_long_list_of_imports_comes_page_by_page(desk: TestClient, engine: sa.Engine) -> None:
    with database.writing(engine) as session:
        for n in range(60):
            session.add(ContactImport(file_name=f"f{n}.csv", digest="", imported_at=clock.now()))
    first = desk.get("/contacts/imports").text
    before = first.partition("?before=")[2].partition('"')[0]
    second = desk.get(f"/contacts/imports?before={before}").text
    assert (first.count(".csv</bdi>"), second.count(".csv</bdi>")) == (50, 10)
    assert "the command line" in first


# ------------------------------------------------------------------ columns


def test_a_column_that_nobody_knows_is_asked_and_remembered(
    send: Send, desk: TestClient, engine: sa.Engine
) -> None:
    path = send(UNKNOWN).headers["Location"]
    page = desk.get(path).text
    assert "What do these columns mean?" in page
    assert "Kürzel XYZ" in page
    assert "In it stands “<bdi>kh</bdi>”." in page
    assert "Import these" not in page
    said = {"header": "Kürzel XYZ", "was": "", "target": "person.notes_public"}
    assert desk.post(f"{path}/columns", data=said).headers["Location"] == path
    page = desk.get(path).text
    assert counted(page) == {"new": 1}
    assert "you said so" in page
    taken(desk, path)
    again = desk.get(send(UNKNOWN.replace("kh", "kk")).headers["Location"]).text
    assert counted(again) == {"changed": 1}
    assert "as in an earlier file" in again


def test_a_file_without_a_header_is_asked_with_what_stands_in_its_first_row(
    desk: TestClient, send: Send
) -> None:
    rows = "Karen,Holm,karen@havn.example\nIda,Lund,ida@havn.example\n"
    path = send(rows).headers["Location"]
    page = desk.get(path).text
    assert "What do these columns mean?" in page
    assert "The first row has “<bdi>Karen</bdi>”." in page
    assert 'value="email"' not in page
    said = {
        "header": ["column 1", "column 2"],
        "was": ["", ""],
        "target": ["person.given_name", "person.family_name"],
    }
    assert desk.post(f"{path}/columns", data=said).headers["Location"] == path
    assert counted(desk.get(path).text) == {"new": 2}


def test_a_column_without_an_answer_is_told_beside_it(send: Send, desk: TestClient) -> None:
    path = send(UNKNOWN).headers["Location"]
    for target in ("", "person.shoe_size"):
        said = {"header": "Kürzel XYZ", "was": "", "target": target}
        answer = desk.post(f"{path}/columns", data=said)
        assert answer.status_code == 400
        assert "target-1-error" in answer.text
    assert "What do these columns mean?" in desk.get(path).text


def test_a_known_column_can_be_given_another_meaning(
    send: Send, desk: TestClient, engine: sa.Engine
) -> None:
    path = send(PLAIN).headers["Location"]
    page = desk.get(f"{path}?columns=all").text
    assert page.count("<select") == 5
    headers = PLAIN.partition("\n")[0].split(",")
    was = re.findall(r'name="was" value="([^"]*)"', page)
    said = {"header": headers, "was": was, "target": [*was[:-1], "ignore"]}
    desk.post(f"{path}/columns", data=said)
    page = desk.get(path).text
    assert page.count("you said so") == 2  # the narrow and the wide screen
    assert "left out" in page


def test_a_file_of_a_known_export_is_called_so(send: Send, desk: TestClient) -> None:
    made = cision.make(200)
    page = desk.get(send(made.text).headers["Location"]).text
    assert "Recognised as the Cision feed" in page
    known = {name: number for name, number in made.counts.items() if number}
    known["new"] = known.get("new", 0) + known.pop("suppressed", 0)
    assert counted(page) == known


def test_each_real_layout_is_previewed(send: Send, desk: TestClient, shared: Path) -> None:
    sets = json.loads((shared / "data" / "import_headers.json").read_text(encoding="utf-8"))["sets"]
    for name in ("prmax_export", "prmax_private_import", "muckrack_contacts", "prezly_api"):
        headers = list(sets[name]["headers"])
        targets = [str(target) for target in sets[name]["headers"].values()]
        cells = [_cell(target) for target in targets]
        answer = send(f"{','.join(headers)}\n{','.join(cells)}\n", name=f"{name}.csv")
        page = desk.get(answer.headers["Location"]).text
        assert counted(page) == {"new": 1}, name
        assert "Recognised as" in page, name


def _cell(target: str) -> str:
    known = {
        "role.email": "mary@paper.example",
        "person.given_name": "Mary",
        "person.family_name": "Rowe",
        "person.full_name": "Mary Rowe",
        "outlet.name": "The Paper",
    }
    return known.get(re.split("[* ]", target, maxsplit=1)[0], "")


# ------------------------------------------------------------------ files of every kind


def test_a_workbook_is_read_tab_by_tab(send: Send, desk: TestClient, tmp_path: Path) -> None:
    head = ["Email", "First name", "Last name", "Outlet"]
    book = write_xlsx(
        tmp_path / "book.xlsx",
        {
            "Wire": [head, ["a@wire.example", "Ana", "Sol", "Wire"]],
            "Radio": [head, ["no address", "Bo", "Ek", "Radio"]],
        },
    )
    page = desk.get(send(book.read_bytes(), "book.xlsx").headers["Location"]).text
    assert counted(page) == {"new": 1, "unusable": 1}
    assert "Columns of <bdi>Wire</bdi>" in page
    assert "<bdi>Radio</bdi>" in page.partition("unusable-title")[2]


def test_a_vcard_is_read(send: Send, desk: TestClient) -> None:
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Sol\r\nN:Sol;Ana;;;\r\nORG:Wire\r\n"
    card += "EMAIL:a@wire.example\r\nEND:VCARD\r\n"
    assert counted(desk.get(send(card, "a.vcf").headers["Location"]).text) == {"new": 1}


def bomb() -> bytes:
    """An archive that calls itself a workbook and unfolds into far more than it seems."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000_000)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "empty.csv", "the file is empty"),
        (b"\n\n", "blank.csv", ""),
        (b"%PDF-1.7 nothing", "list.csv", "a PDF document"),
        (b"<html><table></table></html>", "list.xls", "a web page"),
        (b"\x89PNG\r\n\x1a\n", "list.csv", "a picture"),
        (b"PK\x03\x04 damaged", "list.xlsx", "cannot be read"),
        (bytes(range(32)) * 200, "list.csv", "not a text file"),
        (b"one,two\n1,2\n", "numbers.csv", None),
    ],
)
def test_a_file_that_is_none_is_refused_beside_its_field(
    send: Send, desk: TestClient, web_settings: Settings, content: bytes, name: str, why: str | None
) -> None:
    answer = send(content, name, source="Typed with care")
    if why is None:
        assert "What do these columns mean?" in desk.get(answer.headers["Location"]).text
        return
    assert answer.status_code == 400
    assert why.casefold() in answer.text.partition('id="file-error"')[2].casefold()
    assert "Typed with care" in answer.text
    assert kept_files(web_settings) == []


def test_an_archive_that_unfolds_without_end_is_refused(send: Send, web_settings: Settings) -> None:
    answer = send(bomb(), "bomb.xlsx")
    assert answer.status_code == 400
    assert "file-error" in answer.text
    assert kept_files(web_settings) == []


def test_a_file_beyond_the_limit_is_refused_and_nothing_of_it_kept(
    send: Send, web_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("mailer.web.importing.receiving", "mailer.web.importing.asking"):
        monkeypatch.setattr(f"{module}.LARGEST_FILE", guards.MEGABYTE)
    answer = send(b"email\n" + b"a@b.example\n" * 200_000)
    assert answer.status_code == 400
    assert "1 MB is the most" in answer.text
    assert kept_files(web_settings) == []


def test_a_full_disk_is_told_and_nothing_of_the_file_kept(
    send: Send, web_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def private(path: Path) -> Any:
        path.touch()
        return Path("/dev/full").open("wb", buffering=0)

    monkeypatch.setattr(receiving, "_private", private)
    answer = send(PLAIN)
    assert answer.status_code == 503
    assert "no room on the disk, and nothing was changed" in answer.text
    assert kept_files(web_settings) == []


def test_a_file_with_too_many_rows_gets_the_exact_command(
    send: Send, desk: TestClient, web_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MOST_LINES", 2)
    answer = send(PLAIN, "it's long.csv", source="A & B", basis="consent", language="da")
    page = desk.get(answer.headers["Location"]).text
    file = next(path for path in kept_files(web_settings) if path.suffix == ".csv")
    assert "more than 2 rows" in page
    assert "Import these" not in page
    assert "mailer contacts import" in page
    assert "--basis consent" in page
    assert str(file.parent) in page
    assert file.read_text(encoding="utf-8") == PLAIN


# ------------------------------------------------------------------ what guards it


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Piotr\\list.csv", "list.csv"),
        ("/abs/olute.csv", "olute.csv"),
        ("..", "contacts"),
        ("a\x00b\n.csv", "ab.csv"),
        ("\u202eusc.csv", "usc.csv"),
        ("صحفيون.csv", "صحفيون.csv"),
        ("é" * 300 + ".xlsx", "é" * 87 + ".xlsx"),
    ],
)
def test_a_name_is_no_path(typed: str, kept: str) -> None:
    assert safe_name(typed) == kept


def test_a_file_named_like_a_path_stays_in_its_folder(
    send: Send, desk: TestClient, web_settings: Settings, tmp_path: Path
) -> None:
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    path = send(PLAIN, "../../../mailer.toml").headers["Location"]
    assert "<bdi>mailer.toml</bdi>" in desk.get(path).text
    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert all(path.is_relative_to(web_settings.home / "imports") for path in new)


def test_only_we_can_read_what_waits(send: Send, web_settings: Settings) -> None:
    send(PLAIN)
    place = web_settings.home / "imports"
    file = next(path for path in kept_files(web_settings) if path.name == "contacts.csv")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_the_file_goes_when_it_is_imported_or_discarded(
    send: Send, desk: TestClient, web_settings: Settings
) -> None:
    taken(desk, send(PLAIN).headers["Location"])
    assert [path for path in kept_files(web_settings) if path.suffix == ".csv"] == []
    path = send(PLAIN).headers["Location"]
    assert desk.post(f"{path}/discard").headers["Location"] == "/contacts/imports"
    assert desk.get(path).status_code == 404
    assert [path for path in kept_files(web_settings) if path.suffix == ".csv"] == []


def test_what_is_being_imported_is_not_discarded(
    send: Send, desk: TestClient, web_settings: Settings, engine: sa.Engine
) -> None:
    path = send(PLAIN).headers["Location"]
    kept = waiting.find_waiting(web_settings.home, path.rpartition("/")[2])
    with kept.held():
        answer = desk.post(f"{path}/discard")
        assert answer.status_code == 409
        assert "is being imported" in answer.text
    result = taken(desk, path).headers["Location"]
    assert people(engine).count("Holm") == 1
    # Who clicks on an old page is shown what came of it.
    assert desk.post(f"{path}/discard").headers["Location"] == result


def test_a_file_is_waited_for_by_nobody_who_has_another(
    send: Send, desk: TestClient, web_settings: Settings
) -> None:
    path = send(PLAIN).headers["Location"]
    with waiting.find_waiting(web_settings.home, path.rpartition("/")[2]).held():
        other = send(PLAIN).headers["Location"]
        assert taken(desk, other).status_code == 303


def test_who_waited_for_a_file_that_was_discarded_is_told_so(
    send: Send, desk: TestClient, web_settings: Settings
) -> None:
    path = send(PLAIN).headers["Location"]
    kept = waiting.find_waiting(web_settings.home, path.rpartition("/")[2])
    (kept.folder / "said.json").unlink()
    with pytest.raises(NotFound, match="not here any more"), kept.held():
        pytest.fail("it was held although it had gone")
    kept.discard()
    with pytest.raises(NotFound, match="not here any more"), kept.held():
        pytest.fail("it was held although it had gone")


def test_what_nobody_imports_is_deleted_after_a_day(
    send: Send, web_settings: Settings, desk: TestClient
) -> None:
    path = send(PLAIN).headers["Location"]
    cut_off = waiting.make_folder(web_settings.home)
    (cut_off / "upload").write_bytes(b"half")
    waiting.sweep(web_settings.home)
    assert desk.get(path).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        waiting.sweep(web_settings.home)
    assert kept_files(web_settings) == []
    assert desk.get(path).status_code == 404


def test_what_is_being_imported_is_not_swept_away(send: Send, web_settings: Settings) -> None:
    path = send(PLAIN).headers["Location"]
    kept = waiting.find_waiting(web_settings.home, path.rpartition("/")[2])
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        with kept.held():
            waiting.sweep(web_settings.home)
        assert kept.file.exists()
        waiting.sweep(web_settings.home)
    assert kept_files(web_settings) == []


def test_a_preview_that_was_cut_off_can_be_made_again(
    send: Send, desk: TestClient, web_settings: Settings
) -> None:
    path = send(PLAIN).headers["Location"]
    next(one for one in kept_files(web_settings) if one.name == "found.json").unlink()
    page = desk.get(path).text
    assert "did not come to its end" in page
    assert "Import these" not in page
    desk.post(f"{path}/preview")
    assert counted(desk.get(path).text) == {"new": 2, "unusable": 1}


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
def test_a_form_on_another_site_brings_nothing_in(
    send: Send,
    desk: TestClient,
    web_settings: Settings,
    engine: sa.Engine,
    headers: dict[str, str],
) -> None:
    form = {"basis": "consent"}
    answer = desk.post(NEW, data=form, files={"file": ("a.csv", PLAIN)}, headers=headers)
    assert answer.status_code == 403
    assert not (web_settings.home / "imports").exists()
    path = send(PLAIN).headers["Location"]
    seen = desk.get(path).text.partition('name="seen" value="')[2].partition('"')[0]
    for button in ("take", "discard", "columns", "preview"):
        forged = desk.post(f"{path}/{button}", data={"seen": seen}, headers=headers)
        assert forged.status_code == 403
    assert "Holm" not in people(engine)
    number = taken(desk, path).headers["Location"].partition("?")[0]
    assert desk.post(f"{number}/undo", headers=headers).status_code == 403
    assert "Holm" in people(engine)


def test_nobody_sends_a_file_in_without_signing_in(
    client: TestClient, web_settings: Settings
) -> None:
    answer = client.post(NEW, data={"basis": "consent"}, files={"file": ("a.csv", PLAIN)})
    assert answer.headers["Location"].startswith("/sign-in")
    assert not (web_settings.home / "imports").exists()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"basis=consent", "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\nnothing", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf', "x"),
        (b"junk", "multipart/form-data"),
    ],
)
def test_a_form_that_is_not_whole_is_refused(
    desk: TestClient, web_settings: Settings, body: bytes, kind: str
) -> None:
    kind = "multipart/form-data; boundary=x" if kind == "x" else kind
    answer = desk.post(NEW, content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert "did not arrive whole" in answer.text
    assert kept_files(web_settings) == []


@pytest.mark.parametrize("said", [{"basis": ""}, {"basis": "because"}, {"language": "xx"}])
def test_what_is_said_wrongly_is_told_beside_its_field(
    send: Send, web_settings: Settings, said: dict[str, str]
) -> None:
    answer = send(PLAIN, **said)
    assert answer.status_code == 400
    assert f'id="{next(iter(said))}-error"' in answer.text
    assert "Choose the file again" in answer.text
    assert kept_files(web_settings) == []


def test_without_a_file_the_form_says_so(desk: TestClient) -> None:
    answer = desk.post(NEW, data={"basis": "consent"}, files={"file": ("", b"")})
    assert "Choose a file." in answer.text


@pytest.mark.parametrize("key", ["0" * 32, "lock", "..%2F..", "a" * 5000])
def test_a_file_that_does_not_wait_is_not_found(desk: TestClient, key: str) -> None:
    assert desk.get(f"/contacts/imports/waiting/{key}").status_code == 404


def test_an_import_that_never_was_is_not_found(desk: TestClient) -> None:
    for number in ("7", str(2**63), "seven"):
        assert desk.get(f"/contacts/imports/{number}").status_code == 404
        assert desk.post(f"/contacts/imports/{number}/undo").status_code == 404


def test_what_stands_in_a_file_is_text_and_no_markup(send: Send, desk: TestClient) -> None:
    taken(desk, send(PLAIN).headers["Location"])
    text = "email,given_name,family_name,job_title,<b>x</b>\n"
    text += "karen@havn.example,Karen,Holm,<script>alert(1)</script>,c\n"
    path = send(text, "<img src=x>.csv").headers["Location"]
    page = desk.get(path).text
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    desk.post(f"{path}/columns", data={"header": "<b>x</b>", "was": "", "target": "ignore"})
    page += desk.get(path).text
    assert "&lt;script&gt;" in page
    for bad in ("<script>alert", "<img src=x", "<b>x"):
        assert bad not in page


def test_a_suppressed_address_stays_closed(
    send: Send, desk: TestClient, engine: sa.Engine, keyring: Keyring
) -> None:
    with database.writing(engine) as session:
        left = {"karen@havn.example": SuppressionReason.UNSUBSCRIBED}
        suppressions.suppress_many(session, left, keyring=keyring, source="a link")
    path = send(PLAIN).headers["Location"]
    page = desk.get(path).text
    assert counted(page) == {"new": 1, "suppressed": 1, "unusable": 1}
    assert "An import never opens them again" in page
    taken(desk, path)
    with Session(engine) as session:
        address = session.exec(select(Address).where(Address.normalised == "karen@havn.example"))
        assert address.one().state is AddressState.SUPPRESSED
