"""Names looked for as people type them: without the accents and strokes that they have no key for.

"sorensen" finds Sørensen, "muller" and "mueller" find Müller, "aarhus" finds Århus; an apostrophe
may be straight, curly or left out. The database does it by an expression: nothing has to be kept.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.contacts.letters import unmarked
from mailer.errors import BadInput, NotFound
from mailer.models import Address, Desk, Journalist, Outlet, Role

#: Where letters with marks stand: Latin, Greek and Cyrillic, then the rest of Latin.
ALPHABETS = (range(0xC0, 0x530), range(0x1E00, 0x1F00))
#: Two letters that are written for one.
PAIRS = {
    "oe": "øØöÖœŒ",
    "ae": "æÆäÄ",
    "ue": "üÜ",
    "aa": "åÅ",
    "th": "þÞ",
    "ss": "ßẞ",
}
ONE_FOR_TWO = {"þ": "th", "ß": "ss"}
APOSTROPHES = "'’‘`´ʼ"
#: What is read as one: two letters that are one to some, an å that may be two, any other letter.
PART = re.compile(r"oe|ae|ue|aa|th|ss|å(?![aå])|.", re.DOTALL)
#: So many of one name are told.
MOST_NAMED = 10
#: So many are looked at: some may have no job.
MOST_READ = 500
#: Between the columns, so that no word is found across two.
BETWEEN = "\n"


def mentions(columns: Sequence[sa.SQLColumnExpression[str]], word: str) -> sa.ColumnElement[bool]:
    """Whether one of these columns holds the word, which has no white space in it."""
    # One call for all of them: on SQLite each is a call of Python.
    return joined(columns).regexp_match(pattern(word))


def joined(columns: Sequence[sa.SQLColumnExpression[str]]) -> sa.SQLColumnExpression[str]:
    """The columns as one text in which no word stands across two."""
    text: sa.SQLColumnExpression[str] = columns[0]
    for column in columns[1:]:
        text = text.concat(BETWEEN).concat(column)
    return text


def address_of(session: Session, name: str) -> str:
    """The one address at which somebody of that name, or a desk, is or was reached.

    Raises NotFound for a name that nobody has, BadInput that lists them when several have it.
    """
    named = _people(session, name) + _desks(session, name)
    reached = {email for _, email in named if email}
    if len(reached) == 1:
        return reached.pop()
    if not named:
        raise NotFound(
            f"nobody is known as {name!r}: write a part of the name or an address, or see"
            " `mailer contacts import`"
        )
    told = ", ".join(f"{who} <{email}>" if email else who for who, email in named[:MOST_NAMED])
    more = " and others" if len(named) > MOST_NAMED else ""
    if not reached:
        raise BadInput(f"{told}{more} has no e-mail address: see the page Contacts")
    raise BadInput(f"several fit {name!r}: {told}{more}: write the address of the one you mean")


def _people(session: Session, name: str) -> list[tuple[str, str]]:
    """Those of that name, with an address each where they have one; one more than are told."""
    columns = [col(Journalist.given_name), col(Journalist.particle), col(Journalist.family_name)]
    # By themselves first: their jobs are read for those few only.
    query = select(Journalist.id).where(*(mentions(columns, word) for word in name.split()))
    people = session.exec(query.order_by(col(Journalist.id)).limit(MOST_READ)).all()
    rows = session.exec(
        select(Journalist, Outlet.name, Address.email)
        .join(Role, col(Role.journalist_id) == col(Journalist.id))
        .outerjoin(Outlet, col(Outlet.id) == Role.outlet_id)
        .outerjoin(Address, col(Address.id) == Role.address_id)
        .where(col(Role.journalist_id).in_(people))
        .order_by(col(Role.id))
        .limit(MOST_NAMED + 1)
    )
    return [(_at(person.full_name, outlet), email or "") for person, outlet, email in rows]


def _desks(session: Session, name: str) -> list[tuple[str, str]]:
    rows = session.exec(
        select(Desk.name, Outlet.name, Address.email)
        .join(Outlet, col(Outlet.id) == Desk.outlet_id)
        .join(Address, col(Address.id) == Desk.address_id)
        .where(*(mentions([col(Desk.name)], word) for word in name.split()))
        .order_by(col(Desk.id))
        .limit(MOST_NAMED + 1)
    )
    return [(_at(desk, outlet), email) for desk, outlet, email in rows]


def _at(name: str, outlet: str | None) -> str:
    return f"{name} of {outlet}" if outlet else name


def pattern(word: str) -> str:
    """The word as a regular expression that Python and PostgreSQL read alike."""
    plain = unicodedata.normalize("NFC", word).lower()
    return "".join(map(_one, PART.findall(plain)))


@cache
def _one(part: str) -> str:
    part = ONE_FOR_TWO.get(part, part)
    if part in PAIRS:
        # Either of the two may have a mark of its own, as in Zoë.
        first, second = (_letters()[letter] for letter in part)
        return f"(?:[{first}][{second}]|[{PAIRS[part]}])"
    if part in APOSTROPHES:
        return f"[{APOSTROPHES}]?"
    letter = unmarked(part)
    either = _letters().get(letter, "")
    if not either:
        return re.escape(part)
    if part == "å":
        return f"(?:[aA][aA]|[{either}])"
    # Each part begins with another letter than the e, so there is only one way to read a name.
    return f"[{either}][eE]?" if letter in "aou" else f"[{either}]"


@cache
def _letters() -> dict[str, str]:
    """All that people write where they mean a letter: with its marks, small and capital."""
    found = {letter: letter + letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}
    for place in (place for alphabet in ALPHABETS for place in alphabet):
        sign = chr(place)
        if sign.isalpha() and len(letter := unmarked(sign.lower())) == 1:
            found[letter] = found.get(letter, "") + sign
    return found
