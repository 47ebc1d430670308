"""Occasions stand on paper as they stand in the message: on the reader's clock."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from mailer.compose.covers.occasions import occasion_cards
from mailer.compose.letter import Letter
from mailer.compose.rendering import render
from mailer.languages import cover_languages
from mailer.models import ReleaseKind
from tests.compose.covers.test_occasions import CHANGED, occasion
from tests.compose.printing.paper import lost, pages_in, printed, text_in

PART = {"title": "Lunch #panic()", "starts_at": "2026-12-01T11:00:00+00:00", "ends_at": None}


@pytest.mark.parametrize("kind", list(ReleaseKind))
def test_it_stands_where_the_message_has_it(
    make_letter: Callable[..., Letter], kind: ReleaseKind
) -> None:
    release = {"kind": kind}
    office = {"end_marks": {"en": "ENDS"}}
    letter = make_letter("en", "en", occasions=(occasion(),), release=release, office=office)
    places = [
        [words.index(one) for one in ("When:", "The code of conduct will", "ENDS", "Press contact")]
        for words in (text_in(printed(letter).pdf), " ".join(render(letter).text.split()))
    ]
    paper, message = (sorted(range(4), key=one.__getitem__) for one in places)
    assert paper == message


def test_it_is_printed_before_the_contacts(make_letter: Callable[..., Letter]) -> None:
    one = occasion(parts=[PART | {"is_open_to_press": False}])
    letter = make_letter("en", "en", occasions=(one,), zone="Europe/London")
    paper = text_in(printed(letter).pdf)
    assert "When: Tuesday 1 December 2026, 09:00–10:30 GMT (10:00–11:30 CET Luxembourg)" in paper
    assert "Lunch #panic() (Closed to the press)" in paper
    assert paper.index("Signing of the code") < paper.index("Press contact")


@pytest.mark.parametrize("cover", ["en", "ar", "he", "de"])
@pytest.mark.parametrize("edition", ["en", "ar"])
def test_each_part_stands_on_one_line_in_both_directions(
    make_letter: Callable[..., Letter], cover: str, edition: str
) -> None:
    parts = [PART | {"title": title, "is_open_to_press": True} for title in ("Speeches", "Tea")]
    letter = make_letter(cover, edition, occasions=(occasion(parts=parts),), zone="Europe/Paris")
    (card,) = occasion_cards(letter)
    lines = "".join(pages_in(printed(letter).pdf)).splitlines()
    for part in card.parts:
        (line,) = [one for one in lines if part.title in one]
        assert {"12", *part.access.split()} <= set(re.findall(r"\w+", line))


@pytest.mark.parametrize("language", cover_languages()[::3])
def test_no_word_of_it_is_lost(make_letter: Callable[..., Letter], language: str) -> None:
    told: dict[str, Any] = {"accreditation": {"photo": "2026-11-30T11:00:00+00:00"}}
    # Not the address of the office, which stands in the foot of each page.
    told["place"] = "Quayside Hall"
    some = (occasion(**told), occasion(**told, id=6, cancelled_at=CHANGED, title="Tea"))
    letter = make_letter(language, "en", occasions=some, zone="Europe/London")
    pdf = printed(letter).pdf
    for card in occasion_cards(letter):
        said = [f"{fact.label} {fact.shown}" for fact in card.facts]
        assert lost(" ".join([card.title, card.cancelled, *said]), pdf) == []
