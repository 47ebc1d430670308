"""Editions that stand in no database, and what the linter finds on them."""

from datetime import UTC, date, datetime
from typing import Any

from mailer.models import Attachment, Occasion, Office, PressContact, Release, Revision
from mailer.releases.editions import FullRelease
from mailer.releases.readiness import Finding, lint
from mailer.releases.readiness.reading import Surroundings

#: A Tuesday in winter; what is written on these pages is written on it.
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LEAD = "Twelve harbours agreed on Monday that night shifts may not follow each other."
TITLE = "Harbours agree on a code of conduct"


def office(**given: Any) -> Office:
    """The press office of the harbours."""
    values: dict[str, Any] = {
        "id": 1,
        "key": "harbour",
        "name": "Harbour Forum Press Division",
        "postal_address": "1 Quai des Exemples, L-0000 Luxembourg",
        "from_name": "Harbour Forum Press",
        "from_address": "press@harbour.example",
        "reply_to": "duty@harbour.example",
        "zone": "Europe/Luxembourg",
    }
    return Office(**(values | given))


def revision(text: str, **given: Any) -> Revision:
    """An edition of that text."""
    values: dict[str, Any] = {
        "id": 1,
        "edition_id": 1,
        "number": 1,
        "title": TITLE,
        "place": "Luxembourg",
        "body": text,
        "content_hash": "0",
        "created_at": NOW,
    }
    return Revision(**(values | given))


def release(**given: Any) -> Release:
    """The release of the editions."""
    values: dict[str, Any] = {
        "id": 1,
        "office_id": 1,
        "reference": "2026-017",
        "place": "Luxembourg",
        "dated_on": date(2026, 11, 24),
        "source_language": "en",
        "created_at": NOW,
    }
    return Release(**(values | given))


def occasion(**given: Any) -> Occasion:
    """A signing on a Tuesday."""
    values: dict[str, Any] = {
        "release_id": 1,
        "title": "Signing",
        "starts_at": datetime(2026, 12, 1, 9, 0, tzinfo=UTC),
        "zone": "Europe/Luxembourg",
    }
    return Occasion(**(values | given))


def full(
    texts: dict[str, str | Revision],
    *,
    sender: Office | None = None,
    occasions: tuple[Occasion, ...] = (),
    **given: Any,
) -> FullRelease:
    """A release with these editions, the first of which is the source."""
    contact = PressContact(
        office_id=1, key="a.keller", name="Anna Keller", phone="+352 99 00 00 12"
    )
    return FullRelease(
        office=sender or office(),
        release=release(**({"source_language": next(iter(texts), "en")} | given)),
        revisions={
            tag: text if isinstance(text, Revision) else revision(text)
            for tag, text in texts.items()
        },
        contacts=(contact,),
        occasions=occasions,
    )


def found_in(text: str, language: str = "en", **given: Any) -> list[Finding]:
    """What is found on an edition with that text behind a lead of a line."""
    return lint(full({language: text}, **given), at=NOW)


def found_on(whole: FullRelease, files: tuple[Attachment, ...] = ()) -> list[Finding]:
    """What is found on a whole release."""
    return lint(whole, Surroundings(files=files), at=NOW)


def ids(findings: list[Finding]) -> list[str]:
    """The checks that found something, once each."""
    return list(dict.fromkeys(found.id for found in findings))
