"""Tables, headings and numbers: in texts that run to the left too."""

import re

import pytest

from mailer.compose.text.markup import to_html, to_text

TABLE = "| Day | |\n|---|--:|\n| Monday | 9.30 |\n"


def test_a_column_is_named_by_its_heading_and_by_nothing_else() -> None:
    html = to_html(TABLE, str)
    assert '<th scope="col">Day</th>' in html
    assert html.count("<th ") == 1
    assert html.count('<td align="right">') == 2


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_table_runs_the_way_of_its_text(direction: str) -> None:
    assert f'<table dir="{direction}">' in to_html(TABLE, str, direction=direction)


def test_a_wide_table_can_be_scrolled_by_keys() -> None:
    assert to_html(TABLE, str).startswith('<div class="wide" tabindex="0"><table>')


def test_no_level_of_headings_is_left_out() -> None:
    html = to_html("### A\n\n# B\n\n###### C\n\n### D", str)
    assert re.findall(r"<(h\d)>", html) == ["h2", "h2", "h3", "h3"]


def test_headings_of_notes_stand_below_their_own() -> None:
    assert re.findall(r"<(h\d)>", to_html("# A\n\n## B", str, heading=3)) == ["h3", "h4"]


def test_a_line_above_the_title_has_no_headings() -> None:
    assert to_html("# A", str, heading=0) == "<p>A</p>\n"


def test_a_number_in_a_text_to_the_left_is_kept_whole() -> None:
    body = "هاتف +352 99 (0)00-10."
    assert '<bdi dir="ltr">+352 99 (0)00-10</bdi>.' in to_html(body, str, direction="rtl")
    assert to_text(body, direction="rtl") == "هاتف \u2066+352 99 (0)00-10\u2069."


@pytest.mark.parametrize("words", ["+12", "a+12 3", "C++11", "+", "1+2"])
def test_only_a_number_to_dial_is_set_apart(words: str) -> None:
    expected = "\u2066+12\u2069" if words == "+12" else words
    assert to_text(f"نص {words}", direction="rtl") == f"نص {expected}"


def test_a_number_in_a_text_to_the_right_is_left_alone() -> None:
    assert to_text("Phone +352 99") == "Phone +352 99"
    assert "<bdi" not in to_html("Phone +352 99", str, direction="ltr")


def test_a_number_stays_on_one_line() -> None:
    html = to_html("Phone +352 99 00 or 12.", str)
    assert "span" not in to_html(f"Phone +352 {'99 ' * 9}", str)
    assert html == '<p>Phone <span class="whole">+352 99 00</span> or 12.</p>\n'


def test_a_list_may_begin_with_nought() -> None:
    assert to_text("0. zero\n1. one") == "0. zero\n1. one"
