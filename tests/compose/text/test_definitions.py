"""Targets that are defined apart from their links."""

from mailer.compose.text.markup import to_html, to_text


def test_a_target_that_is_used_is_no_text() -> None:
    body = "See [the code][a] and [b].\n\n[a]: https://a.example\n[b]: https://b.example\n"
    assert to_text(body) == "See the code <https://a.example> and b <https://b.example>."


def test_one_that_is_never_used_is_not_lost() -> None:
    body = "Text.\n\n[Applause]: thanks\n\nMore.\n"
    assert to_text(body) == "Text.\n\nMore.\n\n[Applause]: thanks"
    assert "<p>[Applause]: thanks</p>" in to_html(body, str)


def test_of_two_with_one_name_the_second_is_not_lost() -> None:
    body = "[a]\n\n[a]: https://a.example\n[A]: https://b.example 'Title'\n"
    assert to_text(body) == "a <https://a.example>\n\n[A]: https://b.example 'Title'"


def test_it_stands_above_the_footnotes_and_without_the_marks_of_a_quotation() -> None:
    body = "Text[^1].\n\n> [a]: https://a.example\n\n[^1]: Note.\n"
    assert to_text(body) == "Text[1].\n\n[a]: https://a.example\n\n[1] Note."
