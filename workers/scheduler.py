"""The scheduler: every second it looks into the database for what is due, and nudges the workers
through the queue. It keeps nothing in mind, so it may die at any moment, and two do no harm.
"""

import threading
from dataclasses import dataclass, field

import sqlalchemy as sa
import structlog
from dramatiq.brokers.redis import RedisBroker

from mailer import clock, database
from mailer.compose.letter import Identity
from mailer.contacts.book_lock import lock_book_if_free
from mailer.distribution import leases, scheduling
from mailer.distribution.following.late import take_up_late
from mailer.distribution.following.translations import bring_ready
from mailer.errors import Unreachable
from mailer.feedback.returned import processing
from mailer.privacy import retention
from mailer.settings import Settings
from workers.broker import nudge, waiting
from workers.rescue import rescue

log = structlog.get_logger(__name__)

#: So many nudges of one distribution go out at a look: more than one worker takes to itself, so
#: that several may take part.
NUDGES = 4


@dataclass
class Scheduler:
    """One scheduler on that database, which writes into that queue."""

    settings: Settings
    engine: sa.Engine
    identity: Identity
    broker: RedisBroker
    #: Steps that did not work at the last look: said once, not every second.
    _failing: set[str] = field(default_factory=set)

    def run(self, stopping: threading.Event) -> None:
        """Look again and again until we are asked to stop."""
        while not stopping.is_set():
            self.tick()
            stopping.wait(self.settings.scheduler.tick_seconds)

    def tick(self) -> None:
        """Look once. A step that does not work does not keep the others from working."""
        work = (self.start, self.rescue, self.follow, self.expire, self.finish, self.nudge)
        for step in (*work, self.hear, self.forget):
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
            started = scheduling.start_due(
                session, identity=self.identity, settings=self.settings, now=clock.now()
            )
        for distribution_id in started:
            log.info("distribution started", distribution_id=distribution_id)

    def rescue(self) -> None:
        """Settle what lost its worker."""
        rescue(self.engine, self.settings, keyring=self.identity.keyring)

    def follow(self) -> None:
        """Bring translations that are ready to those who wait for them."""
        with database.writing(self.engine) as session:
            bring_ready(session, identity=self.identity, now=clock.now())

    def expire(self) -> None:
        """Give up what is too late, or was given back after a cancellation."""
        with database.writing(self.engine) as session:
            expired = scheduling.expire_late(session, now=clock.now())
            scheduling.cancel_left(session)
        if expired:
            log.warning("deliveries expired", deliveries=expired)

    def nudge(self) -> None:
        """Where something is due and no nudge waits, put some into the queue, the urgent alone."""
        with database.reading(self.engine) as session:
            due = leases.due(session, now=clock.now())
        urgent = [one for one in due if one.is_urgent]
        chosen = urgent or due
        if not chosen or waiting(self.broker, is_urgent=bool(urgent)):
            return
        for one in chosen:
            for _ in range(min(one.batches, NUDGES)):
                nudge(self.broker, one.distribution_id, is_urgent=one.is_urgent)

    def finish(self) -> None:
        """Bring corrections to those who got the earlier text after all, and call distributions
        sent that have nothing left to do. It is one step: what a worker wrote down between the two
        would be seen by neither.
        """
        with database.writing(self.engine) as session:
            late = take_up_late(
                session, identity=self.identity, settings=self.settings, now=clock.now()
            )
            done = scheduling.finish_done(session, now=clock.now())
        if late:
            log.info("follow-ups taken up", deliveries=late)
        for distribution_id in done:
            log.info("distribution sent", distribution_id=distribution_id)

    def hear(self) -> None:
        """Act upon returned mail that nobody has acted upon yet."""
        processing.work_off(self.engine, keyring=self.identity.keyring)

    def forget(self) -> None:
        """Once a day remove what is kept longer than the settings allow, and say what it was."""
        now = clock.now()
        with database.reading(self.engine) as session:
            if not retention.is_due(session, now=now):
                return
        with database.writing(self.engine) as session:
            if not lock_book_if_free(session):
                return  # an import may take minutes, and what is due must not wait for it
            keyring = self.identity.keyring
            removed = retention.run(session, self.settings.retention, keyring=keyring, now=now)
        log.info("retention", **removed.counts)
