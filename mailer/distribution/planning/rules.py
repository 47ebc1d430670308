"""What each recipient would get, by which rule: edition and cover, or why she gets nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from mailer.audience.candidates import Candidate, Profile
from mailer.audience.leaving_out.refusals import Cause, Refusal
from mailer.audience.selection import LeftOut, Reading, refused
from mailer.distribution.planning.earlier import Ledger
from mailer.distribution.timing import RecipientZone, zone_of
from mailer.models import LanguagePolicy, TrackingMode
from mailer.releases.editions import FullRelease
from mailer.releases.editions.choosing import (
    CoverChoice,
    EditionChoice,
    pick_cover,
    pick_edition,
    pick_expected,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What all those get who are alike, and the rules that chose it."""

    edition: EditionChoice
    cover: CoverChoice
    tracking: TrackingMode
    zone: RecipientZone
    #: The edition that is expected and not ready, for which she waits or which she gets after this
    #: one; empty: hers is ready.
    awaited: str = ""
    awaited_rule: str = ""
    waits: bool = False


class PlannedDelivery(NamedTuple):
    """What one recipient would get. A tuple: there may be a million."""

    recipient: Candidate
    choice: Choice
    #: The line that greets her, and the officer's words to her alone; empty: none.
    greeting: str = ""
    personal_note: str = ""

    @property
    def edition(self) -> EditionChoice:
        """The edition, and the rule that chose it (R3)."""
        return self.choice.edition

    @property
    def waits(self) -> bool:
        """Whether nothing goes out until her own edition is ready (J3)."""
        return self.choice.waits

    @property
    def language(self) -> str:
        """The language of the text that she gets, be it now or later."""
        return self.choice.awaited if self.choice.waits else self.choice.edition.language

    @property
    def rule(self) -> str:
        """Why it is that one."""
        choice = self.choice
        if choice.waits:
            return f"{choice.awaited_rule}: waits for it"
        if choice.awaited:
            return f"{choice.edition.rule}; {choice.awaited} follows to who wants translations"
        return choice.edition.rule

    @property
    def cover(self) -> CoverChoice:
        """The language of the cover, and the rule that chose it (R3)."""
        return self.choice.cover

    @property
    def tracking(self) -> TrackingMode:
        """How far the recipient is followed."""
        return self.choice.tracking

    @property
    def zone(self) -> RecipientZone:
        """The clock the recipient is taken to live by."""
        return self.choice.zone


class Decision(NamedTuple):
    """What becomes of one address: what it gets, and who is left out there."""

    planned: PlannedDelivery | None
    left_out: tuple[LeftOut, ...]
    #: Who reads the text at that address already.
    reader: Candidate | None = None

    @property
    def withheld(self) -> LeftOut | None:
        """Why the address gets nothing at all; None when it gets it, or has it already (R2)."""
        if self.planned is not None or any(left.has_it_already for left in self.left_out):
            return None
        return next((left for left in self.left_out if left.address_id is not None), None)


class Rules:
    """The rules for one release, applied once to each profile."""

    def __init__(self, full: FullRelease, policy: LanguagePolicy = LanguagePolicy.FALLBACK) -> None:
        self.full, self.policy = full, policy
        self.choices: dict[Profile, Choice] = {}

    def decision(self, reading: Reading, ledger: Ledger, left: Mapping[int, Refusal]) -> Decision:
        """What becomes of the address of that reading."""
        recipient = reading.recipient
        if recipient is None:
            return Decision(None, reading.left_out)
        if recipient.address_id in left:
            why = refused(recipient, left[recipient.address_id])
            return Decision(None, (why, *reading.left_out))
        planned = self.planned(recipient)
        edition = planned.choice.edition
        # Who waits has no text yet that she could have had before.
        number = 0 if planned.waits else edition.revision.id or 0
        refusal = ledger.refusal(recipient.address_id, revision_id=number)
        if refusal is None and edition.is_last_resort and not planned.choice.awaited:
            refusal = _unreadable(recipient.profile, edition)
        if refusal is None:
            return Decision(planned, reading.left_out)
        reader = recipient if refusal.cause is Cause.HAS_IT else None
        return Decision(None, (refused(recipient, refusal), *reading.left_out), reader)

    def planned(self, recipient: Candidate) -> PlannedDelivery:
        """What that recipient would get."""
        choice = self.choices.get(recipient.profile)
        if choice is None:
            choice = self.choices[recipient.profile] = self._choice(recipient.profile)
        return PlannedDelivery(recipient, choice)

    def _choice(self, profile: Profile) -> Choice:
        spoken = {"languages": profile.languages, "outlet_languages": profile.outlet_languages}
        office = self.full.office
        awaited = None
        if self.policy is not LanguagePolicy.FALLBACK:
            awaited = pick_expected(self.full, country=profile.country, **spoken)
        language, rule = awaited or ("", "")
        return Choice(
            edition=pick_edition(self.full, country=profile.country, **spoken),
            cover=pick_cover(self.full, **spoken),
            tracking=TrackingMode.strictest(office.tracking, profile.tracking),
            zone=zone_of(
                own=profile.own_zone,
                outlet=profile.outlet_zone,
                country=profile.country,
                office_zone=office.zone,
            ),
            awaited=language,
            awaited_rule=rule,
            waits=bool(awaited) and self.policy is LanguagePolicy.WAIT,
        )


def _unreadable(profile: Profile, edition: EditionChoice) -> Refusal | None:
    """Why no edition is for her; None where we do not know what she reads."""
    reads = profile.languages or profile.outlet_languages
    if not reads:
        return None
    told = f"no edition she can read: reads {', '.join(reads)}; ready is only {edition.language}"
    return Refusal(Cause.NO_LANGUAGE, told)
