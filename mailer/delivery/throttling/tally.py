"""How often a provider refuses us: when it is a storm of refusals, and not one here and there.

Nothing is kept of a provider that refuses nothing. Each process counts for itself: what it hands
over is as mixed as what the others do, and the pause that follows is for all.
"""

from collections import deque
from datetime import datetime, timedelta

#: A storm: so large a share of the last hand-overs to one provider is refused, and at least so
#: many of them: a domain with three readers has no statistics.
STORM_SHARE, LAST, FEWEST = 0.30, 50, 5
#: What was refused longer ago says nothing about today.
LATELY = timedelta(hours=1)
#: So many providers are watched at once; the one that has been quiet longest goes first.
WATCHED = 1000


class Tally:
    """The last hand-overs to those providers that have refused us, as one process has seen them."""

    def __init__(self) -> None:
        self._last: dict[str, deque[tuple[datetime, bool]]] = {}

    def watches(self, provider: str) -> bool:
        """Whether it has refused us lately, so that the rest must be counted too."""
        return provider in self._last

    def count(self, provider: str, *, is_refused: bool, now: datetime) -> bool:
        """Count one hand-over; True when this makes it a storm, and counting begins anew."""
        last = self._last.pop(provider, None) or deque(maxlen=LAST)
        last.append((now, is_refused))
        while now - last[0][0] > LATELY:
            last.popleft()
        refused = sum(was_refused for _, was_refused in last)
        if refused >= FEWEST and refused >= STORM_SHARE * len(last):
            return True
        if refused:
            self._last[provider] = last
        if len(self._last) > WATCHED:
            del self._last[next(iter(self._last))]
        return False
