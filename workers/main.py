"""`python -m workers worker` and `python -m workers scheduler`: the processes behind the queue."""

import argparse
import threading
import time
from contextlib import closing
from pathlib import Path

import dramatiq
import redis
import structlog

from mailer import database, logs, valkey
from mailer.addresses import a_label
from mailer.distribution.fanout import Identity
from mailer.errors import MailerError
from mailer.migrations import refuse_outdated
from mailer.processes import POLL_SECONDS, StopRequest
from mailer.settings import Settings, load
from mailer.tokens import Keyring
from workers import library_log
from workers.broker import make_broker
from workers.deliver import Sender, declare
from workers.scheduler import Scheduler

log = structlog.get_logger(__name__)

#: How often the embedded server is looked after.
LOOK_SECONDS = 5.0
#: An idle worker asks the queue at least so often: a release that is due now goes out now.
IDLE_MILLISECONDS = 250
#: For the waves in flight; a little less than the 90 seconds that the units of systemd give.
STOP_MILLISECONDS = 80_000


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


class Surroundings:
    """The database, up to date, and the queue's server, which ends after us if we started it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine = database.connect(settings.database_url)
        refuse_outdated(self.engine)
        self._server = valkey.start(settings)

    def wait(self, stop: StopRequest) -> None:
        """Until we are asked to stop. A server of the queue that ended meanwhile is started again.

        Short naps, since the signal handler only notes the request. In the main thread, since the
        server ends with the thread that started it.
        """
        never, looked_at = threading.Event(), time.monotonic()
        while not stop():
            never.wait(POLL_SECONDS)
            if time.monotonic() - looked_at > LOOK_SECONDS:
                self._look_after_server()
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
    with (
        closing(Surroundings(settings)) as around,
        closing(Sender(settings, around.engine)) as sender,
    ):
        broker = make_broker(settings)
        declare(broker, sender)
        worker = dramatiq.Worker(
            broker, worker_threads=settings.worker.threads, worker_timeout=IDLE_MILLISECONDS
        )
        worker.start()
        log.info("worker ready", threads=settings.worker.threads)
        around.wait(stop)
        sender.stopping.set()
        try:
            worker.stop(timeout=STOP_MILLISECONDS)
        except redis.RedisError as away:
            # What it could not take back from us, the scheduler queues again.
            log.warning("the broker did not hear us leave", cause=str(away))
        log.info("worker ended")


def run_scheduler(settings: Settings, stop: StopRequest) -> None:
    """Look for what is due until asked to stop."""
    with closing(Surroundings(settings)) as around:
        identity = Identity(
            domain=a_label(settings.mail.domain), keyring=Keyring(settings.signing_keys)
        )
        scheduler = Scheduler(settings, around.engine, identity, make_broker(settings))
        stopping = threading.Event()
        looking = threading.Thread(target=scheduler.run, args=(stopping,))
        looking.start()
        log.info("scheduler ready")
        around.wait(stop)
        stopping.set()
        looking.join()
        log.info("scheduler ended")
