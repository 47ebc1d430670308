"""What the text of a cell says: one reader for each kind of value. Nothing is looked up, nothing is
calculated, and what is not sure is refused or kept as it was typed.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import cast

from mailer.addresses import MailAddress
from mailer.contacts.importing.values.cleaning import clean, is_blank
from mailer.contacts.importing.values.kinds import Kind
from mailer.contacts.importing.values.names import PersonName
from mailer.contacts.importing.values.phones import Phone, read_phones
from mailer.contacts.importing.values.readers import (
    ANSWERS,
    NAMES,
    ONE_LINE,
    REPEATING,
    WHOLE_CELL,
)
from mailer.contacts.importing.values.readings import Reading
from mailer.contacts.importing.values.splitting import escaped, joined
from mailer.contacts.importing.values.vocabularies import ContactState, Frequency
from mailer.errors import BadInput

__all__ = [
    "ContactState",
    "Frequency",
    "Kind",
    "PersonName",
    "Phone",
    "Reading",
    "clean",
    "escaped",
    "is_blank",
    "read",
    "read_told",
    "written",
]

NOTHING = Reading(None)
#: Different texts whose readings are kept: enough for the vocabulary of any file.
MOST_KEPT = 65536


def read(kind: Kind, text: str, *, delimiter: str = "", region: str = "") -> object:
    """The value of a cell; None when it says nothing.

    `delimiter` is what the maker of the file puts between several values, `region` the two letters
    of the country whose phone numbers need no country code. Raises BadInput when the text cannot
    be what the column is for.
    """
    return read_told(kind, text, delimiter=delimiter, region=region).value


def read_told(kind: Kind, text: str, *, delimiter: str = "", region: str = "") -> Reading:
    """The value of a cell, and what the list keeper should know of how it was read.

    Raises BadInput as `read` does.
    """
    if not text:
        return NOTHING
    if kind in REPEATING:
        found = _kept(kind, text, delimiter)
        if isinstance(found, str):
            raise BadInput(found)
        return found
    return _read(kind, text, delimiter, region)


@lru_cache(maxsize=MOST_KEPT)
def _kept(kind: Kind, text: str, delimiter: str) -> Reading | str:
    """What was read, or why it could not be: a wrong word stands in many rows of one file."""
    try:
        return _read(kind, text, delimiter, "")
    except BadInput as wrong:
        return str(wrong)


def _read(kind: Kind, text: str, delimiter: str, region: str) -> Reading:
    line = clean(text)
    if not line or (is_blank(line, in_name=kind in NAMES) and not _answers(kind, line)):
        return NOTHING
    if kind in ONE_LINE:
        found = ONE_LINE[kind](line)
    elif kind == Kind.PHONES:
        found = read_phones(text, delimiter, region)
    elif kind in WHOLE_CELL:
        found = WHOLE_CELL[kind](text, delimiter)
    else:
        return NOTHING
    if isinstance(found, Reading):
        return found
    return Reading(found) if found != () else NOTHING


def _answers(kind: Kind, line: str) -> bool:
    try:
        return kind in ANSWERS and ONE_LINE[kind](line) is not None
    except BadInput:
        return False


def written(value: object) -> str:
    """A value as the text of a cell: reading it gives the same value. None is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, tuple) and not isinstance(value, PersonName):
        return joined(map(_one, cast("Iterable[object]", value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _one(value)


def _one(value: object) -> str:
    if isinstance(value, MailAddress | Phone | PersonName):
        return value.typed
    return value.isoformat() if isinstance(value, date) else str(value)
