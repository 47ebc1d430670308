"""Nothing of others in what is told to one person: colleagues, other readers of her address, and
officers are taken out of notes and texts.
"""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.contacts.inserting import chunked
from mailer.contacts.keeping.undoing import MERGED_INTO
from mailer.contacts.privacy.spelling import folded, is_short
from mailer.contacts.privacy.subject import DataSubject
from mailer.contacts.privacy.wording import Words
from mailer.models import (
    Address,
    ContactChange,
    ContactOperation,
    Journalist,
    OperationKind,
    PressOfficer,
    Role,
)
from mailer.models.history import is_kept, kept
from mailer.privacy.addressing import without_addresses
from mailer.privacy.naming import forms, named_in

SOMEBODY = "[somebody else]"
#: What looks like an address and is a number of ours.
NUMBERS = ("message_id",)


class Others:
    """Everybody who may be named in what we noted about one person."""

    def __init__(self, session: Session, subject: DataSubject, *, within: Any) -> None:
        """`within` is all that is told: of a large outlet's people few stand in it."""
        self._hers = {one.lower() for one in subject.spellings | subject.addresses}
        names = _officers(session) | _colleagues(session, subject) | _mistaken(session, subject)
        texts = list(_texts(within))
        names |= named_in(session, texts, besides=subject.numbers(Journalist))
        hers = set(map(folded, subject.names))
        told = {one for one in _standing_in(texts, names) if folded(one) not in hers}
        # Rather too much is left out than a name told: those of two signs inside of words, too.
        self._words = Words(told, instead=SOMEBODY, anywhere=told)

    def out_of(self, value: Any) -> Any:
        """The document without them; other kinds of values as they are."""
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            without: str = self._words.out_of(without_addresses(value, self._address))
            return without
        if isinstance(value, dict):
            return {
                name: one if name in NUMBERS else self.out_of(one) for name, one in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.out_of(one) for one in value]
        return value

    def _address(self, found: str) -> str:
        return found if found.lower() in self._hers else SOMEBODY


def _texts(value: Any) -> Iterator[str]:
    """Every text in a document, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _standing_in(texts: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    """Those of which each part stands in the texts, however it is written."""
    whole = folded("\n".join(texts))
    for name in names:
        if not is_short(name) and all(part in whole for part in folded(name).split()):
            yield name


def _officers(session: Session) -> set[str]:
    return set(session.exec(select(PressOfficer.name)))


def _colleagues(session: Session, subject: DataSubject) -> set[str]:
    """Who works, or worked, at an outlet of hers, or reads an address of hers."""
    own = sa.select(col(Role.outlet_id)).where(
        col(Role.journalist_id).in_(subject.numbers(Journalist)), col(Role.outlet_id).is_not(None)
    )
    outlets = {desk.outlet_id for desk in subject.desks}
    shared = sa.select(col(Address.id)).where(col(Address.normalised).in_(subject.shared))
    rows = session.exec(
        select(Journalist)
        .where(
            col(Journalist.id).in_(
                sa.select(col(Role.journalist_id)).where(
                    sa.or_(
                        col(Role.outlet_id).in_(own),
                        col(Role.outlet_id).in_(outlets),
                        col(Role.address_id).in_(shared),
                    )
                )
            ),
            col(Journalist.id).not_in(subject.numbers(Journalist)),
        )
        .distinct()
    )
    return {form for row in rows for form in _forms(row)}


def _mistaken(session: Session, subject: DataSubject) -> set[str]:
    """Who was taken for her once, in a merge that was undone."""
    hers = subject.numbers(Journalist)
    changed = (ContactChange.operation_id, ContactChange.subject, ContactChange.subject_id)
    with_her = sa.union(
        sa.select(col(ContactChange.operation_id)).where(
            col(ContactChange.subject) == "journalist", col(ContactChange.subject_id).in_(hers)
        ),
        sa.select(col(ContactChange.operation_id)).where(
            kept(MERGED_INTO).in_(list(map(str, hers))), is_kept(MERGED_INTO)
        ),
    )
    # First which: the changes of an import that brought her in are not gone through.
    merges = sa.select(col(ContactOperation.id)).where(
        col(ContactOperation.id).in_(set(session.scalars(with_her))),
        col(ContactOperation.kind) == OperationKind.MERGE,
    )
    parties: dict[int, set[int]] = {}
    for chunk in chunked(sorted(set(session.scalars(merges)))):
        changes = select(*changed, ContactChange.after).where(
            col(ContactChange.operation_id).in_(chunk)
        )
        for operation_id, kind, number, after in session.exec(changes):
            if kind == "journalist":
                both = parties.setdefault(operation_id, set())
                both.update({number, after.get(MERGED_INTO, number)})
    others = {one for both in parties.values() if both & hers for one in both} - hers
    names: set[str] = set()
    for chunk in chunked(sorted(others)):
        rows = session.exec(select(Journalist).where(col(Journalist.id).in_(chunk)))
        names |= {form for row in rows for form in _forms(row)}
    return names


def _forms(row: Journalist) -> set[str]:
    return forms(row.given_name, row.particle, row.family_name)
