"""The scene of a round: what a fault may touch, and the table into which it is entered."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.chaos.manners import GOOD, Manners
from tests.chaos.office import Office

#: A fault lasts so long unless it says otherwise: between the two, in seconds.
SHORTEST, LONGEST = 0.1, 1.5


@dataclass
class Scene:
    """One round, as the faults see it."""

    office: Office
    random: Random
    distribution_id: int
    #: How many deliveries may be in doubt because of what was done so far.
    doubt: int = 0
    #: How the relay behaves between its bad moods in this round.
    manners: Manners = GOOD
    #: Whether a worker may still be busy with something of which the rows know nothing any more.
    has_stragglers: bool = False

    def hold(self, seconds: float | None = None) -> None:
        """Let it last."""
        lasts = self.random.uniform(SHORTEST, LONGEST) if seconds is None else seconds
        time.sleep(lasts)

    def a_worker(self) -> str:
        """One of the workers."""
        return self.random.choice(self.office.workers)

    def died(self, *names: str) -> None:
        """So many messages of these workers were on the wire, and nobody knows what became."""
        self.doubt += self.office.in_flight * len(names)


Fault = Callable[[Scene], None]
FAULTS: dict[str, Fault] = {}


def fault(name: str) -> Callable[[Fault], Fault]:
    """Put the function into the table under the words that a round prints."""

    def enter(function: Fault) -> Fault:
        FAULTS[name] = function
        return function

    return enter


@dataclass
class Deck:
    """The faults in a random order, each as often as the others."""

    random: Random
    names: tuple[str, ...]
    _left: list[str] = field(default_factory=list)

    def deal(self) -> str:
        """The next one."""
        if not self._left:
            self._left = list(self.names)
            self.random.shuffle(self._left)
        return self._left.pop()
