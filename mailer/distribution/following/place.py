"""Where a distribution stands among others: which it follows, which follow it, and who of it still
waits for an edition.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlmodel import Session

from mailer.distribution.following.threads import REPLACING, thread_of
from mailer.distribution.following.translations import waiting_by_language
from mailer.languages import name
from mailer.models import Distribution, DistributionStatus, LanguagePolicy, Relation

#: What a distribution is to the one before it.
SAID = {
    Relation.CORRECTION: "corrects",
    Relation.WITHDRAWAL: "withdraws",
    Relation.TRANSLATION: "brings a translation after",
    Relation.UPDATE: "is an update of",
    Relation.NOTICE: "tells more after",
}
DONE = {
    Relation.CORRECTION: "corrected by",
    Relation.WITHDRAWAL: "withdrawn by",
    Relation.TRANSLATION: "followed by the translation in",
    Relation.UPDATE: "updated by",
    Relation.NOTICE: "followed by the notice in",
}


@dataclass(frozen=True)
class Later:
    """A distribution that follows another one."""

    id: int
    relation: Relation
    status: DistributionStatus


@dataclass(frozen=True)
class Place:
    """The place of one distribution."""

    id: int
    follows_id: int | None = None
    relation: Relation | None = None
    followed_by: tuple[Later, ...] = ()
    #: How many wait for the edition in which language.
    waiting_by_language: dict[str, int] = field(default_factory=dict)

    @property
    def may_be_corrected(self) -> bool:
        """Whether nothing is decided yet that takes its place."""
        return not any(
            one.relation in REPLACING and one.status is not DistributionStatus.CANCELLED
            for one in self.followed_by
        )

    def told(self) -> Iterator[str]:
        """The same in words, a line for each."""
        if self.follows_id is not None and self.relation is not None:
            said = SAID[self.relation]
            yield f"{said} distribution {self.follows_id}, in the thread of each reader"
        for one in self.followed_by:
            cancelled = ", cancelled" if one.status is DistributionStatus.CANCELLED else ""
            yield f"{DONE[one.relation]} distribution {one.id}{cancelled}"
        for language, number in self.waiting_by_language.items():
            yield (
                f"{number} wait for the {name(language, written_in='en')} edition: `mailer"
                f" distributions release-waiting {self.id} --language {language}` gives them the"
                " next best"
            )


def place_of(session: Session, distribution_id: int) -> Place:
    """The place of that distribution. Raises NotFound."""
    thread = thread_of(session, distribution_id)
    row = next(one for one in thread if one.id == distribution_id)
    waits = row.language_policy is LanguagePolicy.WAIT and bool(row.awaited)
    return Place(
        id=distribution_id,
        follows_id=row.follows_id,
        relation=row.relation,
        followed_by=tuple(_later(one) for one in thread if (one.id or 0) > distribution_id),
        waiting_by_language=waiting_by_language(session, distribution_id) if waits else {},
    )


def _later(row: Distribution) -> Later:
    return Later(row.id or 0, row.relation or Relation.NOTICE, row.status)
