"""Tables of a text: columns that say what they hold, and cells that run the way of the text."""

from collections.abc import Sequence

from markdown_it.rules_core import StateCore
from markdown_it.token import Token


def name_columns(state: StateCore) -> None:
    """A heading names its column; where it is empty it is no heading (standards X-2)."""
    for place, token in enumerate(state.tokens):
        if token.type == "table_open" and (runs := state.env.get("direction")):
            token.attrSet("dir", runs)
        if token.type == "th_open":
            _name_column(state.tokens, place)
        if token.type in {"th_open", "td_open"} and (style := token.attrGet("style")):
            token.attrSet("align", str(style).removeprefix("text-align:"))


def _name_column(tokens: Sequence[Token], place: int) -> None:
    opened, words, closed = tokens[place : place + 3]
    if words.content.strip():
        opened.attrSet("scope", "col")
    else:
        opened.tag = closed.tag = "td"
