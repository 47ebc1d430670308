"""A finding: one thing that was looked at, how it is, what shows that, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What it means when it is not as it should be."""

    #: Nothing can be sent that way.
    BLOCK = "block"
    #: It goes, but hardly as it was meant.
    WARN = "warn"
    #: Good to know.
    INFO = "info"


class Status(StrEnum):
    """How it is."""

    PASS = "pass"  # noqa: S105 – no password
    FAIL = "fail"
    #: It could not be looked at.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """The words hold no secret, whatever a server or a setting says."""

    #: Such as relay.connect or relays.spare.login: where it stands in the settings, and what it is.
    id: str
    severity: Severity
    status: Status
    evidence: str
    #: Empty where there is nothing to do.
    how_to_fix: str = ""
    #: The relay, by its name in the settings; empty: none of them in particular.
    relay: str = ""
    #: How long the relay took for it, where it was asked.
    seconds: float | None = None
