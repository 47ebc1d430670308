"""What the linter sees in a text: its words without the markup, its links, and what was left to
fill in.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mailer.releases.readiness.tongues.words import openings

READER: Final = MarkdownIt("js-default")
#: Wholly in brackets these are a gap, not a remark such as [sic] or an omission such as […].
GAP_WORDS = (
    "amount|city|contact|date|day|first name|full name|headline|job title|last name|link|month"
    "|name|number|phone|place|quote|telephone|time|title|url|venue|website|year"
)
PLACEHOLDERS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\{\{[^{}\n]*\}\}",
        r"\{%[^{}\n]*%\}",
        r"\$?\{[a-z_][\w .:|-]{0,60}\}",
        r"<<[a-z_][\w .-]{0,60}>>|%%[a-z_]\w{0,60}%%",
        # Not a part of a web address or of a word with a hyphen.
        r"(?<![\w./@-])x{3,}(?![\w/@-]|\.\w)",
        r"(?<![\w./@-])xx(?:[ ./-]xx)+(?![\w/@-])",
        rf"\[\s*(?:(?:{GAP_WORDS})|(?:{openings()})(?:\W[^\[\]\n]{{0,80}})?)\s*\]",
        r"\blorem ipsum\b",
    )
)
#: In capitals and without brackets they may be meant: an advisory without a room yet, or a bank.
#: A telephone number of zeros, a doubt and a blank were to be mended, too.
PERHAPS_OPEN: Final = re.compile(
    r"(?<![\w\[])TB[ACD](?![\w\]])|(?<![\d/.-])0{2,}(?:[ ./-]0{2,}){2,}(?![\d/-])"
    r"|\?{3,}|@@+|#{3,}|_{4,}"
)
#: A link that Markdown could not read is printed with all its brackets.
UNREAD_LINK: Final = re.compile(r"\[[^\[\]\n]+\]\([^()\n]*\)?")
#: An address among the words of a link, and words that are nothing but a host and a path.
WRITTEN_ADDRESS: Final = re.compile(
    r"https?://[^\s<>\"()]+|(?<![\w@.-])www\.[^\s<>\"()]+", re.IGNORECASE
)
#: report.pdf and Node.js are no hosts.
FILE_ENDINGS = (
    "csv|docx?|epub|gif|html?|ics|jpe?g|js|json|md|mov|od[pst]|pdf|png|pptx?|rtf|svg|tiff?|txt"
    "|webp|xlsx?|xml|zip"
)
BARE_ADDRESS: Final = re.compile(rf"(?:[\w-]+\.)+(?!(?:{FILE_ENDINGS})\b)[a-z]{{2,24}}(?:/\S*)?")
#: So many signs before and after a find are shown with it.
CONTEXT = 30


#: The words of a picture that has none.
NO_ALT: Final = "picture"


@dataclass(frozen=True)
class Link:
    """A link or a picture of a text: where it leads, and the words that stand on it."""

    target: str
    words: str
    is_picture: bool = False
    #: What the text itself says below a picture.
    caption: str = ""

    @property
    def is_dead(self) -> bool:
        """Whether a click in a mail could lead anywhere: only a full address can."""
        try:
            parts = urlsplit(self.target.strip())
        except ValueError:
            return True
        if parts.scheme in {"http", "https"}:
            return not parts.hostname
        return parts.scheme not in {"mailto", "tel"} or not parts.path

    @property
    def has_alt(self) -> bool:
        """Whether a picture says what it shows; a link needs not."""
        return not self.is_picture or self.words != NO_ALT

    @property
    def other_host(self) -> str:
        """The host that the words name though the link leads to another one, or nothing.

        www. makes no difference, nor does a host that belongs to the other.
        """
        target = _host(self.target)
        if self.is_picture or not target:
            return ""
        named = (_host(address) for address in _addresses(self.words))
        return next((host for host in named if host and not _belong(host, target)), "")


@lru_cache(maxsize=16)
def blocks(body: str) -> tuple[Token, ...]:
    """The text as Markdown reads it. Many checks ask, and hostile brackets take their time."""
    return tuple(READER.parse(body))


def links(body: str) -> list[Link]:
    """All links and pictures of a body, in order."""
    found = []
    for block in _inline(body):
        children = block.children or []
        for place, token in enumerate(children):
            if token.type == "link_open":
                target = unquote(str(token.attrGet("href") or ""))
                found.append(Link(target, _until_close(children[place + 1 :])))
            elif token.type == "image":
                target = unquote(str(token.attrGet("src") or ""))
                alt, caption = token.content.strip(), str(token.attrGet("title") or "").strip()
                found.append(Link(target, alt or NO_ALT, is_picture=True, caption=caption))
    return found


def typed_links(words: str) -> list[Link]:
    """The web addresses that were typed into the words: each becomes a link in the message."""
    typed = (match[0].rstrip(".,;:!?…)]*_") for match in WRITTEN_ADDRESS.finditer(words))
    return [Link(one if "://" in one else f"https://{one}", one) for one in typed]


def opening_blocks(body: str) -> list[str]:
    """What the blocks of a body are at its top level, such as paragraph or bullet_list."""
    opened = (token for token in blocks(body) if token.level == 0 and token.nesting >= 0)
    return [token.type.removesuffix("_open") for token in opened]


def _until_close(following: list[Token]) -> str:
    end = next(place for place, token in enumerate(following) if token.type == "link_close")
    return _words(following[:end])


def _addresses(words: str) -> list[str]:
    """The web addresses that the words show, each with a scheme."""
    seen = "".join(sign for sign in words if unicodedata.category(sign) != "Cf").strip()
    if bare := BARE_ADDRESS.fullmatch(seen.rstrip(".,;:!?")):
        return [f"https://{bare[0]}"]
    found = WRITTEN_ADDRESS.findall(seen)
    return [address if "://" in address else f"https://{address}" for address in found]


def _host(address: str) -> str:
    """The host of a web address as the net spells it, without www.; nothing for other targets."""
    try:
        parts = urlsplit(unquote(READER.normalizeLink(address.strip())))
    except ValueError:
        return ""
    host = (parts.hostname or "") if parts.scheme in {"http", "https"} else ""
    return host.rstrip(".,;:!?…").removeprefix("www.")


def _belong(host: str, other: str) -> bool:
    return host == other or host.endswith(f".{other}") or other.endswith(f".{host}")


def struck(body: str) -> list[str]:
    """What is struck through in a body."""
    found = []
    for block in _inline(body):
        children = block.children or []
        for place, token in enumerate(children):
            if token.type == "s_open":
                end = next(
                    n for n, one in enumerate(children) if n > place and one.type == "s_close"
                )
                found.append(_words(children[place:end]))
    return found


def paragraphs(body: str) -> list[str]:
    """The words of each paragraph, list item and table cell; code is left out."""
    return [plain_words(block) for block in _inline(body)]


def _inline(body: str) -> Iterator[Token]:
    return (token for token in blocks(body) if token.type == "inline")


def plain_words(block: Token) -> str:
    """The words of one of them."""
    return _words(block.children or [])


def _words(tokens: list[Token]) -> str:
    breaks = {"softbreak", "hardbreak"}
    plain = (" " if token.type in breaks else token.content for token in tokens if _shows(token))
    return "".join(plain)


def _shows(token: Token) -> bool:
    return token.type in {"text", "text_special", "image", "softbreak", "hardbreak"}


def placeholders(text: str) -> list[str]:
    """Everything in a paragraph that somebody meant to replace, each with the words around it."""
    return _finds(text, *PLACEHOLDERS)


def perhaps_open(text: str) -> list[str]:
    """TBC and the like, which may be meant, each with the words around it."""
    return _finds(text, PERHAPS_OPEN)


def unread_links(text: str) -> list[str]:
    """Links of a paragraph that Markdown could not read."""
    return _finds(text, UNREAD_LINK)


def _finds(text: str, *patterns: re.Pattern[str]) -> list[str]:
    spans: list[tuple[int, int]] = []
    for pattern in patterns:
        for match in pattern.finditer(text):
            start, end = match.span()
            if not any(start < last and first < end for first, last in spans):
                spans.append((start, end))
    return [_in_context(text, *span) for span in sorted(spans)]


def _in_context(text: str, start: int, end: int) -> str:
    before, after = text[:start], text[end:]
    if len(before) > CONTEXT:
        before = "…" + before[-CONTEXT:].partition(" ")[2]
    if len(after) > CONTEXT:
        after = after[:CONTEXT].rpartition(" ")[0] + "…"
    return before + text[start:end] + after
