"""The text of an edition as good HTML and good plain text, from the same tokens and with the same
words.
"""

from collections.abc import Callable
from typing import Unpack

import nh3
from markdown_it.tree import SyntaxTreeNode

from mailer.compose.text.plain import stacked
from mailer.compose.text.reading import READER, Setting, links, read

TEXT_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "s",
    "a",
    "code",
    "pre",
    "hr",
    "blockquote",
    "bdi",
    "span",
    "sup",
}
LIST_TAGS = {"ul", "ol", "li"}
HEADING_TAGS = {"h2", "h3", "h4", "h5", "h6"}
TABLE_TAGS = {"div", "table", "thead", "tbody", "tr", "th", "td"}
PICTURE_TAGS = {"figure", "img", "figcaption"}
ALLOWED_ATTRIBUTES = {
    "a": {"href", "title", "dir", "id", "role"},
    "bdi": {"dir"},
    "div": {"tabindex"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "table": {"dir"},
    "th": {"scope", "align"},
    "td": {"align"},
}
ALLOWED_CLASSES = {"div": {"wide", "footnotes"}, "span": {"whole"}}
SCHEMES = {"http", "https", "mailto", "tel"}


def to_html(body: str, href: Callable[[str], str], **setting: Unpack[Setting]) -> str:
    """The body as clean HTML; `href` says where each link that may be counted leads."""
    tokens = read(body, **setting)
    for link in links(tokens):
        if link.meta["is_counted"]:
            link.attrSet("href", href(str(link.attrGet("href"))))
    return nh3.clean(
        READER.renderer.render(tokens, READER.options, {}),
        tags=TEXT_TAGS | LIST_TAGS | HEADING_TAGS | TABLE_TAGS | PICTURE_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        allowed_classes=ALLOWED_CLASSES,
        url_schemes=SCHEMES,
        link_rel="noopener",
    )


def to_text(body: str, **setting: Unpack[Setting]) -> str:
    """The body as plain text, without a line end after the last line."""
    tree = SyntaxTreeNode(read(body, **setting))
    return stacked(tree.children, direction=setting.get("direction", "ltr"))


def links_in(body: str) -> list[str]:
    """The web links that may be counted, each once, in order of first appearance.

    Not those whose words are an address themselves: such a link leads where it says. Nor the
    pictures, which are there to be taken.
    """
    counted = (str(link.attrGet("href")) for link in links(read(body)) if link.meta["is_counted"])
    return list(dict.fromkeys(counted))
