"""Names in the genitive as German, Danish, Swedish and others write it, without an apostrophe:
Karen Holms. What stands behind an apostrophe or a hyphen needs no form of its own.
"""

import unicodedata
from collections.abc import Iterable

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.models import Journalist
from mailer.models.contacts import written_name

#: These languages add no s to a name that ends so.
HISSING = ("s", "ß", "x", "z")


def genitives(session: Session, names: Iterable[str]) -> set[str]:
    """The genitives of those that are whole names, but for the names of somebody else: Hans Jacobs
    is not always Hans Jacob's. One word with an s is a word like any other.
    """
    made = {f"{name}s" for name in names if _is_whole(name)}
    taken = _taken(session, made)
    return {one for one in made if one.lower() not in taken}


def _is_whole(name: str) -> bool:
    is_name = " " in name and "," not in name and "@" not in name
    return is_name and _is_latin(name[-1]) and not name.lower().endswith(HISSING)


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN ")


def _taken(session: Session, names: set[str]) -> set[str]:
    """Those that somebody of the address book is called by, in lower case."""
    last = {one.rpartition(" ")[2] for one in names}
    spelt = sorted({form for one in last for form in (one, one.title(), one.upper())})
    family, given = col(Journalist.family_name), col(Journalist.given_name)
    rows = session.execute(
        sa.select(given, col(Journalist.particle), family).where(
            sa.or_(family.in_(spelt), given.in_(spelt))
        )
    ).all()
    orders = (True, False)
    return {written_name(*row, family_first=first).lower() for row in rows for first in orders}
