"""Footnotes: numbered as they are referred to, below the text, with a way there and back."""

import re

from mailer.compose.text.markup import to_html, to_text

BODY = "First[^b], then[^a], again[^b].\n\n[^a]: Note *a*.\n\n[^b]: Note b.\n"


def test_notes_are_numbered_in_the_order_of_their_references() -> None:
    assert to_text(BODY) == "First[1], then[2], again[1].\n\n[1] Note b.\n\n[2] Note a."


def test_a_number_and_its_note_lead_to_each_other() -> None:
    html = to_html(BODY, str)
    ids = re.findall(r'id="([^"]+)"', html)
    assert sorted(ids) == ["fn1", "fn2", "fnref1", "fnref2"]
    targets = re.findall(r'href="#([^"]+)"', html)
    assert targets == ["fn1", "fn2", "fn1", "fnref1", "fnref2"]
    assert re.search(r'<div class="footnotes">\s*<p><a [^>]*>\[1\]</a> Note b\.</p>', html)


def test_two_texts_of_one_message_do_not_share_names() -> None:
    ids = re.findall(r'id="([^"]+)"', to_html(BODY, str, part="n"))
    assert sorted(ids) == ["fnn1", "fnn2", "fnrefn1", "fnrefn2"]
    assert "[1] Note b." in to_text(BODY, part="n")


def test_a_note_that_nobody_refers_to_is_not_lost() -> None:
    body = "Text.\n\n[^a]: Forgotten.\n"
    assert to_text(body) == "Text.\n\n[1] Forgotten."
    assert "<p>[1] Forgotten.</p>" in to_html(body, str)


def test_of_two_notes_with_one_name_the_first_is_meant_and_none_is_lost() -> None:
    assert to_text("A[^a].\n\n[^a]: one\n\n[^a]: two\n") == "A[1].\n\n[1] one\n\n[2] two"


def test_a_note_may_have_paragraphs_and_refer_to_another() -> None:
    body = "A[^a].\n\n[^b]: Other.\n\n[^a]: One[^b].\n\n    More.\n"
    assert to_text(body) == "A[1].\n\n[1] One[2].\n\nMore.\n\n[2] Other."


def test_a_note_may_begin_with_a_list() -> None:
    assert to_text("A[^a].\n\n[^a]: - one\n    - two\n") == "A[1].\n\n[1]\n\n- one\n- two"


def test_notes_that_refer_to_each_other_come_to_an_end() -> None:
    text = to_text("A[^a].\n\n[^a]: One[^b].\n\n[^b]: Two[^a].\n")
    assert text == "A[1].\n\n[1] One[2].\n\n[2] Two[1]."


def test_a_note_within_a_quotation_stands_below_the_text() -> None:
    assert to_text("> Said[^a].\n>\n> [^a]: Then.\n\nEnd.") == "> Said[1].\n\nEnd.\n\n[1] Then."


def test_a_reference_without_a_note_stays_as_it_was_typed() -> None:
    assert to_text("A[^x] and [^1].") == "A[^x] and [^1]."


def test_a_link_in_a_note_leads_there_and_is_counted() -> None:
    html = to_html(
        "A[^a].\n\n[^a]: [b](https://b.example)", lambda url: f"{url}/counted", dateline="L –"
    )
    assert 'href="https://b.example/counted"' in html
    assert html.startswith("<p>L – A<sup>")


def test_the_place_of_a_note_does_not_take_the_dateline() -> None:
    assert to_text("[^a]: Note.\n\nText[^a].", dateline="L –") == "L – Text[1].\n\n[1] Note."
