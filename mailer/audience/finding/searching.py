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
from mailer.audience.criteria import Criteria
from mailer.audience.finding.columns import own_columns, profile_columns
from mailer.audience.finding.conditions import Conditions
from mailer.audience.finding.flags import Flags
from mailer.audience.finding.sources import (
    DESKS,
    ROLES,
    Column,
    Condition,
    Reach,
    Source,
    column_of,
    desk_rows,
    role_rows,
)
from mailer.audience.terms import EVERYONE
from mailer.database import UTCDateTime
from mailer.models import Address, LegalBasis, MediaType, Role, TrackingMode
from mailer.models.contacts import written_name

#: All addresses.
ALL = Reach()
#: Rows that come from the database in one go.
ROWS_AT_ONCE = 2000
#: The largest prime of 31 bits: the square of what is smaller fits into an integer of SQL.
PRIME = 2**31 - 1
HALF = 2**32
#: How a row is laid out: the parts of the name, what is the candidate's own, the profile, what
#: tells which terms fit.
NAME_COLUMNS = 4
OWN_COLUMNS = len(Candidate._fields) - 2
PROFILE_COLUMNS = 12
#: Topics, kinds, and whether urgent only, of someone who asks for nothing.
NO_WISHES = "[[], [], 0, 1]"
#: As the driver gives it: to translate every value costs more than all the rest.
RAW: sa.types.TypeEngine[Any] = sa.types.NullType()


@dataclass(frozen=True)
class Search:
    """Who is looked for, on which day, and at which addresses."""

    session: Session
    criteria: Criteria
    conditions: Conditions
    today: date
    reach: Reach = ALL
    #: By what the database has written in the columns of a profile.
    profiles: dict[tuple[Any, ...], Profile] = field(default_factory=dict)

    def everyone(self, *, shuffled_by: int | None = None) -> Iterator[Candidate]:
        """Every current role and desk that the wanted terms find, by address.

        Who is named by hand is found also when the job is over, to be told so. In the order of the
        addresses, or as `shuffled_by` mixes them: differently for each number, the same again for
        the same one.
        """
        place = _place(shuffled_by)
        people, has_others = self._people()
        roles = self._found(ROLES, people, has_others=has_others, place=place)
        desks = self._found(DESKS, desk_rows(), has_others=sa.false(), place=place)
        return merge(roles, desks, key=attrgetter("place"))

    def _people(self) -> tuple[sa.Join, sa.ColumnElement[bool]]:
        """Roles, and whether their persons have others."""
        other = aliased(Role)
        if not self.reach.is_whole:
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
        return self._found(
            ROLES,
            role_rows(),
            has_others=sa.true(),
            place=column_of(Role.id),
            narrower=col(Role.journalist_id).in_(journalist_ids),
        )

    def _found(
        self,
        source: Source,
        rows: sa.Join,
        *,
        has_others: sa.ColumnElement[bool],
        place: Column,
        narrower: Condition | None = None,
    ) -> Iterator[Candidate]:
        conditions = self.conditions if narrower is None else self.conditions.of_few()
        flags = Flags(conditions, self.criteria.wanted, source)
        over_by = self.today if self.criteria.names_by_hand() else None
        own = own_columns(source, over_by=over_by, has_others=has_others, place=place)
        wide = [*own, *profile_columns(source), *flags.columns()]
        within = self.reach.holds(source.address_id) if narrower is None else narrower
        statement: sa.Select[Any] = (
            sa.select(
                *(sa.type_coerce(column, RAW).label(f"c{n}") for n, column in enumerate(wide))
            )
            .select_from(flags.joined(rows))
            .where(self._is_to_be_told(source, conditions), self._matching(source, conditions))
            .where(within)
            .order_by(place, source.id)
        )
        return self._read(statement, flags)

    def _matching(self, source: Source, conditions: Conditions) -> Condition:
        return conditions.matching(Criteria(wanted=self.criteria.wanted), source)

    def _is_to_be_told(self, source: Source, conditions: Conditions) -> Condition:
        """Whether it is current, or was named by hand: then it is said that it is over."""
        current = source.is_current(self.today)
        if not self.criteria.names_by_hand():
            return current
        return sa.or_(current, conditions.named(self.criteria, source))

    def _read(self, statement: sa.Select[Any], flags: Flags) -> Iterator[Candidate]:
        begin = NAME_COLUMNS + OWN_COLUMNS
        # The plain connection: the session's own way with rows is twice as slow.
        self.session.flush()
        connection = self.session.connection()
        moment = (
            UTCDateTime()
            .dialect_impl(connection.dialect)
            .result_processor(connection.dialect, None)
        )
        # A page needs no cursor on the server, and the planner is told that all rows are wanted.
        kept = {"yield_per": ROWS_AT_ONCE} if self.reach.is_whole else {}
        found = connection.execute(statement, execution_options=kept)
        for rows in found.partitions(ROWS_AT_ONCE):
            for row in rows:
                key = row[begin:]
                profile = self.profiles.get(key) or self._profile(key, flags)
                given, particle, family, is_family_first = row[:NAME_COLUMNS]
                if given and family and not particle and not is_family_first:
                    name = f"{given} {family}"
                else:
                    name = written_name(given, particle, family, family_first=is_family_first)
                one = Candidate._make((*row[NAME_COLUMNS:begin], name, profile))
                if one.paused_until is not None and moment is not None:
                    one = one._replace(paused_until=moment(one.paused_until))
                yield one

    def _profile(self, key: tuple[Any, ...], flags: Flags) -> Profile:
        media_type, country, own_zone, outlet_zone, languages, outlet_languages = key[:6]
        tracking, has_consented, plain_text_only, embargo_trusted = key[6:10]
        topics, kinds, urgent_only, wants_attachments = json.loads(key[10] or NO_WISHES)
        basis, _, source = key[11].partition(" ")
        fitting = flags.fitting(key[PROFILE_COLUMNS:])
        reasons = tuple(map(self.conditions.phrase, fitting))
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
            topics=tuple(topics),
            kinds=tuple(kinds),
            urgent_only=bool(urgent_only),
            wants_attachments=bool(wants_attachments),
            notice_basis=LegalBasis(basis) if basis else None,
            notice_source=source,
            reasons=reasons or (EVERYONE,),
            found_by=frozenset(term.key for term in fitting),
        )
        return profile


def _place(shuffled_by: int | None) -> Column:
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
