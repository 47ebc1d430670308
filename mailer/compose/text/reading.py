"""Reading the text of an edition: Markdown, with what a press release needs and mail can carry.

Typed web addresses become links, links that lead nowhere are dropped, pictures become figures or
links, footnotes are gathered, headings fall in below the title, and the dateline opens the first
paragraph.
"""

from itertools import takewhile
from typing import TypedDict, Unpack

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from mailer.compose.text.bounds import leave_brackets
from mailer.compose.text.definitions import keep_unused_definitions
from mailer.compose.text.figures import (
    Pictures,
    figure_html,
    make_figures,
    make_pictures_links,
)
from mailer.compose.text.footnotes import use_footnotes
from mailer.compose.text.links import (
    judge_links,
    keep_numbers_whole,
    link_typed_addresses,
    links,
)
from mailer.compose.text.pasted import mend_tables
from mailer.compose.text.tables import name_columns
from mailer.compose.text.tokens import open_with, text

__all__ = ["READER", "Setting", "links", "read"]

#: Headings of the text stand below the title of the message.
BELOW_TITLE = 2
LAST_LEVEL = 6


#: Quotes within quotes; a list within a list counts twice. The press takes no more in one piece.
DEEPEST = 20


class Setting(TypedDict, total=False):
    """Where a text stands in its message."""

    #: The words before its first sentence.
    dateline: str
    #: `rtl` or `ltr`, as the dir attribute has it.
    direction: str
    #: Those that its manuscript calls by name.
    pictures: Pictures
    #: Sets the names of its footnotes apart from those of another text in the same message.
    part: str
    #: The level of its highest heading, 2 where none is given; 0 makes paragraphs of them.
    heading: int


def read(body: str, **setting: Unpack[Setting]) -> list[Token]:
    """The tokens of a body; a link that may be counted has `is_counted` in its meta."""
    return READER.parse(body, dict(setting))


def _order_headings(state: StateCore) -> None:
    """The title is the message's only first heading; those of the text follow without a gap."""
    highest = state.env.get("heading", BELOW_TITLE)
    opened = [token for token in state.tokens if token.type == "heading_open"]
    closed = (token for token in state.tokens if token.type == "heading_close")
    used = sorted({token.tag for token in opened})
    level = highest - 1
    for token, end in zip(opened, closed, strict=True):
        level = min(used.index(token.tag) + highest, level + 1, LAST_LEVEL)
        token.tag = end.tag = f"h{level}" if highest else "p"


def _set_dateline(state: StateCore) -> None:
    """The dateline opens the first paragraph, below pictures, or stands alone above all else."""
    if words := state.env.get("dateline", ""):
        pictures = takewhile(lambda token: token.type == "figure", state.tokens)
        open_with(state.tokens, [text(words)], after=sum(1 for _ in pictures))


def _open_table(_renderer: object, tokens: list[Token], place: int, *_given: object) -> str:
    """A wide table scrolls by itself, by keys too; the message does not."""
    runs = tokens[place].attrGet("dir")
    table = f'<table dir="{runs}">' if runs else "<table>"
    return f'<div class="wide" tabindex="0">{table}'


def _close_table(*_given: object) -> str:
    return "</table></div>"


def _reader() -> MarkdownIt:
    plain = {"html": False, "linkify": False, "typographer": False, "maxNesting": DEEPEST}
    reader = MarkdownIt("js-default", plain)
    reader.core.ruler.after("normalize", mend_tables.__name__, mend_tables)
    reader.core.ruler.push(keep_unused_definitions.__name__, keep_unused_definitions)
    use_footnotes(reader)
    reader.inline.ruler.before("link", leave_brackets.__name__, leave_brackets)
    for rule in (
        make_figures,
        make_pictures_links,
        link_typed_addresses,
        judge_links,
        keep_numbers_whole,
        _order_headings,
        name_columns,
        _set_dateline,
    ):
        reader.core.ruler.push(rule.__name__, rule)
    reader.add_render_rule("figure", figure_html)
    reader.add_render_rule("table_open", _open_table)
    reader.add_render_rule("table_close", _close_table)
    return reader


READER = _reader()
