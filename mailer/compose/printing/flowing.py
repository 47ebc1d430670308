"""The text of an edition as the press sets it: blocks and pieces of text, from the same tokens as
the message, with the same words.

A block or a piece is a mapping with its `kind`; a piece may be a plain string.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Unpack

from markdown_it.tree import SyntaxTreeNode

from mailer.compose.text.figures import Picture
from mailer.compose.text.links import TARGETS
from mailer.compose.text.reading import Setting, read
from mailer.compose.wire import END_ISOLATE, ISOLATE_LTR

Node = dict[str, Any]
Piece = str | Node

#: The kind of a block that is a picture of the release.
FIGURE = "figure"
#: The room that a picture has on paper, and a pixel of a small one, in points.
WIDEST, HIGHEST = 453.5, 312.0
PIXEL = 0.75
#: Pieces that only change how what is inside looks.
LOOKS = frozenset({"strong", "em", "s", "sup"})
#: What has no sign on paper, and what PDF forbids in a text.
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufff9-\uffff\u2028\u2029]")
#: A word that is longer than a line, in scripts that are broken at spaces only. The press knows by
#: itself where a web address may be broken.
LONG_WORD = re.compile(r"(?<!\S)(?!https?://)[!-\u058f]{40,}")
#: Where such a word may be broken: after so many signs, and the accents of the last of them.
BREAKABLE = re.compile(r"(.{20}[\u0300-\u036f]*)(?=.)")


def flow(text: str, **setting: Unpack[Setting]) -> list[Node]:
    """The text as blocks, one below the other; none for an empty text without a dateline."""
    made = _blocks(SyntaxTreeNode(read(text, **setting)).children)
    level = setting.get("heading", 2) - 1
    for block in _headings(made):
        # A level that was left out would be a hole in the outline (ISO 14289-1 section 7.4.2).
        level = block["level"] = min(block["level"], level + 1)
    return made


def _headings(made: Sequence[Node]) -> Iterator[Node]:
    """All headings in the order of reading; some stand in quotes and lists."""
    for block in made:
        if block["kind"] == "heading":
            yield block
        for inner in (block.get("blocks", ()), *block.get("items", ())):
            yield from _headings(inner)


def clean(words: str) -> str:
    """The words without what cannot be printed, and with places to break the longest of them."""
    return LONG_WORD.sub(_with_breaks, INVISIBLE.sub("", words))


def _with_breaks(word: re.Match[str]) -> str:
    return BREAKABLE.sub("\\1\u200b", word.group())


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> list[Node]:
    made = (_block(node) for node in nodes)
    # A heading without words is none (ISO 14289-1 section 7.4.1).
    return [one for one in made if one["kind"] != "heading" or is_seen(_all_words(one["inside"]))]


def is_seen(words: str) -> bool:
    """Whether any of it can be seen."""
    return any(unicodedata.category(sign) not in {"Cf", "Zs", "Cc"} for sign in words)


def _all_words(pieces: Sequence[Piece]) -> str:
    return "".join(
        piece
        if isinstance(piece, str)
        else piece.get("words", "") + _all_words(piece.get("inside", ()))
        for piece in pieces
    )


def _block(node: SyntaxTreeNode) -> Node:
    """What it is to the press; what it does not know is a paragraph."""
    return BLOCKS.get(node.type, _paragraph)(node)


def _paragraph(node: SyntaxTreeNode) -> Node:
    return {"kind": "paragraph", "inside": _pieces(node)}


def _heading(node: SyntaxTreeNode) -> Node:
    return {"kind": "heading", "level": int(node.tag[1:]), "inside": _pieces(node)}


def _bullets(node: SyntaxTreeNode) -> Node:
    return {"kind": "bullets"} | _list(node)


def _numbers(node: SyntaxTreeNode) -> Node:
    given = node.attrGet("start")
    return {"kind": "numbers", "start": 1 if given is None else int(given)} | _list(node)


def _quote(node: SyntaxTreeNode) -> Node:
    return {"kind": "quote", "blocks": _blocks(node.children)}


def _footnotes(node: SyntaxTreeNode) -> Node:
    return {"kind": "footnotes", "blocks": _blocks(node.children)}


def _code(node: SyntaxTreeNode) -> Node:
    return {"kind": "code", "words": INVISIBLE.sub("", node.content.rstrip("\n"))}


def _rule(_node: SyntaxTreeNode) -> Node:
    return {"kind": "rule"}


def _list(node: SyntaxTreeNode) -> Node:
    paragraphs = [child for item in node.children for child in item.children]
    is_tight = all(child.hidden for child in paragraphs if child.type == "paragraph")
    return {"tight": is_tight, "items": [_blocks(item.children) for item in node.children]}


def _table(node: SyntaxTreeNode) -> Node:
    head, *rows = [row for part in node.children for row in part.children]
    return {
        "kind": "table",
        "sides": [str(cell.attrGet("align") or "") for cell in head.children],
        "head": [_pieces(cell) for cell in head.children],
        "rows": [[_pieces(cell) for cell in row.children] for row in rows],
    }


def _figure(node: SyntaxTreeNode) -> Node:
    """A picture of the release as such; of one from elsewhere what is said about it, and a link."""
    picture: Picture = node.meta["picture"]
    said = clean(" – ".join(picture.sayings) or picture.href)
    if not (picture.digest and picture.width and picture.height):
        return linked_words(picture.href, said)
    owner = " – ".join(filter(None, (picture.credit, picture.rights)))
    lines = [clean(line) for line in (picture.caption, owner) if is_seen(line)]
    return {
        "kind": FIGURE,
        "file": picture.digest,
        "width": _width_on_paper(picture),
        # A picture must say something to who does not see it (ISO 14289-1 section 7.3).
        "alt": next(filter(is_seen, map(clean, (picture.alt, picture.caption))), picture.name),
        "lines": lines,
        "href": picture.href,
        "words": said,
    }


def linked_words(href: str, said: str) -> Node:
    """What is said about a picture, as a link to it: paper has the words, a file has the way."""
    way: list[Piece] = [{"kind": "link", "href": href, "inside": [said]}]
    return {"kind": "paragraph", "inside": way}


def _width_on_paper(picture: Picture) -> float:
    """As wide as the page, no higher than half of it, and never larger than a screen shows it."""
    scale = min(PIXEL, WIDEST / picture.width, HIGHEST / picture.height)
    return round(picture.width * scale, 1)


def _pieces(node: SyntaxTreeNode) -> list[Piece]:
    """What is inside a block or a piece, in a row."""
    return [piece for child in node.children for piece in _piece(child)]


def _piece(node: SyntaxTreeNode) -> Iterator[Piece]:
    match node.type:
        case "text":
            yield clean(node.content)
        case "code_inline":
            yield {"kind": "code", "words": clean(node.content)}
        case "softbreak":
            yield " "
        case "hardbreak":
            yield {"kind": "break"}
        case "link":
            yield from _link(node)
        case "bdi":
            # What runs to the right wherever it stands.
            yield from (ISOLATE_LTR, *_pieces(node), END_ISOLATE)
        case kind if kind in LOOKS:
            yield {"kind": kind, "inside": _pieces(node)}
        case _:
            yield from _pieces(node) if node.children else [clean(node.content)]


def _link(node: SyntaxTreeNode) -> Iterator[Piece]:
    target, inside = str(node.attrGet("href")), _pieces(node)
    if target.startswith(TARGETS) and inside:
        yield {"kind": "link", "href": target, "inside": inside}
    else:
        yield from inside


BLOCKS: dict[str, Callable[[SyntaxTreeNode], Node]] = {
    "heading": _heading,
    "bullet_list": _bullets,
    "ordered_list": _numbers,
    "blockquote": _quote,
    "footnote_block": _footnotes,
    "figure": _figure,
    "fence": _code,
    "code_block": _code,
    "hr": _rule,
    "table": _table,
}
