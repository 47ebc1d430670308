"""What a person or a desk wishes, and what we decided about them, as far as it decides whether and
when mail goes there: on one page for whoever asks why somebody got nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mailer.models import Desk, Journalist, TrackingMode

TRACKED = {
    TrackingMode.AGGREGATE: "counted without a name",
    TrackingMode.INDIVIDUAL: "measured in person",
}


@dataclass(frozen=True)
class Wishes:
    """What decides about mail to somebody, beside the state of the address and the lists."""

    do_not_contact: bool
    #: Empty: all of them.
    kinds: list[str]
    topics: list[str]
    urgent_only: bool
    paused_until: datetime | None
    #: By the clock of the reader, such as 19:30; empty for none.
    quiet_from: str
    quiet_until: str
    wants_translations: bool
    plain_text_only: bool
    wants_attachments: bool
    tracking: TrackingMode
    embargo_trusted: bool

    def in_words(self, *, paused_until: str) -> Iterator[str]:
        """Each, as far as it is not as with everybody; the moment as the office writes it."""
        if self.do_not_contact:
            yield "gets no mail: do not contact"
        if self.paused_until:
            yield f"paused until {paused_until}"
        if self.urgent_only:
            yield "only what is urgent"
        for what, some in (("kinds", self.kinds), ("topics", self.topics)):
            if some:
                yield f"only the {what} {', '.join(some)}"
        if self.quiet_from and self.quiet_until:
            yield f"quiet from {self.quiet_from} until {self.quiet_until}"
        yield from self._of_form()
        yield (
            "trusted with embargoes"
            if self.embargo_trusted
            else "not trusted with embargoes: gets nothing before the hour"
        )

    def _of_form(self) -> Iterator[str]:
        if self.wants_translations:
            yield "wants later translations"
        if self.plain_text_only:
            yield "plain text only"
        if not self.wants_attachments:
            yield "no attachments"
        if self.tracking in TRACKED:
            yield TRACKED[self.tracking]


def wishes_of(row: Journalist | Desk) -> Wishes:
    """Those of a person or a desk."""
    return Wishes(
        do_not_contact=row.do_not_contact,
        kinds=row.kinds,
        topics=row.topics,
        urgent_only=row.urgent_only,
        paused_until=row.paused_until,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        wants_translations=row.wants_translations,
        plain_text_only=row.plain_text_only,
        wants_attachments=row.wants_attachments,
        tracking=row.tracking,
        embargo_trusted=row.embargo_trusted,
    )
