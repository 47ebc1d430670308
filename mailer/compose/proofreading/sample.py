"""A message as it would go over the wire, taken apart again as a reader's program does."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from html.parser import HTMLParser
from typing import Final

from mailer.releases.editions import FullRelease
from mailer.releases.readiness.findings import Finding, finding

WORD: Final = re.compile(r"\w+")
#: What stands between them is not read.
UNREAD: Final = ("style", "script", "title")


@dataclass(frozen=True)
class Sample:
    """One message of a release, and which edition and cover it shows."""

    data: bytes
    full: FullRelease
    language: str
    cover: str

    @cached_property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        parsed = message_from_bytes(self.data, policy=policy.default)
        assert isinstance(parsed, EmailMessage)  # noqa: S101 – the policy makes nothing else
        return parsed

    @cached_property
    def head(self) -> list[tuple[str, str]]:
        """Each header by its name, unfolded and not decoded."""
        block = self.data.partition(b"\r\n\r\n")[0].decode("ascii", errors="replace")
        lines = re.sub(r"\r\n(?=[ \t])", "", block).split("\r\n")
        divided = (line.partition(":") for line in lines)
        return [(name, value.strip()) for name, _, value in divided]

    def values(self, name: str) -> list[str]:
        """All headers of that name."""
        return [value for other, value in self.head if other.lower() == name.lower()]

    @cached_property
    def text(self) -> str:
        """The text part, empty when there is none."""
        return self._part("plain")

    @cached_property
    def html(self) -> str:
        """The HTML part, empty when there is none."""
        return self._part("html")

    def _part(self, subtype: str) -> str:
        found = self.message.get_body((subtype,))
        return str(found.get_content()) if found is not None else ""

    @cached_property
    def page(self) -> "Page":
        """The HTML as a reader meets it."""
        page = Page()
        page.feed(self.html)
        page.close()
        return page

    def finding(self, check: str, where: str, message: str, fix: str) -> Finding:
        """A finding on this message; its place names the cover."""
        place = f"{where} under the cover {self.cover}"
        return finding(check, self.language, place, message, fix)


class Page(HTMLParser):
    """The words of a page, its targets, and the elements that lack what a screen reader needs."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.targets: list[str] = []
        self.faults: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what is asked for later (standards X-1, X-2, X-4)."""
        given = dict(attrs)
        self._unread += tag in UNREAD
        if target := given.get("href"):
            self.targets.append(target)
        if tag == "img" and "alt" not in given:
            self.faults.append(f"a picture without alt ({given.get('src', '')})")
        if tag == "html" and not (given.get("lang") and given.get("dir")):
            self.faults.append("no lang and dir on its root")

    def handle_endtag(self, tag: str) -> None:
        """Read on behind what is not read."""
        self._unread -= tag in UNREAD

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        if not self._unread:
            self.seen.append(data)

    @property
    def words(self) -> list[str]:
        """All that is read, word by word."""
        return WORD.findall(" ".join(self.seen))
