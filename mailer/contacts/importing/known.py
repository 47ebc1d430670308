"""What we know already of the people and desks in some rows, fetched in few queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from mailer.contacts import suppressions
from mailer.contacts.directory import find_addresses
from mailer.contacts.importing.contact_row import ContactRow
from mailer.contacts.importing.plans import OutletPlan
from mailer.contacts.inserting import chunked
from mailer.database import among
from mailer.models import Address, Desk, Journalist, Role, SuppressionReason
from mailer.tokens import Keyring

#: Words of a family name with a particle such as "von und zu".
MOST_WORDS = 5
#: In the words of the index of those few: to SQLite, `IS 1` would be another question.
_REFUSES = col(Role.journalist_id).in_(
    sa.select(col(Journalist.id)).where(sa.literal_column("journalist.do_not_contact IS TRUE"))
)
Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True)
class Known:
    """The part of the address book that some rows touch."""

    #: By normalised address.
    addresses: dict[str, Address]
    suppressed: dict[str, SuppressionReason]
    people: dict[int, Journalist]
    #: All the jobs of those people.
    roles: list[Role]
    desks: list[Desk]
    #: The normalised addresses of those jobs and desks.
    mailboxes: dict[int, str]


def look_up(
    session: Session,
    rows: Sequence[ContactRow],
    *,
    outlets: Mapping[str, OutletPlan],
    keyring: Keyring,
) -> Known:
    """Fetch what the address book holds on whoever those rows may speak of."""
    emails = list(dict.fromkeys(row.mailbox for row in rows if row.mailbox))
    addresses = find_addresses(session, emails)
    ids = [row.id for row in addresses.values()]
    people_ids = _people_at(session, ids) | _people_elsewhere(session, rows, outlets=outlets)
    roles = _fetch(session, Role, Role.journalist_id, people_ids)
    desks = _fetch(session, Desk, Desk.address_id, ids)
    people = _fetch(session, Journalist, Journalist.id, people_ids)
    return Known(
        addresses=addresses,
        suppressed=suppressions.reasons_among(session, emails, keyring=keyring),
        people={person.id or 0: person for person in people},
        roles=roles,
        desks=desks,
        mailboxes=_mailboxes(session, roles) | {r.id or 0: mail for mail, r in addresses.items()},
    )


def _people_at(session: Session, address_ids: Iterable[int | None]) -> set[int]:
    return _chosen(session, Role.address_id, address_ids)


def _people_elsewhere(
    session: Session, rows: Sequence[ContactRow], *, outlets: Mapping[str, OutletPlan]
) -> set[int]:
    """Those of that number where the file comes from, and those known without an address.

    For a row without an address everybody at its outlet may be meant; for any other those who are
    not to be contacted, whatever address it has.
    """
    people = [row for row in rows if not row.is_desk]
    numbers = {row.role_external_id for row in people if row.role_external_id}
    at: dict[bool, set[int]] = {True: set(), False: set()}
    for row in people:
        plan = outlets.get(row.outlet_ref)
        if plan is not None and plan.outlet_id is not None:
            at[bool(row.mailbox)].add(plan.outlet_id)
    nowhere = [row for row in people if not row.mailbox and not row.outlet_ref]
    return (
        _chosen(session, Role.external_id, numbers)
        | _without_anything(session, {name for row in nowhere for name in _family_names(row)})
        | _chosen(session, Role.outlet_id, at[False])
        | _chosen(session, Role.outlet_id, at[True], col(Role.address_id).is_(None))
        | _chosen(session, Role.outlet_id, at[True], _REFUSES)
    )


def _family_names(row: ContactRow) -> list[str]:
    """The family name, and what is left of it if its first words are a particle we hold apart."""
    words = (row.family_name or row.given_name).split(" ")
    return [" ".join(words[at:]) for at in range(min(len(words), MOST_WORDS))]


def _without_anything(session: Session, names: set[str]) -> set[int]:
    """Those of such a name who are freelances without an address, or have no job: the whole name
    decides later.
    """
    return {
        person or 0
        for chunk in chunked(list(names))
        for person in session.exec(
            select(Journalist.id)
            .outerjoin(Role, col(Journalist.id) == col(Role.journalist_id))
            .where(_is_called(chunk), col(Role.address_id).is_(None), col(Role.outlet_id).is_(None))
        )
    }


def _is_called(names: Sequence[str]) -> sa.ColumnElement[bool]:
    """By the family name, which has an index; by the given one where somebody has no other."""
    family, given = col(Journalist.family_name), col(Journalist.given_name)
    return family.in_(names) | ((family == "") & given.in_(names))


def _chosen(session: Session, column: Any, values: Iterable[Any], *more: Any) -> set[int]:
    return {
        person
        for chunk in chunked(list(values))
        for person in session.exec(
            select(Role.journalist_id).where(among(session, col(column), chunk), *more)
        )
    }


def _fetch(
    session: Session, table: type[Row], column: Any, values: Iterable[int | None]
) -> list[Row]:
    key: Any = col(table.id)  # type: ignore[attr-defined]
    return [
        row
        for chunk in chunked(list(values))
        for row in session.exec(
            select(table).where(among(session, col(column), chunk)).order_by(key)
        )
    ]


def _mailboxes(session: Session, roles: Iterable[Role]) -> dict[int, str]:
    ids = {role.address_id for role in roles if role.address_id is not None}
    return {
        address_id or 0: normalised
        for chunk in chunked(list(ids))
        for address_id, normalised in session.exec(
            select(Address.id, Address.normalised).where(among(session, col(Address.id), chunk))
        )
    }
