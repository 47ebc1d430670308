"""Whatever is pasted into a release: nothing runs, nothing is loaded that was not meant, nothing
crashes, nothing takes for ever, and no word is lost on the way.
"""

import re
import time
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from jinja2.exceptions import SecurityError

from mailer.compose import rendering
from mailer.compose.rendering import render
from mailer.compose.text.figures import Picture
from mailer.compose.text.markup import to_html, to_text
from mailer.models import Revision

#: Pieces that mean something to Markdown, to HTML, to templates or to somebody's mail program.
PIECES = (
    "\n\n", "\n", "  \n", "    ", "\t", " ", "# ", "## ", "> ", "- ", "1. ", "* ", "***", "_", "`",
    "```\n", "~~", "---\n", "===\n", "|", "| a | b |\n|---|---|\n| c | d |\n", "|-|\n", "[", "]",
    "| a | b | c |\n",
    "(", ")", "![", "](", "](https://a.example/x)", "](javascript:alert(1))", "](#)", "[^a]",
    "[^a]: ", "[^", "[a]: https://b.example\n", "![x](https://a.example/p.jpg)\n", "![y](pic)\n\n",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<!--",
    "-->", "<![endif]-->", "<style>*{display:none}</style>", "</div></body></html>", "<a href='",
    '" onmouseover="x()"', "javascript:alert(1)", "<javascript:alert(1)>", "data:text/html,x",
    "&lt;b&gt;", "&#x3c;script&#x3e;", "&amp", "&", "<", ">", "{{ cover }}", "{% raw %}", "{#",
    "\\", "\\\n", "www.a.example", "https://a.example/x_(y)", "<https://a.example>",
    "<m@a.example>", "+352 99 00", "\u202e", "\u2066", "\u200b", "\ufeff", "\x00", "\x1b[31m", "\r",
    "\x0b", "\u2028", "word", "ord", "ميناء", "נמל", "ท่าเรือ", "港", "é", "e\u0301", "🏳️\u200d🌈",
    "ß", "İ", "1", "a" * 200,
)  # fmt: skip
NASTY = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
TEXT = st.one_of(NASTY, st.text(max_size=200))
SHOWN = "https://press.example.org/files/p"
#: Texts that a careless parser would read for minutes.
LONG = {
    "brackets": "[" * 10_000,
    "brackets below the bound": "[" * 3_000,
    "many brackets": "[" * 100_000,
    "pictures": "![" * 10_000,
    "closings": "](" * 10_000,
    "nested brackets": "[" * 5_000 + "]" * 5_000,
    "nested links": "[" * 300 + "a" + "](https://a.example)" * 300,
    "half footnotes": "[^" * 10_000,
    "references": "[^a]" * 5_000 + "\n\n[^a]: x",
    "notes that refer": "\n".join(f"[^{n}]: x[^{n + 1}]" for n in range(1_000)),
    "quotes": "> " * 10_000 + "a",
    "lists on a line": "- " * 5_000 + "a",
    "lists": "\n".join("  " * n + "- a" for n in range(300)),
    "quotations": "\n".join(">" * n + " a" for n in range(300)),
    "emphasis": "*a " * 10_000,
    "strong": "a**b" * 5_000,
    "code": "`a" * 10_000,
    "tags": "<" * 10_000,
    "entities": "&amp;" * 10_000,
    "backslashes": "\\" * 20_000,
    "one word": "a" * 500_000,
    "blanks": "a" + " " * 100_000 + "b",
    "empty lines": "\n" * 100_000,
    "addresses": "www." * 5_000 + ")" * 5_000,
    "addresses in brackets": "(www.a " * 3_000,
    "numbers": "+1(" * 10_000,
    "links": "[a](https://a.example) " * 2_000,
    "figures": "![a](https://a.example/p)\n" * 2_000,
    "rules": "|a|\n" + "|" + "-" * 50_000 + "x|\n" * 2,
    "half rows": "|" * 20_000 + "x\n" * 2,
    "a wide table": "|a" * 2_000 + "\n" + "|-" * 2_000 + "\n" + "|b" * 2_000,
    "a long table": "|a|b|\n|-|-|\n" + "|c|d|\n" * 3_000,
}
INLINE = {"span", "bdi", "strong", "em", "s", "a", "code", "sup", "img"}
BLOCKS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "div",
    "p",
    "br",
    "pre",
    "hr",
    "blockquote",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "figure",
    "figcaption",
}
TAGS = BLOCKS | INLINE
ATTRIBUTES = {
    "lang",
    "dir",
    "charset",
    "name",
    "content",
    "class",
    "style",
    "href",
    "rel",
    "id",
    "role",
    "title",
    "start",
    "scope",
    "align",
    "tabindex",
    "src",
    "alt",
    "width",
    "height",
    "type",
}


