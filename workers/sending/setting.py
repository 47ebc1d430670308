"""Sets a wave: each message composed, and what will show and prove it later kept beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa

from mailer import database
from mailer.compose.message import ComposedMessage
from mailer.compose.skeleton import Compositor, Setting, Skeleton
from mailer.delivery import archive
from mailer.delivery.claims import Claimed
from mailer.delivery.waves import Handed
from mailer.releases.editions import FullRelease


@dataclass(frozen=True)
class Wave:
    """Messages ready for the wire, in order; and those that cannot be composed, and why."""

    handed: list[Handed]
    messages: list[ComposedMessage]
    problems: list[tuple[Claimed, str]]


class Setter:
    """Sets the waves of one line."""

    def __init__(self, engine: sa.Engine, compositor: Compositor) -> None:
        self._engine = engine
        self._compositor = compositor
        #: The numbers under which skeletons are kept, by digest.
        self._kept: dict[bytes, int] = {}

    def set_wave(self, deliveries: Sequence[Claimed], full: FullRelease, *, at: datetime) -> Wave:
        """Compose the messages. Raises Unreachable when the database goes away."""
        wave = Wave([], [], [])
        settings = self._compositor.set_wave(deliveries, full, at=at)
        self._keep([one.skeleton for one in settings if isinstance(one, Setting)])
        for delivery, setting in zip(deliveries, settings, strict=True):
            if isinstance(setting, str):
                wave.problems.append((delivery, setting))
                continue
            message = setting.message
            content_hash = sha256(message.data).hexdigest()
            number = self._kept[setting.skeleton.digest]
            wave.handed.append(Handed(delivery, number, content_hash, message.signatures))
            wave.messages.append(message)
        return wave

    def _keep(self, skeletons: Sequence[Skeleton]) -> None:
        new = {one.digest: one for one in skeletons if one.digest not in self._kept}
        if not new:
            return
        if len(self._kept) > MOST_KEPT:
            self._kept = {
                one.digest: self._kept[one.digest] for one in skeletons if one.digest in self._kept
            }
        with database.writing(self._engine) as session:
            # In one order: two lines that keep the same ones must not wait for each other.
            numbers = {digest: archive.keep(session, one) for digest, one in sorted(new.items())}
        self._kept |= numbers


#: So many numbers are remembered; more come up only where many messages are made as a whole.
MOST_KEPT = 10_000
