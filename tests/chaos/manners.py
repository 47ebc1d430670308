"""How the relay behaves: well, or badly in one of the ways in which relays do."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True)
class Manners:
    """What the relay does from now on; as it stands here it is a good one."""

    #: Whether EHLO announces PIPELINING (RFC 2920).
    pipelining: bool = True
    #: Whether it takes connections at all.
    listening: bool = True
    #: Every so many MAIL commands it says 421 and hangs up; 0: never.
    leave_every: int = 0
    #: The share of recipients who are answered 451 the first time, and are taken the second.
    defer_share: float = 0.0
    #: The share of recipients who do not exist: 550 5.1.1.
    reject_share: float = 0.0
    #: Every so many bodies the connection is cut before they come, and as often in their middle;
    #: 0: never.
    cut_before_dot_every: int = 0
    #: Every so many complete messages the connection is cut instead of the answer; 0: never.
    cut_after_dot_every: int = 0
    #: Whether those messages were taken all the same.
    takes_before_cut: bool = True
    #: So long every answer takes.
    answer_seconds: float = 0.0
    #: Whether answers come in crumbs, and 250 over several lines.
    dribbles: bool = False
    #: So many messages a second are taken, over all connections; 0: as fast as it goes.
    per_second: float = 0.0
    #: This process is ended with kill -9 when it is to hear of a message taken; 0: none.
    kills: int = 0

    def dump(self) -> bytes:
        """As one line, for another process."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def load(cls, line: bytes) -> Self:
        """What `dump` wrote."""
        return cls(**json.loads(line))


GOOD = Manners()
