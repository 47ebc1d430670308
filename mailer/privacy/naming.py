"""People of the address book who are named in a text. Nobody of them may be told to another, though
they have no outlet and no address in common.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.privacy.candidates import ascii_lower
from mailer.contacts.privacy.spelling import EAST_ASIAN, cases
from mailer.database import listed
from mailer.models import Journalist
from mailer.models.contacts import written_name

WORD = re.compile(r"[^\W\d_][\w'’-]*")
#: Of so many words a given or a family name is made, as we keep them: Garcia Lopez, Anne Marie.
LONGEST = 3
#: Of so many signs an East Asian one, which stands among others without a space.
LONGEST_EAST_ASIAN = 4


def named_in(session: Session, texts: Iterable[str], *, besides: Iterable[int]) -> set[str]:
    """How the names may be written of those whose given and family name both stand in the texts."""
    words = {name for text in set(texts) for name in _names(unicodedata.normalize("NFC", text))}
    if not words:
        return set()
    connection = session.connection()
    spelt = sorted({spelling for word in words for spelling in _as_kept(word)})
    asked = {"names": json.dumps([[one] for one in spelt])}
    rows = connection.execute(_asked_for(connection.dialect.name), asked)
    known = set(besides)
    return {form for number, *name in rows if number not in known for form in forms(*name)}


def _as_kept(word: str) -> Iterator[str]:
    """How the database may fold a name that is kept in any of the usual cases."""
    for one in cases(word):
        yield "".join(letter.lower() if letter.isascii() else letter for letter in one)


def forms(given: str, particle: str, family: str) -> set[str]:
    """A name as people write it: either part first, with a comma, without the particle."""
    whole = " ".join(part for part in (particle, family) if part)
    if not given or not family:
        return {given or whole} - {""}
    orders = {written_name(given, particle, family, family_first=first) for first in (True, False)}
    return orders | {f"{given} {family}", f"{whole}, {given}", f"{family}, {given}"}


def _names(text: str) -> Iterable[str]:
    words = WORD.findall(text)
    for size in range(1, LONGEST + 1):
        yield from (" ".join(words[start : start + size]) for start in range(len(words)))
    for run in EAST_ASIAN.findall(text):
        for size in range(1, LONGEST_EAST_ASIAN + 1):
            yield from (run[start : start + size] for start in range(len(run)))


@cache
def _asked_for(dialect: str) -> sa.Select[int | None, str, str, str]:
    names = sa.bindparam("names", type_=sa.Text())
    asked = listed(dialect, names, name=sa.Text())
    return sa.select(
        col(Journalist.id),
        col(Journalist.given_name),
        col(Journalist.particle),
        col(Journalist.family_name),
    ).where(
        # Folded, so that no index leads there: all names are read once, which an export may take.
        ascii_lower(col(Journalist.family_name)).in_(sa.select(asked.c.name)),
        ascii_lower(col(Journalist.given_name)).in_(sa.select(asked.c.name)),
    )
