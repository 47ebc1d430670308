"""Why somebody whom the criteria found gets nothing: in our word for it, and as it is told."""

from enum import StrEnum
from typing import NamedTuple


class Cause(StrEnum):
    """What leaves somebody out; the summaries count by it."""

    DO_NOT_CONTACT = "do not contact"
    NO_ADDRESS = "no address"
    DEAD = "dead address"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"
    LEFT = "left the topic or office"
    MINUS = "left out by the criteria"
    INTERNAL = "internal contact"
    ENDED = "job ended"
    PAUSED = "paused"
    EMBARGO = "not trusted with embargoes"
    KIND = "prefers other kinds"
    TOPIC = "prefers other topics"
    URGENT_ONLY = "urgent only"
    NO_LANGUAGE = "no language"
    DAILY_LIMIT = "daily limit"
    HAS_IT = "has it already"
    TOO_LATE = "expires before their time"
    DUPLICATE = "duplicate"
    ONE_AT_OUTLET = "one at the outlet"


class Refusal(NamedTuple):
    """The cause, and the sentence for the officer."""

    cause: Cause
    told: str
