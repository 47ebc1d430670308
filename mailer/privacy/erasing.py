"""Erasure: all gone but a keyed hash of each address (standards 6.4), in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.book_lock import lock_book
from mailer.contacts.history import operation
from mailer.contacts.inserting import chunked
from mailer.contacts.privacy.genitives import genitives
from mailer.contacts.privacy.removing import forget_subject
from mailer.contacts.privacy.sealing import seal, suppressions_of
from mailer.contacts.privacy.subject import DataSubject, find_data_subject
from mailer.contacts.privacy.wording import Words
from mailer.errors import BadInput, NotFound
from mailer.models import (
    Delivery,
    DeliveryEvent,
    Journalist,
    OperationKind,
)
from mailer.privacy import anonymising, traces
from mailer.privacy.doubtful import doubtful
from mailer.privacy.freezing import wait_for_audiences
from mailer.privacy.remaining import remaining
from mailer.privacy.renaming import address_words, rename_lists, sweep_criteria
from mailer.privacy.sweeping import sweep
from mailer.tokens import Keyring


@dataclass(frozen=True)
class Erased:
    """What an erasure took away. It names nobody but in `called`, which is told and not kept."""

    called: str
    operation_id: int
    #: Rows of the address book by table, and changes of its history.
    rows: dict[str, int]
    withheld: int
    deliveries: int
    events: int
    inbound: int
    #: Other rows in whose text a name or an address stood.
    swept: int
    #: Addresses that are refused from now on, by their hash.
    hashes: int
    #: Addresses that stay, because somebody else reads them.
    shared: tuple[str, ...] = ()
    #: Lists that were called by a name of hers: how they are called now, by their numbers.
    renamed: dict[int, str] = field(default_factory=dict)
    #: Where a name stands still, and what to do about it.
    remaining: tuple[str, ...] = ()
    #: Where a part of a name stands, which may be hers or anybody's.
    doubtful: tuple[str, ...] = ()
    #: All words that were looked for; for files beside the database.
    words: Words = field(default_factory=lambda: Words(()), repr=False, compare=False)


def erase(
    session: Session,
    text: str,
    *,
    keyring: Keyring,
    note: str,
    source: str,
    now: datetime,
    officer_id: int | None = None,
    also: Iterable[str] = (),
) -> Erased:
    """Forget the person or the desk at that address, or the person with that number.

    `also` are names that no record tells any more, when it is done once again. The caller commits,
    or rolls back a dry run. Raises BadInput without a note and where several people read the
    address, NotFound where nothing leads to it.
    """
    if not note.strip():
        raise BadInput("an erasure is done with a note: say who asked for it, when and how")
    lock_book(session)
    wait_for_audiences(session)
    kept = _kept(session, text, keyring=keyring, now=now, also=also)
    with operation(
        session,
        OperationKind.ERASURE,
        source=source,
        officer_id=officer_id,
        note=kept.words.out_of(note.strip()),
    ) as recording:
        hashes = seal(session, sorted(kept.subject.own), keyring=keyring)
        return _forget(session, kept, hashes=hashes, operation_id=recording.id, now=now)


@dataclass(frozen=True)
class _Kept:
    """All that is kept of one person or desk."""

    subject: DataSubject
    words: Words
    #: The numbers of the deliveries, and of what came back.
    mine: list[int]
    mail: set[int]


def _kept(
    session: Session, text: str, *, keyring: Keyring, now: datetime, also: Iterable[str]
) -> _Kept:
    subject = _found(session, text, now=now)
    said = {name.strip() for name in also} - {""}
    subject.names |= said
    subject.names |= genitives(session, subject.names)
    words = Words(subject.own_spellings | subject.names, anywhere=said)
    mine = _numbers(session, traces.by_number(subject) | traces.by_address(subject))
    mail = _inbound(session, words, set(mine))
    if not (_is_known(subject) or mine or mail or _is_suppressed(session, subject, keyring)):
        raise NotFound(f"nothing is kept of {text}: there is nobody to erase")
    return _Kept(subject, words, mine, mail)


def _forget(
    session: Session, kept: _Kept, *, hashes: int, operation_id: int, now: datetime
) -> Erased:
    """Take everything away; the messages first, while it is known whose they are."""
    subject, words, mine, mail = kept.subject, kept.words, kept.mine, kept.mail
    withheld = anonymising.withhold(session, mine)
    events = _strip(session, mine)
    inbound = anonymising.empty_inbound(session, mail, note="erased", now=now)
    anonymising.anonymise(session, mine)
    anonymising.clean_outlets(session, mine, words)
    called = subject.called
    rows = forget_subject(session, subject, words)
    renamed = rename_lists(session, words)
    addresses = address_words(subject.own_spellings)
    swept = sweep_criteria(session, words, addresses=addresses, renamed=renamed)
    return Erased(
        called=called,
        operation_id=operation_id,
        rows=dict(rows),
        withheld=withheld,
        deliveries=len(mine),
        events=events,
        inbound=inbound,
        swept=swept + sweep(session, words),
        doubtful=doubtful(session, words),
        hashes=hashes,
        shared=tuple(sorted(subject.shared)),
        renamed={one.list_id: one.after for one in renamed},
        remaining=remaining(session, words),
        words=words,
    )


def _found(session: Session, text: str, *, now: datetime) -> DataSubject:
    """Who is meant, with the names under which we wrote to her."""
    subject = find_data_subject(session, text, today=now.date())
    subject.names |= _names_on_messages(session, subject)
    return subject


def _is_known(subject: DataSubject) -> bool:
    return any(subject.rows.values())


def _is_suppressed(session: Session, subject: DataSubject, keyring: Keyring) -> bool:
    return bool(suppressions_of(session, subject.own, keyring=keyring))


def _names_on_messages(session: Session, subject: DataSubject) -> set[str]:
    """Names under which we wrote to her, which nothing else may remember."""
    rows = (
        sa.select(col(Delivery.recipient_name))
        .where(col(Delivery.journalist_id).in_(subject.numbers(Journalist)))
        .distinct()
    )
    return {name for name in session.execute(rows).scalars() if " " in name.strip()}


def _numbers(session: Session, condition: sa.ColumnElement[bool]) -> list[int]:
    """One look at all deliveries: no index leads to a person, and this is rarely asked."""
    return list(
        session.execute(
            sa.select(col(Delivery.id)).where(condition).order_by(col(Delivery.id))
        ).scalars()
    )


def _inbound(session: Session, words: Words, delivery_ids: set[int]) -> set[int]:
    """Returned mail about her deliveries, from her, or in which she is named.

    A message that only names an address which others read, too, is theirs.
    """
    return {
        message.id or 0
        for message in traces.inbound(session)
        if message.delivery_id in delivery_ids or traces.speaks_of(message.raw, words)
    }


def _strip(session: Session, delivery_ids: list[int]) -> int:
    return sum(
        anonymising.strip_events(session, col(DeliveryEvent.delivery_id).in_(chunk))
        for chunk in chunked(delivery_ids)
    )
