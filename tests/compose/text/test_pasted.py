"""Tables as people paste them."""

import pytest

from mailer.compose.text.markup import to_html, to_text

WRITTEN = "Day: Monday; Time: 9.30\nDay: Tuesday; Time: 10"


@pytest.mark.parametrize(
    "body",
    [
        "| Day | Time |\n|---|---|\n| Monday | 9.30 |\n| Tuesday | 10 |",
        "| Day | Time |\n\n| Monday | 9.30 |\n\n| Tuesday | 10 |",
        "| Day | Time |\n| Monday | 9.30 |\n| Tuesday | 10 |",
        "| Day | Time |\n\n|---|---|\n\n| Monday | 9.30 |\n\n| Tuesday | 10 |",
        "  | Day | Time |  \n  | Monday | 9.30 |\n| Tuesday | 10 |",
    ],
    ids=["as Markdown", "empty lines", "no rule", "rule and empty lines", "indented"],
)
def test_rows_between_bars_are_a_table(body: str) -> None:
    assert to_text(body) == WRITTEN
    assert '<th scope="col">Day</th>' in to_html(body, str)


def test_its_columns_stay_aligned() -> None:
    html = to_html("| Day | Time |\n\n|:--|--:|\n\n| Monday | 9.30 |", str)
    assert '<td align="right">9.30</td>' in html


def test_cells_beyond_the_heading_are_not_lost() -> None:
    body = "| Day |\n|---|\n| Monday | 9.30 | Hall \\| A |"
    assert to_text(body) == "Day: Monday; 9.30; Hall | A"


def test_a_paragraph_above_or_below_stays_one() -> None:
    body = "Mattresses\n| Day | Time |\n| Monday | 9.30 |\n\nHeel warmers"
    assert to_text(body) == "Mattresses\n\nDay: Monday; Time: 9.30\n\nHeel warmers"


def test_two_empty_lines_divide_two_tables() -> None:
    body = "| A |\n| 1 |\n\n\n| B |\n| 2 |"
    assert to_text(body) == "A: 1\n\nB: 2"


@pytest.mark.parametrize(
    "body",
    ["| one row | of bars |", "a | b\n\nc | d", "|a\n\n|b", "```\n| a | b |\n| c | d |\n```"],
)
def test_other_bars_are_left_alone(body: str) -> None:
    assert "<table" not in to_html(body, str)
    assert to_text(body) == body.removeprefix("```\n").removesuffix("\n```")


def test_bars_behind_a_closed_fence_are_rows_again() -> None:
    assert "A: 1" in to_text("```\n~~~\n| x |\n| y |\n```\n\n| A |\n| 1 |")
