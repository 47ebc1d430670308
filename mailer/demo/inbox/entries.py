"""What the inbox of the demo shows of a message: to whom it went, in which languages, its parts."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import select

from mailer import database, languages
from mailer.demo.world.mailroom import Received
from mailer.models import Delivery, DeliveryStatus

PAGES_LANGUAGE = "en"
HEADER_NAME = re.compile(r"^([!-9;-~]+):(.*)$")
#: A link of a message opens beside the inbox, not in its frame.
OPENS_BESIDE = '<base target="_blank">'


@dataclass(frozen=True)
class Correspondent:
    """Whose message it is, and what became of it, as our own rows tell."""

    name: str
    outlet: str
    cover_language: str
    edition_language: str
    has_come_back: bool


NOBODY = Correspondent("", "", "", "", has_come_back=False)
Correspondents = Mapping[str, Correspondent]


@dataclass(frozen=True)
class Entry:
    """A message in the list."""

    number: int
    language: str
    language_name: str
    name: str
    outlet: str
    address: str
    subject: str
    time: str
    text_language: str
    text_language_name: str
    has_come_back: bool


@dataclass(frozen=True)
class Choice:
    """A language by which the list can be narrowed."""

    tag: str
    name: str
    count: int


def correspondents_in(engine: sa.Engine) -> Callable[[], Correspondents]:
    """Looks up, by Message-ID, to whom our rows say the messages went."""

    def look_up() -> Correspondents:
        with database.reading(engine) as session:
            rows = session.exec(select(Delivery).where(Delivery.message_id != "")).all()
        return {
            row.message_id: Correspondent(
                name=row.recipient_name,
                outlet=row.outlet_name,
                cover_language=row.cover_language,
                edition_language=row.edition_language,
                has_come_back=row.status is DeliveryStatus.BOUNCED,
            )
            for row in rows
        }

    return look_up


def entry(received: Received, correspondents: Correspondents, *, zone: ZoneInfo) -> Entry:
    """The line of that message in the list, its time on the office's clock."""
    who = correspondents.get(received.message_id, NOBODY)
    return Entry(
        number=received.number,
        language=who.cover_language,
        language_name=language_name(who.cover_language),
        name=who.name,
        outlet=who.outlet,
        address=received.recipient,
        subject=received.subject,
        time=received.received_at.astimezone(zone).strftime("%H:%M:%S"),
        text_language=who.edition_language,
        text_language_name=language_name(who.edition_language),
        has_come_back=who.has_come_back,
    )


def language_name(tag: str) -> str:
    """What the language is called on these pages."""
    return languages.name(tag, written_in=PAGES_LANGUAGE) if tag else "unknown"


def choices(entries: Sequence[Entry]) -> list[Choice]:
    """The cover languages in the list with their numbers, by name."""
    counts = Counter((one.language, one.language_name) for one in entries if one.language)
    found = [Choice(tag, name, count) for (tag, name), count in counts.items()]
    return sorted(found, key=lambda choice: choice.name)


def part_of(message: EmailMessage, kind: Literal["html", "plain"]) -> str:
    """The text of the HTML or the plain part; empty when there is none."""
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""


def opening_beside(html: str) -> str:
    """The page with its links opening in a tab of their own."""
    head = re.search(r"<head[^>]*>", html, re.IGNORECASE)
    place = head.end() if head else 0
    return f"{html[:place]}{OPENS_BESIDE}{html[place:]}"


def source_lines(raw: bytes) -> list[tuple[str, str]]:
    """The message line by line; a header's name stands apart, so that it can be set apart."""
    lines: list[tuple[str, str]] = []
    in_headers = True
    for line in raw.decode("utf-8", "replace").splitlines():
        in_headers = in_headers and bool(line)
        found = HEADER_NAME.match(line) if in_headers else None
        lines.append((f"{found.group(1)}:", found.group(2)) if found else ("", line))
    return lines
