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


def refuse_silence(session: Session, full: FullRelease, *, at: datetime) -> None:
    """Raise Refused when it would go out now and nobody is on duty, unless somebody let it pass.

    A correction is not asked: it cannot wait.
    """
    for found in silences(session, full, at=at):
        raise Refused(f"{found.message}: {found.fix}; then resume")
