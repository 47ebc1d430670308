"""The document tells of every key, and its example and that of the README can be imported."""

import re
from pathlib import Path

import pytest
from sqlmodel import Session

from mailer.models import Office
from mailer.releases.editions.drafting import import_release
from mailer.releases.manuscripts.reading import KEYS, read_manuscript
from mailer.releases.offices.press_contacts import read_press_contacts, save_described

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "releases.md"
#: What is indented by four between two lines of text, from a first line on.
EXAMPLE = r"^    {first}\n(?:(?:    .*)?\n)+"


def example(page: Path, first: str) -> str:
    """The example of a page that begins with that line."""
    found = re.search(EXAMPLE.format(first=re.escape(first)), page.read_text(), re.MULTILINE)
    assert found is not None
    return re.sub(r"^    ", "", found[0], flags=re.MULTILINE)


def test_the_document_tells_of_every_key() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [key for key in KEYS if f"`{key}`" not in text] == []


@pytest.mark.parametrize("page", [DOCUMENT, ROOT / "README.md"])
def test_the_example_of_a_page_becomes_a_release(
    session: Session, office: Office, tmp_path: Path, page: Path
) -> None:
    (tmp_path / "people.toml").write_text(example(DOCUMENT, '["anna.keller"]'), encoding="utf-8")
    save_described(session, read_press_contacts(tmp_path / "people.toml"), office=office)
    (tmp_path / "release.md").write_text(example(page, "---"), encoding="utf-8")
    draft = read_manuscript(tmp_path / "release.md")
    assert draft.body.startswith("Lead paragraph …")
    assert import_release(session, [draft], office=office).is_new
