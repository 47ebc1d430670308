"""The search: criteria become candidates, in the order of their addresses. They flow by, so that
nobody has to hold a million of them.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from heapq import merge
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from mailer.audience.candidates import Candidate, Profile
from mailer.audience.conditions import DESKS, ROLES, Conditions, Source, column_of
from mailer.audience.criteria import EVERYONE, Criteria
from mailer.database import UTCDateTime
from mailer.models import Address, Desk, Journalist, MediaType, Outlet, Role, TrackingMode
from mailer.models.contacts import written_name

#: Rows that come from the database in one go.
ROWS_AT_ONCE = 2000
#: The largest prime of 31 bits: the square of what is smaller fits into an integer of SQL.
PRIME = 2**31 - 1
HALF = 2**32
#: How a row is laid out: the parts of the name, what is the candidate's own, the profile, a flag
#: for each wanted term.
NAME_COLUMNS = 4
OWN_COLUMNS = len(Candidate._fields) - 2
PROFILE_COLUMNS = 10
#: As the driver gives it: to translate every value costs more than all the rest.
RAW: sa.types.TypeEngine[Any] = sa.types.NullType()


@dataclass(frozen=True)
class Search:
    """Who is looked for, on which day."""

    session: Session
    criteria: Criteria
    conditions: Conditions
    today: date
    #: By what the database has written in the columns of a profile.
    profiles: dict[tuple[Any, ...], Profile] = field(default_factory=dict)

    def everyone(self, *, shuffled_by: int | None = None) -> Iterator[Candidate]:
        """Every current role and desk that the wanted terms find, by address.

        In the order of the addresses, or as `shuffled_by` mixes them: differently for each number,
        the same again for the same one.
        """
        place = _place(shuffled_by)
        people, has_others = self._people()
        roles = self._found(ROLES, people, columns=_role_columns(has_others), place=place)
        desks = self._found(DESKS, desk_rows(), columns=_desk_columns(), place=place)
        return merge(roles, desks, key=attrgetter("place"))

    def _people(self) -> tuple[sa.Join, sa.ColumnElement[bool]]:
        """Roles, and whether their persons have others."""
        other = aliased(Role)
        if self.criteria.addresses():
            others = sa.select(sa.literal(1)).where(
                col(other.journalist_id) == col(Role.journalist_id), col(other.id) != col(Role.id)
            )
            return role_rows(), others.exists()
        # Joined, because PostgreSQL would look once for each of a million persons.
        several = (
            sa.select(col(other.journalist_id))
            .group_by(col(other.journalist_id))
            .having(sa.func.count() > 1)
            .subquery("several")
        )
        people = role_rows().outerjoin(several, several.c.journalist_id == Role.journalist_id)
        return people, several.c.journalist_id.is_not(None)

    def jobs_of(self, journalist_ids: Sequence[int]) -> Iterator[Candidate]:
        """The found roles of these persons, the oldest role first."""
        columns, place = _role_columns(sa.true()), column_of(Role.id)
        of_them = col(Role.journalist_id).in_(journalist_ids)
        return self._found(ROLES, role_rows(), of_them, columns=columns, place=place)

    def _found(
        self,
        source: Source,
        rows: sa.Join,
        *narrower: sa.ColumnElement[bool],
        columns: Sequence[sa.ColumnElement[Any]],
        place: sa.ColumnElement[Any],
    ) -> Iterator[Candidate]:
        wanted = self.criteria.wanted
        flags = [self.conditions.flag(term, source) for term in wanted]
        matching = self.conditions.matching(Criteria(wanted=wanted), source)
        wide = [*columns, *_contact_columns(place), *_profile_columns(source), *flags]
        statement: sa.Select[Any] = (
            sa.select(
                *(sa.type_coerce(column, RAW).label(f"c{n}") for n, column in enumerate(wide))
            )
            .select_from(rows)
            .where(source.is_current(self.today), matching, *narrower)
            .order_by(place, source.id)
        )
        return self._read(statement)

    def _read(self, statement: sa.Select[Any]) -> Iterator[Candidate]:
        begin = NAME_COLUMNS + OWN_COLUMNS
        # The plain connection: the session's own way with rows is twice as slow.
        self.session.flush()
        connection = self.session.connection()
        moment = (
            UTCDateTime()
            .dialect_impl(connection.dialect)
            .result_processor(connection.dialect, None)
        )
        found = connection.execute(statement, execution_options={"yield_per": ROWS_AT_ONCE})
        for rows in found.partitions():
            for row in rows:
                key = row[begin:]
                profile = self.profiles.get(key) or self._profile(key)
                given, particle, family, is_family_first = row[:NAME_COLUMNS]
                if given and family and not particle and not is_family_first:
                    name = f"{given} {family}"
                else:
                    name = written_name(given, particle, family, family_first=is_family_first)
                one = Candidate._make((*row[NAME_COLUMNS:begin], name, profile))
                if one.paused_until is not None and moment is not None:
                    one = one._replace(paused_until=moment(one.paused_until))
                yield one

    def _profile(self, key: tuple[Any, ...]) -> Profile:
        media_type, country, own_zone, outlet_zone, languages, outlet_languages = key[:6]
        tracking, has_consented, plain_text_only, embargo_trusted = key[6:PROFILE_COLUMNS]
        flags = zip(self.criteria.wanted, key[PROFILE_COLUMNS:], strict=True)
        reasons = tuple(self.conditions.phrase(term) for term, fits in flags if fits)
        is_measured = tracking != TrackingMode.INDIVIDUAL or has_consented
        self.profiles[key] = profile = Profile(
            media_type=MediaType(media_type or MediaType.FREELANCE),
            country=country,
            own_zone=own_zone,
            outlet_zone=outlet_zone or "",
            languages=tuple(json.loads(languages)),
            outlet_languages=tuple(json.loads(outlet_languages or "[]")),
            tracking=TrackingMode(tracking) if is_measured else TrackingMode.AGGREGATE,
            plain_text_only=bool(plain_text_only),
            embargo_trusted=bool(embargo_trusted),
            reasons=reasons or (EVERYONE,),
        )
        return profile


def role_rows() -> sa.Join:
    """Roles with their persons, and their addresses and outlets where there are any."""
    people = sa.join(Role, Journalist, col(Journalist.id) == col(Role.journalist_id))
    addressed = people.outerjoin(Address, col(Address.id) == col(Role.address_id))
    return addressed.outerjoin(Outlet, col(Outlet.id) == col(Role.outlet_id))


def desk_rows() -> sa.Join:
    """Desks with their addresses and outlets."""
    addressed = sa.join(Desk, Address, col(Address.id) == col(Desk.address_id))
    return addressed.join(Outlet, col(Outlet.id) == col(Desk.outlet_id))


def _place(shuffled_by: int | None) -> sa.ColumnElement[Any]:
    """The address's number, or a mixed one that no two addresses share.

    Squares modulo a prime, because every database knows how to multiply.
    """
    number = sa.func.coalesce(col(Address.id), 0)
    if shuffled_by is None:
        return number
    salt = int.from_bytes(blake2b(str(shuffled_by).encode(), digest_size=8).digest())
    moved = (number + salt % PRIME) % PRIME
    mixed = moved * moved % PRIME * (1 + salt // PRIME % (PRIME - 1)) % PRIME
    return mixed * HALF + number % HALF


def _role_columns(has_others: sa.ColumnElement[bool]) -> list[sa.ColumnElement[Any]]:
    return [
        column_of(Journalist.given_name),
        column_of(Journalist.particle),
        column_of(Journalist.family_name),
        column_of(Journalist.family_name_first),
        column_of(Role.journalist_id),
        column_of(Role.id),
        sa.null(),
        column_of(Role.is_primary),
        has_others,
        column_of(Journalist.do_not_contact),
        column_of(Journalist.paused_until),
    ]


def _desk_columns() -> list[sa.ColumnElement[Any]]:
    return [
        column_of(Desk.name),
        sa.literal(""),
        sa.literal(""),
        sa.false(),
        sa.null(),
        sa.null(),
        column_of(Desk.id),
        sa.true(),
        sa.false(),
        column_of(Desk.do_not_contact),
        column_of(Desk.paused_until),
    ]


def _contact_columns(place: sa.ColumnElement[Any]) -> list[sa.ColumnElement[Any]]:
    return [
        sa.func.coalesce(col(Address.id), 0),
        sa.func.coalesce(col(Address.email), ""),
        sa.func.coalesce(col(Address.domain), ""),
        sa.type_coerce(sa.func.coalesce(col(Address.state), "ok"), sa.String),
        sa.func.coalesce(col(Address.state_reason), ""),
        column_of(Outlet.id),
        sa.func.coalesce(col(Outlet.name), ""),
        place,
    ]


def _profile_columns(source: Source) -> list[sa.ColumnElement[Any]]:
    """As the database writes them: most have been read before."""
    table = Journalist if source is ROLES else Desk
    return [
        sa.type_coerce(col(Outlet.media_type), sa.String),
        source.country(),
        column_of(table.zone),
        column_of(Outlet.zone),
        sa.cast(source.languages, sa.Text),
        sa.cast(col(Outlet.publication_languages), sa.Text),
        sa.type_coerce(col(table.tracking), sa.String),
        col(table.tracking_consented_at).is_not(None),
        column_of(table.plain_text_only),
        column_of(table.embargo_trusted),
    ]
