"""Whom a term with a minus leaves out, which mailboxes are closed, and who is a contact of our own
house: looked up once for all candidates.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from mailer.audience.criteria import Criteria
from mailer.audience.finding.conditions import Conditions, any_of
from mailer.audience.finding.flags import Flags
from mailer.audience.finding.sources import DESKS, ROLES, Reach, Source, column_of
from mailer.audience.leaving_out.refusals import Cause, Refusal
from mailer.audience.terms import Key, Term, by_key
from mailer.models import ListPurpose, MediaListEntry, Role

#: Rows that come from the database in one go.
ROWS_AT_ONCE = 2000
INTERNAL = Refusal(
    Cause.INTERNAL, "internal contact: stands only on internal lists, and the audience names none"
)


@dataclass(frozen=True)
class Exclusions:
    """Who is left out before anybody's own wishes are looked at, by number."""

    addresses: dict[int, Refusal] = field(default_factory=dict)
    journalists: dict[int, Refusal] = field(default_factory=dict)
    desks: dict[int, Refusal] = field(default_factory=dict)


@dataclass(frozen=True)
class Looking:
    """Where exclusions are looked for, and on which day."""

    session: Session
    conditions: Conditions
    reach: Reach
    today: date


def find_exclusions(looking: Looking, criteria: Criteria) -> Exclusions:
    """The addresses and persons that an unwanted term finds, each with the first such term.

    A list with a minus counts for a person even after the job that put her there has ended. Who
    stands only on internal lists is left out too, unless the criteria name such a list.
    """
    found = Exclusions()
    if criteria.unwanted:
        for source in (ROLES, DESKS):
            _find_unwanted(looking, criteria, source, found=found)
    if not looking.conditions.lists.is_internal(criteria):
        _find_internal(looking, found=found)
    return found


def _find_unwanted(
    looking: Looking, criteria: Criteria, source: Source, *, found: Exclusions
) -> None:
    told: dict[Term, Refusal] = {}
    for term in criteria.unwanted:
        phrase = looking.conditions.phrase(term)
        on = f"on {phrase}" if term.key == Key.LIST else phrase
        told[term] = Refusal(Cause.MINUS, f"{on} (left out)")
    for address_id, journalist_id, is_current, fitting in _unwanted_rows(looking, criteria, source):
        counting = [term for term in fitting if is_current or term.key == Key.LIST]
        if not counting:
            continue
        if address_id is not None and is_current:
            found.addresses.setdefault(address_id, told[counting[0]])
        if journalist_id is not None:
            found.journalists.setdefault(journalist_id, told[counting[0]])


def _unwanted_rows(
    looking: Looking, criteria: Criteria, source: Source
) -> Iterator[tuple[int | None, int | None, bool, list[Term]]]:
    flags = Flags(looking.conditions, criteria.unwanted, source)
    is_role, current = source is ROLES, source.is_current(looking.today)
    reach = looking.reach
    reached = reach.holds_role() if is_role else reach.holds_near(source.address_id)
    person: sa.ColumnElement[Any] = column_of(Role.journalist_id) if is_role else sa.null()
    groups = by_key(criteria.unwanted)
    fits = [
        looking.conditions.fits(key, group, source)
        if key == Key.LIST
        else sa.and_(current, looking.conditions.fits(key, group, source))
        for key, group in groups.items()
    ]
    rows = looking.session.execute(
        sa.select(source.address_id, person, current, *flags.columns())
        .select_from(flags.joined(source.rows()))
        .where(any_of(fits), reached),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    for address_id, journalist_id, is_current, *values in rows:
        yield address_id, journalist_id, bool(is_current), flags.fitting(values)


def _find_internal(looking: Looking, *, found: Exclusions) -> None:
    """Persons and desks that stand on internal lists and on no press list."""
    lists = looking.conditions.lists
    internal = lists.of_purpose(ListPurpose.INTERNAL)
    if not internal:
        return
    press = lists.of_purpose(ListPurpose.PRESS)
    other, entry = aliased(Role), aliased(MediaListEntry)
    people = (
        sa.select(col(Role.journalist_id))
        .join(MediaListEntry, col(MediaListEntry.role_id) == col(Role.id))
        .where(
            col(MediaListEntry.list_id).in_(internal),
            ~sa.select(sa.literal(1))
            .select_from(sa.join(entry, other, col(entry.role_id) == col(other.id)))
            .where(col(other.journalist_id) == col(Role.journalist_id))
            .where(col(entry.list_id).in_(press))
            .exists(),
        )
    )
    desks = sa.select(col(MediaListEntry.desk_id)).where(
        col(MediaListEntry.list_id).in_(internal),
        col(MediaListEntry.desk_id).is_not(None),
        ~sa.select(sa.literal(1))
        .where(col(entry.desk_id) == col(MediaListEntry.desk_id))
        .where(col(entry.list_id).in_(press))
        .exists(),
    )
    for number in looking.session.execute(people).scalars():
        found.journalists.setdefault(number, INTERNAL)
    for desk_id in looking.session.execute(desks).scalars():
        found.desks.setdefault(desk_id or 0, INTERNAL)


def closed_addresses(looking: Looking) -> set[int]:
    """The addresses that somebody reads now who does not want to be contacted."""
    found = [
        sa.select(source.address_id)
        .select_from(source.rows())
        .where(
            source.is_current(looking.today),
            source.do_not_contact.is_(True),
            source.address_id.is_not(None),
            looking.reach.holds_near(source.address_id),
        )
        for source in (ROLES, DESKS)
    ]
    return set(looking.session.execute(sa.union(*found)).scalars())
