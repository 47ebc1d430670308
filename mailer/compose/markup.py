"""The text of an edition as good HTML and good plain text, from the same tokens and with the same
words.

The plain one has one line per paragraph, because journalists paste it; where a link leads is
written out after its words.
"""

from collections.abc import Callable, Sequence

import nh3
from markdown_it.tree import SyntaxTreeNode

from mailer.compose.reading import READER, links, read
from mailer.compose.wire import END_ISOLATE, ISOLATE_LTR

TEXT_TAGS = {"p", "br", "strong", "em", "s", "a", "code", "pre", "hr", "blockquote"}
LIST_TAGS = {"ul", "ol", "li"}
HEADING_TAGS = {"h2", "h3", "h4", "h5", "h6"}
TABLE_TAGS = {"div", "table", "thead", "tbody", "tr", "th", "td"}
ALLOWED_ATTRIBUTES = {
    "a": {"href", "title", "dir"},
    "ol": {"start"},
    "th": {"scope", "align"},
    "td": {"align"},
}
SCHEMES = {"http", "https", "mailto", "tel"}


def to_html(body: str, href: Callable[[str], str], *, dateline: str = "") -> str:
    """The body as clean HTML; `href` says where each link that may be counted leads."""
    tokens = read(body, dateline=dateline)
    for link in links(tokens):
        if link.meta["is_counted"]:
            link.attrSet("href", href(str(link.attrGet("href"))))
    return nh3.clean(
        READER.renderer.render(tokens, READER.options, {}),
        tags=TEXT_TAGS | LIST_TAGS | HEADING_TAGS | TABLE_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener",
    )


def to_text(body: str, *, dateline: str = "", direction: str = "ltr") -> str:
    """The body as plain text, without a line end after the last line."""
    tree = SyntaxTreeNode(read(body, dateline=dateline))
    return _stacked(tree.children, direction=direction)


def links_in(body: str) -> list[str]:
    """The web links that may be counted, each once, in order of first appearance.

    Not those whose words are an address themselves: such a link leads where it says.
    """
    counted = (str(link.attrGet("href")) for link in links(read(body)) if link.meta["is_counted"])
    return list(dict.fromkeys(counted))


# ---------------------------------------------------------------- plain text


def _stacked(nodes: Sequence[SyntaxTreeNode], *, direction: str, gap: str = "\n\n") -> str:
    blocks = (_block(node, direction=direction) for node in nodes)
    return gap.join(block for block in blocks if block)


def _block(node: SyntaxTreeNode, *, direction: str) -> str:
    match node.type:
        case "bullet_list" | "ordered_list":
            return _list(node, direction=direction)
        case "blockquote":
            return _prefixed(_stacked(node.children, direction=direction), first="> ", rest="> ")
        case "table":
            return _table(node, direction=direction)
        case "fence" | "code_block":
            return node.content.rstrip("\n")
        case "hr":
            return ""
        case _:
            return _words(node, direction=direction).strip()


def _list(node: SyntaxTreeNode, *, direction: str) -> str:
    is_tight = all(part.hidden for item in node.children for part in _paragraphs(item))
    start = int(node.attrGet("start") or 1)
    items = []
    for number, item in enumerate(node.children, start=start):
        mark = "- " if node.type == "bullet_list" else f"{number}. "
        inside = _stacked(item.children, direction=direction, gap="\n" if is_tight else "\n\n")
        items.append(_prefixed(inside, first=mark, rest=" " * len(mark)))
    return ("\n" if is_tight else "\n\n").join(items)


def _paragraphs(item: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    return [child for child in item.children if child.type == "paragraph"]


def _prefixed(block: str, *, first: str, rest: str) -> str:
    """The block with `first` before its first line and `rest` before the others that hold words."""
    lines = [f"{rest}{line}".rstrip() for line in block.split("\n")]
    return f"{first}{block.split(chr(10), 1)[0]}".rstrip() + "".join(
        f"\n{line}" for line in lines[1:]
    )


def _table(node: SyntaxTreeNode, *, direction: str) -> str:
    """One line per row, each cell after the name of its column."""
    rows = [
        [_words(cell, direction=direction).strip() for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    names, records = rows[0], rows[1:]
    if not records:
        return "; ".join(name for name in names if name)
    lines = []
    for record in records:
        pairs = zip(names, record, strict=False)
        cells = (f"{name}: {cell}" if name and cell else cell for name, cell in pairs)
        lines.append("; ".join(cell for cell in cells if cell))
    return "\n".join(lines)


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
        case _:
            return "".join(_words(child, direction=direction) for child in node.children)


def _target(link: SyntaxTreeNode, *, words: str, direction: str) -> str:
    """Where a link leads, in angle brackets, unless its words say so already."""
    target = str(link.attrGet("href"))
    shown = target.removeprefix("mailto:").removeprefix("tel:")
    if words.strip() in {target, shown, target.removeprefix("https://")}:
        return ""
    written = f"<{shown}>"
    # In a text that runs to the left, an address still runs to the right.
    return f" {ISOLATE_LTR}{written}{END_ISOLATE}" if direction == "rtl" else f" {written}"
