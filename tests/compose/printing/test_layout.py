"""How the print is laid out: the bars of its quotes, and what goes over the page together."""

from collections.abc import Callable

import pytest

from mailer.compose.letter import Letter
from tests.compose.covers.test_occasions import occasion
from tests.compose.printing.paper import bars, pages_in, printed

MakeLetter = Callable[..., Letter]
PARAGRAPH = "The harbours agreed on a code of conduct for all who work on their quays. " * 4
QUOTE = "> We agree.\n>\n> All of us.\n>\n> - As one.\n>\n> ```\n> code\n> ```\n"


def with_text(make_letter: MakeLetter, body: str, *, edition: str = "en") -> Letter:
    return make_letter("en", edition, texts={edition: ("Title", "", body)})


@pytest.mark.parametrize("edition", ["en", "ar"])
def test_a_quote_has_one_bar_whatever_stands_in_it(make_letter: MakeLetter, edition: str) -> None:
    letter = with_text(make_letter, f"Before.\n\n{QUOTE}\nAfter.", edition=edition)
    assert len(bars(printed(letter).pdf)) == 1


def test_a_quote_in_a_quote_has_a_bar_within_the_other(make_letter: MakeLetter) -> None:
    outer, inner = sorted(
        bars(printed(with_text(make_letter, "> One.\n>\n> > Two.\n>\n> Three.")).pdf)
    )
    assert outer[0] < inner[0] < inner[1] < outer[1]


@pytest.mark.parametrize("lines", range(6))
@pytest.mark.parametrize("paragraphs", [10, 11, 12])
def test_no_page_holds_the_press_contact_alone(
    make_letter: MakeLetter, paragraphs: int, lines: int
) -> None:
    body = f"{PARAGRAPH}\n\n" * paragraphs + "- One line.\n" * lines
    pages = pages_in(printed(with_text(make_letter, body)).pdf)
    assert not pages[-1].startswith("Press contact")
    assert "Press contact" in pages[-1]


@pytest.mark.parametrize("lines", range(8))
def test_an_occasion_goes_over_the_page_with_the_press_contact(
    make_letter: MakeLetter, lines: int
) -> None:
    body = f"{PARAGRAPH}\n\n" * 9 + "Line.\n\n" * lines
    letter = make_letter("en", "en", texts={"en": ("T", "", body)}, occasions=(occasion(),))
    assert not pages_in(printed(letter).pdf)[-1].startswith("Press contact")


def test_a_text_that_fills_a_page_by_itself_is_not_held_back(make_letter: MakeLetter) -> None:
    pages = pages_in(printed(with_text(make_letter, PARAGRAPH * 14)).pdf)
    assert "The harbours agreed" in pages[0]
