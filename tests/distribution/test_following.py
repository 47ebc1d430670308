"""Corrections at the size of a real Friday, through the very functions of the scheduler; and that
what stops the old text and what plans the new one is one step.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import clock, database
from mailer.compose.letter import Identity
from mailer.distribution import batches, scheduling
from mailer.distribution.following import freezing
from mailer.distribution.following.correcting import correct, plan_follow_up
from mailer.distribution.following.late import take_up_late
from mailer.distribution.lifecycle import cancel, resume
from mailer.errors import Refused
from mailer.models import (
    Address,
    Batch,
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Edition,
    Office,
    Relation,
    Release,
    ReleaseKind,
    ReleaseStatus,
    Revision,
)
from mailer.releases.editions import load_by_id
from mailer.settings import Settings
from tests import factories
from tests.factories import NOW

#: J5 to the letter.
STATES = {"sent": 2000, "pending": 300, "rejected": 7, "bounced": 5, "unknown": 5}
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def friday(session: Session, office: Office) -> Distribution:
    """A distribution of 2,317 deliveries, stopped on its way, and the corrected text."""
    release = factories.release(session, office, status=ReleaseStatus.SENT)
    row = factories.distribution(session, release)
    first = session.exec(select(Revision)).one()
    states = [status for status, count in STATES.items() for _ in range(count)]
    numbers = range(1, len(states) + 1)
    session.execute(
        sa.insert(Address),
        [
            {
                "id": number,
                "email": f"r{number}@paper{number % 97}.example",
                "normalised": f"r{number}@paper{number % 97}.example",
                "domain": f"paper{number % 97}.example",
                "state": "ok",
            }
            for number in numbers
        ],
    )
    session.execute(
        sa.insert(Delivery),
        [
            {
                "distribution_id": row.id,
                "position": number - 1,
                "address_id": number,
                "email": f"r{number}@paper{number % 97}.example",
                "revision_id": first.id,
                "edition_language": "en",
                "cover_language": "da",
                "message_id": f"<first.{number}@press.example.org>",
                "status": status,
                "next_attempt_at": NOW if status == "pending" else None,
            }
            for number, status in zip(numbers, states, strict=True)
        ],
    )
    batches.cut(session, row.id or 0, size=500)
    corrected(session, "They meet on the 25th.")
    return row


def corrected(session: Session, note: str) -> Revision:
    """A later revision of the one edition there is."""
    edition = session.exec(select(Edition)).one()
    last = session.exec(select(Revision).order_by(col(Revision.number).desc())).first()
    assert last is not None
    values = last.model_dump() | {"id": None, "number": last.number + 1, "change_note": note}
    values |= {"edition_id": edition.id, "body": note, "content_hash": note}
    return factories.saved(session, Revision(**values))


@pytest.fixture
def decide(session: Session, friday: Distribution) -> Callable[..., Distribution]:
    """Decides a correction of it."""

    def deciding(**given: Any) -> Distribution:
        full = load_by_id(session, friday.release_id)
        values: dict[str, Any] = {"at": clock.now(), "by": "marie", "waive_because": "a test"}
        return correct(session, friday.id or 0, full, **(values | given)).distribution

    return deciding


@pytest.fixture
def start(session: Session, identity: Identity, settings: Settings) -> Callable[[], list[int]]:
    """Lets the scheduler start what is due."""

    def starting() -> list[int]:
        now = clock.now()
        return scheduling.start_due(session, identity=identity, settings=settings, now=now)

    return starting


def counts(session: Session, row: Distribution) -> dict[str, int]:
    return batches.progress(session, row.id or 0, since=NOW).counts


def status_of(session: Session, row: Distribution) -> DistributionStatus:
    session.refresh(row)
    return row.status


def of(session: Session, row: Distribution) -> list[Delivery]:
    session.expire_all()
    theirs = select(Delivery).where(Delivery.distribution_id == row.id)
    return list(session.exec(theirs.order_by(col(Delivery.position))))


def test_the_2005_get_a_reply_the_300_the_new_text_and_nobody_else_anything(
    session: Session, friday: Distribution, decide: Any, start: Any
) -> None:
    row = decide()
    assert row.decided_count == 2305
    assert row.is_urgent
    assert start() == [row.id]
    rows = {one.address_id: one for one in of(session, row)}
    assert len(rows) == 2305
    replies = {number for number, one in rows.items() if one.in_reply_to}
    old = {one.address_id: one for one in of(session, friday)}
    assert replies == {number for number, one in old.items() if one.status in ("sent", "unknown")}
    assert all(rows[number].in_reply_to == old[number].message_id for number in replies)
    assert {one.status for one in rows.values()} == {DeliveryStatus.PENDING}
    assert len({one.message_id for one in rows.values()}) == 2305
    assert counts(session, friday) == {
        "sent": 2000,
        "cancelled": 300,
        "rejected": 7,
        "bounced": 5,
        "unknown": 5,
    }
    assert counts(session, row) == {"pending": 2305}
    assert status_of(session, friday) is DistributionStatus.PAUSED
    assert session.get_one(Release, friday.release_id).status is ReleaseStatus.CORRECTED


def die_before_the_end(engine: sa.Engine, identity: Identity, settings: Settings) -> None:
    """Start what is due, and end as a process does that is stopped."""
    with database.writing(engine) as session:
        started = scheduling.start_due(
            session, identity=identity, settings=settings, now=clock.now()
        )
        assert len(started) == 1
        raise KeyboardInterrupt


def test_it_is_all_or_nothing(engine: sa.Engine, identity: Identity, settings: Settings) -> None:
    with database.writing(engine) as session:
        release = factories.release(session, factories.office(session))
        row = factories.distribution(session, release)
        factories.delivery(session, row, "waits@paper.example")
        factories.delivery(session, row, "got@paper.example", status=DeliveryStatus.SENT)
        corrected(session, "The 25th.")
        full = load_by_id(session, row.release_id)
        later = correct(
            session, row.id or 0, full, at=clock.now(), by="marie", waive_because="a test"
        ).distribution
        numbers = row.id or 0, later.id or 0
    # What is left when the process dies before the end is what was there before.
    with pytest.raises(KeyboardInterrupt):
        die_before_the_end(engine, identity, settings)
    with Session(engine) as session:
        assert states(session) == {(numbers[0], "pending"), (numbers[0], "sent")}
        assert session.get_one(Distribution, numbers[1]).status is DistributionStatus.SCHEDULED
    with database.writing(engine) as session:
        scheduling.start_due(session, identity=identity, settings=settings, now=clock.now())
    with Session(engine) as session:
        assert states(session) == {
            (numbers[0], "cancelled"),
            (numbers[0], "sent"),
            (numbers[1], "pending"),
        }


def states(session: Session) -> set[tuple[int, str]]:
    rows = session.execute(sa.select(col(Delivery.distribution_id), col(Delivery.status)))
    return {(number, status.value) for number, status in rows}


def test_what_may_have_arrived_counts_as_got(
    session: Session, friday: Distribution, decide: Any, start: Any
) -> None:
    doubtful = of(session, friday)[2000]
    assert doubtful.status is DeliveryStatus.PENDING
    doubtful.status = DeliveryStatus.DEFERRED
    doubtful.reason = "no answer after the whole message was sent"
    session.flush()
    row = decide()
    start()
    (reply,) = (one for one in of(session, row) if one.address_id == doubtful.address_id)
    assert reply.in_reply_to == doubtful.message_id
    assert session.get_one(Delivery, doubtful.id).status is DeliveryStatus.UNKNOWN
    assert counts(session, friday)["unknown"] == 6


def test_who_is_in_the_follow_up_already_is_not_taken_up_again(
    session: Session,
    friday: Distribution,
    decide: Any,
    start: Any,
    identity: Identity,
    settings: Settings,
) -> None:
    row = decide()
    start()
    for _ in range(2):
        late = take_up_late(session, identity=identity, settings=settings, now=clock.now())
        assert late == 0
    assert counts(session, row) == {"pending": 2305}
    assert status_of(session, friday) is DistributionStatus.SENT


def test_what_was_taken_up_late_stands_in_batches_of_its_own(
    session: Session,
    friday: Distribution,
    decide: Any,
    start: Any,
    identity: Identity,
    settings: Settings,
) -> None:
    on_its_way = of(session, friday)[2100]
    on_its_way.status, on_its_way.next_attempt_at = DeliveryStatus.SENDING, None
    batch = session.exec(select(Batch).where(Batch.first_position == 2000)).one()
    batch.lease_owner = "a line"
    session.flush()
    row = decide()
    start()
    assert counts(session, row) == {"pending": 2304}
    on_its_way.status, on_its_way.sent_at = DeliveryStatus.SENT, clock.now()
    batch.lease_owner = ""
    session.flush()
    batches.recount(session, batch_ids=[batch.id or 0])
    assert take_up_late(session, identity=identity, settings=settings, now=clock.now()) == 1
    assert counts(session, row) == {"pending": 2305}
    positions = [one.position for one in of(session, row)]
    assert len(set(positions)) == 2305


def test_an_answer_that_came_before_the_correction_and_was_written_down_after_it_counts(
    session: Session,
    friday: Distribution,
    decide: Any,
    start: Any,
    identity: Identity,
    settings: Settings,
) -> None:
    """The whole wave was answered, and its line waited for the scheduler to write that down."""
    on_its_way = of(session, friday)[100]
    on_its_way.status, on_its_way.next_attempt_at = DeliveryStatus.SENDING, None
    batch = session.exec(select(Batch).where(Batch.first_position == 0)).one()
    batch.lease_owner = "a line"
    session.flush()
    row, answered_at = decide(), clock.now()
    start()
    assert counts(session, row) == {"pending": 2304}
    on_its_way.status, on_its_way.sent_at, batch.lease_owner = DeliveryStatus.SENT, answered_at, ""
    session.flush()
    batches.recount(session, batch_ids=[batch.id or 0])
    assert take_up_late(session, identity=identity, settings=settings, now=clock.now()) == 1
    reply = max(of(session, row), key=lambda one: one.id or 0)
    assert (reply.address_id, reply.in_reply_to) == (on_its_way.address_id, on_its_way.message_id)
    assert status_of(session, friday) is DistributionStatus.SENT


def test_what_was_replaced_is_neither_resumed_nor_corrected_twice_at_once(
    session: Session, friday: Distribution, decide: Any, start: Any
) -> None:
    row = decide(at=clock.now() + timedelta(hours=1))
    assert status_of(session, friday) is DistributionStatus.PAUSED
    with pytest.raises(Refused, match="takes the place"):
        resume(session, friday.id or 0)
    with pytest.raises(Refused, match="is still to follow"):
        decide()
    cancel(session, row.id or 0)
    resume(session, friday.id or 0)
    assert status_of(session, friday) is DistributionStatus.SENDING


def test_a_text_that_has_not_changed_corrects_nothing(
    session: Session, friday: Distribution
) -> None:
    newest = session.exec(select(Revision).order_by(col(Revision.number).desc())).first()
    assert newest is not None
    session.execute(sa.update(Delivery).values(revision_id=newest.id))
    full = load_by_id(session, friday.release_id)
    with pytest.raises(Refused, match="has not changed since it went out"):
        plan_follow_up(session, friday.id or 0, full, at=NOW)


def test_another_release_must_be_a_correction_of_this_one(
    session: Session, office: Office, friday: Distribution
) -> None:
    other = factories.release(session, office)
    with pytest.raises(Refused, match="of the kind release"):
        plan_follow_up(session, friday.id or 0, load_by_id(session, other.id or 0), at=NOW)
    third = factories.release(session, office, kind=ReleaseKind.CORRECTION, corrects_id=other.id)
    with pytest.raises(Refused, match=f"corrects {other.reference}"):
        plan_follow_up(session, friday.id or 0, load_by_id(session, third.id or 0), at=NOW)


def test_a_lifted_embargo_stops_nothing(
    session: Session, office: Office, friday: Distribution, start: Any
) -> None:
    notice = factories.release(session, office, kind=ReleaseKind.EMBARGO_LIFTED)
    full = load_by_id(session, notice.id or 0)
    decided = correct(
        session, friday.id or 0, full, at=clock.now(), by="marie", waive_because="a test"
    )
    assert decided.plan.relation is Relation.NOTICE
    assert (len(decided.plan.replies), len(decided.plan.first_texts)) == (2005, 0)
    assert status_of(session, friday) is DistributionStatus.SENDING
    start()
    assert counts(session, decided.distribution) == {"pending": 2005}
    assert counts(session, friday)["pending"] == 300


def test_a_moved_occasion_is_an_update_and_stops_the_old_text(
    session: Session, friday: Distribution, start: Any
) -> None:
    release = session.get_one(Release, friday.release_id)
    factories.occasion(session, release, changed_at=clock.now() + timedelta(seconds=1))
    full = load_by_id(session, friday.release_id)
    decided = correct(
        session, friday.id or 0, full, at=clock.now(), by="marie", waive_because="a test"
    )
    assert decided.plan.relation is Relation.UPDATE
    assert (len(decided.plan.replies), len(decided.plan.first_texts)) == (2005, 300)
    assert status_of(session, friday) is DistributionStatus.PAUSED
    start()
    assert counts(session, decided.distribution) == {"pending": 2305}
    assert counts(session, friday)["cancelled"] == 300
    # What was said of the code stands; only its day is another one.
    assert session.get_one(Release, friday.release_id).status is ReleaseStatus.SENT


def test_an_occasion_that_stays_makes_no_update(session: Session, friday: Distribution) -> None:
    release = session.get_one(Release, friday.release_id)
    factories.occasion(session, release, changed_at=friday.fanned_out_at)
    full = load_by_id(session, friday.release_id)
    plan = plan_follow_up(session, friday.id or 0, full, at=clock.now())
    assert plan.relation is Relation.CORRECTION


def test_all_columns_of_a_delivery_are_thought_of() -> None:
    known = {*freezing.TAKEN_OVER, *freezing.OF_FIRST_TEXTS}
    assert known <= set(Delivery.model_fields)
