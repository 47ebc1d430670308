"""Languages that are ready at different times (J3): who waits for an edition gets it when it is
ready, and who got another one meanwhile gets it after that in the same thread, if she wants it.

The scheduler looks for both: what is awaited stands in the distribution, and what waits, in its
deliveries. An officer may end the waiting with the next best edition, the end of the distribution's
time does, and so does a cancellation.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import clock
from mailer.audience.criteria import parse
from mailer.audience.selection import in_chunks, readings
from mailer.compose.letter import Identity
from mailer.compose.message import message_ids
from mailer.compose.tracking import register_links
from mailer.distribution.batches import lock_all, recount
from mailer.distribution.following.threads import lock_thread, replaced_by
from mailer.distribution.lifecycle import found
from mailer.distribution.timing import first_moment
from mailer.errors import Refused
from mailer.models import (
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    LanguagePolicy,
    Relation,
)
from mailer.releases.editions import FullRelease, load_by_id
from mailer.releases.editions.choosing import EditionChoice, pick_edition

#: Deliveries that are decided together.
AT_ONCE = 500
NOTHING = "[]"
#: In these a distribution may still bring something to somebody.
LIVING = (DistributionStatus.SENDING, DistributionStatus.PAUSED, DistributionStatus.SENT)
_UPDATE = (
    sa.update(Delivery.__table__)  # type: ignore[attr-defined]
    .where(col(Delivery.id) == sa.bindparam("number"))
    .values(
        {
            name: sa.bindparam(f"new_{name}")
            for name in (
                "revision_id",
                "edition_language",
                "edition_rule",
                "message_id",
                "next_attempt_at",
            )
        }
    )
)


def awaits_something() -> sa.ColumnElement[bool]:
    """Whether an edition is still awaited in a distribution."""
    return sa.cast(col(Distribution.awaited), sa.Text()) != NOTHING


def somebody_waits() -> sa.ColumnElement[bool]:
    """Whether somebody gets nothing of a distribution before an edition is ready."""
    return sa.and_(col(Distribution.language_policy) == LanguagePolicy.WAIT, awaits_something())


def bring_ready(session: Session, *, identity: Identity, now: datetime) -> int:
    """Bring editions that are ready now to those who wait for them; how many there were."""
    numbers = session.scalars(
        sa.select(col(Distribution.id)).where(
            awaits_something(), col(Distribution.status).in_(LIVING)
        )
    ).all()
    return sum(_brought(session, number or 0, identity=identity, now=now) for number in numbers)


def waiting_by_language(session: Session, distribution_id: int) -> dict[str, int]:
    """How many wait for the edition in which language."""
    rows = session.execute(
        sa.select(col(Delivery.edition_language), sa.func.count())
        .where(_waits(distribution_id))
        .group_by(col(Delivery.edition_language))
        .order_by(col(Delivery.edition_language))
    )
    return {row[0]: row[1] for row in rows}


def release_waiting(
    session: Session, distribution_id: int, *, identity: Identity, language: str = ""
) -> int:
    """Let those who wait have the next best edition now; their number.

    Raises NotFound, and Refused when nobody waits, or not for that language.
    """
    numbers = lock_all(session, distribution_id)
    row = found(session, distribution_id, to_change=True)
    waiting = waiting_by_language(session, distribution_id)
    chosen = [one for one in waiting if not language or one == language]
    if not chosen:
        for_it = f" for {language}" if language else ""
        named = ", ".join(f"{one} ({number})" for one, number in waiting.items()) or "nobody"
        raise Refused(f"nobody waits{for_it} in distribution {distribution_id}: waiting: {named}")
    full = load_by_id(session, row.release_id, duty=row.duty)
    for one in chosen:
        _serve(session, row, full, one, identity=identity, now=clock.now())
    row.awaited = [one for one in row.awaited if one not in chosen]
    session.add(row)
    session.flush()
    recount(session, batch_ids=numbers)
    return sum(waiting[one] for one in chosen)


def _brought(session: Session, number: int, *, identity: Identity, now: datetime) -> int:
    numbers = lock_all(session, number)
    lock_thread(session, number)
    row = found(session, number, to_change=True)
    full = load_by_id(session, row.release_id, duty=row.duty)
    replacing = replaced_by(session, number)
    ready = [one for one in row.awaited if one in full.revisions]
    if replacing is None and not ready:
        return 0
    if replacing is not None:
        if found(session, replacing).fanned_out_at is None:
            # It may be called off: then this one stands again, and so do its translations.
            return 0
        row.awaited = []
    elif row.language_policy is LanguagePolicy.WAIT:
        for language in ready:
            _serve(session, row, full, language, identity=identity, now=now)
    else:
        session.add_all(_translation(row, language, now=now) for language in ready)
    row.awaited = [one for one in row.awaited if one not in ready]
    session.add(row)
    session.flush()
    recount(session, batch_ids=numbers)
    return len(ready)


def _translation(row: Distribution, language: str, *, now: datetime) -> Distribution:
    """The distribution that brings a translation after the text in another language."""
    return Distribution(
        release_id=row.release_id,
        criteria=f"language:{language}",
        follows_id=row.follows_id or row.id,
        relation=Relation.TRANSLATION,
        status=DistributionStatus.SCHEDULED,
        scheduled_at=now,
        not_after=row.not_after,
        is_urgent=row.is_urgent,
        unknown_policy=row.unknown_policy,
        rate_per_minute=row.rate_per_minute,
        sending_hours=row.sending_hours,
        sending_clock=row.sending_clock,
        created_at=now,
        created_by=row.created_by,
    )


def _waits(distribution_id: int, language: str | None = None) -> sa.ColumnElement[bool]:
    conditions = [
        col(Delivery.distribution_id) == distribution_id,
        col(Delivery.status) == DeliveryStatus.PENDING,
        col(Delivery.revision_id).is_(None),
    ]
    if language is not None:
        conditions.append(col(Delivery.edition_language) == language)
    return sa.and_(*conditions)


def _serve(
    session: Session,
    row: Distribution,
    full: FullRelease,
    language: str,
    *,
    identity: Identity,
    now: datetime,
) -> None:
    """Give those who wait for that language an edition: that one, or the next best."""
    columns = (
        *(col(Delivery.id), col(Delivery.address_id), col(Delivery.country)),
        *(col(Delivery.zone), col(Delivery.edition_rule)),
    )
    chosen = sa.select(*columns).where(_waits(row.id or 0, language))
    waiting = session.execute(chosen.order_by(col(Delivery.address_id))).all()
    for some in in_chunks(waiting, AT_ONCE):
        choices = _choices(session, full, language, some, now=now)
        names = message_ids(
            [(choices[one.id].revision.id or 0, one.address_id or 0) for one in some],
            reference=full.release.reference,
            domain=identity.mail_domain,
            keyring=identity.keyring,
        )
        for revision in {c.language: c.revision for c in choices.values()}.values():
            register_links(session, revision)
        values = [
            _chosen(choices[one.id])
            | {
                "number": one.id,
                "new_message_id": name,
                "new_next_attempt_at": max(
                    now, first_moment(row, one.zone, office_zone=full.office.zone)
                ),
            }
            for one, name in zip(some, names, strict=True)
        ]
        session.connection().execute(_UPDATE, values)


def _chosen(choice: EditionChoice) -> dict[str, Any]:
    return {
        "new_revision_id": choice.revision.id,
        "new_edition_language": choice.language,
        "new_edition_rule": choice.rule,
    }


def _choices(
    session: Session, full: FullRelease, language: str, some: Iterable[Any], *, now: datetime
) -> dict[int, EditionChoice]:
    """The edition for each of those deliveries, by its number."""
    rows = list(some)
    if language in full.revisions:
        revision = full.revisions[language]
        return {
            one.id: EditionChoice(
                revision, language, f"{one.edition_rule.partition(', which is ')[0]}: waited for it"
            )
            for one in rows
        }
    best = dict(
        best_editions(session, full, [one.address_id for one in rows if one.address_id], now)
    )
    return {
        one.id: _released(
            best.get(one.address_id)
            or pick_edition(full, languages=(), outlet_languages=(), country=one.country)
        )
        for one in rows
    }


def _released(choice: EditionChoice) -> EditionChoice:
    rule = f"{choice.rule}; an officer ended the waiting"
    return EditionChoice(choice.revision, choice.language, rule)


def best_editions(
    session: Session, full: FullRelease, address_ids: list[int], now: datetime
) -> Iterator[tuple[int, EditionChoice]]:
    """What the readers of these addresses would get now, by the address (R3)."""
    found_now = readings(session, parse("everyone"), at=now, leave_out=False, among=address_ids)
    for reading in found_now:
        one = reading.recipient
        if one is not None:
            yield (
                one.address_id,
                pick_edition(
                    full,
                    languages=one.profile.languages,
                    outlet_languages=one.profile.outlet_languages,
                    country=one.profile.country,
                ),
            )
