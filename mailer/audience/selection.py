"""The audience: one message for each person and each address, with all the reasons; and everyone
who was found and left out, with the reason.

It is read address by address, and never held as a whole unless somebody wants to look at it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple, TypeVar

from sqlmodel import Session

from mailer.audience.candidates import Candidate, Profile
from mailer.audience.criteria import Criteria
from mailer.audience.finding.conditions import Conditions
from mailer.audience.finding.searching import Search
from mailer.audience.finding.sources import Reach
from mailer.audience.leaving_out.doors import Doors
from mailer.audience.leaving_out.exclusions import Looking, closed_addresses, find_exclusions
from mailer.audience.leaving_out.matters import Matter
from mailer.audience.leaving_out.refusals import Cause, Refusal
from mailer.audience.leaving_out.representing import Standing
from mailer.audience.terms import Key
from mailer.contacts.leavers import Leave, Parts, left_elsewhere, left_part_elsewhere
from mailer.contacts.office_clock import office_zone

#: Addresses that are decided together: those with several jobs are looked up once for all.
ADDRESSES_AT_ONCE = 500
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Someone whom the criteria found and who gets nothing, or gets it elsewhere; and why."""

    #: None for someone without an address.
    address_id: int | None
    email: str
    name: str
    reason: str
    outlet_name: str = ""
    country: str = ""
    #: Nothing is withheld from them: they have this very text from another distribution.
    has_it_already: bool = False
    #: The same in one word of ours: what summaries count by.
    cause: Cause = Cause.DUPLICATE


class Reading(NamedTuple):
    """What becomes of one address: who reads the release there, and who is left out there."""

    recipient: Candidate | None
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Audience:
    """Who gets it, by address id; and who was found and left out."""

    recipients: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]


def select(
    session: Session,
    criteria: Criteria,
    *,
    at: datetime,
    leave_out: bool = True,
    one_at_outlet: bool = False,
) -> Audience:
    """The people whom the criteria find at that moment.

    A preview also wants those who would get nothing, and says `leave_out=False`.
    Raises BadInput for a list or a beat that nobody knows, and for internal beside press lists.
    """
    recipients: list[Candidate] = []
    left_out: list[LeftOut] = []
    for reading in readings(session, criteria, at=at, leave_out=leave_out):
        if reading.recipient is not None:
            recipients.append(reading.recipient)
        left_out.extend(reading.left_out)
    if one_at_outlet:
        standing = Standing(recipients)
        verdicts = [(one, standing.refusal(one)) for one in recipients]
        left_out.extend(refused(one, why) for one, why in verdicts if why)
        recipients = [one for one, why in verdicts if not why]
    return Audience(tuple(recipients), tuple(left_out))


def readings(
    session: Session,
    criteria: Criteria,
    *,
    at: datetime,
    leave_out: bool = True,
    shuffled_by: int | None = None,
    matter: Matter | None = None,
    among: Sequence[int] | None = None,
    conditions: Conditions | None = None,
) -> Iterator[Reading]:
    """The same address by address, so that an audience of any size takes no room.

    By address id, those without an address first; or as `shuffled_by` mixes the addresses. With a
    `matter` the wishes count that concern it, and what was left of it at another address. `among`
    names some hundred addresses by number; `conditions` know already what the address book holds.
    """
    conditions, today = conditions or Conditions(session), at.astimezone(UTC).date()
    reach = Reach(criteria.addresses(), among)
    if not reach.is_whole:
        conditions = conditions.of_few()
    looking = Looking(session, conditions, reach, today)
    doors = Doors(
        closed=closed_addresses(looking),
        exclusions=find_exclusions(looking, criteria),
        at=at,
        are_open=not leave_out,
        matter=matter,
        zone=office_zone(session),
    )
    search = Search(session, criteria, conditions, today, reach)
    choice = _Choice(search, doors, matter.parts if matter else None)
    for mailboxes in in_chunks(
        _by_address(search.everyone(shuffled_by=shuffled_by)), ADDRESSES_AT_ONCE
    ):
        choice.choose_addresses(mailboxes)
        for candidates in mailboxes:
            yield choice.reading(candidates)


