"""The linter: what must be mended before a release goes out, and what an officer let pass."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from sqlmodel import Session, select

from mailer import clock, languages
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import EditionStatus, PressContact, Revision, Waiver
from mailer.releases.editions import FullRelease
from mailer.releases.readiness import weekdays, wording

#: Without a text there is nothing to send, whatever the reason.
NOT_TO_BE_WAIVED: Final = ("no-edition",)


class Severity(StrEnum):
    """What a finding does to a release."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, or may be; `id` names the check that found it."""

    id: str
    severity: Severity
    #: Empty when it concerns the release as a whole.
    edition: str
    where: str
    message: str
    fix: str


def lint(full: FullRelease) -> list[Finding]:
    """All findings on a release, those that block first."""
    found = [*_on_editions(full), *_on_contacts(full)]
    source = full.release.source_language
    for language in sorted(full.revisions, key=lambda tag: (tag != source, tag)):
        revision = full.revisions[language]
        found += _on_links(language, revision)
        found += _on_gaps(language, revision)
        found += _on_weekdays(language, revision, full)
    order = list(Severity)
    return sorted(found, key=lambda finding: order.index(finding.severity))


def fingerprint(finding: Finding) -> str:
    """The name of this very finding: its check, its edition and its place."""
    place = blake2b(finding.where.encode(), digest_size=8).hexdigest()
    return f"{finding.id}.{finding.edition or 'all'}.{place}"


def open_findings(session: Session, full: FullRelease) -> list[Finding]:
    """The findings that nobody let pass."""
    waived = set(
        session.exec(select(Waiver.finding).where(Waiver.release_id == full.release.id)).all()
    )
    return [finding for finding in lint(full) if fingerprint(finding) not in waived]


def waive(
    session: Session,
    full: FullRelease,
    finding_ids: Collection[str] | None = None,
    *,
    reason: str,
    by: str,
) -> list[Finding]:
    """Let findings pass, and keep why; they are named by check or by fingerprint.

    None means everything that blocks. Raises BadInput without a reason, NotFound for a name that
    is not among the open findings, Refused for what no reason can make good.
    """
    if not reason.strip():
        raise BadInput("a finding is waived for a reason: say why it may stay")
    still_open = open_findings(session, full)
    if finding_ids is None:
        chosen = [finding for finding in still_open if finding.severity is Severity.BLOCK]
    else:
        chosen = [finding for finding in still_open if _names(finding) & set(finding_ids)]
        for name in finding_ids:
            if not any(name in _names(finding) for finding in chosen):
                raise NotFound(f"no open finding is called {name!r}: lint the release again")
    for finding in chosen:
        if finding.id in NOT_TO_BE_WAIVED:
            raise Refused(f"{finding.message}: no reason makes up for it; {finding.fix}")
    _keep_waivers(session, full, chosen, reason=reason.strip(), by=by)
    return chosen


def _names(finding: Finding) -> set[str]:
    return {finding.id, fingerprint(finding)}


def _keep_waivers(
    session: Session, full: FullRelease, chosen: list[Finding], *, reason: str, by: str
) -> None:
    # Two links with the same words in the same edition are one place.
    for name in dict.fromkeys(map(fingerprint, chosen)):
        waiver = Waiver(
            release_id=full.release.id or 0,
            finding=name,
            reason=reason,
            waived_by=by,
            waived_at=clock.now(),
        )
        session.add(waiver)
    session.flush()


# ---------------------------------------------------------------- the checks


def _on_editions(full: FullRelease) -> Iterator[Finding]:
    if not full.revisions:
        yield Finding(
            "no-edition",
            Severity.BLOCK,
            "",
            "editions",
            "no edition is ready",
            "import a text of this release in one of its languages",
        )
    for language, status in full.statuses.items():
        if status is EditionStatus.STALE:
            name = languages.name(language, written_in="en")
            yield Finding(
                "stale-edition",
                Severity.WARN,
                language,
                "edition",
                f"the {name} text is older than the source it was made from, and stays behind",
                "import it again, changed or as it is if it still holds",
            )


def _on_contacts(full: FullRelease) -> Iterator[Finding]:
    if not full.contacts:
        yield Finding(
            "no-contact",
            Severity.BLOCK,
            "",
            "contacts",
            "the release names no press contact",
            "add contacts: with a key or a record to the file and import it again",
        )
    for contact in full.contacts:
        if not _is_reachable(contact):
            yield Finding(
                "contact-unreachable",
                Severity.WARN,
                "",
                f"contact {contact.key}",
                f"{contact.name} has neither a telephone number nor an e-mail address to print",
                "add phone: or email: to the contact's record",
            )


def _is_reachable(contact: PressContact) -> bool:
    return bool(contact.phone or contact.email or (contact.mobile and contact.shows_mobile))


def _on_links(language: str, revision: Revision) -> Iterator[Finding]:
    for link in wording.links(revision.body):
        if link.is_dead:
            yield Finding(
                "dead-link",
                Severity.BLOCK,
                language,
                f"link “{link.words}”",
                f"the link “{link.words}” leads nowhere: its target is “{link.target}”",
                "give it the full address with https://, or take the link away and keep the words",
            )
        elif host := link.other_host:
            yield Finding(
                "other-host",
                Severity.WARN,
                language,
                f"link “{link.words}”",
                f"the link “{link.words}” names {host} and leads elsewhere, to {link.target}",
                "let it lead to the address it shows, or say in words where it leads",
            )
    for paragraph in wording.paragraphs(revision.body):
        for written in wording.unread_links(paragraph):
            yield Finding(
                "unread-link",
                Severity.WARN,
                language,
                f"text “{written}”",
                "a link is not read as one and would be printed with its brackets",
                "write it as [words](https://…) with no space in the address",
            )


def _on_gaps(language: str, revision: Revision) -> Iterator[Finding]:
    lines = [("title", revision.title), ("subtitle", revision.subtitle), ("place", revision.place)]
    lines += [("text", paragraph) for paragraph in wording.paragraphs(revision.body)]
    targets = [("link target", link.target) for link in wording.links(revision.body)]
    for place, words in lines + targets:
        for written in wording.placeholders(words):
            yield Finding(
                "placeholder",
                Severity.BLOCK,
                language,
                f"{place} “{written}”",
                f"something is left to fill in: “{written}”",
                "write what belongs there, or take it out",
            )
    for place, words in lines:
        for written in wording.perhaps_open(words):
            yield Finding(
                "open-point",
                Severity.WARN,
                language,
                f"{place} “{written}”",
                f"something may still be open: “{written}”",
                "say it in words if it is meant to be open",
            )


def _on_weekdays(language: str, revision: Revision, full: FullRelease) -> Iterator[Finding]:
    days = set(_days(full))
    for paragraph in [revision.title, revision.subtitle, *wording.paragraphs(revision.body)]:
        for clash in weekdays.clashes(paragraph, days, language=language):
            right = languages.weekday_date(clash.day, "en")
            yield Finding(
                "wrong-weekday",
                Severity.WARN,
                language,
                f"text “{clash.written}”",
                f"“{clash.written}” does not fit the occasion, which is on {right}",
                "mend the weekday in the text or the date of the occasion",
            )


def _days(full: FullRelease) -> Iterator[date]:
    """The first and the last day of each occasion, on the clock of its own place."""
    for occasion in full.occasions:
        zone = clock.zone(occasion.zone)
        yield occasion.starts_at.astimezone(zone).date()
        if occasion.ends_at:
            yield occasion.ends_at.astimezone(zone).date()
