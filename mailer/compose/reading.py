"""Reading the text of an edition: Markdown, with what a press release needs and mail can carry.

Typed web addresses become links, pictures become links to them, links that lead nowhere are
dropped, headings fall in below the title, and the dateline opens the first paragraph.
"""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

WEB = ("http://", "https://")
#: Where a link may lead; anything else, such as "#", is printed as its words alone.
TARGETS = (*WEB, "mailto:", "tel:")
#: A web address typed into the text, without the punctuation that follows it.
TYPED_ADDRESS = re.compile(
    r"(?<![\w@/.:-])(?:https?://|www\.)[^\s<>\"'“”„«»]*[^\s<>\"'“”„«».,;:!?…،؛؟*_)\]]"
)
#: Words that look like an address: what they show must be where they lead (standards B-5).
LOOKS_LIKE_ADDRESS = re.compile(
    r"://|\bwww\.|^\s*[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?\s*$", re.IGNORECASE
)
OPENERS = {")": "(", "]": "["}


def read(body: str, *, dateline: str = "") -> list[Token]:
    """The tokens of a body; a link that may be counted has `is_counted` in its meta."""
    return READER.parse(body, {"dateline": dateline})


def links(tokens: Sequence[Token]) -> Iterator[Token]:
    """The opening token of every link, in order."""
    for block in tokens:
        yield from (token for token in block.children or () if token.type == "link_open")


def _make_pictures_links(state: StateCore) -> None:
    """A picture is a link to it: photographs are never part of the mail (standards B-4)."""
    for block in state.tokens:
        if any(token.type == "image" for token in block.children or ()):
            block.children = list(_without_images(block.children or []))


def _without_images(children: Sequence[Token]) -> Iterator[Token]:
    depth = 0
    for token in children:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "image":
            yield token
            continue
        target = str(token.attrGet("src") or "")
        alt = "".join(part.content for part in token.children or ())
        words = [_text(alt or target)]
        yield from words if depth else _link(target, words)


def _link_typed_addresses(state: StateCore) -> None:
    for block in state.tokens:
        if block.type == "inline":
            block.children = list(_with_typed_links(block.children or []))


def _with_typed_links(children: Sequence[Token]) -> Iterator[Token]:
    depth = 0
    for token in children:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and not depth:
            yield from _cut_at_addresses(token.content)
        else:
            yield token


def _cut_at_addresses(text: str) -> Iterator[Token]:
    done = 0
    for match in TYPED_ADDRESS.finditer(text):
        shown = _with_own_brackets(text, match)
        target = shown if shown.startswith(WEB) else f"https://{shown}"
        yield _text(text[done : match.start()])
        yield from _link(READER.normalizeLink(target), [_text(shown)])
        done = match.start() + len(shown)
    yield _text(text[done:])


def _with_own_brackets(text: str, match: re.Match[str]) -> str:
    """A closing bracket after an address is part of it only if it was opened in it."""
    shown, following = match.group(), text[match.end() : match.end() + 1]
    opener = OPENERS.get(following)
    has_open = opener is not None and shown.count(opener) > shown.count(following)
    return shown + following if has_open else shown


def _judge_links(state: StateCore) -> None:
    """Drop links that lead nowhere; mark those that may be counted."""
    for block in state.tokens:
        if block.type == "inline":
            block.children = list(_judged(block.children or []))


def _judged(children: Sequence[Token]) -> Iterator[Token]:
    is_dropped = False
    for place, token in enumerate(children):
        if token.type == "link_open":
            target = str(token.attrGet("href") or "")
            is_dropped = not target.startswith(TARGETS)
            words = _words_of_link(children[place + 1 :])
            is_shown = bool(LOOKS_LIKE_ADDRESS.search(words))
            token.meta = {"is_counted": target.startswith(WEB) and not is_shown}
            if is_shown:
                token.attrSet("dir", "ltr")
        if not (is_dropped and token.type in {"link_open", "link_close"}):
            yield token


def _words_of_link(following: Sequence[Token]) -> str:
    words = ""
    for token in following:
        if token.type == "link_close":
            break
        words += token.content
    return words


def _order_headings(state: StateCore) -> None:
    """The title is the message's only first heading; those of the text follow without a gap."""
    headings = [token for token in state.tokens if token.type in {"heading_open", "heading_close"}]
    used = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(used.index(token.tag) + 2, 6)}"


def _name_columns(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "th_open":
            token.attrSet("scope", "col")
        if token.type in {"th_open", "td_open"} and (style := token.attrGet("style")):
            token.attrSet("align", str(style).removeprefix("text-align:"))


def _set_dateline(state: StateCore) -> None:
    """The dateline opens the first paragraph, or stands alone above anything else."""
    words = state.env.get("dateline", "")
    if not words:
        return
    starts_with_paragraph = bool(state.tokens) and state.tokens[0].type == "paragraph_open"
    if starts_with_paragraph and state.tokens[1].children is not None:
        state.tokens[1].children.insert(0, _text(f"{words} "))
        return
    inline = Token("inline", "", 0, content=words, children=[_text(words)], level=1, block=True)
    opening = Token("paragraph_open", "p", 1, block=True)
    closing = Token("paragraph_close", "p", -1, block=True)
    state.tokens[:0] = [opening, inline, closing]


def _open_table(*_given: object) -> str:
    """A wide table scrolls by itself; the message does not."""
    return "<div><table>"


def _close_table(*_given: object) -> str:
    return "</table></div>"


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)


def _link(target: str, words: Sequence[Token]) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": target})
    return [opening, *words, Token("link_close", "a", -1)]


def _reader() -> MarkdownIt:
    reader = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})
    for rule in (
        _make_pictures_links,
        _link_typed_addresses,
        _judge_links,
        _order_headings,
        _name_columns,
        _set_dateline,
    ):
        reader.core.ruler.push(rule.__name__, rule)
    reader.add_render_rule("table_open", _open_table)
    reader.add_render_rule("table_close", _close_table)
    return reader


READER = _reader()