class Read(HTMLParser):
    """What a browser would make of it: elements, attributes, and the words with their blocks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.words = ""
        self.comments: list[str] = []
        self._hides = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._hides += tag == "head"
        self.words += " " if tag in BLOCKS else ""

    def handle_endtag(self, tag: str) -> None:
        self._hides -= tag == "head"
        self.words += " " if tag in BLOCKS else ""

    def handle_data(self, data: str) -> None:
        self.words += "" if self._hides else data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def assert_harmless(html: str) -> Read:
    read = Read(html)
    assert read.tags <= TAGS
    assert {name for _, name, _ in read.attributes} <= ATTRIBUTES
    for tag, name, value in read.attributes:
        if name == "href":
            assert value.startswith(("http://", "https://", "mailto:", "tel:", "#fn")), value
        if name == "src":
            assert tag == "img"
            assert value.startswith("https://"), value
        assert "url(" not in value or name != "style"
    assert all(re.fullmatch(r"\[if mso\]>.*<!\[endif\]", one) for one in read.comments)
    return read


def letters(text: str) -> Counter[str]:
    """How often each letter and digit stands in it."""
    return Counter(letter for letter in text.casefold() if letter.isalnum())


@hypothesis.given(body=TEXT, direction=st.sampled_from(["ltr", "rtl"]), dateline=TEXT)
def test_a_body_is_harmless_and_loses_nothing_in_either_part(
    body: str, direction: str, dateline: str
) -> None:
    pictures = {"pic": Picture("pic", SHOWN, "Alt", "Caption", "Credit", "Rights")}
    setting: Any = {"direction": direction, "dateline": dateline, "pictures": pictures}
    read = assert_harmless(to_html(body, str, **setting))
    assert letters(read.words) <= letters(to_text(body, **setting))


@hypothesis.given(pieces=st.tuples(*[TEXT] * 9), cover=st.sampled_from(["da", "ar"]))
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_a_message_of_anything_is_harmless(
    make_letter: Any, pieces: tuple[str, ...], cover: str
) -> None:
    title, subtitle, place, body, change, notes, boilerplate, end, name = pieces
    letter = make_letter(
        cover,
        texts={"en": (title, place, body)},
        office={"boilerplates": {"en": boilerplate}, "end_marks": {"en": end}, "name": name},
        contact={"name": name, "role": end, "phone": place},
    )
    _fill(letter.revision, subtitle=subtitle, change_note=change, notes=notes)
    rendered = render(letter)
    read = assert_harmless(rendered.html)
    assert letters(read.words) <= letters(rendered.text)
    for part in (rendered.text, rendered.html):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", part)
    assert rendered.html.count("</body>") == 1
    assert "<h1" in rendered.html
    assert rendered.html.count("/u/") == 1


def _fill(revision: Revision, **values: str) -> None:
    for name, value in values.items():
        setattr(revision, name, value)


@hypothesis.given(fields=st.tuples(*[TEXT] * 4), address=st.text(max_size=40))
def test_what_is_said_about_a_picture_is_never_markup(
    fields: tuple[str, str, str, str], address: str
) -> None:
    picture = Picture("p", f"https://a.example/{address}", *fields, width=9, height=3)
    read = assert_harmless(to_html("![](p)", str, pictures={"p": picture}))
    assert {name for tag, name, _ in read.attributes if tag == "img"} == {
        "src", "alt", "width", "height"
    }  # fmt: skip
    to_text("![](p)", pictures={"p": picture})


@pytest.mark.parametrize("body", LONG.values(), ids=LONG)
def test_no_text_takes_for_ever(body: str) -> None:
    started = time.process_time()
    to_html(body, str, direction="rtl")
    to_text(body, direction="rtl")
    assert time.process_time() - started < 5


def test_a_template_reaches_nothing_but_what_it_is_given() -> None:
    environment = rendering._environment()
    for reach in (
        "{{ ''.__class__.__mro__ }}",
        "{{ cover.__init__.__globals__ }}",
        "{{ things.append(1) }}",
        "{{ '{0.__class__}'.format(cover) }}",
    ):
        template = environment.from_string(reach)
        with pytest.raises(SecurityError):
            template.render(cover=rendering.Passage(), things=[])
