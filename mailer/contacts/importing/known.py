"""What we know already of the addresses and outlets in a file, fetched in few queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from mailer.contacts import suppressions
from mailer.contacts.directory import find_addresses
from mailer.contacts.importing.rows import ContactRow
from mailer.contacts.inserting import chunked
from mailer.contacts.outlets import find_outlets
from mailer.models import Address, Desk, Journalist, Outlet, Role, SuppressionReason
from mailer.tokens import Keyring

Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True)
class Known:
    """The part of the address book that a file touches."""

    #: By normalised address.
    addresses: dict[str, Address]
    suppressed: dict[str, SuppressionReason]
    #: By the spelling of their names.
    outlets: dict[str, list[Outlet]]
    people: dict[int, Journalist]
    #: By normalised address: the jobs and the desks that are read there.
    roles: dict[str, list[Role]]
    desks: dict[str, list[Desk]]


def look_up(session: Session, rows: Sequence[ContactRow], *, keyring: Keyring) -> Known:
    """Fetch what the address book holds on the addresses and outlets of those rows."""
    emails = list(dict.fromkeys(row.email.normalised for row in rows))
    addresses = find_addresses(session, emails)
    ids = {email: row.id for email, row in addresses.items()}
    roles = _fetch(session, Role, Role.address_id, ids.values())
    desks = _fetch(session, Desk, Desk.address_id, ids.values())
    people = _fetch(session, Journalist, Journalist.id, {role.journalist_id for role in roles})
    return Known(
        addresses=addresses,
        suppressed=suppressions.reasons_among(session, emails, keyring=keyring),
        outlets=find_outlets(session, {row.outlet for row in rows if row.outlet}),
        people={person.id or 0: person for person in people},
        roles=_by_address(roles, ids),
        desks=_by_address(desks, ids),
    )


def _fetch(
    session: Session, table: type[Row], column: Any, values: Iterable[int | None]
) -> list[Row]:
    key: Any = col(table.id)  # type: ignore[attr-defined]
    return [
        row
        for chunk in chunked(list(values))
        for row in session.exec(select(table).where(col(column).in_(chunk)).order_by(key))
    ]


def _by_address(rows: Iterable[Any], ids: dict[str, int | None]) -> dict[str, list[Any]]:
    emails = {address_id: email for email, address_id in ids.items()}
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(emails[row.address_id], []).append(row)
    return found
