"""Links of a text: typed web addresses become links, those that lead nowhere are dropped, and those
that may be counted are marked.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from markdown_it.common.normalize_url import normalizeLink
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from mailer.compose.text.tokens import apart, kept_together, link, outside_links, text

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
#: So many signs of a number fit into the narrowest screen.
FITS = 26
#: A number as one dials it abroad: in a text to the left its plus would stand behind it.
DIALLED = re.compile(r"(?<![\w+])\+\d[\d .()/–-]*\d(?!\w)")


def links(tokens: Sequence[Token]) -> Iterator[Token]:
    """The opening token of every link that a writer set, in order."""
    for block in tokens:
        yield from (token for token in block.children or () if token.type == "link_open")


def link_typed_addresses(state: StateCore) -> None:
    """A web address in the text is a link."""
    for block in state.tokens:
        if block.type == "inline":
            block.children = list(_with_typed_links(block.children or []))


def judge_links(state: StateCore) -> None:
    """Drop links that lead nowhere; mark those that may be counted."""
    for block in state.tokens:
        if block.type == "inline":
            block.children = list(_judged(block.children or []))


def keep_numbers_whole(state: StateCore) -> None:
    """A telephone number stays on one line, and runs to the right in a text to the left, too."""
    set_number = apart if state.env.get("direction") == "rtl" else _kept
    for block in state.tokens:
        if block.type == "inline":
            block.children = list(_with_numbers(block.children or [], set_number))


def _with_typed_links(children: Sequence[Token]) -> Iterator[Token]:
    for token, is_outside in outside_links(children):
        if token.type == "text" and is_outside:
            yield from _cut_at_addresses(token.content)
        else:
            yield token


def _cut_at_addresses(line: str) -> Iterator[Token]:
    done = 0
    for match in TYPED_ADDRESS.finditer(line):
        shown = _with_own_brackets(line, match)
        target = shown if shown.startswith(WEB) else f"https://{shown}"
        yield text(line[done : match.start()])
        yield from link(normalizeLink(target), [text(shown)])
        done = match.start() + len(shown)
    yield text(line[done:])


def _with_own_brackets(line: str, match: re.Match[str]) -> str:
    """A closing bracket after an address is part of it only if it was opened in it."""
    shown, following = match.group(), line[match.end() : match.end() + 1]
    opener = OPENERS.get(following)
    has_open = opener is not None and shown.count(opener) > shown.count(following)
    return shown + following if has_open else shown


def _judged(children: Sequence[Token]) -> Iterator[Token]:
    is_dropped = False
    for place, token in enumerate(children):
        if token.type == "link_open":
            target = str(token.attrGet("href") or "")
            is_dropped = not target.startswith(TARGETS)
            is_shown = bool(LOOKS_LIKE_ADDRESS.search(_words_of_link(children, place + 1)))
            token.meta = {"is_counted": target.startswith(WEB) and not is_shown}
            if is_shown:
                token.attrSet("dir", "ltr")
        if not (is_dropped and token.type in {"link_open", "link_close"}):
            yield token


def _words_of_link(children: Sequence[Token], start: int) -> str:
    words = ""
    for place in range(start, len(children)):
        if children[place].type == "link_close":
            break
        words += children[place].content
    return words


def _kept(number: str) -> list[Token]:
    return kept_together(number) if len(number) <= FITS else [text(number)]


def _with_numbers(
    children: Sequence[Token], set_number: Callable[[str], list[Token]]
) -> Iterator[Token]:
    for token in children:
        if token.type != "text":
            yield token
            continue
        done = 0
        for match in DIALLED.finditer(token.content):
            yield text(token.content[done : match.start()])
            yield from set_number(match.group())
            done = match.end()
        yield text(token.content[done:])
