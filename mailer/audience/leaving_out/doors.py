"""What keeps somebody out whom the criteria found: her own wish, a dead address, a term with a
minus, a pause, a mailbox that she shares with someone who wants no mail, or what it is about.
"""

from dataclasses import dataclass, field
from datetime import datetime

from mailer import clock
from mailer.audience.candidates import Candidate, Profile
from mailer.audience.leaving_out.exclusions import Exclusions
from mailer.audience.leaving_out.matters import Matter
from mailer.audience.leaving_out.refusals import Cause, Refusal
from mailer.contacts.leavers import Leave
from mailer.models import AddressState

#: Mailboxes that take mail, as far as we know.
LIVING = frozenset({AddressState.OK, AddressState.SOFT})
SHARED = Refusal(
    Cause.DO_NOT_CONTACT, "shares its address with someone who does not want mail (do not contact)"
)
NOT_WANTED = Refusal(Cause.DO_NOT_CONTACT, "does not want mail (do not contact)")


class _Verdicts(dict[Profile, Refusal | None]):
    """What a matter says to a profile, asked once for each."""

    def __init__(self, matter: Matter | None) -> None:
        super().__init__()
        self.matter = matter

    def __missing__(self, profile: Profile) -> Refusal | None:
        verdict = self.matter.refusal(profile) if self.matter else None
        self[profile] = verdict
        return verdict


@dataclass(frozen=True)
class Doors:
    """What keeps a candidate out."""

    closed: set[int]
    exclusions: Exclusions
    at: datetime
    #: Whether only those are kept out who have no address any more.
    are_open: bool
    #: None: nothing is known yet of what is sent.
    matter: Matter | None = None
    #: By which clock a pause is told.
    zone: str = "UTC"
    verdicts: _Verdicts = field(init=False)

    def __post_init__(self) -> None:
        """Begin without any verdict."""
        object.__setattr__(self, "verdicts", _Verdicts(self.matter))

    def stand_open(self, candidate: Candidate) -> bool:
        """Whether it is one of the many with one job and nothing that could keep them out."""
        return not (
            candidate.has_other_roles
            or candidate.do_not_contact
            or candidate.paused_until
            or candidate.ended_on
            or candidate.state not in LIVING
            or candidate.address_id in self.closed
            or candidate.address_id in self.exclusions.addresses
            or not candidate.address_id
            or candidate.journalist_id in self.exclusions.journalists
            or candidate.desk_id in self.exclusions.desks
            or self.verdicts[candidate.profile]
        )

    def reason(self, candidate: Candidate, left: Leave | None = None) -> Refusal | None:
        """Why the candidate gets nothing; None when nothing forbids it.

        `left` tells of whoever has several jobs that she left at one of their addresses.
        """
        if candidate.ended_on:
            return Refusal(Cause.ENDED, f"the job ended on {candidate.ended_on}")
        if self.are_open and candidate.address_id:
            return None
        return (
            (NOT_WANTED if candidate.do_not_contact else None)
            or _dead(candidate)
            or (_gone(candidate, left) if left else None)
            or self._excluded(candidate)
            or self._paused(candidate)
            or (SHARED if candidate.address_id in self.closed else None)
            or self.verdicts[candidate.profile]
        )

    def _excluded(self, candidate: Candidate) -> Refusal | None:
        return (
            self.exclusions.journalists.get(candidate.journalist_id or 0)
            or self.exclusions.addresses.get(candidate.address_id)
            or self.exclusions.desks.get(candidate.desk_id or 0)
        )

    def _paused(self, candidate: Candidate) -> Refusal | None:
        until = candidate.paused_until
        if not until or until <= self.at:
            return None
        return Refusal(Cause.PAUSED, f"paused until {clock.told(until, zone_name=self.zone)}")


def _dead(candidate: Candidate) -> Refusal | None:
    if not candidate.address_id:
        return Refusal(Cause.NO_ADDRESS, "has no e-mail address")
    return why_closed(candidate.state, candidate.state_reason)


def _gone(candidate: Candidate, left: Leave) -> Refusal:
    if left.part:
        # At that very address it is told as to those who have no other.
        return Refusal(Cause.LEFT, left.part if candidate.email == left.email else left.told)
    return Refusal(Cause.COMPLAINED if left.has_complained else Cause.SUPPRESSED, left.told)


def why_closed(state: str, why: str) -> Refusal | None:
    """Why nothing goes to an address that is in that state; None when something may."""
    if state in LIVING:
        return None
    if state == AddressState.HARD:
        return Refusal(Cause.DEAD, f"address is dead: {why or 'bounced'}")
    if state == AddressState.COMPLAINED:
        return Refusal(Cause.COMPLAINED, "suppressed: complained")
    return Refusal(Cause.SUPPRESSED, f"suppressed: {why or 'manual'}")
