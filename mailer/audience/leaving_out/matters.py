"""What a message is about, as far as it decides who wants it and who may have it: its kind, its
topics, whether it is urgent or under embargo. The wishes of those who read are held against it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mailer.audience.candidates import Profile
from mailer.audience.leaving_out.refusals import Cause, Refusal
from mailer.contacts.beats import meaning
from mailer.contacts.leavers import Parts
from mailer.contacts.suggesting import spelling
from mailer.models import ReleaseKind

PLURALS = {
    ReleaseKind.SPEECH: "speeches",
    ReleaseKind.ADVISORY: "media advisories",
    ReleaseKind.PHOTO: "photo opportunities",
    ReleaseKind.EMBARGO_LIFTED: "notices of lifted embargoes",
}


@dataclass(frozen=True)
class Matter:
    """One release at one moment."""

    kind: ReleaseKind = ReleaseKind.RELEASE
    beats: tuple[str, ...] = ()
    is_urgent: bool = False
    is_embargoed: bool = False
    #: What of it somebody may have left; None: nobody has.
    parts: Parts | None = None

    @property
    def outranks(self) -> bool:
        """Whether it ignores wishes about kinds, topics and frequency (R7)."""
        return self.kind.replaces

    def refusal(self, profile: Profile) -> Refusal | None:
        """Why those of that profile do not get it; None when nothing forbids it."""
        if self.is_embargoed and not profile.embargo_trusted:
            return Refusal(Cause.EMBARGO, "under embargo, and not trusted with embargoes")
        return None if self.outranks else self._unwanted(profile)

    def _unwanted(self, profile: Profile) -> Refusal | None:
        if profile.urgent_only and not self.is_urgent:
            return Refusal(Cause.URGENT_ONLY, "wants only what is urgent")
        if profile.kinds and not _meet(profile.kinds, [self.kind]):
            plural = PLURALS.get(self.kind, f"{self.kind}s")
            return Refusal(Cause.KIND, f"prefers no {plural}, only: {', '.join(profile.kinds)}")
        if (
            profile.topics
            and self.beats
            and not _meet(map(meaning, profile.topics), map(meaning, self.beats))
        ):
            return Refusal(Cause.TOPIC, f"prefers other topics: {', '.join(profile.topics)}")
        return None


def _meet(wished: Iterable[str], given: Iterable[str]) -> bool:
    """Whether one of the words is in both, however it is spelt."""
    return not {spelling(word) for word in wished}.isdisjoint(spelling(word) for word in given)
