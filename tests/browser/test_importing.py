"""A list keeper brings a file in: choose, explain, look, import, undo; with axe on each page."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from sqlmodel import Session, select

from mailer.models import ContactImport, Journalist
from mailer.web.importing import looking
from tests.browser.conftest import Visit
from tests.browser.test_pages import faults
from tests.web.samples import Sample

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Windows = Callable[..., Visit]
TEXT = """E-Mail,Vorname,Nachname,Redaktion,Kürzel XYZ
karen@havn.example,Karen,Holm,Havnebladet,kh
amal@nahar.example,أمل,الحداد,النهار,ah
p.at.nowhere,Per,Ny,Havnebladet,pn
"""
CHANGED = TEXT.replace("kh", "الحروف الأولى").replace("Kürzel XYZ", "Notes")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "قائمة Häfen 2026.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def send_in(page: Page, file: Path) -> None:
    """From the contacts to the preview."""
    page.get_by_role("link", name="Import a file").click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_label("Why we may hold the data").select_option("consent")
    page.get_by_label("What they read").select_option("da")
    page.get_by_role("button", name="Preview").click()


@pytest.fixture
def sound(visit: Windows) -> Iterator[Callable[[Visit, str], None]]:
    """Looks at a page with axe, and whether it is wider than the screen; all is told at the end."""
    found: dict[str, object] = {}

    def look(window: Visit, name: str) -> None:
        if wrong := [*faults(window), *(["too wide"] if window.scrolls_sideways() else [])]:
            found[name] = wrong

    yield look
    assert found == {}


def expected_400(window: Visit) -> None:
    """The browser complains of an answer that tells what is wrong: it is meant."""
    window.complaints[:] = [said for said in window.complaints if "status of 400" not in said]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_a_file_is_brought_in_and_taken_back(
    visit: Windows,
    sound: Callable[[Visit, str], None],
    sqlite_engine: sa.Engine,
    sample: Sample,
    file: Path,
    width: int,
    scheme: str,
) -> None:
    window = visit(width=width, scheme=scheme)
    window.sign_in()
    page = window.go("/contacts")
    send_in(page, file)
    expect(page.get_by_role("heading", name="What do these columns mean?")).to_be_visible()
    sound(window, "columns")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Say what it means")).to_be_visible()
    sound(window, "columns without an answer")
    expected_400(window)
    page.get_by_label("Kürzel XYZ").select_option("person.notes_public")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".fate").first).to_have_text(re.compile("^2new"))
    sound(window, "preview")
    page.get_by_role("link", name="Change …").click()
    expect(page.get_by_label("Vorname")).to_have_value("person.given_name")
    sound(window, "all columns")
    window.go("/contacts/imports/new")
    sound(window, "form")
    window.go("/contacts/imports")
    sound(window, "list of what waits")
    page.get_by_role("link", name="Häfen").click()
    page.get_by_role("button", name="Import these").click()
    expect(page.get_by_text("Imported, exactly as the preview said.")).to_be_visible()
    sound(window, "result")
    window.go("/contacts/imports")
    sound(window, "list")
    page.get_by_role("link", name="Häfen").click()
    page.get_by_text("Undo this import …").click()
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    sound(window, "undone")
    with Session(sqlite_engine) as session:
        assert len(session.exec(select(ContactImport)).all()) == 1
        names = session.exec(select(Journalist.family_name)).all()
    assert "Holm" not in names


def test_without_scripts_a_file_is_brought_in_too(
    visit: Windows, sqlite_engine: sa.Engine, sample: Sample, file: Path
) -> None:
    file.write_text(CHANGED, encoding="utf-8")
    window = visit(scripts=False)
    window.sign_in()
    page = window.go("/contacts")
    send_in(page, file)
    page.get_by_role("button", name="Import these").click()
    page.get_by_text("Undo this import …").click()
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.get_by_text("Undone.")).to_be_visible()


def test_what_changes_is_told_from_right_to_left_too(
    visit: Windows, sound: Callable[[Visit, str], None], sample: Sample, file: Path
) -> None:
    window = visit(width=320)
    window.sign_in()
    page = window.go("/contacts")
    file.write_text(TEXT.replace("Kürzel XYZ", "Notes"), encoding="utf-8")
    send_in(page, file)
    page.get_by_role("button", name="Import these").click()
    expect(page.get_by_text("Imported, exactly")).to_be_visible()
    file.write_text(CHANGED, encoding="utf-8")
    window.go("/contacts")
    send_in(page, file)
    expect(page.locator("ins bdi")).to_have_text("الحروف الأولى")
    sound(window, "changes")


def test_a_long_file_is_shown_the_way_to_the_command_line(
    visit: Windows,
    sound: Callable[[Visit, str], None],
    sample: Sample,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looking, "MOST_LINES", 1)
    file.write_text(CHANGED, encoding="utf-8")
    window = visit(width=320)
    window.sign_in()
    page = window.go("/contacts")
    send_in(page, file)
    expect(page.locator("pre.command")).to_contain_text("mailer contacts import")
    sound(window, "too long")
    page.get_by_role("button", name="Delete the file").click()
    expect(page.get_by_role("heading", name="Imports")).to_be_visible()


def test_a_file_that_cannot_be_used_is_told_beside_its_field(
    visit: Windows, sound: Callable[[Visit, str], None], sample: Sample, file: Path
) -> None:
    file.write_bytes(b"%PDF-1.7")
    window = visit(width=320)
    window.sign_in()
    page = window.go("/contacts")
    send_in(page, file)
    expect(page.locator("#file-error")).to_contain_text("a PDF document")
    expect(page.get_by_label("What they read")).to_have_value("da")
    sound(window, "refused")
    expected_400(window)
