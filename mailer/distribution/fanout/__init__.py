"""The moment a distribution is due: its audience is frozen into one delivery for each address.

Everything flows: decided address by address in shuffled order, set aside until all moments and
rounds are known, and written in the order of hand-over.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.audience.criteria import parse
from mailer.compose.letter import Identity
from mailer.compose.message import message_ids
from mailer.compose.tracking import register_links
from mailer.contacts.providers import provider_of
from mailer.distribution import batches
from mailer.distribution.fanout.frames import FRAMED, MADE, OWN, Frame, Frames
from mailer.distribution.fanout.interleaving import Interleaving
from mailer.distribution.fanout.page_counts import count_pages
from mailer.distribution.fanout.spool import Spool
from mailer.distribution.fanout.writing import write_rows
from mailer.distribution.following.threads import refuse_replaced
from mailer.distribution.options import options_of, refuse_staggered
from mailer.distribution.planning import decide
from mailer.distribution.planning.preflight import refuse_silence
from mailer.distribution.planning.rules import Decision
from mailer.memory import rarely_searched
from mailer.models import Delivery, Distribution, ReceivingDomain
from mailer.releases.editions import FullRelease, load_by_id
from mailer.settings.sections import ThrottleSettings

#: Domains whose provider is remembered while the rows are written.
DOMAINS = 100_000


class Place(NamedTuple):
    """Where a delivery stands in the order; those withheld stand last."""

    is_withheld: bool
    due_at: datetime
    round: int


LAST = Place(is_withheld=True, due_at=datetime.max.replace(tzinfo=UTC), round=0)


def fan_out(
    session: Session,
    distribution: Distribution,
    *,
    identity: Identity,
    at: datetime,
    batch_size: int,
    throttle: ThrottleSettings,
) -> int:
    """Freeze the audience: one delivery for each address, cut into batches; their number.

    Whom a rule leaves out is kept as `withheld`, with the reason. Raises OptionRefused for other
    hours under a later embargo, Refused when nobody answers for it or another took its place.
    """
    full, number = load_by_id(session, distribution.release_id, at=at), distribution.id or 0
    refuse_replaced(session, full.release)
    refuse_silence(session, full, at=at)
    refuse_staggered(options_of(distribution), at=at, embargo_until=full.release.embargo_until)
    frames = Frames(distribution, full, dialect=session.get_bind().dialect.name)
    decisions = decide(
        session,
        full,
        parse(distribution.criteria),
        at=at,
        is_urgent=distribution.is_urgent,
        shuffled_by=number,
        keyring=identity.keyring,
        languages=distribution.language_policy,
    )
    with rarely_searched(), Spool[Place]() as spool:
        planned = _set_aside(spool, decisions, frames=frames)
        prepare(session, distribution, frames.all, full, identity=identity, at=at)
        finishing = Finishing(frames.all, full, identity, providers(session, throttle))
        write_rows(session, Delivery, (*MADE, *OWN, *FRAMED), finishing.rows(spool))
    batches.cut(session, number, size=batch_size)
    distribution.fanned_out_at, distribution.awaited = at, sorted(frames.awaited)
    distribution.duty = [contact.key for contact in full.duty]
    session.add(distribution)
    session.flush()
    return planned


def prepare(
    session: Session,
    distribution: Distribution,
    frames: Sequence[Frame],
    full: FullRelease,
    *,
    identity: Identity,
    at: datetime,
) -> None:
    """What the messages need that are made from these frames: where links lead, and page counts."""
    used = {frame.revision_id for frame in frames}
    for revision in full.revisions.values():
        if revision.id in used:
            register_links(session, revision)
    count_pages(session, distribution, frames, full, identity=identity, at=at)


def _set_aside(spool: Spool[Place], decisions: Iterator[Decision], *, frames: Frames) -> int:
    """Put each delivery where it belongs in the order; the number of those planned."""
    turns, number = Interleaving(), 0
    for decision in decisions:
        if decision.planned is not None:
            number += 1
            frame, who = frames.planned(decision.planned), decision.planned.recipient
            place = Place(False, frame.due_at or LAST.due_at, turns.round_of(who.domain))
            row = (
                frame.number,
                who.domain,
                who.address_id,
                who.journalist_id,
                who.role_id,
                who.desk_id,
                who.outlet_id,
                who.email,
                who.name,
                who.outlet_name,
                "",
                "",
                decision.planned.greeting,
                decision.planned.personal_note,
            )
            spool.add(place, row)
        elif left := decision.withheld:
            frame, nobody = frames.withheld(left), (None, None, None, None)
            own = (left.address_id, *nobody, left.email, left.name, left.outlet_name)
            spool.add(LAST, (frame.number, "", *own, left.reason, "", "", ""))
    return number


@dataclass(frozen=True)
class Finishing:
    """Gives the rows what they lacked: position, Message-ID, provider, and their frame."""

    frames: list[Frame]
    full: FullRelease
    identity: Identity
    provider: Callable[[str], str]

    def rows(self, spool: Spool[Place], *, start: int = 0) -> Iterator[tuple[Any, ...]]:
        """All rows in the order of hand-over, from that position on."""
        position = start
        for place in sorted(spool.keys()):
            for waiting in spool.rows(place):
                names = [""] * len(waiting) if place.is_withheld else self._names(waiting)
                for row, name in zip(waiting, names, strict=True):
                    made = (position, name, self.provider(row[1]))
                    yield made + row[2:] + self.frames[row[0]].values
                    position += 1

    def _names(self, waiting: list[tuple[Any, ...]]) -> list[str]:
        return message_ids(
            [(self.frames[row[0]].revision_id, row[2]) for row in waiting],
            reference=self.full.release.reference,
            domain=self.identity.mail_domain,
            keyring=self.identity.keyring,
        )


def providers(session: Session, throttle: ThrottleSettings) -> Callable[[str], str]:
    """Who receives mail for a domain: as the settings say, as was looked up, or the domain."""
    rows = session.execute(sa.select(col(ReceivingDomain.domain), col(ReceivingDomain.provider)))
    looked_up = {row.domain: row.provider for row in rows}

    @lru_cache(maxsize=DOMAINS)
    def provider(domain: str) -> str:
        return provider_of(domain, throttle) or looked_up.get(domain) or domain

    return provider
