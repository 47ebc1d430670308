"""The audience: one message for each person and each address, with all the reasons; and everyone
who was found and left out, with the reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from mailer.audience.candidates import (
    Candidate,
    Exclusions,
    closed_addresses,
    find_candidates,
    find_exclusions,
)
from mailer.audience.conditions import Conditions
from mailer.audience.criteria import Criteria
from mailer.models import AddressState, MediaType, TrackingMode


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address that gets the release, as whom, and why."""

    address_id: int
    email: str
    name: str
    journalist_id: int | None
    role_id: int | None
    desk_id: int | None
    outlet_id: int | None
    outlet_name: str
    media_type: MediaType
    country: str
    zone: str
    domain: str
    languages: tuple[str, ...]
    outlet_languages: tuple[str, ...]
    tracking: TrackingMode
    plain_text_only: bool
    embargo_trusted: bool
    reasons: tuple[str, ...]


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


@dataclass(frozen=True)
class Audience:
    """Who gets it, by address id; and who was found and left out."""

    recipients: tuple[Recipient, ...]
    left_out: tuple[LeftOut, ...]


def select(
    session: Session, criteria: Criteria, *, at: datetime, leave_out: bool = True
) -> Audience:
    """The people whom the criteria find at that moment.

    A preview also wants those who would get nothing, and says `leave_out=False`.
    Raises BadInput for a list or a beat that nobody knows.
    """
    conditions, today = Conditions(session), at.astimezone(UTC).date()
    found = find_candidates(session, criteria, conditions=conditions, today=today)
    doors = _Doors(
        closed=closed_addresses(session, today=today),
        exclusions=find_exclusions(session, criteria, conditions=conditions, today=today),
        at=at,
        are_open=not leave_out,
    )
    choice = _Choice(doors)
    for candidates in _by_holder(found).values():
        choice.choose_address(candidates)
    return choice.audience()


@dataclass(frozen=True)
class _Doors:
    """What keeps a candidate out."""

    closed: set[int]
    exclusions: Exclusions
    at: datetime
    #: Whether only those without an address are kept out.
    are_open: bool

    def reason(self, candidate: Candidate) -> str:
        """Why the candidate gets nothing; empty when nothing forbids it."""
        if self.are_open and candidate.address_id is not None:
            return ""
        reasons = (
            _wish(candidate),
            _dead(candidate),
            self._excluded(candidate),
            self._paused(candidate),
            self._shared(candidate),
        )
        return next(filter(None, reasons), "")

    def _excluded(self, candidate: Candidate) -> str:
        by_person = self.exclusions.journalists.get(candidate.journalist_id or 0, "")
        return by_person or self.exclusions.addresses.get(candidate.address_id or 0, "")

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
    if candidate.address_id is None:
        return "has no e-mail address"
    why = candidate.state_reason
    return {
        AddressState.HARD: f"address is dead: {why or 'bounced'}",
        AddressState.COMPLAINED: "suppressed: complained",
        AddressState.SUPPRESSED: f"suppressed: {why or 'manual'}",
    }.get(candidate.state, "")


class _Choice:
    """Chooses one address for each person, then one person for each address."""

    def __init__(self, doors: _Doors) -> None:
        self.doors = doors
        self.readers: dict[int, list[tuple[Candidate, tuple[str, ...]]]] = {}
        self.left_out: list[tuple[int, LeftOut]] = []

    def choose_address(self, candidates: list[Candidate]) -> None:
        """Take the primary of the person's open addresses, and leave out the others."""
        refused = {id(one): self.doors.reason(one) for one in candidates}
        still_open = [one for one in candidates if not refused[id(one)]]
        best = min(still_open, key=lambda one: (not one.is_primary, one.role_id or 0), default=None)
        told: set[int | None] = {best.address_id} if best else set()
        for candidate in candidates:
            if candidate.address_id not in told:
                told.add(candidate.address_id)
                elsewhere = f"gets it at {best.email}" if best else ""
                self._leave_out(candidate, refused[id(candidate)] or elsewhere)
        if best is not None:
            reasons = _merged(candidates)
            self.readers.setdefault(best.address_id or 0, []).append((best, reasons))

    def audience(self) -> Audience:
        """One reader for each address: the desk whose it is, else the one we knew first."""
        recipients = []
        for address_id, readers in sorted(self.readers.items()):
            # A desk's mailbox is read by several: the desk goes before a person.
            readers.sort(key=lambda reader: (reader[0].desk_id is None, reader[0].holder))
            first = readers[0][0]
            reasons = tuple(dict.fromkeys(why for _, whys in readers for why in whys))
            recipients.append(_recipient(first, address_id, reasons=reasons))
            for other, _ in readers[1:]:
                self._leave_out(other, f"same address as {first.name}")
        left_out = sorted(self.left_out, key=lambda left: (left[0], left[1].name))
        return Audience(tuple(recipients), tuple(left for _, left in left_out))

    def _leave_out(self, candidate: Candidate, reason: str) -> None:
        left = LeftOut(
            address_id=candidate.address_id,
            email=candidate.email,
            name=candidate.name,
            reason=reason,
            outlet_name=candidate.outlet_name,
            country=candidate.country,
        )
        self.left_out.append((candidate.address_id or 0, left))


def _by_holder(found: Iterable[Candidate]) -> dict[tuple[str, int], list[Candidate]]:
    holders: dict[tuple[str, int], list[Candidate]] = {}
    for candidate in found:
        holders.setdefault(candidate.holder, []).append(candidate)
    return holders


def _merged(candidates: list[Candidate]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason for one in candidates for reason in one.reasons))


def _recipient(chosen: Candidate, address_id: int, *, reasons: tuple[str, ...]) -> Recipient:
    return Recipient(
        address_id=address_id,
        email=chosen.email,
        name=chosen.name,
        journalist_id=chosen.journalist_id,
        role_id=chosen.role_id,
        desk_id=chosen.desk_id,
        outlet_id=chosen.outlet_id,
        outlet_name=chosen.outlet_name,
        media_type=chosen.media_type,
        country=chosen.country,
        zone=chosen.zone,
        domain=chosen.domain,
        languages=chosen.languages,
        outlet_languages=chosen.outlet_languages,
        tracking=chosen.tracking,
        plain_text_only=chosen.plain_text_only,
        embargo_trusted=chosen.embargo_trusted,
        reasons=reasons,
    )
