"""The story of the demo, step by step: check, plan, send, let the readers read, see what came."""

import time
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlmodel import col, select

from mailer import clock, database
from mailer.audience.criteria import parse
from mailer.demo.home import Home
from mailer.demo.parts import Parts
from mailer.demo.plot import Plot
from mailer.demo.witness import Evidence, differences, gather, spelt
from mailer.demo.world.mailroom import Mailroom, Received
from mailer.demo.world.readers import PATIENCE, Habit, Reader
from mailer.distribution import lifecycle
from mailer.distribution.planning import Plan, plan
from mailer.distribution.telling import overview
from mailer.errors import MailerError, Refused, Unreachable
from mailer.models import Delivery, DistributionStatus
from mailer.releases.editions import load
from mailer.releases.readiness import open_findings

#: So long nothing may move while messages are handed over.
STILL_SECONDS = 45.0
#: Readers and returned mail are done this long after the last message was handed over.
READING_SECONDS = PATIENCE.total_seconds() + 20.0
#: So long what they did may take until our rows tell of it.
RECORDING_SECONDS = 20.0
POLL_SECONDS = 0.25


@dataclass(frozen=True)
class Ending:
    """What happened, and in which points otherwise than told (none: all went well)."""

    seen: Evidence
    differences: tuple[str, ...]


@dataclass
class Story:
    """One telling of the plot, on parts that run."""

    plot: Plot
    home: Home
    engine: sa.Engine
    mailroom: Mailroom
    parts: Parts
    console: Console
    _waiting: list[Reader] = field(init=False)

    def __post_init__(self) -> None:
        self._waiting = self.plot.readers

    def tell(self) -> Ending:
        """All steps in their order.

        Raises MailerError when a step fails or does not come to its end, saying which and why.
        """
        self._check()
        planned = self._plan()
        number = self._schedule(recipients=len(planned.planned))
        self._follow(number)
        self._let_all_read(number)
        return self._see(number, planned)

    def say(self, text: str) -> None:
        """One line on what was done."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    # ------------------------------------------------------------ before it goes

    def _check(self) -> None:
        with database.reading(self.engine) as session:
            found = open_findings(session, load(session, self.plot.release))
        blocking = [one for one in found if one.severity == "block"]
        if blocking:
            raise Refused(f"the linter blocks release {self.plot.release}: {blocking[0].message}")
        self.say(f"Linter: nothing blocks release {self.plot.release}")

    def _plan(self) -> Plan:
        with database.reading(self.engine) as session:
            full = load(session, self.plot.release)
            planned = plan(session, full, parse(self.plot.audience), at=clock.now())
        covers = {one.cover.language for one in planned.planned}
        editions = sorted({one.edition.language for one in planned.planned})
        self.say(
            f"Plan for {self.plot.audience}: {len(planned.planned)} recipients,"
            f" covers in {len(covers)} languages, text in {', '.join(editions)};"
            f" {len(planned.left_out)} left out"
        )
        return planned

    def _schedule(self, *, recipients: int) -> int:
        with database.writing(self.engine) as session:
            decided = lifecycle.schedule(
                session,
                load(session, self.plot.release),
                criteria=self.plot.audience,
                at=clock.now(),
                by=self.home.officer,
                expect=recipients,
            )
            return decided.distribution.id or 0

    # ------------------------------------------------------------ while it goes

    def _follow(self, number: int) -> None:
        """Watch the workers until nothing is left to hand over; who may read, reads meanwhile."""
        doing = "the messages were being handed over"
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(
            *columns,
            TimeElapsedColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
            transient=True,
        ) as bar:
            task = bar.add_task("Handing over", total=None)
            state, moved_at = self._progress(number), time.monotonic()
            while not state.is_over:
                bar.update(
                    task, total=state.total or None, completed=state.total - state.unfinished
                )
                self._let_read(number)
                self.parts.breathe(doing=doing, seconds=POLL_SECONDS)
                before, state = state, self._progress(number)
                if (before.status, before.counts) != (state.status, state.counts):
                    moved_at = time.monotonic()
                elif time.monotonic() - moved_at > STILL_SECONDS:
                    still = f"nothing moved for {STILL_SECONDS:.0f} seconds while {doing}"
                    raise self.parts.failure(still, part="worker")
        counted = ", ".join(f"{count} {status}" for status, count in state.counts.items())
        self.say(f"Handed over: {counted}")

    def _progress(self, number: int) -> overview.Progress:
        with database.reading(self.engine) as session:
            state = overview.progress(session, number)
        if state.status is DistributionStatus.PAUSED:
            raise MailerError(f"the distribution was paused by itself: {state.note}")
        return state

    # ------------------------------------------------------------ what readers do

    def _let_read(self, number: int) -> None:
        """Everyone whose moment has come reads, once."""
        sent_at = self._sent_at(number)
        for reader in list(self._waiting):
            received = self.mailroom.of(reader.address)
            moment = sent_at.get(reader.address)
            if received and reader.may_act(sent_at=moment, now=clock.now()):
                self._let_act(reader, received[0])
                self._waiting.remove(reader)

    def _let_act(self, reader: Reader, received: Received) -> None:
        try:
            reader.act(received, public_url=self.home.settings.web.public_url)
        except Unreachable as cause:
            raise self.parts.failure(str(cause), part="web") from cause

    def _sent_at(self, number: int) -> dict[str, datetime | None]:
        with database.reading(self.engine) as session:
            rows = session.exec(
                select(Delivery.email, Delivery.sent_at).where(
                    Delivery.distribution_id == number,
                    col(Delivery.email).in_([reader.address for reader in self._waiting]),
                )
            )
            return dict(rows.all())

    def _let_all_read(self, number: int) -> None:
        def all_have_read() -> bool:
            self._let_read(number)
            return not self._waiting

        # Who opens within seconds of the hand-over would be taken for a machine, and rightly.
        with self.console.status("Readers take their time, as people do (a dozen seconds)"):
            self.parts.wait(
                all_have_read,
                doing="the readers were reading",
                seconds=READING_SECONDS,
                part="web",
            )
        did = {habit: sum(habit in one.habits for one in self.plot.readers) for habit in Habit}
        self.say(
            f"Readers: {did[Habit.OPENS]} opened, {did[Habit.CLICKS]} followed a link,"
            f" {did[Habit.LEAVES]} unsubscribed; {did[Habit.SCANS]} scanner fetched everything"
        )

    # ------------------------------------------------------------ what came of it

    def _see(self, number: int, planned: Plan) -> Ending:
        """Compare with what was told, as soon as our rows tell of everything."""
        deadline = time.monotonic() + RECORDING_SECONDS
        with self.console.status("Reading what came back"):
            ending = self._ending(number, planned)
            while ending.differences and time.monotonic() < deadline:
                self.parts.breathe(doing="answers were coming back", seconds=POLL_SECONDS)
                ending = self._ending(number, planned)
        return ending

    def _ending(self, number: int, planned: Plan) -> Ending:
        with database.reading(self.engine) as session:
            seen = gather(
                session,
                plot=self.plot,
                distribution_id=number,
                keyring=self.home.keyring,
                mailroom=self.mailroom,
            )
        found = differences(
            self.plot,
            seen,
            planned={spelt(one.recipient.email) for one in planned.planned},
            left_out=len(planned.left_out),
        )
        return Ending(seen, tuple(found))
