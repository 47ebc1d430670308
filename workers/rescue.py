"""Rescue: what a lost line had claimed is settled, by its journal or when its lease is over."""

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from mailer import clock, database
from mailer.delivery import journal, settling
from mailer.delivery.journal import Remains
from mailer.delivery.outcome import Blame, OutcomeKind
from mailer.delivery.settling import Settled
from mailer.errors import BadInput
from mailer.feedback import arrivals
from mailer.feedback.recording import record_outcome
from mailer.models import Delivery
from mailer.settings import Settings
from mailer.tokens import Keyring
from workers.sending.lines import journals

#: What a database says of values that no journal of ours can hold; it is not away.
NOT_OURS = (BadInput, DataError, IntegrityError, ValueError, OverflowError)

log = structlog.get_logger(__name__)


def rescue(engine: sa.Engine, settings: Settings, *, keyring: Keyring) -> None:
    """Settle the lines that died on this machine, and those anywhere that are silent too long.

    Raises Unreachable when the database goes away: the journals are still there the next time.
    """
    for remains in journal.abandoned(journals(settings)):
        try:
            _settle(engine, settings, remains, keyring=keyring)
        except NOT_OURS as wrong:
            # Garbled octets that look like a line of ours must not keep the others waiting.
            log.warning("journal cannot be used", owner=remains.owner, cause=type(wrong).__name__)
            journal.set_aside(journals(settings), remains)
    with database.writing(engine) as session:
        settled = settling.settle_overdue(session, settings=settings.delivery, now=clock.now())
        _follow(session, settled, keyring=keyring)
    _tell(settled)


def _settle(engine: sa.Engine, settings: Settings, remains: Remains, *, keyring: Keyring) -> None:
    with database.writing(engine) as session:
        settled = settling.settle(session, remains, settings=settings.delivery, now=clock.now())
        _follow(session, settled, keyring=keyring)
    _tell(settled)


def _follow(session: Session, settled: list[Settled], *, keyring: Keyring) -> None:
    """What the relay had answered to the lost line, and what was heard, has its effects as ever."""
    for one in settled:
        if one.outcome is None or one.outcome.kind is OutcomeKind.ACCEPTED:
            continue
        if one.outcome.blames not in {None, Blame.RELAY}:
            row = session.get_one(Delivery, one.delivery.id, populate_existing=True)
            record_outcome(session, row, one.outcome, keyring=keyring, now=clock.now())
        arrivals.recall(session, one.delivery.id)


def _tell(settled: list[Settled]) -> None:
    if settled:
        begun = sum(one.outcome is not None for one in settled)
        log.warning("lost worker settled", begun=begun, given_back=len(settled) - begun)
