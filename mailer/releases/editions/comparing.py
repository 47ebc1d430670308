"""What differs between two revisions of an edition, word by word; and what has changed in the
source since a translation was made from it.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlmodel import Session

from mailer import languages
from mailer.errors import NotFound
from mailer.models import Edition, EditionStatus, Revision
from mailer.releases.editions.revising import find_edition, newest_of, revision_of, source_of
from mailer.releases.references import found

FIELDS: Final = ("title", "subtitle", "place", "change_note", "body", "notes")
#: Scripts that put no space between words: each sign is compared for itself.
UNSPACED: Final = "\\u0e00-\\u0e7f\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff"
STOPS: Final = ".,;:!?…()"
#: A word, or a sign behind one, each with the space that follows it.
WORD: Final = re.compile(
    rf"[{UNSPACED}]\s*"
    rf"|(?:[^\s{UNSPACED}{STOPS}]|[{STOPS}](?=[^\s{UNSPACED}{STOPS}]))+\s*"
    rf"|[{STOPS}]\s*|\s+"
)
Kind = Literal["same", "added", "removed"]


@dataclass(frozen=True)
class Segment:
    """A stretch of text that is in both revisions, or in one of them."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class FieldDiff:
    """One part of the text that differs, from beginning to end."""

    field: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class TextDiff:
    """What differs between two revisions of one edition."""

    language: str
    from_revision: int
    to_revision: int
    fields: tuple[FieldDiff, ...]


@dataclass(frozen=True)
class EditionDiff:
    """The same, and what changed in the source since this translation was made."""

    reference: str
    language: str
    status: EditionStatus
    #: None while the edition has one revision, or none.
    text: TextDiff | None
    #: None where the source has not changed, and for the source itself.
    source: TextDiff | None


def diff(
    session: Session,
    reference: str,
    language: str,
    *,
    from_revision: int | None = None,
    to_revision: int | None = None,
) -> EditionDiff:
    """What is different in the newest revision of that edition, or between the two that are named.

    Raises NotFound for a language or a revision that there is not.
    """
    release = found(session, reference)
    tag = languages.parse(language)
    edition = find_edition(session, release, tag)
    if edition is None:
        raise NotFound(f"release {release.reference} has no {tag} edition")
    newest = newest_of(session, edition)
    text = None
    if newest is not None and (newest.number > 1 or from_revision or to_revision):
        to = to_revision or newest.number
        begin = revision_of(session, edition, from_revision or max(to - 1, 1))
        text = compare(tag, begin, revision_of(session, edition, to))
    return EditionDiff(
        reference=release.reference,
        language=tag,
        status=edition.status,
        text=text,
        source=_source_since(session, source_of(session, release), edition),
    )


def _source_since(session: Session, source: Edition | None, edition: Edition) -> TextDiff | None:
    newest = newest_of(session, source) if source else None
    made_from = edition.source_revision_id
    if source is None or source is edition or newest is None or made_from in {None, newest.id}:
        return None
    begin = session.get(Revision, made_from)
    return compare(source.language, begin, newest) if begin else None


def compare(language: str, begin: Revision, end: Revision) -> TextDiff:
    """The fields that differ between two revisions."""
    different = (one for one in FIELDS if getattr(begin, one) != getattr(end, one))
    fields = tuple(
        FieldDiff(one, tuple(segments(getattr(begin, one), getattr(end, one)))) for one in different
    )
    return TextDiff(language, begin.number, end.number, fields)


def segments(before: str, after: str) -> Iterator[Segment]:
    """Both texts as one: paragraphs are compared first, then the words of those that changed.

    All that is not added makes `before`, all that is not removed makes `after`.
    """
    waiting: list[tuple[Kind, str]] = []
    for kind, text in _words(before, after):
        if waiting and waiting[-1][0] == kind:
            waiting[-1] = (kind, waiting[-1][1] + text)
        elif text:
            waiting.append((kind, text))
    yield from (Segment(kind, text) for kind, text in waiting)


def _words(before: str, after: str) -> Iterator[tuple[Kind, str]]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for old_lines, new_lines, is_same in _blocks(old, new):
        if is_same:
            yield "same", "".join(old_lines)
            continue
        old_words = WORD.findall("".join(old_lines))
        new_words = WORD.findall("".join(new_lines))
        for some_old, some_new, same in _blocks(old_words, new_words):
            if same:
                yield "same", "".join(some_old)
            else:
                yield "removed", "".join(some_old)
                yield "added", "".join(some_new)


def _blocks(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str], bool]]:
    matcher = difflib.SequenceMatcher(None, old, new)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        yield old[old_from:old_to], new[new_from:new_to], tag == "equal"
