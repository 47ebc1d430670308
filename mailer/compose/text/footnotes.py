"""Footnotes of a text: numbered as they are referred to, and gathered below it.

Number and note lead to each other; where a mail program takes the ways out, the numbers are left.
"""

from collections import deque
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from mailer.compose.text.tokens import closing, open_with, opening, text

Note = tuple[str, list[Token]]


def use_footnotes(reader: MarkdownIt) -> None:
    """Let that reader know of `[^name]` and `[^name]: …`."""
    footnote_plugin(reader, inline=False, move_to_end=False)
    reader.core.ruler.push(gather_footnotes.__name__, gather_footnotes)
    reader.add_render_rule("footnote_block_open", lambda *_given: '<div class="footnotes">\n')
    reader.add_render_rule("footnote_block_close", lambda *_given: "</div>\n")


def gather_footnotes(state: StateCore) -> None:
    """Move the notes below the text; one that nobody refers to comes last, and is not lost."""
    words, notes = _taken_apart(state.tokens)
    order, referred = _in_order(words, notes)
    part = state.env.get("part", "")
    ids = {place: f"{part}{number}" for number, place in enumerate(order, start=1)}
    names = {label: ids[place] for label, place in _first_of_each(notes).items()}
    seen: set[str] = set()
    for tokens in (words, *(tokens for _, tokens in notes)):
        _write_numbers(tokens, names, seen, part)
    state.tokens = words
    if not order:
        return
    state.tokens.append(Token("footnote_block_open", "div", 1))
    for place in order:
        tokens = notes[place][1]
        open_with(tokens, _back(ids[place], part, is_referred=place in referred))
        state.tokens += tokens
    state.tokens.append(Token("footnote_block_close", "div", -1))


def _taken_apart(tokens: Sequence[Token]) -> tuple[list[Token], list[Note]]:
    """The text without its notes, and the notes; one within another stands beside it."""
    words: list[Token] = []
    notes: list[Note] = []
    filling = [words]
    for token in tokens:
        if token.type == "footnote_reference_open":
            notes.append((token.meta["label"], []))
            filling.append(notes[-1][1])
        elif token.type == "footnote_reference_close":
            filling.pop()
        else:
            filling[-1].append(token)
    return words, notes


def _first_of_each(notes: Sequence[Note]) -> dict[str, int]:
    """The places of the notes by their names; of two with one name the first is meant."""
    first: dict[str, int] = {}
    for place, (label, _) in enumerate(notes):
        first.setdefault(label, place)
    return first


def _in_order(words: Sequence[Token], notes: Sequence[Note]) -> tuple[list[int], set[int]]:
    """The places of all notes in the order of their numbers, and those that are referred to."""
    first = _first_of_each(notes)
    order: dict[int, None] = {}
    waiting = deque([words])
    while waiting:
        for label in _labels(waiting.popleft()):
            if (place := first[label]) not in order:
                order[place] = None
                waiting.append(notes[place][1])
    others = [place for place in range(len(notes)) if place not in order]
    return [*order, *others], set(order)


def _labels(tokens: Sequence[Token]) -> Iterator[str]:
    for block in tokens:
        for token in block.children or ():
            if token.type == "footnote_ref":
                yield token.meta["label"]


def _write_numbers(
    tokens: Sequence[Token], names: dict[str, str], seen: set[str], part: str
) -> None:
    for block in tokens:
        if any(token.type == "footnote_ref" for token in block.children or ()):
            block.children = list(_with_numbers(block.children or [], names, seen, part))


def _with_numbers(
    children: Sequence[Token], names: dict[str, str], seen: set[str], part: str
) -> Iterator[Token]:
    """The line with numbers for its references; within a link Markdown reads none."""
    for token in children:
        if token.type != "footnote_ref":
            yield token
            continue
        name = names[token.meta["label"]]
        yield from _reference(name, part, is_first=name not in seen)
        seen.add(name)


def _reference(name: str, part: str, *, is_first: bool) -> list[Token]:
    attributes: dict[str, str | int | float] = {"href": f"#fn{name}", "role": "doc-noteref"}
    if is_first:
        attributes["id"] = f"fnref{name}"
    number = text(f"[{name.removeprefix(part)}]")
    way = [opening("a", attributes, kind="note"), number, closing("a", kind="note")]
    return [opening("sup", {}), *way, closing("sup")]


def _back(name: str, part: str, *, is_referred: bool) -> list[Token]:
    """The number before a note: a way back to where it is referred to first."""
    number = text(f"[{name.removeprefix(part)}]")
    if not is_referred:
        return [number]
    attributes: dict[str, str | int | float] = {
        "href": f"#fnref{name}",
        "role": "doc-backlink",
        "id": f"fn{name}",
    }
    return [opening("a", attributes, kind="note"), number, closing("a", kind="note")]
