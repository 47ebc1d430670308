"""What keeps somebody out whom the criteria found: her own wish, a dead address, a term with a
minus, a pause, or a mailbox that she shares with someone who wants no mail.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.audience.candidates import Candidate
from mailer.audience.conditions import DESKS, ROLES, Conditions, column_of
from mailer.audience.criteria import Criteria, Key
from mailer.audience.searching import ROWS_AT_ONCE, desk_rows, role_rows
from mailer.models import Address, AddressState, Desk, Journalist, Role

#: Mailboxes that take mail, as far as we know.
LIVING = frozenset({AddressState.OK, AddressState.SOFT})


@dataclass(frozen=True)
class Exclusions:
    """Whom the terms with a minus leave out, and in which words."""

    addresses: dict[int, str]
    journalists: dict[int, str]


@dataclass(frozen=True)
class Doors:
    """What keeps a candidate out."""

    closed: set[int]
    exclusions: Exclusions
    at: datetime
    #: Whether only those without an address are kept out.
    are_open: bool

    def stand_open(self, candidate: Candidate) -> bool:
        """Whether it is one of the many with one job and nothing that could keep them out."""
        return not (
            candidate.has_other_roles
            or candidate.do_not_contact
            or candidate.paused_until
            or candidate.state not in LIVING
            or candidate.address_id in self.closed
            or candidate.address_id in self.exclusions.addresses
            or not candidate.address_id
            or candidate.journalist_id in self.exclusions.journalists
        )

    def reason(self, candidate: Candidate) -> str:
        """Why the candidate gets nothing; empty when nothing forbids it."""
        if self.are_open and candidate.address_id:
            return ""
        return (
            _wish(candidate)
            or _dead(candidate)
            or self._excluded(candidate)
            or self._paused(candidate)
            or self._shared(candidate)
        )

    def _excluded(self, candidate: Candidate) -> str:
        by_person = self.exclusions.journalists.get(candidate.journalist_id or 0, "")
        return by_person or self.exclusions.addresses.get(candidate.address_id, "")

    def _paused(self, candidate: Candidate) -> str:
        until = candidate.paused_until
        return f"paused until {until:%Y-%m-%d %H:%M} UTC" if until and until > self.at else ""

    def _shared(self, candidate: Candidate) -> str:
        if candidate.address_id not in self.closed:
            return ""
        return "shares its address with someone who does not want mail (do not contact)"


def _wish(candidate: Candidate) -> str:
    return "does not want mail (do not contact)" if candidate.do_not_contact else ""


def _dead(candidate: Candidate) -> str:
    if not candidate.address_id:
        return "has no e-mail address"
    return why_closed(candidate.state, candidate.state_reason)


def why_closed(state: str, why: str) -> str:
    """Why nothing goes to an address that is in that state; empty when something may."""
    if state in LIVING:
        return ""
    if state == AddressState.HARD:
        return f"address is dead: {why or 'bounced'}"
    if state == AddressState.COMPLAINED:
        return "suppressed: complained"
    return f"suppressed: {why or 'manual'}"


def find_exclusions(
    session: Session, criteria: Criteria, *, conditions: Conditions, today: date
) -> Exclusions:
    """The addresses and persons that an unwanted term finds, each with the first such term.

    A list with a minus counts for a person even after the job that put her there has ended.
    """
    found = Exclusions(addresses={}, journalists={})
    for term in criteria.unwanted:
        phrase = conditions.phrase(term)
        told = f"{f'on {phrase}' if term.key == Key.LIST else phrase} (left out)"
        for source, person, address, origin in (
            (ROLES, column_of(Role.journalist_id), column_of(Role.address_id), role_rows()),
            (DESKS, sa.null(), column_of(Desk.address_id), desk_rows()),
        ):
            current = source.is_current(today)
            in_time = sa.true() if term.key == Key.LIST else current
            rows = session.execute(
                sa.select(address, person, current)
                .select_from(origin)
                .where(in_time, conditions.flag(term, source)),
                execution_options={"yield_per": ROWS_AT_ONCE},
            )
            for address_id, journalist_id, is_current in rows:
                if address_id is not None and is_current:
                    found.addresses.setdefault(address_id, told)
                if journalist_id is not None:
                    found.journalists.setdefault(journalist_id, told)
    return found


def closed_addresses(session: Session, criteria: Criteria, *, today: date) -> set[int]:
    """The addresses that somebody reads now who does not want to be contacted.

    Only those that the criteria name, if they do: a preview for one need not read all contacts.
    """
    named = criteria.addresses()
    within = col(Address.normalised).in_(named) if named else sa.true()
    people = (
        sa.select(column_of(Role.address_id))
        .select_from(role_rows())
        .where(
            ROLES.is_current(today),
            col(Journalist.do_not_contact).is_(True),
            col(Role.address_id).is_not(None),
            within,
        )
    )
    desks = (
        sa.select(column_of(Desk.address_id))
        .select_from(desk_rows())
        .where(DESKS.is_current(today), col(Desk.do_not_contact).is_(True), within)
    )
    return set(session.execute(people.union(desks)).scalars())
