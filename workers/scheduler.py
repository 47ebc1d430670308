"""The scheduler: every second it looks into the database for what is due, and puts ids into the
queue. It keeps nothing in mind, so it may die at any moment, and two of them do no harm.
"""

import threading
from dataclasses import dataclass, field
from datetime import timedelta

import dramatiq
import sqlalchemy as sa
import structlog

from mailer import clock, database
from mailer.delivery import waves
from mailer.distribution import scheduling
from mailer.distribution.fanout import Identity
from mailer.distribution.scheduling import Batch
from mailer.errors import Unreachable
from mailer.feedback.returned import processing
from mailer.settings import Settings
from workers.broker import put

log = structlog.get_logger(__name__)


@dataclass
class Scheduler:
    """One scheduler on that database, which writes into that queue."""

    settings: Settings
    engine: sa.Engine
    identity: Identity
    broker: dramatiq.Broker
    #: Steps that did not work at the last look: said once, not every second.
    _failing: set[str] = field(default_factory=set)

    def run(self, stopping: threading.Event) -> None:
        """Look again and again until we are asked to stop."""
        while not stopping.is_set():
            self.tick()
            stopping.wait(self.settings.scheduler.tick_seconds)

    def tick(self) -> None:
        """Look once. A step that does not work does not keep the others from working."""
        for step in (self.start, self.rescue, self.queue, self.finish, self.hear):
            try:
                step()
            except Unreachable as away:
                self._failed(step.__name__, away)
            except Exception as defect:  # noqa: BLE001
                self._failed(step.__name__, defect, traceback=True)
            else:
                self._worked(step.__name__)

    def _failed(self, step: str, cause: Exception, *, traceback: bool = False) -> None:
        if step not in self._failing:
            log.warning("scheduler waits", step=step, cause=str(cause), exc_info=traceback)
        self._failing.add(step)

    def _worked(self, step: str) -> None:
        if step in self._failing:
            log.info("scheduler goes on", step=step)
        self._failing.discard(step)

    def start(self) -> None:
        """Freeze the audiences of distributions that are due."""
        with database.writing(self.engine) as session:
            started = scheduling.start_due(session, identity=self.identity, now=clock.now())
        for distribution_id in started:
            log.info("distribution started", distribution_id=distribution_id)

    def rescue(self) -> None:
        """Call unknown what lost its worker."""
        with database.writing(self.engine) as session:
            lost = scheduling.rescue_lost(session, now=clock.now())
            scheduling.cancel_left(session)
        if lost:
            log.warning("deliveries lost their worker", deliveries=lost)

    def queue(self) -> None:
        """Put waiting deliveries into the queue."""
        delivery = self.settings.delivery
        with database.writing(self.engine) as session:
            batches = scheduling.batches_to_queue(
                session,
                batch_size=delivery.batch_size,
                patience=timedelta(seconds=delivery.queue_patience_seconds),
                now=clock.now(),
            )
        for number, batch in enumerate(batches):
            try:
                put(self.broker, batch)
            except Unreachable:
                self._take_back(batches[number:])
                raise

    def _take_back(self, batches: list[Batch]) -> None:
        """What the broker did not take is not queued: the next look finds it."""
        with database.writing(self.engine) as session:
            for batch in batches:
                waves.give_back(session, batch.delivery_ids, owner="")

    def finish(self) -> None:
        """Call distributions sent that have nothing left to do."""
        with database.writing(self.engine) as session:
            done = scheduling.finish_done(session, now=clock.now())
        for distribution_id in done:
            log.info("distribution sent", distribution_id=distribution_id)

    def hear(self) -> None:
        """Act upon returned mail that nobody has acted upon yet."""
        processing.work_off(self.engine, keyring=self.identity.keyring)
