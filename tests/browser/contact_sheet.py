"""All covers at a glance: the release with which it began, its two dead links mended, under each
cover language, as Chromium shows it.

`python -m tests.browser.contact_sheet FOLDER` makes pictures and one page of them; `--dressed`
adds what a cover may have beside: an embargo, a greeting, a note, a notice, and what may be said of
the text.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from sqlmodel import Session

from mailer import database
from mailer.compose.covers.greetings import Person, greeting
from mailer.compose.letter import Identity, Letter, write_letter
from mailer.compose.printing.pages import counted
from mailer.compose.rendering import render
from mailer.languages import cover_languages, direction, name
from mailer.models import TABLES, Delivery, LegalBasis
from mailer.releases.editions import FullRelease, load
from mailer.releases.editions.drafting import import_release, read_release
from mailer.releases.offices import save_office
from mailer.tokens import Keyring

SEED = Path(__file__).parent.parent / "samples" / "releases" / "seed.md"
CONVENTIONS = ("https://conventions.example/185", "https://conventions.example/189")
OFFICE = {
    "key": "press",
    "name": "Council of Europe Press Division",
    "phone": "+33 3 88 41 25 60",
    "fax": "+33 3 88 41 39 11",
    "email": "pressunit@coe.int",
    "website": "www.coe.int",
    "postal_address": "1 Quai des Exemples, F-67000 Strasbourg",
    "city": "Strasbourg",
    "zone": "Europe/Paris",
    "from_name": "Press Division",
    "from_address": "press@press.example.org",
    "privacy_url": "https://press.example.org/privacy",
}
AT = datetime(2007, 6, 4, 8, 0, tzinfo=UTC)
UNTIL = datetime(2007, 6, 11, 7, 0, tzinfo=UTC)
READER = Person(given_name="Anna", family_name="Keller")
#: A screen of mail, and a telephone.
WIDE, NARROW = 640, 320


def letters(session: Session, *, dressed: bool) -> Iterator[Letter]:
    """The seed's letter in each cover language, with its pages."""
    full, identity = _release(session, dressed=dressed), _identity()
    for language in cover_languages():
        own = _own_words(language) if dressed else {}
        delivery = Delivery(
            distribution_id=0,
            email="reader@outlet.example",
            edition_language="en",
            cover_language=language,
            **own,
        )
        yield counted(session, write_letter(delivery, full, identity=identity, at=AT))


def _own_words(language: str) -> dict[str, Any]:
    return {
        "greeting": greeting(language, READER),
        "personal_note": "Anna, the list of speakers comes tomorrow.\n\nM. D., +33 3 88 00 00 00",
        "notice_basis": LegalBasis.LEGITIMATE_INTEREST,
        "notice_source": "Press Yearbook 2007",
        "zone": "Europe/London",
    }


def _release(session: Session, *, dressed: bool) -> FullRelease:
    office = save_office(session, OFFICE | {"says_immediate": not dressed})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seed.md"
        text = SEED.read_text(encoding="utf-8")
        for link in CONVENTIONS:
            text = text.replace("](#)", f"]({link})", 1)
        path.write_text(text, encoding="utf-8")
        imported = import_release(session, read_release(path), office=office)
    full = load(session, imported.reference)
    if dressed:
        full.release.embargo_until = UNTIL
        full.revisions["en"].change_note = "The number of participants is 120."
    return full


def _identity() -> Identity:
    return Identity(
        public_url="https://press.example.org",
        mail_domain="press.example.org",
        bounce_domain="bounce.press.example.org",
        tracking_enabled=False,
        keyring=Keyring({1: b"s" * 32}),
    )


def shoot(browser: Browser, letter: Letter, folder: Path) -> None:
    """The message as a picture, wide and narrow."""
    for width in (WIDE, NARROW):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.set_content(render(letter).html)
        page.screenshot(path=folder / f"{letter.cover_language}-{width}.png", full_page=True)
        page.close()


def sheet(languages: tuple[str, ...]) -> str:
    """The page with all pictures."""
    figures = "\n".join(
        f"<figure><figcaption>{escape(name(tag, written_in='en'))} ({tag},"
        f" {direction(tag)})</figcaption>"
        f'<img src="{tag}-{WIDE}.png" alt="The cover in {escape(name(tag, written_in="en"))}">'
        "</figure>"
        for tag in languages
    )
    style = (
        "body{margin:16px;font:14px sans-serif;display:grid;gap:16px;"
        "grid-template-columns:repeat(auto-fill,minmax(320px,1fr))}"
        "figure{margin:0}img{width:100%;border:1px solid #999}"
    )
    head = f'<meta charset="utf-8"><title>Covers</title><style>{style}</style>'
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{figures}\n</body></html>\n'
    )


def make(folder: Path, *, dressed: bool) -> None:
    """Write all pictures and the page into that folder."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = database.connect(f"sqlite:///{folder / 'sheet.sqlite'}")
    TABLES.create_all(engine)
    with database.writing(engine) as session, sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for letter in letters(session, dressed=dressed):
            shoot(browser, letter, folder)
        (folder / "sheet.html").write_text(sheet(cover_languages()), encoding="utf-8")
        page = browser.new_page(viewport={"width": 1700, "height": 1000})
        page.goto((folder / "sheet.html").resolve().as_uri())
        page.screenshot(path=folder / "sheet.png", full_page=True)
        browser.close()
        session.rollback()
    engine.dispose()
    (folder / "sheet.sqlite").unlink()


def main() -> int:
    """Make the sheet and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument(
        "--dressed", action="store_true", help="with embargo, greeting, note, notice"
    )
    given = parser.parse_args()
    make(given.folder, dressed=given.dressed)
    sys.stdout.write(f"{given.folder / 'sheet.html'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
