"""What one header cell means by itself, from the surest way of knowing to the least sure."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailer.contacts.importing.columns.header_words import (
    OURS,
    HeaderSet,
    cleaned,
    in_context,
    key,
    synonyms,
    without_number,
)
from mailer.contacts.importing.columns.named import Found
from mailer.contacts.importing.columns.similar import similar
from mailer.contacts.importing.columns.targets import (
    IGNORE,
    TARGETS,
    parse_target,
    takes_several,
)
from mailer.contacts.suggesting import spelling


def by_spelling(said: Mapping[str, str]) -> dict[str, str]:
    """What was said of header cells, so that case and spaces do not count."""
    return {spelling(cleaned(header)): target for header, target in said.items()}


@dataclass(frozen=True)
class Finder:
    """Knows what was said of this header row, and to which export it belongs."""

    mapping: Mapping[str, str]
    remembered: Mapping[str, str]
    known: HeaderSet | None
    #: Whether the header row is written in targets, as that of a file of cards is.
    in_targets: bool = False

    def find(self, header: str) -> Found:
        """What the cell means; without a target when only the columns beside it can tell."""
        written = spelling(header)
        if not written:
            return Found(header, IGNORE)
        return self._said(header, written) or self._of_set(header, written) or _by_words(header)

    def _said(self, header: str, written: str) -> Found | None:
        if written in self.mapping:
            return Found(header, parse_target(self.mapping[written]), "mapping")
        if written in self.remembered:
            return Found(header, parse_target(self.remembered[written]), "remembered")
        return None

    def _of_set(self, header: str, written: str) -> Found | None:
        # Alone, "State" is a part of a country, and "tags" may be anybody's.
        if written in TARGETS and (self.in_targets or "." in written):
            return Found(header, written, f"set {OURS}")
        if self.known and written in self.known.targets:
            sense = in_context().get(key(header), "")
            return Found(header, self.known.targets[written], f"set {self.known.name}", sense)
        return None


def _by_words(header: str) -> Found:
    if sense := in_context().get(key(header)):
        return Found(header, "", "synonym", sense)
    if target := synonyms().get(key(header)):
        return Found(header, target, "synonym")
    target = synonyms().get(key(without_number(header)), "")
    if target and takes_several(target):
        return Found(header, target, "synonym")
    meaning = similar(header)
    if meaning in TARGETS:
        return Found(header, meaning, "similar")
    return Found(header, "", "similar" if meaning else "", meaning)
