"""The smallest pieces that the other rules put into a text."""

from collections.abc import Iterator, Sequence

from markdown_it.token import Token


def text(words: str) -> Token:
    """Words as they are."""
    return Token("text", "", 0, content=words)


def link(target: str, words: Sequence[Token]) -> list[Token]:
    """A link with those words."""
    return [opening("a", {"href": target}, kind="link"), *words, closing("a", kind="link")]


def apart(words: str) -> list[Token]:
    """What runs to the right wherever it stands: a number, an address."""
    return [opening("bdi", {"dir": "ltr"}), text(words), closing("bdi")]


def kept_together(words: str) -> list[Token]:
    """What no line break parts in HTML; elsewhere it is like any other words."""
    opened = opening("span", {"class": "whole"}, kind="whole")
    return [opened, text(words), closing("span", kind="whole")]


def opening(tag: str, attributes: dict[str, str | int | float], *, kind: str = "") -> Token:
    """The beginning of an element within a line."""
    return Token(f"{kind or tag}_open", tag, 1, attrs=attributes)


def closing(tag: str, *, kind: str = "") -> Token:
    """The end of an element within a line."""
    return Token(f"{kind or tag}_close", tag, -1)


def outside_links(children: Sequence[Token]) -> Iterator[tuple[Token, bool]]:
    """Each piece of a line, and whether it stands outside of every link."""
    depth = 0
    for token in children:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        yield token, not depth


def open_with(tokens: list[Token], words: Sequence[Token], *, after: int = 0) -> None:
    """Let those words open the first paragraph, or stand alone where the text begins otherwise.

    `after` skips so many blocks without words of their own.
    """
    if len(tokens) > after and tokens[after].type == "paragraph_open":
        children = tokens[after + 1].children
        if children is not None:
            children[:0] = [*words, text(" ")]
            return
    tokens[after:after] = paragraph(words)


def paragraph(words: Sequence[Token]) -> list[Token]:
    """A block of its own."""
    line = "".join(word.content for word in words)
    inline = Token("inline", "", 0, content=line, children=[*words], level=1, block=True)
    opened = Token("paragraph_open", "p", 1, block=True)
    return [opened, inline, Token("paragraph_close", "p", -1, block=True)]
