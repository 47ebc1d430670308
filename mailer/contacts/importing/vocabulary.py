"""The words of a file that may lead nowhere: beats that nobody has had before, languages in which
there is no cover, kinds of outlets that nobody knows. Told once for the whole file.
"""

import json
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import languages
from mailer.contacts.beats import is_shared, meaning
from mailer.contacts.importing.rows import TypedLine
from mailer.errors import BadInput
from mailer.models import Desk, MediaType, Role

#: So many words are named, those of most rows first.
NAMED = 5
#: Words that are counted; the cells of a file that was mapped wrongly are each another one.
MOST_COUNTED = 5000


class Words(NamedTuple):
    """What one line names in words of its own."""

    beats: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    #: Of outlets, that nobody knows.
    kinds: tuple[str, ...] = ()


NO_WORDS = Words()


def words_of(line: TypedLine) -> Words:
    """The words that a typed line names, each once."""
    beats: set[str] = set()
    tags: set[str] = set()
    for row in line.rows:
        beats.update(row.job.get("beats", ()), row.person.get("beats", ()))
        tags.update(row.person.get("languages", ()))
        tags.update(row.outlet_facts.get("publication_languages", ()))
    return Words(frozenset(beats), frozenset(tags), tuple(line.unknown_kinds))


class Vocabulary:
    """What the rows of a file name in words of their own, and in how many rows."""

    def __init__(self) -> None:
        self._beats: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()

    def hear(self, words: Words) -> None:
        """Count the words of a line, each once."""
        _count(self._beats, words.beats)
        _count(self._languages, words.languages)
        _count(self._kinds, words.kinds)

    def notices(self, session: Session) -> list[str]:
        """What to tell; asked before anything of the file is written."""
        found = []
        if new := self._new_beats(session):
            found.append(
                f"new beats: {_named(new)}: a release with other words for them does not find"
                " these contacts; to rename one, write the release's word into the file or use"
                " `mailer contacts edit`"
            )
        if without := Counter({t: n for t, n in self._languages.items() if not _has_cover(t)}):
            found.append(
                f"no cover exists in: {_named(without)}: who reads nothing else gets the cover in"
                " another language; mend the language if it was meant otherwise"
            )
        if self._kinds:
            found.append(_unknown(self._kinds))
        return found

    def _new_beats(self, session: Session) -> Counter[str]:
        new = Counter({b: n for b, n in self._beats.items() if not is_shared(b)})
        known = _known_beats(session) if new else set()
        return Counter({beat: n for beat, n in new.items() if meaning(beat) not in known})


def _unknown(kinds: Counter[str]) -> str:
    what = "1 media type is" if len(kinds) == 1 else f"{len(kinds):,} media types are"
    known = ", ".join(kind for kind in MediaType if kind is not MediaType.UNKNOWN)
    return (
        f"{what} unknown: {_named(kinds)}: an outlet keeps the kind that it has, and a new one"
        f" stays unknown; write one of {known} into the file and import it again, or leave it"
    )


def _count(counter: Counter[str], words: Iterable[str]) -> None:
    counter.update(word for word in words if word in counter or len(counter) < MOST_COUNTED)


def _known_beats(session: Session) -> set[str]:
    """The beats that somebody has, by what they mean."""
    return {
        meaning(beat)
        for column in (col(Role.beats), col(Desk.beats))
        for written in session.exec(select(sa.cast(column, sa.Text)).distinct())
        for beat in json.loads(written)
    }


def _has_cover(tag: str) -> bool:
    try:
        return languages.closest(tag, languages.cover_languages()) is not None
    except BadInput:
        return False


def _named(words: Counter[str]) -> str:
    named = [
        f"{word} ({rows:,} {'row' if rows == 1 else 'rows'})"
        for word, rows in words.most_common(NAMED)
    ]
    more = f" and {len(words) - NAMED:,} more" if len(words) > NAMED else ""
    return ", ".join(named) + more
