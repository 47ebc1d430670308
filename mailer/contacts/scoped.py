"""Leaves that cover a part of what we send: one topic, or one office. They are kept as all others
are, under a keyed hash, and win over lists, wishes and imports where they apply (R8).
"""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select

from mailer import addresses, clock
from mailer.contacts.beats import TOP_BEATS
from mailer.contacts.inserting import chunked, insert_missing
from mailer.contacts.suggesting import did_you_mean, spelling
from mailer.contacts.suppressions import LIFTABLE, STRENGTH
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import (
    Desk,
    Office,
    Release,
    Role,
    Suppression,
    SuppressionReason,
    SuppressionScope,
)
from mailer.tokens import Keyring

logger = structlog.get_logger(__name__)

#: Who complains, bounces or is erased gets nothing at all.
REASONS = {SuppressionReason.UNSUBSCRIBED, SuppressionReason.MANUAL}


class Scope(NamedTuple):
    """A topic by the spelling of its beat, or an office by its key."""

    kind: SuppressionScope
    value: str

    def told(self, reason: SuppressionReason = SuppressionReason.UNSUBSCRIBED) -> str:
        """Why nothing of it is sent, in words."""
        what = f"the {self.kind} {self.value}"
        left = reason is SuppressionReason.UNSUBSCRIBED
        return f"left {what}" if left else f"suppressed for {what}"


def topic(beat: str) -> Scope:
    """The scope of a beat, however it is spelt. Raises BadInput for none."""
    if not spelling(beat):
        raise BadInput("a topic is a beat: name one, such as politics")
    return Scope(SuppressionScope.TOPIC, spelling(beat))


def known_topic(session: Session, beat: str) -> Scope:
    """The same of a beat that something has by now. Raises NotFound with the nearest: a wrong word
    would leave out nothing.
    """
    scope = topic(beat)
    known = {spelling(word): word for word in (*TOP_BEATS, *_written_beats(session))}
    if scope.value not in known:
        nearest = did_you_mean(beat, sorted(known.values()))
        raise NotFound(f"no release, contact or list has the beat {beat!r}: {nearest}")
    return scope


def _written_beats(session: Session) -> set[str]:
    """The beats of releases and contacts; a rule of a list names no other."""
    return {
        word
        for column in (Release.beats, Role.beats, Desk.beats)
        for written in session.execute(
            sa.select(sa.cast(col(column), sa.Text)).distinct()
        ).scalars()
        for word in json.loads(written)
    }


def office(session: Session, key: str) -> Scope:
    """The scope of an office. Raises NotFound for one that is not there."""
    known = list(session.exec(select(Office.key).order_by(Office.key)))
    if key not in known:
        raise NotFound(f"there is no office {key!r}: {did_you_mean(key, known)}")
    return Scope(SuppressionScope.OFFICE, key)


def scopes_of(beats: Iterable[str], office_key: str) -> tuple[Scope, ...]:
    """All the scopes to which a release with these beats, of that office, belongs."""
    return *map(topic, filter(spelling, beats)), Scope(SuppressionScope.OFFICE, office_key)


def suppress(
    session: Session,
    address: str,
    scope: Scope,
    *,
    keyring: Keyring,
    reason: SuppressionReason,
    source: str,
    note: str = "",
) -> bool:
    """Send nothing of that scope to the address again; True when it was not suppressed for it.

    A stronger reason replaces the one that is kept. Raises BadInput for what is no address, and
    for a reason that covers everything.
    """
    if reason not in REASONS:
        raise BadInput(f"who {reason} gets nothing at all: leave out the topic or the office")
    normalised = addresses.parse(address).normalised
    known = [row for row in kept(session, normalised, keyring=keyring) if _is_of(row, scope)]
    if not known:
        row = {
            "address_hash": keyring.address_hash(normalised),
            "scope": scope.kind,
            "scope_value": scope.value,
            "reason": reason,
            "note": note,
            "source": source,
            "created_at": clock.now(),
        }
        return insert_missing(session, Suppression, [row]) == 1
    for one in known:
        if STRENGTH.index(reason) > STRENGTH.index(one.reason):
            one.reason, one.source, one.note = reason, source, note
    session.flush()
    return False


def lift(session: Session, address: str, scope: Scope, *, keyring: Keyring, note: str) -> None:
    """Send what is of that scope again. `note` says why and who decided it.

    Raises NotFound when there is nothing to lift, and Refused when the person left by herself.
    """
    if not note.strip():
        raise BadInput("a suppression is lifted with a note: say why, and who decided it")
    normalised = addresses.parse(address).normalised
    known = [row for row in kept(session, normalised, keyring=keyring) if _is_of(row, scope)]
    if not known:
        raise NotFound(f"{address} is not suppressed for the {scope.kind} {scope.value}")
    if any(row.reason not in LIFTABLE for row in known):
        told = f"{address} {scope.told()}"
        raise Refused(f"{told}: only its owner can come back, by signing up again")
    for row in known:
        logger.info("suppression lifted", suppression_id=row.id, reason=row.reason)
        session.delete(row)
    session.flush()


def kept(session: Session, address: str, *, keyring: Keyring) -> list[Suppression]:
    """What is kept of the address for topics and offices, the oldest first."""
    hashes = keyring.address_hashes(addresses.parse(address).normalised)
    return list(
        session.exec(
            select(Suppression)
            .where(
                col(Suppression.address_hash).in_(hashes),
                col(Suppression.scope) != SuppressionScope.ALL,
            )
            .order_by(col(Suppression.id))
        )
    )


def told_of(session: Session, address: str, *, keyring: Keyring) -> list[str]:
    """What the address gets nothing of, in words: left the topic crime."""
    rows = kept(session, address, keyring=keyring)
    return [Scope(row.scope, row.scope_value).told(row.reason) for row in rows]


def is_left(session: Session, scopes: Sequence[Scope]) -> bool:
    """Whether anybody at all has left one of these scopes."""
    return bool(session.execute(sa.select(sa.exists().where(_of(scopes)))).scalar())


def _of(scopes: Sequence[Scope]) -> sa.ColumnElement[bool]:
    kept_for = (
        sa.and_(col(Suppression.scope) == kind, col(Suppression.scope_value) == value)
        for kind, value in scopes
    )
    return sa.or_(sa.false(), *kept_for)


def left_among(
    session: Session, given: Sequence[str], scopes: Sequence[Scope], *, keyring: Keyring
) -> dict[str, str]:
    """Why those of the given addresses get nothing of one of these scopes, spelt as given.

    Whoever asks for many asks `is_left` first: each address is hashed.
    """
    normal = {address: _normalised(address) for address in given}
    by_hash = {
        hashed: one
        for one in normal.values()
        if one is not None
        for hashed in keyring.address_hashes(one)
    }
    found: dict[str | None, str] = {}
    for chunk in chunked(list(by_hash)):
        rows = session.execute(
            sa.select(
                col(Suppression.address_hash),
                col(Suppression.scope),
                col(Suppression.scope_value),
                col(Suppression.reason),
            )
            .where(col(Suppression.address_hash).in_(chunk), _of(scopes))
            .order_by(col(Suppression.id))
        )
        for hashed, kind, value, reason in rows:
            found.setdefault(by_hash[hashed], Scope(kind, value).told(reason))
    return {address: found[one] for address, one in normal.items() if one in found}


def _normalised(address: str) -> str | None:
    """None for what is no address by the rules of today: nobody can have left there."""
    try:
        return addresses.parse(address).normalised
    except BadInput:
        return None


def _is_of(row: Suppression, scope: Scope) -> bool:
    return (row.scope, row.scope_value) == scope
