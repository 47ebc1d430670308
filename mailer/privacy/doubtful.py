"""Where a part of her name stands alone, as it is or with an ending: a given name, Zwergholts
Assistent, the Zwergholtin. It may be hers or anybody's, so it stays, and is told with its place.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.privacy.spelling import capital_pattern, is_east_asian, pattern
from mailer.contacts.privacy.wording import Words
from mailer.models import (
    Desk,
    Distribution,
    Journalist,
    MediaList,
    Outlet,
    Role,
    StillValid,
    Suppression,
    Waiver,
)

#: A shorter part of a name is in too many texts.
SHORTEST = 3
#: East Asian names of two signs are often whole ones.
SHORTEST_EAST_ASIAN = 2
#: A shorter one takes no ending but an s: Evans is no Eva.
SHORTEST_WITH_ENDING = 5
#: A word in more places is told by their number: nobody looks through so many.
TOLD = 10
#: Rows that are looked into for one kind of text.
MOST = 2000


class Text(NamedTuple):
    """Free text that people write about others."""

    columns: tuple[Any, ...]
    called: str
    by: Any


TEXTS = (
    Text((Journalist.public_note, Journalist.private_note), "the notes on person", Journalist.id),
    Text((Role.job_title,), "a job of person", Role.journalist_id),
    Text((Desk.public_note, Desk.private_note), "the notes on desk", Desk.id),
    Text((Outlet.public_note,), "the note on outlet", Outlet.id),
    Text((MediaList.name, MediaList.note), "the name or note of list", MediaList.id),
    Text((Distribution.note,), "the note on distribution", Distribution.id),
    Text((Suppression.note,), "the note on suppression", Suppression.id),
    Text((Waiver.reason,), "the reason of waiver", Waiver.id),
    Text((StillValid.note,), "why a translation is still valid, note", StillValid.id),
)


def doubtful(session: Session, words: Words) -> tuple[str, ...]:
    """Where a part of these names stands, each word with its places."""
    # The longer first: East Asian ones are found without a space behind them.
    parts = sorted({part for name in words.words for part in _parts(name)}, key=len, reverse=True)
    if not parts:
        return ()
    standing = re.compile("|".join(map(_pattern, parts)))
    found: dict[str, list[str]] = {}
    for text in TEXTS:
        for place, values in _holding(session, text, Words(parts)):
            for word in sorted({one for value in values for one in standing.findall(value)}):
                found.setdefault(word, []).append(place)
    return tuple(line for word in sorted(found) for line in _lines(word, found[word]))


def _parts(name: str) -> Iterator[str]:
    """The words of a name that is written large; particles are words like any other. An East Asian
    name is whole in running text, too, where one of two signs is left standing.
    """
    if "@" in name:
        return
    parts = re.split(r"[\s,]+", name)
    for part in (*parts, "".join(parts)):
        if is_east_asian(part):
            if len(part) >= SHORTEST_EAST_ASIAN:
                yield part
        elif part in parts and len(part) >= SHORTEST and part[0].isupper():
            yield part


def _pattern(part: str) -> str:
    if is_east_asian(part):
        return pattern(part)
    ending = r"[^\W\d_]{0,3}" if len(part) >= SHORTEST_WITH_ENDING else "[sS]?"
    return rf"(?<![\w@.+-]){capital_pattern(part)}{ending}(?!\w)(?![\w.+-]*@)"


def _holding(session: Session, text: Text, words: Words) -> Iterator[tuple[str, list[str]]]:
    """The places of that kind whose text may hold one of the words."""
    either = sa.or_(*(words.condition(column) for column in text.columns))
    query = sa.select(col(text.by), *text.columns).where(either).order_by(col(text.by))
    for number, *values in session.execute(query.limit(MOST)):
        yield f"{text.called} {number}", values


def _lines(word: str, places: list[str]) -> Iterator[str]:
    if len(set(places)) > TOLD:
        yield f"“{word}” in {len(set(places))} texts, such as {places[0]}"
        return
    yield f"“{word}” in {', '.join(dict.fromkeys(places))}"
