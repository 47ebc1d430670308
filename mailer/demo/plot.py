"""What is to happen in the demo, told by address in sample/story.toml, and who plays it."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from mailer.demo.world.readers import Habit, Reader
from mailer.demo.world.relay import Behaviour

SAMPLE = Path(__file__).parent / "sample"
Addresses = frozenset[str]


class Plot(BaseModel):
    """The story before it happens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    release: str
    audience: str
    opens: Addresses
    clicks: Addresses
    unsubscribes: Addresses
    scanned: Addresses
    greylisted: Addresses
    refused: Addresses
    bounces_later: Addresses
    out_of_office: Addresses

    @property
    def behaviours(self) -> dict[str, Behaviour]:
        """How the world behaves, by address; it is kind to all others."""
        return {
            address: how
            for addresses, how in (
                (self.greylisted, Behaviour.GREYLISTS),
                (self.refused, Behaviour.REFUSES),
                (self.bounces_later, Behaviour.RETURNS),
                (self.out_of_office, Behaviour.IS_AWAY),
            )
            for address in addresses
        }

    @property
    def readers(self) -> list[Reader]:
        """Those who do more than to receive, in the order of their addresses."""
        habits = (
            (self.opens, Habit.OPENS),
            (self.clicks, Habit.CLICKS),
            (self.unsubscribes, Habit.LEAVES),
            (self.scanned, Habit.SCANS),
        )
        active = sorted(frozenset().union(*(addresses for addresses, _ in habits)))
        return [
            Reader(one, frozenset(habit for addresses, habit in habits if one in addresses))
            for one in active
        ]


def read_plot(path: Path = SAMPLE / "story.toml") -> Plot:
    """The story of that file."""
    return Plot(**tomllib.loads(path.read_text(encoding="utf-8"))["story"])
