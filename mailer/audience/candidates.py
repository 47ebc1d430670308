"""A candidate: one role or desk that criteria find, as plain values; what is needed to choose among
them and to write to them, and no more. The one who is chosen for an address is its recipient.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from mailer.audience.terms import Key
from mailer.models import LegalBasis, MediaType, TrackingMode


@dataclass(frozen=True, eq=False, slots=True)
class Profile:
    """What many share, and what decides edition, cover, measuring and moment.

    Those who share it hold the same object, and it is compared by identity: whatever follows from
    it is worked out once, however many there are.
    """

    media_type: MediaType
    country: str
    own_zone: str
    outlet_zone: str
    languages: tuple[str, ...]
    outlet_languages: tuple[str, ...]
    tracking: TrackingMode
    plain_text_only: bool
    embargo_trusted: bool
    #: What she asked for: none means all.
    topics: tuple[str, ...]
    kinds: tuple[str, ...]
    urgent_only: bool
    #: Whether files come with a text, or links to them.
    wants_attachments: bool
    #: The basis and the source of a notice that she is still to get; None: she needs none.
    notice_basis: LegalBasis | None
    notice_source: str
    reasons: tuple[str, ...]
    #: The keys of the terms that found her.
    found_by: frozenset[Key]


class Candidate(NamedTuple):
    """One role or desk that the criteria want, and why. A tuple: there may be a million."""

    journalist_id: int | None
    role_id: int | None
    desk_id: int | None
    is_primary: bool
    #: Whether the person has, or had, more jobs than this one.
    has_other_roles: bool
    do_not_contact: bool
    paused_until: datetime | None
    #: The last day of a job that is over, as the database has it; None while it lasts.
    ended_on: date | str | None
    #: 0 for who has no address.
    address_id: int
    email: str
    domain: str
    #: One of AddressState, as the database has it.
    state: str
    state_reason: str
    outlet_id: int | None
    outlet_name: str
    #: Where it stands in the order asked for; those at one address stand together.
    place: int
    name: str
    profile: Profile

    @property
    def holder(self) -> tuple[str, int]:
        """The person or the desk behind it: one of them gets one message."""
        if self.desk_id is not None:
            return "desk", self.desk_id
        return "journalist", self.journalist_id or 0

    @property
    def media_type(self) -> MediaType:
        """What kind of outlet it is."""
        return self.profile.media_type

    @property
    def country(self) -> str:
        """The market of the outlet; a freelance's own country."""
        return self.profile.country

    @property
    def zone(self) -> str:
        """Her own time zone, else her outlet's; empty when neither is known."""
        return self.profile.own_zone or self.profile.outlet_zone

    @property
    def languages(self) -> tuple[str, ...]:
        """What the person reads, in order."""
        return self.profile.languages

    @property
    def outlet_languages(self) -> tuple[str, ...]:
        """What the outlet publishes in."""
        return self.profile.outlet_languages

    @property
    def tracking(self) -> TrackingMode:
        """How far she lets herself be followed: in person only with recorded consent (R10)."""
        return self.profile.tracking

    @property
    def plain_text_only(self) -> bool:
        """Whether she wants no HTML."""
        return self.profile.plain_text_only

    @property
    def embargo_trusted(self) -> bool:
        """Whether she gets a text before it may be published."""
        return self.profile.embargo_trusted

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every reason why she is in (R2)."""
        return self.profile.reasons
