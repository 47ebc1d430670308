"""Sets a wave: each message is composed shortly before it leaves, and what will show and prove it
later is kept beforehand.
"""

import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, overload

import sqlalchemy as sa

from mailer import clock, database
from mailer.compose.message import ComposedMessage
from mailer.compose.skeleton import Compositor, Setting, Skeleton
from mailer.delivery import archive
from mailer.delivery.claims import Claimed
from mailer.delivery.waves import Handed
from mailer.releases.editions import FullRelease

#: So many messages are composed at a time: the relay has about as many to take in meanwhile.
SET_AT_ONCE = 24
#: And so many with signatures, by a thread for each processor, while those before go out.
SIGNED_AT_ONCE = 32
PROCESSORS = os.cpu_count() or 1
#: So many numbers of skeletons are remembered; more come up only where many messages are made as
#: a whole.
MOST_KEPT = 10_000


class Ready(NamedTuple):
    """A message, and the number under which its skeleton is kept."""

    message: ComposedMessage
    skeleton_id: int
    #: The moment that it was composed for.
    told_at: datetime


class Setter:
    """Sets the waves of one line."""

    def __init__(self, engine: sa.Engine, compositor: Compositor) -> None:
        self._engine = engine
        self._compositor = compositor
        #: How many messages are to be composed at a time, and how many times beside the wire.
        self.at_once, self.ahead = SET_AT_ONCE, 0
        if compositor.signs:
            self.at_once, self.ahead = SIGNED_AT_ONCE, PROCESSORS + 1
        self._aside = ThreadPoolExecutor(PROCESSORS, thread_name_prefix="composing")
        #: The numbers under which skeletons are kept, by digest.
        self._kept: dict[bytes, int] = {}

    def set(
        self, deliveries: Sequence[Claimed], full: FullRelease, *, at: datetime
    ) -> list[Ready | str]:
        """Compose the messages, or say why there can be none.

        Several threads may do so at once. Raises Unreachable when the database goes away.
        """
        told_at = clock.now()
        settings = self._compositor.set_wave(deliveries, full, at=at, told_at=told_at)
        numbers = self._numbers([one.skeleton for one in settings if isinstance(one, Setting)])
        return [
            Ready(one.message, numbers[one.skeleton.digest], told_at)
            if isinstance(one, Setting)
            else one
            for one in settings
        ]

    def begin(
        self, deliveries: Sequence[Claimed], full: FullRelease, *, at: datetime
    ) -> Future[list[Ready | str]]:
        """The same beside the wire, since a signature takes long and needs no interpreter."""
        return self._aside.submit(self.set, deliveries, full, at=at)

    def close(self) -> None:
        """Let what was begun come to its end."""
        self._aside.shutdown(cancel_futures=True)

    def _numbers(self, skeletons: Sequence[Skeleton]) -> dict[bytes, int]:
        """The numbers under which these are kept, by digest."""
        wanted = {one.digest: one for one in skeletons}
        numbers = {digest: n for digest in wanted if (n := self._kept.get(digest)) is not None}
        new = wanted.keys() - numbers.keys()
        if not new:
            return numbers
        with database.writing(self._engine) as session:
            # In one order, so that two who keep the same never wait for each other in a circle.
            numbers |= {digest: archive.keep(session, wanted[digest]) for digest in sorted(new)}
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        self._kept.update(numbers)
        return numbers


class WaveMessages(Sequence[ComposedMessage]):
    """The messages of a wave, composed when the wire comes to them."""

    def __init__(
        self, setter: Setter, deliveries: Sequence[Claimed], full: FullRelease, *, at: datetime
    ) -> None:
        """Nothing is composed yet."""
        self._setter, self._full, self._at = setter, full, at
        self._deliveries = deliveries
        #: Those that are composed and not taken yet: a wave in memory is some dozen of them.
        self._messages: dict[int, Ready] = {}
        self._set_until = 0
        #: What is being composed beside the wire, from the first that is not set on.
        self._begun: deque[Future[list[Ready | str]]] = deque()
        self._begun_until = 0
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
        ready = self._messages.pop(number, None)
        if ready is None or self._is_outdated(ready):
            ready = self._set_again(number)
        return ready.message

    def _is_outdated(self, ready: Ready) -> bool:
        """Whether it tells of an embargo that has passed since it was composed."""
        until = self._full.embargo_at(ready.told_at)
        return until is not None and clock.now() >= until

    def _set_again(self, number: int) -> Ready:
        """Of a message that was taken before, since its connection was lost and another one asks;
        or of one that is told otherwise by now.
        """
        (ready,) = self._set([self._deliveries[number]])
        if not isinstance(ready, Ready):
            raise LookupError(ready)  # noqa: TRY004 – it says why it cannot be composed
        self._keep_proof(number, ready)
        return ready

    def _set_next(self) -> None:
        start, end = self._set_until, self._set_until + self._setter.at_once
        self._begin_ahead()
        chosen = self._deliveries[start:end]
        ready = self._begun.popleft().result() if self._begun else self._set(chosen)
        for place, one in enumerate(ready, start):
            if isinstance(one, str):
                self.problems[place] = f"cannot be composed: {one}"
                continue
            self._messages[place] = one
            self._keep_proof(place, one)
        self._set_until = start + len(chosen)

    def _keep_proof(self, number: int, ready: Ready) -> None:
        """Keep what shows and proves it later."""
        message, content_hash = ready.message, sha256(ready.message.data).hexdigest()
        self.handed[number] = Handed(
            self._deliveries[number], ready.skeleton_id, content_hash, message.signatures
        )

    def _begin_ahead(self) -> None:
        while len(self._begun) < self._setter.ahead and self._begun_until < len(self):
            end = self._begun_until + self._setter.at_once
            chosen = self._deliveries[self._begun_until : end]
            self._begun.append(self._setter.begin(chosen, self._full, at=self._at))
            self._begun_until = end

    def _set(self, deliveries: Sequence[Claimed]) -> list[Ready | str]:
        return self._setter.set(deliveries, self._full, at=self._at)
