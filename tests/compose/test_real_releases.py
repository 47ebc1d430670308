"""Real releases of many offices, with tables, in Arabic, Hebrew, Thai, Chinese and Japanese: none
loses a word on its way into a message, and none is too much for the linter.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from mailer.compose.proofreading.octets import LARGEST_HTML
from mailer.compose.rendering import render
from mailer.releases.readiness import lint
from tests.compose.test_accessible import Tree
from tests.compose.test_rendering import Page, parity, words_of

SAMPLE = Path(__file__).parents[1] / "samples" / "real_releases.jsonl"
RELEASES = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
NAMES = [f"{number}-{one['lang']}" for number, one in enumerate(RELEASES)]


def numbers_of_lists(html: str) -> set[str]:
    """What a screen puts before the items of numbered lists."""
    tree = Tree(html)
    longest = sum(1 for item in tree.all("li") if item["inside"][-1] == "ol")
    starts = [int(one.get("start", "1")) for one in tree.all("ol")]
    return {str(number) for start in starts for number in range(start, start + longest)}


@pytest.fixture(params=RELEASES, ids=NAMES)
def release(request: pytest.FixtureRequest) -> dict[str, Any]:
    """One of them."""
    given: dict[str, Any] = request.param
    return given


@pytest.mark.parametrize("cover", ["da", "ar"])
def test_it_loses_no_word_in_either_part(
    make_letter: Any, release: dict[str, Any], cover: str
) -> None:
    language = release["lang"]
    texts = {language: (release["title"], "", release["text"])}
    rendered = render(make_letter(cover, language, texts=texts))
    written = set(words_of(f"{release['title']} {release['text']}"))
    shown = set(Page(rendered.html).words) | numbers_of_lists(rendered.html)
    assert written - shown == set()
    assert written - set(words_of(rendered.text)) == set()
    assert parity(rendered.html, rendered.text) == 1
    assert len(rendered.html.encode()) < LARGEST_HTML


def test_it_is_linted(make_letter: Any, release: dict[str, Any]) -> None:
    language = release["lang"]
    texts = {language: (release["title"], "", release["text"])}
    letter = make_letter("da", language, texts=texts)
    assert all(finding.fix for finding in lint(letter.full))


def test_they_are_of_many_scripts_and_some_hold_tables() -> None:
    assert {"ar", "he", "th", "zh-Hans", "ja", "el", "ru"} <= {one["lang"] for one in RELEASES}
    assert sum("|" in one["text"] for one in RELEASES) >= 2
    assert max(len(one["text"]) for one in RELEASES) >= 8_000
