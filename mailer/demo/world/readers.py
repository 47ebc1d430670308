"""A few readers of the demo: they open, follow a link and leave over real HTTP, from what stands
in the message that they received. One scanner at a gate fetches everything the moment it arrives.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from html.parser import HTMLParser
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from mailer.demo.world.mailroom import Received
from mailer.errors import Unreachable

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
SCANNER = "Mozilla/5.0 (compatible; GateLinkScanner/3.2)"
#: What is fetched sooner after the hand-over is taken for a machine (standards 5.3, M-7).
PATIENCE = timedelta(seconds=11)
TIMEOUT_SECONDS = 20
ANGLED = re.compile(r"<(https?://[^<>\s]+)>")
#: What a mail program posts when its reader presses "unsubscribe" (RFC 8058).
ONE_CLICK = urlencode({"List-Unsubscribe": "One-Click"})


class Habit(StrEnum):
    """What a reader does with the message."""

    OPENS = "opens"
    CLICKS = "clicks"
    LEAVES = "leaves"
    SCANS = "scans"


@dataclass(frozen=True)
class Reader:
    """Someone who does more with the message than to receive it."""

    address: str
    habits: frozenset[Habit]

    def may_act(self, *, sent_at: datetime | None, now: datetime) -> bool:
        """Whether the moment has come: a person takes a while, a scanner none."""
        if Habit.SCANS in self.habits:
            return True
        return sent_at is not None and now >= sent_at + PATIENCE

    def act(self, received: Received, *, public_url: str) -> None:
        """Do with the message what the reader's habits are.

        Raises Unreachable when our web server does not answer as it must.
        """
        message = received.read()
        page = Page.of(message, public_url=public_url)
        if Habit.SCANS in self.habits:
            for url in (*page.images, *page.links):
                fetch(url, user_agent=SCANNER)
        if Habit.OPENS in self.habits:
            for url in page.images:
                fetch(url, user_agent=BROWSER)
        if Habit.CLICKS in self.habits:
            follow(page.counted_link(received.recipient))
        if Habit.LEAVES in self.habits:
            leave(message)


@dataclass
class Page:
    """Which pictures and links of ours the HTML part of a message has, in order."""

    images: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, message: EmailMessage, *, public_url: str) -> "Page":
        """The page of that message; other people's servers are left in peace."""
        part = message.get_body(("html",))
        reader = _Tags()
        reader.feed(part.get_content() if part else "")
        return cls(
            images=[url for url in reader.images if url.startswith(f"{public_url}/")],
            links=[url for url in reader.links if url.startswith(f"{public_url}/")],
        )

    def counted_link(self, recipient: str) -> str:
        """The first link of the text that leads over our redirect."""
        for url in self.links:
            if urlsplit(url).path.startswith("/c/"):
                return url
        raise Unreachable(f"the message to {recipient} has no counted link in its HTML part")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.images: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "img" and (source := values.get("src")):
            self.images.append(source)
        if tag == "a" and (target := values.get("href")):
            self.links.append(target)


def follow(url: str) -> None:
    """Click: our server must send the browser on. Where to is not of this machine."""
    status = fetch(url, user_agent=BROWSER)
    if status not in {302, 303, 307}:
        raise Unreachable(f"a link of a message was answered with {status}, not with a redirect")


def leave(message: EmailMessage) -> None:
    """Press the mail program's unsubscribe button (RFC 8058: one POST, no cookie, no page)."""
    found = ANGLED.search(str(message.get("List-Unsubscribe", "")))
    if found is None:
        raise Unreachable("a message has no address of ours in its List-Unsubscribe header")
    status = fetch(found.group(1), user_agent=BROWSER, body=ONE_CLICK)
    if status not in {200, 202}:
        raise Unreachable(f"the one-click unsubscribe was answered with {status}")


def fetch(url: str, *, user_agent: str, body: str | None = None) -> int:
    """The status of one request; redirects are not followed, nothing leaves this machine."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    headers = {"User-Agent": user_agent, "Accept": "*/*"}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request("GET" if body is None else "POST", path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read()
    except OSError as away:
        raise Unreachable(f"our web server does not answer a reader: {away}") from away
    else:
        return answer.status
    finally:
        connection.close()
