"""Sets a wave: each message is composed shortly before it leaves, and what will show and prove it
later is kept beforehand.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import overload

import sqlalchemy as sa

from mailer import database
from mailer.compose.message import ComposedMessage
from mailer.compose.skeleton import Compositor, Setting, Skeleton
from mailer.delivery import archive
from mailer.delivery.claims import Claimed
from mailer.delivery.waves import Handed
from mailer.releases.editions import FullRelease

#: So many messages are composed at a time: while the relay takes them in, the next are made.
SET_AT_ONCE = 12
#: So many numbers of skeletons are remembered; more come up only where many messages are made as
#: a whole.
MOST_KEPT = 10_000


class Setter:
    """Sets the waves of one line."""

    def __init__(self, engine: sa.Engine, compositor: Compositor) -> None:
        self._engine = engine
        self._compositor = compositor
        #: The numbers under which skeletons are kept, by digest.
        self._kept: dict[bytes, int] = {}

    def set(
        self, deliveries: Sequence[Claimed], full: FullRelease, *, at: datetime
    ) -> list[Setting | str]:
        """Compose the messages, or say why there can be none.

        Raises Unreachable when the database goes away.
        """
        settings = self._compositor.set_wave(deliveries, full, at=at)
        self._keep([one.skeleton for one in settings if isinstance(one, Setting)])
        return settings

    def number_of(self, skeleton: Skeleton) -> int:
        """The number under which that skeleton is kept."""
        return self._kept[skeleton.digest]

    def _keep(self, skeletons: Sequence[Skeleton]) -> None:
        new = {one.digest: one for one in skeletons if one.digest not in self._kept}
        if not new:
            return
        if len(self._kept) > MOST_KEPT:
            used = {one.digest for one in skeletons}
            self._kept = {digest: n for digest, n in self._kept.items() if digest in used}
        with database.writing(self._engine) as session:
            for digest, skeleton in new.items():
                self._kept[digest] = archive.keep(session, skeleton)


class WaveMessages(Sequence[ComposedMessage]):
    """The messages of a wave, composed when the wire comes to them."""

    def __init__(
        self, setter: Setter, deliveries: Sequence[Claimed], full: FullRelease, *, at: datetime
    ) -> None:
        """Nothing is composed yet."""
        self._setter, self._full, self._at = setter, full, at
        self._deliveries = deliveries
        #: Those that are composed and not taken yet: a wave in memory is some dozen of them.
        self._messages: dict[int, ComposedMessage] = {}
        self._set_until = 0
        #: What is known of each message; of those that are not composed, only the delivery.
        self.handed = [Handed.unset(delivery) for delivery in deliveries]
        #: Why some cannot be composed, by their place.
        self.problems: dict[int, str] = {}

    def can_be(self, number: int) -> bool:
        """Whether that message can be composed; it is then."""
        while self._set_until <= number < len(self):
            self._set_next()
        return number not in self.problems

    def __len__(self) -> int:
        return len(self._deliveries)

    @overload
    def __getitem__(self, number: int) -> ComposedMessage: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[ComposedMessage]: ...

    def __getitem__(self, number: int | slice) -> ComposedMessage | Sequence[ComposedMessage]:
        if isinstance(number, slice):
            return [self[one] for one in range(len(self))[number]]
        if not self.can_be(number):
            raise LookupError(self.problems[number])
        return self._messages.pop(number, None) or self._set_again(number)

    def _set_again(self, number: int) -> ComposedMessage:
        """Of a message that was taken before: its connection was lost, and another one asks."""
        (setting,) = self._setter.set([self._deliveries[number]], self._full, at=self._at)
        if isinstance(setting, str):
            raise LookupError(setting)
        return setting.message

    def _set_next(self) -> None:
        start = self._set_until
        chosen = self._deliveries[start : start + SET_AT_ONCE]
        settings = self._setter.set(chosen, self._full, at=self._at)
        for place, (delivery, setting) in enumerate(zip(chosen, settings, strict=True), start):
            if isinstance(setting, str):
                self.problems[place] = f"cannot be composed: {setting}"
                continue
            message = self._messages[place] = setting.message
            content_hash = sha256(message.data).hexdigest()
            number = self._setter.number_of(setting.skeleton)
            self.handed[place] = Handed(delivery, number, content_hash, message.signatures)
        self._set_until = start + len(chosen)
