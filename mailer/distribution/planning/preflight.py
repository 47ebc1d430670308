"""Preflight: what stands between a release and its readers, in its texts and in its messages."""

from datetime import datetime

from sqlmodel import Session

from mailer.compose.letter import Identity
from mailer.compose.proofreading import proofread
from mailer.errors import Refused
from mailer.releases.editions import FullRelease
from mailer.releases.readiness import Finding, open_findings, silences


def preflight(
    session: Session,
    full: FullRelease,
    *,
    identity: Identity,
    at: datetime,
    is_thorough: bool = False,
) -> list[Finding]:
    """The findings of the linter and of the proofreading that nobody let pass.

    When thorough, the source is composed under the covers of all languages, which takes a second.
    """
    messages = proofread(full, identity=identity, at=at, is_thorough=is_thorough)
    return open_findings(session, full, messages)


class Proofs:
    """What proofreading finds, read before a decision: a long text takes seconds, and in the
    transaction of the decision all others would wait for them.
    """

    def __init__(self, full: FullRelease, *, identity: Identity, at: datetime) -> None:
        """Read the messages of a release that go out at that moment."""
        self._identity, self._at = identity, at
        self._read = _texts(full)
        self._findings = self._proofread(full)

    def of(self, full: FullRelease) -> list[Finding]:
        """The findings of that release as it is now: revised meanwhile, it is read once more."""
        return self._findings if _texts(full) == self._read else self._proofread(full)

    def _proofread(self, full: FullRelease) -> list[Finding]:
        return proofread(full, identity=self._identity, at=self._at)


def _texts(full: FullRelease) -> set[int | None]:
    return {revision.id for revision in full.revisions.values()}


def refuse_silence(session: Session, full: FullRelease, *, at: datetime) -> None:
    """Raise Refused when it would go out now and nobody is on duty, unless somebody let it pass.

    A correction is not asked: it cannot wait.
    """
    for found in silences(session, full, at=at):
        raise Refused(f"{found.message}: {found.fix}; then resume")
