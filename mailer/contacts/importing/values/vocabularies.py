"""Cells that say one of a few things: the kind of an outlet, how often it appears, yes or no, what
state a contact is in, how far opens are followed.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from mailer.contacts.importing.values.cleaning import clean, is_blank
from mailer.contacts.importing.values.readings import Reading
from mailer.contacts.importing.values.splitting import BETWEEN_WORDS, STRONG
from mailer.contacts.importing.values.words import folded, index, spellings
from mailer.contacts.suggesting import did_you_mean
from mailer.errors import BadInput
from mailer.models import MediaType, TrackingMode

SLASH = re.compile(r"\s*/\s*|\s+&\s+")


class Frequency(StrEnum):
    """How often an outlet appears."""

    CONTINUOUS = "continuous"
    DAILY = "daily"
    TWICE_WEEKLY = "twice_weekly"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    TWO_MONTHLY = "two_monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    IRREGULAR = "irregular"


class ContactState(StrEnum):
    """What another system says of a contact."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    #: For a reason of the office's own; the office can take it back.
    BY_HAND = "suppressed_by_hand"


#: Two words together that say more than each of them, then the words, the most telling one first.
TELLING: tuple[tuple[frozenset[str], MediaType], ...] = tuple(
    (frozenset(words.split()), kind)
    for words, kind in (
        ("podcast", MediaType.PODCAST),
        ("newsletter", MediaType.NEWSLETTER),
        ("blog", MediaType.BLOG),
        ("photo agency", MediaType.PHOTO),
        ("freelance", MediaType.FREELANCE),
        ("freelancer", MediaType.FREELANCE),
        ("news agency", MediaType.WIRE),
        ("news service", MediaType.WIRE),
        ("wire", MediaType.WIRE),
        ("radio", MediaType.RADIO),
        ("tv", MediaType.TV),
        ("television", MediaType.TV),
        ("trade", MediaType.TRADE),
        ("professional", MediaType.TRADE),
        ("newspaper regional", MediaType.REGIONAL),
        ("newspaper local", MediaType.REGIONAL),
        ("newspaper community", MediaType.REGIONAL),
        ("newspaper weekly", MediaType.WEEKLY),
        ("newspaper sunday", MediaType.WEEKLY),
        ("newspaper online", MediaType.ONLINE),
        ("magazine online", MediaType.ONLINE),
        ("newspaper", MediaType.DAILY),
        ("magazine", MediaType.MAGAZINE),
        ("online", MediaType.ONLINE),
        ("website", MediaType.ONLINE),
    )
)


def read_media_type(text: str, delimiter: str = "") -> Reading:
    """The kind of outlet; of several the first, and a notice tells the rest.

    Raises BadInput for a kind that we do not know, with the nearest.
    """
    parts = [part for part in map(clean, _kinds(text, delimiter)) if not is_blank(part)]
    found = list(dict.fromkeys(map(_media_type, parts)))
    if len(found) < 2:
        return Reading(found[0] if found else None)
    told = f"{text!r} names several kinds of outlet: {found[0]} is taken, the rest is left out"
    return Reading(found[0], (told,))


def _kinds(text: str, delimiter: str) -> list[str]:
    parts = STRONG.split(text)
    if delimiter and delimiter not in "|;,":
        parts = [part for whole in parts for part in whole.split(delimiter)]
    # "Newspaper, National" is one kind, "Radio, TV" are two.
    return [kind for part in parts for kind in _known_alone(part)]


def _known_alone(text: str) -> list[str]:
    if folded(text) in index("media_type"):
        return [text]
    for between in (BETWEEN_WORDS, SLASH):
        parts = [part for part in between.split(text) if folded(part)]
        if len(parts) > 1 and all(folded(part) in index("media_type") for part in parts):
            return parts
    return [text]


def _media_type(text: str) -> MediaType:
    name = folded(text)
    if found := index("media_type").get(name):
        return MediaType(found)
    words = {word.removesuffix("s") for word in name.split()}
    for telling, kind in TELLING:
        if telling <= words:
            return kind
    known = {kind.value: kind for kind in MediaType if kind is not MediaType.UNKNOWN}
    raise _unknown(text, "a kind of outlet", known)


def read_frequency(text: str) -> Frequency:
    """How often it appears. Raises BadInput for what says nothing about that."""
    if found := index("frequency").get(folded(text)):
        return Frequency(found)
    if folded(text).replace(" ", "_") in set(Frequency):
        return Frequency(folded(text).replace(" ", "_"))
    raise _unknown(text, "a frequency", {kind.value: kind for kind in Frequency})


def read_state(text: str) -> ContactState:
    """What another system says of a contact. Raises BadInput for what it cannot mean."""
    if found := index("state").get(folded(text)):
        return ContactState(found)
    raise _unknown(text, "a state of a contact", {state.value: state for state in ContactState})


def read_flag(text: str) -> bool:
    """Yes or no, in the words of any cover language. Raises BadInput for anything else."""
    word = text.casefold().rstrip(".!")
    if word in spellings("yes"):
        return True
    if word in spellings("no"):
        return False
    raise BadInput(f"{text!r} says neither yes nor no: write yes or no")


def read_tracking(text: str) -> Reading:
    """How far opens are followed. "No" switches it off; "yes" is no recorded consent and says
    nothing. Raises BadInput for anything else.
    """
    if text.casefold() in set(TrackingMode):
        return Reading(TrackingMode(text.casefold()))
    try:
        wanted = read_flag(text)
    except BadInput:
        raise BadInput(f"{text!r}: write none, aggregate or individual") from None
    if not wanted:
        return Reading(TrackingMode.NONE)
    told = f"tracking {text!r} is no recorded consent: nothing is switched on by it"
    return Reading(None, (told,))


def _unknown(text: str, what: str, known: Mapping[str, object]) -> BadInput:
    return BadInput(f"{text!r} is not {what}: {did_you_mean(text, known, shown=len(known))}")
