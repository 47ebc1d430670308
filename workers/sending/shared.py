"""What the sender threads of one worker process share."""

import threading
from dataclasses import dataclass, field
from random import SystemRandom

import sqlalchemy as sa

from mailer.compose.letter import Identity
from mailer.compose.skeleton import Compositor
from mailer.delivery.throttling.throttle import Throttle
from mailer.delivery.waves import Rules
from mailer.models import Distribution
from mailer.settings import Settings


@dataclass
class Shared:
    """The surroundings of every turn."""

    settings: Settings
    engine: sa.Engine
    identity: Identity
    throttle: Throttle
    compositor: Compositor
    #: Set when the process shall end: the wave in flight is finished, the rest given back.
    stopping: threading.Event = field(default_factory=threading.Event)
    random: SystemRandom = field(default_factory=SystemRandom)

    def rules(self, distribution: Distribution) -> Rules:
        """How long deliveries of that distribution are tried, and what is done about doubt."""
        return Rules.from_settings(
            self.settings.delivery,
            not_after=distribution.not_after,
            unknown=distribution.unknown_policy,
            random=self.random,
        )
