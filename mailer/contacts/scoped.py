"""Leaves that cover a part of what we send: one topic, or one office. They are kept as all others
are, under a keyed hash, and win over lists, wishes and imports where they apply (R8).
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select

from mailer import addresses, clock
from mailer.contacts.beats import TOP_BEATS, is_shared, meaning, words_for
from mailer.contacts.inserting import chunked, insert_missing
from mailer.contacts.lengths import refuse_long
from mailer.contacts.strength import LIFTABLE, is_stronger
from mailer.contacts.suggesting import did_you_mean, spelling
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


class Left(NamedTuple):
    """What is kept of an address for one of the scopes that were asked for."""

    told: str
    since: datetime


def topic(beat: str) -> Scope:
    """The scope of a beat, however it is spelt. Raises BadInput for none, and for a long text."""
    if not spelling(beat):
        raise BadInput("a topic is a beat: name one, such as politics")
    # A spelling that none of the words for the beat has would be found by no release.
    word = spelling(beat)
    refuse_long(word, called="a topic")
    return Scope(
        SuppressionScope.TOPIC, word if word in words_for(meaning(beat)) else meaning(beat)
    )


def known_topic(session: Session, beat: str) -> Scope:
    """The same of a beat that something has by now. Raises NotFound with the nearest: a wrong word
    would leave out nothing.
    """
    scope = topic(beat)
    known = {spelling(word): word for word in (*TOP_BEATS, *_written_beats(session))}
    if scope.value not in known and not is_shared(beat):
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
    """All the scopes to which a release with these beats, of that office, belongs.

    Whoever left a topic left it in all languages.
    """
    words = {word for beat in filter(spelling, beats) for word in words_for(beat)}
    topics = (Scope(SuppressionScope.TOPIC, word) for word in sorted(words))
    return *topics, Scope(SuppressionScope.OFFICE, office_key)


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

    A stronger reason replaces the one that is kept, and holds from now on. Raises BadInput
    for what is no address, and for a reason that covers everything.
    """
    if reason not in REASONS:
        raise BadInput(f"who {reason} gets nothing at all: leave out the topic or the office")
    normalised = addresses.parse(address).normalised
    if not _held(session, normalised, scope, keyring=keyring):
        row = {
            "address_hash": keyring.address_hash(normalised),
            "scope": scope.kind,
            "scope_value": scope.value,
            "reason": reason,
            "note": note,
            "source": source,
            "created_at": clock.now(),
        }
        if insert_missing(session, Suppression, [row]) == 1:
            return True
    for one in _held(session, normalised, scope, keyring=keyring):
        if is_stronger(reason, one.reason):
            one.reason, one.source, one.note = reason, source, note
            one.created_at = clock.now()
    session.flush()
    return False


def lift(session: Session, address: str, scope: Scope, *, keyring: Keyring, note: str) -> None:
    """Send what is of that scope again. `note` says why and who decided it.

    Raises NotFound when there is nothing to lift, and Refused when the person left by herself.
    """
    if not note.strip():
        raise BadInput("a suppression is lifted with a note: say why, and who decided it")
    normalised = addresses.parse(address).normalised
    known = _held(session, normalised, scope, keyring=keyring)
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


def _held(
    session: Session, normalised: str, scope: Scope, *, keyring: Keyring
) -> list[Suppression]:
    """What is kept for that scope, held until the transaction ends: who lifts it and who leaves
    wait for each other.
    """
    return list(
        session.exec(
            select(Suppression)
            .where(
                col(Suppression.address_hash).in_(keyring.address_hashes(normalised)),
                col(Suppression.scope) == scope.kind,
                col(Suppression.scope_value) == scope.value,
            )
            .order_by(col(Suppression.id))
            .with_for_update()
            .execution_options(populate_existing=True)
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
    # A list for each kind: some hundred words may mean one topic, and a chain of so many ORs is
    # deeper than SQLite reads.
    kept_for = (
        sa.and_(
            col(Suppression.scope) == kind,
            col(Suppression.scope_value).in_(
                [scope.value for scope in scopes if scope.kind == kind]
            ),
        )
        for kind in sorted({scope.kind for scope in scopes})
    )
    return sa.or_(sa.false(), *kept_for)


def left_among(
    session: Session, given: Sequence[str], scopes: Sequence[Scope], *, keyring: Keyring
) -> dict[str, str]:
    """Why those of the given addresses get nothing of one of these scopes, spelt as given.

    Whoever asks for many asks `is_left` first: each address is hashed.
    """
    found = look_up(session, given, scopes, keyring=keyring)
    return {address: left.told for address, left in found.items()}


def look_up(
    session: Session,
    given: Sequence[str],
    scopes: Sequence[Scope],
    *,
    keyring: Keyring,
    reasons: Collection[SuppressionReason] = REASONS,
) -> dict[str, Left]:
    """The same with the moment since when, and only what is kept for one of these reasons."""
    normal = {address: _normalised(address) for address in given}
    by_hash = {
        hashed: one
        for one in normal.values()
        if one is not None
        for hashed in keyring.address_hashes(one)
    }
    found: dict[str | None, Left] = {}
    for chunk in chunked(list(by_hash)):
        rows = session.execute(
            sa.select(
                col(Suppression.address_hash),
                col(Suppression.scope),
                col(Suppression.scope_value),
                col(Suppression.reason),
                col(Suppression.created_at),
            )
            .where(
                col(Suppression.address_hash).in_(chunk),
                _of(scopes),
                col(Suppression.reason).in_(reasons),
            )
            .order_by(col(Suppression.id))
        )
        for hashed, kind, value, reason, since in rows:
            found.setdefault(by_hash[hashed], Left(Scope(kind, value).told(reason), since))
    return {address: found[one] for address, one in normal.items() if one in found}


def _normalised(address: str) -> str | None:
    """None for what is no address by the rules of today: nobody can have left there."""
    try:
        return addresses.parse(address).normalised
    except BadInput:
        return None
