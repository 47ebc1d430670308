"""A round: something breaks at a random moment of a distribution, is mended, and the books are
compared.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from mailer import database
from tests.chaos.faults import calm_down
from tests.chaos.manners import GOOD, Manners
from tests.chaos.office import Office, StillBusy
from tests.chaos.scene import FAULTS, Deck, Scene
from tests.chaos.tally import Tally, at_once, faults, tally

#: After this part of the recipients at the latest the first fault strikes.
LATEST = 0.8
SECOND_FAULT_CHANCE = 0.4


@dataclass
class Round:
    """What was done, and what came of it."""

    number: int
    database: str
    struck: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    #: How many deliveries may be in doubt after what was done.
    bound: int = 0
    seconds: float = 0.0
    #: What was not right, in words.
    findings: list[str] = field(default_factory=list)
    #: Whether it never came to rest: no other round can be played after it.
    is_stuck: bool = False

    @property
    def is_right(self) -> bool:
        """Whether nothing was lost, doubled, recorded wrongly, or in doubt without need."""
        return self.tally.is_right and not self.findings

    def line(self) -> str:
        """The round in a line."""
        told = self.tally
        figures = (
            f"{told.accepted} accepted, {told.recorded} sent, {told.unknown} unknown"
            f" (at most {self.bound}), {told.ended} ended,"
            f" {told.doubled} doubled, {told.lost} lost, {told.false} false"
        )
        verdict = "ok  " if self.is_right else "BAD "
        struck = "; then ".join(self.struck)
        lines = [f"{verdict}{self.number:3} {self.database:10} {struck} → {figures}"]
        return "\n".join(
            [f"{lines[0]} ({self.seconds:.1f} s)", *("      " + f for f in self.findings)]
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "number": self.number,
            "database": self.database,
            "struck": self.struck,
            "bound": self.bound,
            "seconds": round(self.seconds, 1),
            "findings": self.findings,
            **self.tally.as_dict(),
        }


def play(office: Office, names: Sequence[str], *, number: int, random: Random, size: int) -> Round:
    """Play one round on an office whose parts run: these faults, each at a random moment."""
    played = Round(number, office.database.kind)
    began = time.monotonic()
    manners = _manners(random, size=size)
    office.relay.behave(manners)
    office.relay.log.forget()
    scene = Scene(office, random, office.schedule(), manners=manners)
    try:
        for name in names:
            _await_moment(scene, size=size)
            played.struck.append(f"{name} after {office.relay.log.read()}")
            FAULTS[name](scene)
        _come_to_rest(scene)
    except StillBusy as late:
        played.is_stuck = True
        played.findings.append(str(late))
    _compare(scene, played)
    played.seconds = time.monotonic() - began
    return played


def deal(deck: Deck, random: Random) -> list[str]:
    """What a round does: one thing, or sometimes two."""
    return [deck.deal() for _ in range(2 if random.random() < SECOND_FAULT_CHANCE else 1)]


def _manners(random: Random, *, size: int) -> Manners:
    """How the relay behaves when it behaves: at different speeds, mostly with pipelining."""
    return Manners(
        pipelining=random.random() < 0.8,
        per_second=random.choice((0.0, 0.0, size / 2, size / 4)),
        answer_seconds=random.choice((0.0, 0.0, 0.0, 0.001)),
        reject_share=GOOD.reject_share,
    )


def _await_moment(scene: Scene, *, size: int) -> None:
    """Wait for a random moment between now and most of the distribution."""
    log, office = scene.office.relay.log, scene.office
    left = int(size * LATEST) - log.read()
    target = log.total + scene.random.randint(0, max(1, left))
    office.wait_until(
        lambda: log.read() >= target or office.is_over(scene.distribution_id),
        doing=f"the relay to have {target} messages",
    )


def _come_to_rest(scene: Scene) -> None:
    """Mend everything, and wait until nothing is unfinished. Parts that end are started again."""
    calm_down(scene)
    office = scene.office

    def is_over() -> bool:
        office.start_all()
        return office.is_over(scene.distribution_id) and office.relay.is_quiet()

    office.wait_until(is_over, doing="everything to come to an end")


def _compare(scene: Scene, played: Round) -> None:
    office, log = scene.office, scene.office.relay.log
    with database.reading(office.engine) as session:
        at_once(session)
        played.tally = tally(session, [scene.distribution_id], log)
        played.findings += faults(session, scene.distribution_id, log)
    played.bound = scene.doubt + log.untold
    if played.tally.unknown > played.bound:
        played.findings.append(f"{played.tally.unknown} unknown, at most {played.bound} may be")
    played.findings += office.ended
    office.ended.clear()
