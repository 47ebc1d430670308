"""`python -m workers worker` and `python -m workers scheduler`: the processes behind the queue."""

import argparse
import gc
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import dramatiq
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker
from sqlalchemy.exc import SQLAlchemyError

from mailer import database, logs, valkey
from mailer.compose.letter import Identity
from mailer.contacts.lost_keys import refuse_lost_keys
from mailer.errors import MailerError
from mailer.migrations import refuse_outdated
from mailer.processes import POLL_SECONDS, StopRequest
from mailer.settings import Settings, load
from workers import library_log
from workers.broker import URGENT, make_broker
from workers.deliver import Sender, declare
from workers.domains import keep_looking_up
from workers.rescue import rescue
from workers.scheduler import Scheduler

log = structlog.get_logger(__name__)

#: How often the embedded server and lost neighbours are looked after.
LOOK_SECONDS = 5.0
#: An idle worker asks the queue at least so often: a release that is due now goes out now.
IDLE_MILLISECONDS = 250
#: For the waves in flight; a little less than the 90 seconds that the units of systemd give.
STOP_MILLISECONDS = 80_000
#: How many objects more there must be before the interpreter looks for circles among the young, the
#: middle-aged, the old: a wave makes thousands of objects, and none of them is in a circle.
GARBAGE = (50_000, 20, 100)


def main(words: list[str] | None = None) -> int:
    """Run the part that the words name until SIGTERM or SIGINT; the exit code."""
    parser = argparse.ArgumentParser(prog="workers", description=__doc__)
    parser.add_argument("part", choices=("worker", "scheduler"))
    parser.add_argument("--config", type=Path, help="the settings file")
    chosen = parser.parse_args(words)
    logs.configure()
    library_log.listen()
    stop = StopRequest()
    try:
        run = run_worker if chosen.part == "worker" else run_scheduler
        run(load(chosen.config), stop)
    except MailerError as error:
        log.critical("cannot run", part=chosen.part, cause=str(error))
        return error.exit_code
    return 0


def _nothing() -> None:
    """There is nothing else to look after."""


class Surroundings:
    """The database, up to date, and the queue's server, which ends after us if we started it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine = database.connect(settings.database_url)
        refuse_outdated(self.engine)
        refuse_lost_keys(self.engine, settings.signing_keys.keys())
        self._server = valkey.start(settings)

    def wait(self, stop: StopRequest, *, meanwhile: Callable[[], None] = _nothing) -> None:
        """Until we are asked to stop; `meanwhile` is done once in a while.

        A server of the queue that ended meanwhile is started again.

        Short naps, since the signal handler only notes the request. In the main thread, since the
        server ends with the thread that started it.
        """
        never, looked_at = threading.Event(), time.monotonic()
        while not stop():
            never.wait(POLL_SECONDS)
            if time.monotonic() - looked_at > LOOK_SECONDS:
                self._look_after_server()
                meanwhile()
                looked_at = time.monotonic()

    def close(self) -> None:
        """Let go of the database, and end the server if it is ours."""
        self.engine.dispose()
        if self._server is not None:
            self._server.stop()

    def _look_after_server(self) -> None:
        if self._server is None or valkey.answers(self._server.socket):
            return
        log.warning("embedded valkey does not answer: looking for it, or starting it")
        self._server.stop()
        try:
            self._server = valkey.start(self.settings)
        except MailerError as cause:
            log.warning("embedded valkey did not start", cause=str(cause))


def run_worker(settings: Settings, stop: StopRequest) -> None:
    """Work until asked to stop; then the waves in flight end and the rest is given back."""
    with closing(Surroundings(settings)) as around:
        brokers = [make_broker(settings), make_broker(settings)]
        with closing(Sender(settings, around.engine, brokers[0].client)) as sender:
            workers = [
                _worker(brokers[0], sender, threads=settings.worker.threads),
                # The urgent has a thread and connections of its own, whatever the others do.
                _worker(brokers[1], sender, threads=1, queues={URGENT}),
            ]
            _leave_alone_what_stays()
            log.info("worker ready", threads=settings.worker.threads)
            around.wait(stop, meanwhile=partial(_rescue, around, sender))
            sender.stop()
            for worker in workers:
                _end(worker)
            log.info("worker ended")


def _leave_alone_what_stays() -> None:
    """Code and settings are no garbage, and need not be searched for any again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _worker(
    broker: RedisBroker, sender: Sender, *, threads: int, queues: set[str] | None = None
) -> dramatiq.Worker:
    declare(broker, sender)
    worker = dramatiq.Worker(
        broker, queues=queues, worker_threads=threads, worker_timeout=IDLE_MILLISECONDS
    )
    worker.start()
    return worker


def _end(worker: dramatiq.Worker) -> None:
    try:
        worker.stop(timeout=STOP_MILLISECONDS)
    except redis.RedisError as away:
        # It only held nudges, and the scheduler nudges again.
        log.warning("the broker did not hear us leave", cause=str(away))


def _rescue(around: Surroundings, sender: Sender) -> None:
    """A worker may be on a machine without a scheduler: it settles its dead neighbours itself."""
    try:
        rescue(around.engine, around.settings, keyring=sender.shared.identity.keyring)
    except (MailerError, SQLAlchemyError, OSError) as cause:
        # Handing over goes on meanwhile, and the scheduler rescues as well.
        log.warning("rescue waits", cause=type(cause).__name__)


def run_scheduler(settings: Settings, stop: StopRequest) -> None:
    """Look for what is due until asked to stop."""
    with closing(Surroundings(settings)) as around:
        # It signs nothing: a key that cannot be read is the workers' trouble.
        identity = Identity.from_settings(settings, signs=False)
        scheduler = Scheduler(settings, around.engine, identity, make_broker(settings))
        stopping = threading.Event()
        chores = [partial(scheduler.run, stopping)]
        if settings.throttle.look_up_mx:
            chores.append(partial(keep_looking_up, around.engine, settings, stopping=stopping))
        threads = [threading.Thread(target=chore) for chore in chores]
        for thread in threads:
            thread.start()
        log.info("scheduler ready")
        around.wait(stop)
        stopping.set()
        for thread in threads:
            thread.join()
        log.info("scheduler ended")
