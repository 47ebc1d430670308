"""The roles and desks that criteria find, as plain values: what is needed to choose among them and
to write to them, and no more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.audience.conditions import DESKS, ROLES, Conditions, Source, column_of
from mailer.audience.criteria import EVERYONE, Criteria, Key
from mailer.models import (
    Address,
    AddressState,
    Desk,
    Journalist,
    MediaType,
    Outlet,
    Role,
    TrackingMode,
)
from mailer.models.contacts import written_name


class Candidate(NamedTuple):
    """One role or desk that the criteria want, and why. A tuple: there may be a million."""

    address_id: int | None
    email: str
    domain: str
    state: AddressState
    state_reason: str
    name: str
    journalist_id: int | None
    role_id: int | None
    desk_id: int | None
    is_primary: bool
    outlet_id: int | None
    outlet_name: str
    media_type: MediaType
    country: str
    zone: str
    languages: tuple[str, ...]
    outlet_languages: tuple[str, ...]
    tracking: TrackingMode
    plain_text_only: bool
    do_not_contact: bool
    embargo_trusted: bool
    paused_until: datetime | None
    reasons: tuple[str, ...]

    @property
    def holder(self) -> tuple[str, int]:
        """The person or the desk behind it: one of them gets one message."""
        if self.desk_id is not None:
            return "desk", self.desk_id
        return "journalist", self.journalist_id or 0


def find_candidates(
    session: Session, criteria: Criteria, *, conditions: Conditions, today: date
) -> list[Candidate]:
    """Every current role and desk that the wanted terms find, in two queries."""
    positive = Criteria(wanted=criteria.wanted)
    found: list[Candidate] = []
    for source, columns, origin in (
        (ROLES, _role_columns(), _roles()),
        (DESKS, _desk_columns(), _desks()),
    ):
        flags = [
            conditions.flag(term, source).label(f"flag_{number}")
            for number, term in enumerate(criteria.wanted)
        ]
        statement = (
            sa.select(*columns, *_shared_columns(source), *flags)
            .select_from(origin)
            .where(source.is_current(today), conditions.matching(positive, source))
            .order_by(source.id)
        )
        phrases = [conditions.phrase(term) for term in criteria.wanted]
        found.extend(_candidates(session, statement, phrases=phrases))
    return found


@dataclass(frozen=True)
class Exclusions:
    """Whom the terms with a minus leave out, and in which words."""

    addresses: dict[int, str]
    journalists: dict[int, str]


def find_exclusions(
    session: Session, criteria: Criteria, *, conditions: Conditions, today: date
) -> Exclusions:
    """The addresses and persons that an unwanted term finds, each with the first such term.

    A list with a minus counts for a person even after the job that put her there has ended.
    """
    found = Exclusions(addresses={}, journalists={})
    for term in criteria.unwanted:
        phrase = conditions.phrase(term)
        told = f"on {phrase}" if term.key == Key.LIST else phrase
        for source, person, address, origin in (
            (ROLES, column_of(Role.journalist_id), column_of(Role.address_id), _roles()),
            (DESKS, sa.null(), column_of(Desk.address_id), _desks()),
        ):
            current = source.is_current(today)
            in_time = sa.true() if term.key == Key.LIST else current
            rows = session.execute(
                sa.select(address, person, current)
                .select_from(origin)
                .where(in_time, conditions.flag(term, source))
            )
            for address_id, journalist_id, is_current in rows:
                if address_id is not None and is_current:
                    found.addresses.setdefault(address_id, f"{told} (left out)")
                if journalist_id is not None:
                    found.journalists.setdefault(journalist_id, f"{told} (left out)")
    return found


def closed_addresses(session: Session, *, today: date) -> set[int]:
    """The addresses that somebody reads now who does not want to be contacted."""
    people = (
        sa.select(column_of(Role.address_id))
        .select_from(_roles())
        .where(
            ROLES.is_current(today),
            col(Journalist.do_not_contact).is_(True),
            col(Role.address_id).is_not(None),
        )
    )
    desks = sa.select(column_of(Desk.address_id)).where(
        DESKS.is_current(today), col(Desk.do_not_contact).is_(True)
    )
    return set(session.execute(people.union(desks)).scalars())


def _roles() -> sa.FromClause:
    people = sa.join(Role, Journalist, col(Journalist.id) == col(Role.journalist_id))
    addressed = people.outerjoin(Address, col(Address.id) == col(Role.address_id))
    return addressed.outerjoin(Outlet, col(Outlet.id) == col(Role.outlet_id))


def _desks() -> sa.FromClause:
    addressed = sa.join(Desk, Address, col(Address.id) == col(Desk.address_id))
    return addressed.join(Outlet, col(Outlet.id) == col(Desk.outlet_id))


def _role_columns() -> list[sa.ColumnElement[Any]]:
    return [
        column_of(Role.journalist_id),
        column_of(Role.id).label("role_id"),
        sa.null().label("desk_id"),
        column_of(Role.is_primary),
        column_of(Journalist.given_name),
        column_of(Journalist.particle),
        column_of(Journalist.family_name),
        column_of(Journalist.family_name_first),
        *_wishes(Journalist),
    ]


def _desk_columns() -> list[sa.ColumnElement[Any]]:
    return [
        sa.null().label("journalist_id"),
        sa.null().label("role_id"),
        column_of(Desk.id).label("desk_id"),
        sa.true().label("is_primary"),
        column_of(Desk.name).label("given_name"),
        sa.literal("").label("particle"),
        sa.literal("").label("family_name"),
        sa.false().label("family_name_first"),
        *_wishes(Desk),
    ]


def _wishes(table: type[Journalist] | type[Desk]) -> list[sa.ColumnElement[Any]]:
    """What the person or desk asked for."""
    return [
        column_of(table.zone).label("own_zone"),
        column_of(table.tracking),
        column_of(table.tracking_consented_at),
        column_of(table.plain_text_only),
        column_of(table.do_not_contact),
        column_of(table.embargo_trusted),
        column_of(table.paused_until),
    ]


def _shared_columns(source: Source) -> list[sa.ColumnElement[Any]]:
    return [
        column_of(Address.id).label("address_id"),
        column_of(Address.email),
        column_of(Address.domain),
        column_of(Address.state),
        column_of(Address.state_reason),
        column_of(Outlet.id).label("outlet_id"),
        column_of(Outlet.name).label("outlet_name"),
        column_of(Outlet.media_type),
        column_of(Outlet.zone).label("outlet_zone"),
        column_of(Outlet.publication_languages),
        source.country().label("country"),
        source.languages.label("languages"),
    ]


def _candidates(
    session: Session, statement: sa.Select[Any], *, phrases: list[str]
) -> Iterator[Candidate]:
    for row in session.execute(statement):
        flags = row[len(row) - len(phrases) :]
        reasons = tuple(phrase for phrase, fits in zip(phrases, flags, strict=True) if fits)
        consented = row.tracking != TrackingMode.INDIVIDUAL or row.tracking_consented_at
        yield Candidate(
            address_id=row.address_id,
            email=row.email or "",
            domain=row.domain or "",
            state=row.state or AddressState.OK,
            state_reason=row.state_reason or "",
            name=written_name(
                row.given_name, row.particle, row.family_name, family_first=row.family_name_first
            ),
            journalist_id=row.journalist_id,
            role_id=row.role_id,
            desk_id=row.desk_id,
            is_primary=bool(row.is_primary),
            outlet_id=row.outlet_id,
            outlet_name=row.outlet_name or "",
            media_type=row.media_type or MediaType.FREELANCE,
            country=row.country,
            zone=row.own_zone or row.outlet_zone or "",
            languages=tuple(row.languages),
            outlet_languages=tuple(row.publication_languages or ()),
            tracking=row.tracking if consented else TrackingMode.AGGREGATE,
            plain_text_only=row.plain_text_only,
            do_not_contact=row.do_not_contact,
            embargo_trusted=row.embargo_trusted,
            paused_until=row.paused_until,
            reasons=reasons or (EVERYONE,),
        )