def in_chunks(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """The same things, some at a time."""
    left = iter(things)
    while chunk := list(islice(left, size)):
        yield chunk


def _by_address(found: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    """Those who read one mailbox together; each alone who has none."""
    together: list[Candidate] = []
    for candidate in found:
        if together and together[0].address_id != (candidate.address_id or None):
            yield together
            together = []
        together.append(candidate)
    if together:
        yield together


class _Choice:
    """Chooses one address for each person, then one person for each address."""

    def __init__(self, search: Search, doors: Doors, parts: Parts | None) -> None:
        self.search = search
        self.doors = doors
        self.parts = parts
        #: Of those with several jobs: what becomes of each role.
        self.verdicts: dict[int, Profile | Refusal | None] = {}
        self.profiles: dict[tuple[Profile, tuple[str, ...]], Profile] = {}

    def choose_addresses(self, mailboxes: Iterable[list[Candidate]]) -> None:
        """Decide for everyone with several jobs who reads one of these mailboxes."""
        several = {
            candidate.journalist_id or 0
            for candidates in mailboxes
            for candidate in candidates
            if candidate.has_other_roles
        }
        self.verdicts = {}
        if several:
            jobs: dict[int | None, list[Candidate]] = {}
            for candidate in self.search.jobs_of(sorted(several)):
                jobs.setdefault(candidate.journalist_id, []).append(candidate)
            left = self._left(several)
            for person, candidates in jobs.items():
                self._choose_address(candidates, left.get(person or 0))

    def _left(self, several: set[int]) -> dict[int, Leave]:
        """Who of them has left at any address of theirs, also at one that no criteria find."""
        if self.doors.are_open:
            return {}
        people, session, today = sorted(several), self.search.session, self.search.today
        whole = left_elsewhere(session, people, today=today)
        if self.parts is None:
            return whole
        return left_part_elsewhere(session, people, self.parts, today=today) | whole

    def _choose_address(self, candidates: list[Candidate], left: Leave | None) -> None:
        """Take the primary of the person's open addresses, and leave out the others.

        None is open when she left at one: a leave is hers, not the mailbox's (F6).

        A verdict is the profile to write to, or why not; None where another job has told it.
        """
        reasons = [self.doors.reason(one, left) for one in candidates]
        still_open = [one for one, why in zip(candidates, reasons, strict=True) if not why]
        best = min(still_open, key=lambda one: (not one.is_primary, one.role_id or 0), default=None)
        told: set[int] = {best.address_id} if best else set()
        elsewhere = Refusal(Cause.DUPLICATE, f"gets it at {best.email}") if best else None
        for candidate, why in zip(candidates, reasons, strict=True):
            verdict = None
            if candidate.address_id not in told:
                told.add(candidate.address_id)
                verdict = why or elsewhere
            self.verdicts[candidate.role_id or 0] = verdict
        if best is not None:
            profiles = [one.profile for one in candidates]
            self.verdicts[best.role_id or 0] = self._merged(best.profile, profiles)

    def reading(self, candidates: list[Candidate]) -> Reading:
        """One reader for the address: the desk whose it is, else the one we knew first."""
        if len(candidates) == 1 and self.doors.stand_open(candidates[0]):
            return Reading(candidates[0])
        readers: list[tuple[Candidate, Profile]] = []
        left_out: list[LeftOut] = []
        for candidate in candidates:
            verdict = self._verdict(candidate)
            if isinstance(verdict, Profile):
                readers.append((candidate, verdict))
            elif verdict:
                left_out.append(refused(candidate, verdict))
        if not readers:
            return Reading(None, _by_name(left_out))
        if len(readers) > 1:
            # A desk's mailbox is read by several: the desk goes before a person.
            readers.sort(key=lambda reader: (reader[0].desk_id is None, reader[0].holder))
            same = Refusal(Cause.DUPLICATE, f"same address as {readers[0][0].name}")
            left_out += [refused(other, same) for other, _ in readers[1:]]
        first, profile = readers[0]
        profile = self._merged(profile, [theirs for _, theirs in readers])
        chosen = first if profile is first.profile else first._replace(profile=profile)
        return Reading(chosen, _by_name(left_out))

    def _verdict(self, candidate: Candidate) -> Profile | Refusal | None:
        if candidate.has_other_roles:
            return self.verdicts.get(candidate.role_id or 0)
        return self.doors.reason(candidate) or candidate.profile

    def _merged(self, profile: Profile, profiles: Sequence[Profile]) -> Profile:
        """The profile with the reasons of all of them; the same object for the same reasons."""
        if len(profiles) == 1:
            return profile
        reasons = tuple(dict.fromkeys(why for one in profiles for why in one.reasons))
        found_by = frozenset[Key]().union(*(one.found_by for one in profiles))
        if reasons == profile.reasons and found_by == profile.found_by:
            return profile
        kept = self.profiles.get((profile, reasons))
        if kept is None:
            kept = replace(profile, reasons=reasons, found_by=found_by)
            self.profiles[profile, reasons] = kept
        return kept


def _by_name(left_out: list[LeftOut]) -> tuple[LeftOut, ...]:
    return tuple(sorted(left_out, key=lambda left: left.name))


def refused(candidate: Candidate, refusal: Refusal) -> LeftOut:
    """Someone who was found and does not get it."""
    return LeftOut(
        address_id=candidate.address_id or None,
        email=candidate.email,
        name=candidate.name,
        reason=refusal.told,
        outlet_name=candidate.outlet_name,
        country=candidate.profile.country,
        has_it_already=refusal.cause is Cause.HAS_IT,
        cause=refusal.cause,
    )
