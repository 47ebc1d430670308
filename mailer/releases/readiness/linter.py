"""The linter: what must be mended before a release goes out, and what an officer let pass."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, select

from mailer import clock
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import Waiver
from mailer.releases.editions import FullRelease
from mailer.releases.readiness.checks import EVERY, duty
from mailer.releases.readiness.findings import Finding, Severity, fingerprint, in_order
from mailer.releases.readiness.reading import Subject, Surroundings
from mailer.releases.readiness.surroundings import look_around

#: Without a text there is nothing to send, whatever the reason.
NOT_TO_BE_WAIVED: Final = ("no-edition",)
NOTHING: Final = Surroundings()


def lint(
    full: FullRelease, around: Surroundings = NOTHING, *, at: datetime | None = None
) -> list[Finding]:
    """All findings on a release, those that block first; `at` is the moment that is now.

    Without `around` nothing is compared with what the database knows beside the release.
    """
    subject = Subject(full, at or clock.now(), around)
    found = [one for check in EVERY for one in check(subject)]
    return in_order(list(dict.fromkeys(found)))


def open_findings(
    session: Session, full: FullRelease, more: Sequence[Finding] = ()
) -> list[Finding]:
    """The findings that nobody let pass; `more` are those of a room above, such as on a message."""
    every = in_order([*lint(full, look_around(session, full)), *more])
    return _still_open(session, full, every)


def silences(session: Session, full: FullRelease, *, at: datetime) -> list[Finding]:
    """Why nobody would answer for the release at that moment, unless somebody let it pass."""
    return _still_open(session, full, list(duty.check(Subject(full, at, NOTHING))))


def _still_open(session: Session, full: FullRelease, found: list[Finding]) -> list[Finding]:
    waived = set(
        session.exec(select(Waiver.finding).where(Waiver.release_id == full.release.id)).all()
    )
    return [finding for finding in found if fingerprint(finding) not in waived]


def waive(
    session: Session,
    full: FullRelease,
    finding_ids: Collection[str] | None = None,
    *,
    reason: str,
    by: str,
    more: Sequence[Finding] = (),
) -> list[Finding]:
    """Let findings pass, and keep why; they are named by check or by fingerprint.

    None means everything that blocks. Raises BadInput without a reason, NotFound for a name that
    is not among the open findings, Refused for what no reason can make good.
    """
    if not reason.strip():
        raise BadInput("a finding is waived for a reason: say why it may stay")
    chosen = _chosen(open_findings(session, full, more), finding_ids)
    for finding in chosen:
        if finding.id in NOT_TO_BE_WAIVED:
            raise Refused(f"{finding.message}: no reason makes up for it; {finding.fix}")
    _keep_waivers(session, full, chosen, reason=reason.strip(), by=by)
    return chosen


def _chosen(still_open: list[Finding], finding_ids: Collection[str] | None) -> list[Finding]:
    if finding_ids is None:
        return [finding for finding in still_open if finding.severity is Severity.BLOCK]
    chosen = [finding for finding in still_open if _names(finding) & set(finding_ids)]
    for name in finding_ids:
        if not any(name in _names(finding) for finding in chosen):
            raise NotFound(f"no open finding is called {name!r}: lint the release again")
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
