"""The tasks of the queue: let this worker's lines take turns in distributions that have work."""

from collections.abc import Callable
from contextlib import suppress

import dramatiq
import redis
import sqlalchemy as sa
import structlog

from mailer.compose.letter import Identity
from mailer.compose.printing.pages import Counts
from mailer.compose.rendering import warm_up
from mailer.compose.skeleton import Compositor
from mailer.delivery.throttling.throttle import Throttle
from mailer.delivery.transport.board import Board
from mailer.delivery.transport.relay import Transport
from mailer.delivery.transport.relays import Relays
from mailer.errors import MailerError, Unreachable
from mailer.settings import Settings
from workers.broker import CALM, URGENT, actor_of, nudge
from workers.sending import recording
from workers.sending.lines import Line, Lines
from workers.sending.shared import Shared
from workers.sending.turn import Turn

log = structlog.get_logger(__name__)

#: The tasks that a worker holds are taken in this order, the lowest first.
PRIORITIES = {URGENT: 0, CALM: 10}


class Sender:
    """What carries the tasks of one worker process out."""

    def __init__(
        self,
        settings: Settings,
        engine: sa.Engine,
        client: redis.Redis,
        *,
        open_transport: Callable[[], Transport] | None = None,
    ) -> None:
        """The transport is that to the relays of the settings, unless another one is given.

        Raises SettingsError when the relays or the keys of the settings cannot be used.
        """
        identity = Identity.from_settings(settings)
        self.shared = Shared(
            settings=settings,
            engine=engine,
            identity=identity,
            throttle=Throttle(client, settings),
            compositor=Compositor(identity, counted=Counts(engine).counted),
        )
        # Each line has a standing of its own with the relays, so a place of its own on the board.
        open_transport = open_transport or (
            lambda: Relays.from_settings(settings, board=Board(client))
        )
        warm_up()
        # Made once here, so that settings which cannot be are told of at the start.
        open_transport()
        self.lines = Lines(lambda: Line(open_transport(), self.shared))

    def take_turn(self, distribution_id: int) -> bool:
        """Hand over what is due in that distribution for a while; whether some of it is left.

        The same task twice does no harm: each batch is held by one line at a time.
        """
        try:
            line = self.lines.mine()
        except Unreachable as cause:
            self._tell(distribution_id, str(cause))
            return False
        turn = Turn(self.shared, line, distribution_id)
        try:
            turn.carry_out()
        except MailerError as cause:
            log.warning("turn ended early", distribution_id=distribution_id, cause=str(cause))
            self.lines.abandon_mine()
            return False
        except BaseException:
            self.lines.abandon_mine()
            raise
        return turn.left_some

    def _tell(self, distribution_id: int, cause: str) -> None:
        """Said once, not at every nudge, and to the officer as well: nothing goes out from here."""
        with suppress(Unreachable):
            if recording.tell(self.shared, distribution_id, cause):
                log.error("no line to the relay", distribution_id=distribution_id, cause=cause)

    def stop(self) -> None:
        """Let the waves in flight end and begin nothing more."""
        self.shared.stopping.set()

    def close(self) -> None:
        """Say goodbye to the relays on the line of the calling thread; the workers' threads do so
        for themselves as they end.
        """
        self.lines.close_mine()


def declare(broker: dramatiq.Broker, sender: Sender) -> None:
    """Let the tasks of both queues be carried out by `sender`."""
    broker.add_middleware(sender.lines)
    for lane, priority in PRIORITIES.items():
        as_actor = dramatiq.actor(
            broker=broker, queue_name=lane, actor_name=actor_of(lane), priority=priority
        )
        as_actor(_task(broker, sender, is_urgent=lane == URGENT))


def _task(broker: dramatiq.Broker, sender: Sender, *, is_urgent: bool) -> Callable[[int], None]:
    def take_turn(distribution_id: int) -> None:
        if not sender.take_turn(distribution_id):
            return
        try:
            nudge(broker, distribution_id, is_urgent=is_urgent)
        except Unreachable as away:
            # The scheduler sees that something is due, and nudges again.
            log.warning("the broker did not take a nudge", cause=str(away))

    return take_turn
