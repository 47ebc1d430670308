"""The sheet of all covers: everything that a cover may have stands in each of them."""

import pytest
from sqlmodel import Session

from mailer.compose.rendering import render
from mailer.languages import cover_languages
from tests.browser.contact_sheet import letters, sheet


@pytest.mark.parametrize("dressed", [False, True])
def test_the_mended_seed_goes_under_every_cover(session: Session, dressed: bool) -> None:
    found = {letter.cover_language: letter for letter in letters(session, dressed=dressed)}
    assert tuple(found) == cover_languages()
    for letter in found.values():
        html = render(letter).html
        assert "conventions.example/185" in html
        assert "conventions.example/189" in html
        assert ("the list of speakers" in html) is dressed
        assert (letter.greeting != "") is dressed


def test_the_page_shows_each_of_them() -> None:
    page = sheet(cover_languages())
    assert page.count("<img ") == len(cover_languages())
    assert "Danish (da, ltr)" in page
    assert "Arabic (ar, rtl)" in page
