"""What each receiver of a thread gets from a follow-up: which edition, as a reply or as a first
text, or nothing and why.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from mailer.audience.leaving_out.refusals import Cause, Refusal
from mailer.audience.selection import in_chunks
from mailer.distribution.following.barred import Barred, Verdicts
from mailer.distribution.following.received import Receiver
from mailer.distribution.following.threads import REPLACING
from mailer.distribution.following.translations import best_editions
from mailer.models import Distribution, EditionStatus, LanguagePolicy, Relation, TrackingMode
from mailer.releases.editions import FullRelease
from mailer.releases.editions.choosing import pick_edition
from mailer.tokens import Keyring

#: Receivers that are looked up together.
AT_ONCE = 500
UNCHANGED = Refusal(Cause.HAS_IT, "has this text already: its edition has not changed")


class Chosen(NamedTuple):
    """The edition for a receiver, and why; none yet where she waits for it."""

    revision_id: int | None
    language: str
    rule: str


class Followed(NamedTuple):
    """What becomes of one receiver: what she gets, or why she gets nothing."""

    receiver: Receiver
    chosen: Chosen
    tracking: TrackingMode
    plain_text_only: bool
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Choosing:
    """Chooses for the receivers of one follow-up."""

    distribution: Distribution
    #: With the relation of that distribution.
    full: FullRelease
    keyring: Keyring | None
    at: datetime

    def followed(self, session: Session, receivers: Iterable[Receiver]) -> Iterator[Followed]:
        """What becomes of each whom the follow-up concerns."""
        barred = Barred(session, self.full, keyring=self.keyring, at=self.at)
        concerned = (one for one in receivers if self._concerns(one))
        for some in in_chunks(concerned, AT_ONCE):
            verdicts = barred.of(some)
            for one in self._wanting(session, some, verdicts):
                yield self._followed(one, verdicts)

    def _wanting(
        self, session: Session, some: Sequence[Receiver], verdicts: Verdicts
    ) -> Iterator[Receiver]:
        """Those who want it: a translation is for who asked for them, and reads it first."""
        if self.full.relation is not Relation.TRANSLATION:
            yield from some
            return
        asked = [one for one in some if verdicts.wishes(one.row).wants_translations]
        numbers = [one.address_id for one in asked]
        best = dict(best_editions(session, self.full, numbers, self.at)) if numbers else {}
        for one in asked:
            choice = best.get(one.address_id)
            if choice is not None and choice.language == self._translation:
                yield one

    @property
    def _translation(self) -> str:
        """The language of the translation that a distribution brings."""
        return self.distribution.criteria.removeprefix("language:")

    def _concerns(self, one: Receiver) -> bool:
        """Who got nothing gets the text that takes the place of the old one, if there is any."""
        return one.has_it or self.full.relation in {Relation.CORRECTION, Relation.UPDATE}

    def _followed(self, one: Receiver, verdicts: Verdicts) -> Followed:
        chosen, row, wishes = self.chosen(one), one.row, verdicts.wishes(one.row)
        refusal = verdicts.refusals.get(one.address_id)
        if refusal is None and one.has_it and chosen.revision_id == row.revision_id:
            refusal = UNCHANGED
        modes = [row.tracking, self.full.office.tracking, wishes.tracking or row.tracking]
        return Followed(
            one,
            chosen,
            TrackingMode.strictest(*map(TrackingMode, modes)),
            row.plain_text_only or wishes.plain_text_only,
            refusal,
        )

    def chosen(self, one: Receiver) -> Chosen:
        """The edition in the language that she received, or was to receive; else the next best."""
        language, ready = one.row.edition_language, self.full.revisions
        if self.full.relation is Relation.TRANSLATION:
            translation = self._translation
            rule = f"got it in {language}; reads {translation}, and wants translations"
            return Chosen(ready[translation].id, translation, rule)
        verb = "received it in" if one.has_it else "was to get it in"
        if language in ready:
            return Chosen(ready[language].id, language, f"{verb} {language}")
        status = self.full.statuses.get(language)
        waits = self.distribution.language_policy is LanguagePolicy.WAIT and not one.has_it
        if waits and status not in (None, EditionStatus.READY):
            return Chosen(None, language, f"{verb} {language}, which is not ready: waits for it")
        best = pick_edition(
            self.full, languages=(language,), outlet_languages=(), country=one.row.country
        )
        rule = f"{verb} {language}, which is not ready; {best.rule}"
        return Chosen(best.revision.id, best.language, rule)


def reasons_of(one: Receiver, *, relation: Relation | None) -> list[str]:
    """Why she is in (R2)."""
    number: Any = one.row.distribution_id
    if one.has_it:
        return [f"got distribution {number}"]
    return [f"waited in distribution {number}"] if relation in REPLACING else []
