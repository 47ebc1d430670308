"""The relays in a list: where each is, what it is for, and how it stands with the workers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from mailer.delivery.transport.inspection.findings import Severity
from mailer.delivery.transport.inspection.review import relays_of, review, shown
from mailer.delivery.transport.notices import Trouble
from mailer.settings import Settings

#: How far the conversation with a relay came, said as what the relay does to us.
REFUSALS = {
    "connect": "it cannot be reached",
    "ehlo": "it does not want to talk with us",
    "auth": "it refuses our login",
    "mail": "it refuses our sender",
}


class Use(StrEnum):
    """How a relay stands."""

    USED = "used"
    #: A spare that is well, while another relay is used.
    IN_RESERVE = "in reserve"
    #: It takes nothing, and is left alone for a while.
    RESTING = "resting"
    #: It has rested: the next message tries it.
    TO_BE_TRIED = "to be tried"
    #: The settings keep it from being used.
    UNUSABLE = "unusable"
    #: Nobody could be asked.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class RelayLine:
    """One line of the list."""

    name: str
    host: str
    port: int
    tls: str
    is_spare: bool
    #: Its part of all messages while every relay is well, from 0 to 1.
    share: float
    standing: Use = Use.USED
    since: datetime | None = None
    rests_until: datetime | None = None
    because: str = ""


def list_relays(
    settings: Settings, troubles: Mapping[str, Sequence[Trouble]] | None, *, now: datetime
) -> list[RelayLine]:
    """All relays; `troubles` is what workers wrote down of each, None when that is not known."""
    lines = [
        _standing(line, None if troubles is None else troubles.get(line.name, ()), now=now)
        for line in _lines(settings)
    ]
    is_needed = not any(one.standing is Use.USED and not one.is_spare for one in lines)
    return [
        replace(one, standing=Use.IN_RESERVE)
        if one.is_spare and one.standing is Use.USED and not is_needed
        else one
        for one in lines
    ]


def _lines(settings: Settings) -> Iterator[RelayLine]:
    relays = relays_of(settings)
    total = sum(relay.weight for relay in relays.values())
    found = [one for one in review(settings) if one.severity is Severity.BLOCK]
    blocks = {one.relay: f"{one.evidence}: {one.how_to_fix}" for one in reversed(found)}
    for name, relay in relays.items():
        yield RelayLine(
            name=name,
            host=shown(relay.host),
            port=relay.port,
            tls=relay.tls,
            is_spare=relay.weight == 0,
            share=round(relay.weight / total, 3) if total else 0.0,
            standing=Use.UNUSABLE if name in blocks else Use.USED,
            because=blocks.get(name, ""),
        )


def _standing(line: RelayLine, troubles: Sequence[Trouble] | None, *, now: datetime) -> RelayLine:
    if line.standing is Use.UNUSABLE:
        return line
    if not troubles:
        return line if troubles is not None else replace(line, standing=Use.UNKNOWN)
    worst = max(troubles, key=lambda one: one.rests_until)
    until = datetime.fromtimestamp(worst.rests_until, UTC)
    return replace(
        line,
        standing=Use.RESTING if until > now else Use.TO_BE_TRIED,
        since=datetime.fromtimestamp(min(one.since for one in troubles), UTC),
        rests_until=until,
        because=f"{REFUSALS.get(worst.phase, 'it takes nothing')}: {worst.said}",
    )
