"""Which reader each kind of value has, and how its text comes to it."""

from collections.abc import Callable

from mailer.contacts.importing.values.country_names import read_country
from mailer.contacts.importing.values.dates import read_date, read_zone
from mailer.contacts.importing.values.emails import read_emails
from mailer.contacts.importing.values.kinds import Kind
from mailer.contacts.importing.values.language_names import read_languages
from mailer.contacts.importing.values.links import read_profiles, read_url
from mailer.contacts.importing.values.names import read_family_name, read_full_name
from mailer.contacts.importing.values.phones import read_phones
from mailer.contacts.importing.values.splitting import each_once, split, split_names
from mailer.contacts.importing.values.vocabularies import (
    read_flag,
    read_frequency,
    read_media_type,
    read_state,
    read_tracking,
)
from mailer.contacts.suggesting import spelling


def _as_it_is(text: str) -> str:
    return text


def _number_id(text: str) -> str:
    """A spreadsheet that takes a number for an amount writes 1234.0."""
    whole, _, rest = text.partition(".")
    return whole if rest and not rest.strip("0") and whole.isdecimal() else text


def _words(text: str, delimiter: str) -> tuple[str, ...]:
    return each_once(split(text, delimiter=delimiter), by=spelling)


def _beats(text: str, delimiter: str) -> tuple[str, ...]:
    return each_once((part.lower() for part in split(text, delimiter=delimiter)), by=spelling)


def _lists(text: str, delimiter: str) -> tuple[str, ...]:
    """The name of a list may have a comma in it: a comma parts nothing."""
    return each_once(split_names(text, delimiter=delimiter), by=spelling)


#: These read one clean line.
ONE_LINE: dict[Kind, Callable[[str], object]] = {
    Kind.TEXT: _as_it_is,
    Kind.NAME: _as_it_is,
    Kind.NUMBER_ID: _number_id,
    Kind.FULL_NAME: read_full_name,
    Kind.FAMILY_NAME: read_family_name,
    Kind.COUNTRY: read_country,
    Kind.FREQUENCY: read_frequency,
    Kind.FLAG: read_flag,
    Kind.DATE: read_date,
    Kind.ZONE: read_zone,
    Kind.URL: read_url,
    Kind.TRACKING: read_tracking,
    Kind.STATE: read_state,
}
#: These read the cell as it stands, because a line break parts values, with the delimiter of the
#: file's maker. Phone numbers want the country of the row besides.
WHOLE_CELL: dict[Kind, Callable[[str, str], object]] = {
    Kind.WORDS: _words,
    Kind.BEATS: _beats,
    Kind.LISTS: _lists,
    Kind.EMAILS: read_emails,
    Kind.PHONES: read_phones,
    Kind.LANGUAGES: read_languages,
    Kind.MEDIA_TYPE: read_media_type,
    Kind.PROFILES: read_profiles,
}
#: Cells of these say the same few things in many rows: what was read is kept.
REPEATING = frozenset(ONE_LINE.keys() | WHOLE_CELL.keys()) - {
    Kind.TEXT,
    Kind.NAME,
    Kind.NUMBER_ID,
    Kind.FULL_NAME,
    Kind.FAMILY_NAME,
    Kind.EMAILS,
    Kind.PHONES,
    Kind.PROFILES,
}
NAMES = frozenset({Kind.NAME, Kind.FULL_NAME, Kind.FAMILY_NAME})
#: Here a word for nothing is an answer: "none", and the Russian word for "no".
ANSWERS = frozenset({Kind.FLAG, Kind.TRACKING})
