"""The text of an edition as plain text: one line per paragraph, because journalists paste it; where
a link leads is written out after its words (standards B-1, B-2).
"""

from collections.abc import Sequence

from markdown_it.tree import SyntaxTreeNode

from mailer.compose.text.figures import Picture
from mailer.compose.wire import END_ISOLATE, ISOLATE, ISOLATE_LTR


def stacked(nodes: Sequence[SyntaxTreeNode], *, direction: str, gap: str = "\n\n") -> str:
    """The blocks below each other, without a line end after the last line."""
    blocks = (_block(node, direction=direction) for node in nodes)
    return gap.join(block for block in blocks if block)


def _block(node: SyntaxTreeNode, *, direction: str) -> str:
    match node.type:
        case "bullet_list" | "ordered_list":
            return _list(node, direction=direction)
        case "blockquote" | "footnote_block":
            mark = "> " if node.type == "blockquote" else ""
            inside = stacked(node.children, direction=direction)
            return _prefixed(inside, first=mark, rest=mark) if inside else ""
        case "table":
            return _table(node, direction=direction)
        case "figure":
            return _figure(node.meta["picture"], direction=direction)
        case "fence" | "code_block":
            return node.content.rstrip("\n")
        case _:
            return _words(node, direction=direction).strip()


def _list(node: SyntaxTreeNode, *, direction: str) -> str:
    is_tight = all(part.hidden for item in node.children for part in _paragraphs(item))
    gap = "\n" if is_tight else "\n\n"
    given = node.attrGet("start")
    items = []
    for number, item in enumerate(node.children, start=1 if given is None else int(given)):
        mark = "- " if node.type == "bullet_list" else f"{number}. "
        inside = stacked(item.children, direction=direction, gap=gap)
        items.append(_prefixed(inside, first=mark, rest=" " * len(mark)))
    return gap.join(items)


def _paragraphs(item: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    return [child for child in item.children if child.type == "paragraph"]


def _prefixed(block: str, *, first: str, rest: str) -> str:
    """The block with `first` before its first line and `rest` before the others that hold words."""
    lines = [f"{rest}{line}".rstrip() for line in block.split("\n")]
    return f"{first}{block.split(chr(10), 1)[0]}".rstrip() + "".join(
        f"\n{line}" for line in lines[1:]
    )


def _table(node: SyntaxTreeNode, *, direction: str) -> str:
    """One line per row, each cell after the name of its column.

    Names that no cell follows anywhere are not lost: then all of them come first.
    """
    rows = [
        [_words(cell, direction=direction).strip() for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    names, records = rows[0], rows[1:]
    columns = zip(names, *records, strict=True)
    has_unsaid = any(name and not any(cells) for name, *cells in columns)
    lines = ["; ".join(filter(None, names))] if has_unsaid else []
    for record in records:
        pairs = zip(names, record, strict=True)
        cells = (f"{name}: {cell}" if name and cell else cell for name, cell in pairs)
        lines.append("; ".join(filter(None, cells)))
    return "\n".join(filter(None, lines))


def _figure(picture: Picture, *, direction: str) -> str:
    """What is said about a picture and where it is, in brackets: in no language but its own."""
    where = _to_the_right(f"<{picture.href}>", direction=direction)
    said: Sequence[str] = picture.sayings
    if direction == "rtl":
        said = [f"{ISOLATE}{each}{END_ISOLATE}" for each in said]
    return f"[{' '.join(filter(None, (' – '.join(said), where)))}]"


def _words(node: SyntaxTreeNode, *, direction: str) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link":
            words = "".join(_words(child, direction=direction) for child in node.children)
            return words + _target(node, words=words, direction=direction)
        case "bdi":
            words = "".join(_words(child, direction=direction) for child in node.children)
            return _to_the_right(words, direction=direction)
        case _:
            return "".join(_words(child, direction=direction) for child in node.children)


def _target(link: SyntaxTreeNode, *, words: str, direction: str) -> str:
    """Where a link leads, in angle brackets, unless its words say so already."""
    target = str(link.attrGet("href"))
    shown = target.removeprefix("mailto:").removeprefix("tel:")
    if words.strip() in {target, shown, target.removeprefix("https://")}:
        return ""
    return f" {_to_the_right(f'<{shown}>', direction=direction)}"


def _to_the_right(written: str, *, direction: str) -> str:
    """In a text that runs to the left, an address or a number still runs to the right."""
    return f"{ISOLATE_LTR}{written}{END_ISOLATE}" if direction == "rtl" else written
