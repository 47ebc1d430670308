"""What stands around the text of an edition: what changed, the end, notes, and about the office."""

import re
from typing import Any

import pytest

from mailer.compose.rendering import render
from mailer.compose.text.edition import edition_text
from mailer.models import ReleaseKind
from tests.compose.rich import rich_letter
from tests.compose.test_rendering import Page


def places(part: str, *pieces: str) -> list[int]:
    return [part.index(piece) for piece in pieces]


def test_the_parts_stand_in_the_order_of_the_trade(make_letter: Any) -> None:
    rendered = render(rich_letter(make_letter))
    wanted = (
        "Update:",
        "Twelve harbours agree on a code of conduct",
        "The code of conduct",
        "Adopted in 2025",
        "ENDS",
        "Notes to editors",
        "For pictures",
        "brings together twelve harbours",
        "Anna Keller",
        "Afmeld",
    )
    html = rendered.html.partition("<body")[2]
    for part in (rendered.text, html):
        assert places(part, *wanted) == sorted(places(part, *wanted))


def test_what_is_empty_leaves_no_trace(make_letter: Any) -> None:
    rendered = render(make_letter(office={"boilerplates": {"fr": "x"}, "end_marks": {"fr": "FIN"}}))
    for words in ("Update", "Notes to editors", "FIN"):
        assert words not in rendered.text
        assert words not in rendered.html
    assert not [one for one in Page(rendered.html).all("div") if one.get("class") == "notes"]
    assert "\n\n\n" not in rendered.text


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        (ReleaseKind.RELEASE, "Update:"),
        (ReleaseKind.CORRECTION, "Correction:"),
        (ReleaseKind.WITHDRAWAL, "Withdrawal:"),
    ],
)
def test_the_first_line_of_the_text_says_what_changed(
    make_letter: Any, kind: ReleaseKind, label: str
) -> None:
    rendered = render(rich_letter(make_letter, release={"kind": kind}))
    assert f"\n\n{label} The second paragraph now gives the right number" in rendered.text
    text = re.search(
        r'<div class="text ltr"[^>]*>\s*<div class="change"[^>]*>(.*?)<h1', rendered.html, re.DOTALL
    )
    assert text is not None
    assert label in text[1]


def test_the_labels_are_in_the_language_of_the_edition(make_letter: Any) -> None:
    said = edition_text(rich_letter(make_letter, "da", "ar"))
    assert (said.change_label, said.notes_label) == ("تحديث:", "ملاحظات إلى هيئة التحرير")
    assert said.end_mark == "انتهى"
    assert "يجمع منتدى" in said.boilerplate


def test_labels_of_a_language_without_a_catalog_are_the_covers_and_say_so(make_letter: Any) -> None:
    letter = make_letter("da", "th", texts={"th": ("ชื่อ", "", "ข้อความ")})
    letter.revision.notes = "หมายเหตุ"
    html = render(letter).html
    assert re.search(r'<h2 lang="da" dir="ltr"[^>]*>Noter til redaktionen</h2>', html)


def test_an_office_says_nothing_in_a_language_that_it_does_not_have(make_letter: Any) -> None:
    said = edition_text(rich_letter(make_letter, "da", "he"))
    assert (said.end_mark, said.boilerplate) == ("", "")


def test_a_release_may_go_without_the_text_about_the_office(make_letter: Any) -> None:
    letter = rich_letter(make_letter, release={"carries_boilerplate": False})
    rendered = render(letter)
    assert "brings together" not in rendered.text
    assert "brings together" not in rendered.html
    assert "ENDS" in rendered.text


def test_no_two_footnotes_of_a_message_have_one_name(make_letter: Any) -> None:
    ids = [one["id"] for one in Page(render(rich_letter(make_letter)).html).all("a") if "id" in one]
    assert len(ids) == len(set(ids)) == 8
    targets = [one["href"][1:] for one in Page(render(rich_letter(make_letter)).html).all("a")]
    assert set(ids) <= {*targets, *ids}
    assert {target for target in targets if target.startswith("fn")} <= set(ids)
