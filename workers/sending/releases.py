"""The releases that a line is handing over, read from the database once in a while."""

import time
from collections.abc import Collection
from dataclasses import dataclass, replace

import sqlalchemy as sa

from mailer import database
from mailer.models import Distribution, Relation
from mailer.releases.editions import FullRelease, load_by_id

#: So long a release that was read is taken as it was: a change of the office or its contacts is
#: in the messages that go out later.
FRESH_SECONDS = 10.0


@dataclass(frozen=True)
class _Read:
    full: FullRelease
    frozen: frozenset[int]
    until: float


class Releases:
    """The last few releases of one line."""

    kept = 8

    def __init__(self) -> None:
        self._read: dict[int, _Read] = {}

    def of(
        self,
        engine: sa.Engine,
        distribution_id: int,
        *,
        release_id: int,
        frozen: Collection[int],
        relation: Relation | None = None,
    ) -> FullRelease:
        """The release of a distribution with the revisions that its audience was promised.

        The same object comes back while it is fresh. Raises NotFound, or Unreachable.
        """
        known = self._read.get(distribution_id)
        if known and known.frozen.issuperset(frozen) and time.monotonic() < known.until:
            return known.full
        wanted = frozenset(frozen) | (known.frozen if known else frozenset())
        with database.reading(engine) as session:
            row = session.get(Distribution, distribution_id)
            duty = row.duty if row else ()
            full = load_by_id(session, release_id, frozen=sorted(wanted), duty=duty)
        full = replace(full, relation=relation)
        self._read.pop(distribution_id, None)
        if len(self._read) >= self.kept:
            del self._read[next(iter(self._read))]
        self._read[distribution_id] = _Read(full, wanted, time.monotonic() + FRESH_SECONDS)
        return full
