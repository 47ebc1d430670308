"""A release as the linter reads it: each edition in its passages, and what stands around it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from mailer import clock
from mailer.languages import closest
from mailer.models import Attachment, Revision
from mailer.releases.editions import FullRelease
from mailer.releases.readiness import wording
from mailer.releases.readiness.tables import Table, tables
from mailer.releases.readiness.tongues.words import folded
from mailer.releases.readiness.wording import Link


@dataclass(frozen=True)
class Passage:
    """A few words of an edition, and where they stand."""

    place: str
    words: str
    #: Whether the words were written for this release, not for all of the office.
    is_own: bool = True

    @cached_property
    def folded(self) -> str:
        """The words in one spelling, for comparing."""
        return folded(self.words)


@dataclass(frozen=True)
class Surroundings:
    """What the database knows beside the release: nothing, until somebody has looked."""

    files: tuple[Attachment, ...] = ()
    #: References of other releases that this one has no business to name.
    other_references: tuple[str, ...] = ()
    #: Titles of other releases that one of ours repeats, each with the reference.
    same_titles: dict[str, str] = field(default_factory=dict)
    #: Sentences of private notes that stand in a text of ours.
    private_sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """One edition, read once for all checks."""

    language: str
    revision: Revision
    full: FullRelease
    #: Paragraphs by number that are not compared with another edition.
    skipped: frozenset[int] = frozenset()

    @cached_property
    def paragraphs(self) -> list[str]:
        """The paragraphs of the text."""
        return wording.paragraphs(self.revision.body)

    @cached_property
    def tables(self) -> list[Table]:
        """The tables of the text."""
        return tables(self.revision.body)

    @cached_property
    def struck(self) -> list[str]:
        """What is struck through in the text."""
        return wording.struck(self.revision.body)

    @cached_property
    def passages(self) -> list[Passage]:
        """All that the edition says, in the order of the message."""
        revision = self.revision
        return [passage for passage in self._all_passages(revision) if passage.words]

    def _all_passages(self, revision: Revision) -> Iterator[Passage]:
        yield Passage("title", revision.title)
        yield Passage("subtitle", revision.subtitle)
        yield Passage("place", revision.place)
        yield Passage("change note", revision.change_note)
        yield from (Passage("text", words) for words in self.paragraphs)
        yield from (Passage("notes", words) for words in wording.paragraphs(revision.notes))
        about = wording.paragraphs(self.boilerplate)
        yield from (Passage("boilerplate", words, is_own=False) for words in about)

    @cached_property
    def boilerplate(self) -> str:
        """What stands below the text about the office, in Markdown."""
        written = self.full.office.boilerplates
        own = closest(self.language, written) if self.full.release.carries_boilerplate else None
        return written[own] if own else ""

    @cached_property
    def links(self) -> list[Link]:
        """All links and pictures of the edition, those that were only typed included."""
        found = []
        for text in (self.revision.body, self.revision.notes, self.boilerplate):
            found += wording.links(text)
        shown = {link.words for link in found}
        typed = (link for passage in self.passages for link in wording.typed_links(passage.words))
        return found + [link for link in typed if link.words not in shown]

    @cached_property
    def said(self) -> str:
        """The title, the subtitle and the text: what is the same in all editions."""
        body = (words for n, words in enumerate(self.paragraphs) if n not in self.skipped)
        own = (self.revision.title, self.revision.subtitle, *body)
        return "\n".join(words for words in own if words)


@dataclass(frozen=True)
class Subject:
    """What is checked: a release, all its readings, and the moment of the check."""

    full: FullRelease
    at: datetime
    around: Surroundings

    @cached_property
    def readings(self) -> list[Reading]:
        """The editions that are ready, the source first."""
        source = self.full.release.source_language
        tags = sorted(self.full.revisions, key=lambda tag: (tag != source, tag))
        return [Reading(tag, self.full.revisions[tag], self.full) for tag in tags]

    @cached_property
    def days(self) -> list[date]:
        """The first and the last day of each occasion, on the clock of its own place."""
        days = []
        for occasion in self.full.occasions:
            zone = clock.zone(occasion.zone)
            ends = (occasion.starts_at, occasion.ends_at)
            days += [moment.astimezone(zone).date() for moment in ends if moment]
        return days

    @cached_property
    def zones(self) -> frozenset[str]:
        """The zones of the office and of the occasions."""
        places = (occasion.zone for occasion in self.full.occasions)
        return frozenset({self.full.office.zone, *places})
