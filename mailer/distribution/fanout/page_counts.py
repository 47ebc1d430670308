"""The pages of all prints that a distribution needs, counted as its audience is frozen: a worker
then only looks them up, and holds no press in its memory.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import product

from sqlmodel import Session

from mailer.compose.letter import Identity, Letter, write_letter
from mailer.compose.printing.pages import keep_counts
from mailer.distribution.fanout.frames import FRAMED, Frame
from mailer.models import Delivery, Distribution
from mailer.releases.editions import FullRelease

#: What of a delivery its print depends on.
PRINTED = ("revision_id", "edition_language", "cover_language", "zone")
#: A thread that a print may go on with; which one it is makes no difference.
SOME_MESSAGE = "<earlier@print.invalid>"
PLACES = tuple(FRAMED.index(name) for name in PRINTED)


def count_pages(
    session: Session,
    distribution: Distribution,
    frames: Iterable[Frame],
    full: FullRelease,
    *,
    identity: Identity,
    at: datetime,
) -> None:
    """Count and keep the pages of each edition under each of its covers."""
    if full.office.prints_pages:
        # In a thread some read what changed, and others, whom only the new text reaches, do not.
        threads = ("", SOME_MESSAGE) if distribution.follows_id else ("",)
        letters = _letters(frames, full, threads, identity=identity, at=at)
        keep_counts(session, letters)


def _letters(
    frames: Iterable[Frame],
    full: FullRelease,
    threads: Sequence[str],
    *,
    identity: Identity,
    at: datetime,
) -> Iterator[Letter]:
    """A letter to nobody for each print, also for those who get it once the embargo has passed."""
    moments = {at, full.embargo_at(at) or at}
    alike = {}
    for frame in (one for one in frames if one.revision_id):
        values = dict(zip(PRINTED, (frame.values[place] for place in PLACES), strict=True))
        for moment in moments:
            zone = values["zone"] if full.tells_time(moment) else ""
            key = values["edition_language"], values["cover_language"], zone, moment
            alike[key] = values, moment
    for (values, moment), thread in product(alike.values(), threads):
        delivery = Delivery(distribution_id=0, email="", in_reply_to=thread, **values)
        yield write_letter(delivery, full, identity=identity, at=at, told_at=moment)
