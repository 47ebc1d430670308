"""Settling: no delivery stays with a worker that is lost, and none is sent again without a
decision.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.database import reading, writing
from mailer.delivery import claims, settling, waves
from mailer.delivery.claims import Claimed, Stretch
from mailer.delivery.journal import Begun, Remains
from mailer.delivery.outcome import Phase, from_reply
from mailer.distribution import batches, doubts, leases, lifecycle
from mailer.distribution.leases import Lease
from mailer.models import (
    Batch,
    Delivery,
    DeliveryStatus,
    Distribution,
    KeptSkeleton,
    Office,
    UnknownPolicy,
)
from mailer.settings import Settings
from tests import factories
from tests.factories import NOW
from tests.stepping import beside

LEASE = timedelta(minutes=15)
Decide = Callable[[Session, int], int]


@pytest.fixture
def distribution(session: Session, office: Office) -> Distribution:
    return factories.distribution(session, factories.release(session, office))


@pytest.fixture
def claimed(session: Session, distribution: Distribution) -> list[Claimed]:
    """Three deliveries that the line "lost" had claimed."""
    for number in range(3):
        factories.delivery(session, distribution, f"desk{number}@havnebladet.example")
    lease = leases.take(session, distribution.id or 0, owner="lost", until=NOW + LEASE, now=NOW)
    assert lease
    stretch = Stretch(lease.distribution_id, lease.first_position, lease.last_position)
    return claims.claim(session, stretch, owner="lost", limit=3, now=NOW)


def statuses(session: Session) -> list[str]:
    query = select(Delivery).order_by(Delivery.position).execution_options(populate_existing=True)
    return [row.status.value for row in session.exec(query)]


def batch(session: Session) -> Batch:
    return session.exec(select(Batch).execution_options(populate_existing=True)).one()


def test_the_journal_tells_the_answered_the_begun_and_the_untouched_apart(
    session: Session, claimed: list[Claimed], settings: Settings
) -> None:
    kept = factories.saved(session, KeptSkeleton(digest=b"x" * 32, parts=b""))
    answered, begun, _untouched = (one.id for one in claimed)
    remains = Remains(
        "lost",
        is_complete=True,
        begun={(number, 1): Begun(kept.id or 0, "cd" * 32, ()) for number in (answered, begun)},
        outcomes={(answered, 1): from_reply(Phase.AFTER_DOT, 250, "2.0.0 queued", relay="relay")},
    )
    settled = settling.settle(session, remains, settings=settings.delivery, now=NOW)
    assert len(settled) == 3
    assert statuses(session) == ["sent", "unknown", "pending"]
    sent = session.get_one(Delivery, answered)
    assert (sent.reply_text, sent.content_hash) == ("2.0.0 queued", "cd" * 32)
    assert (sent.skeleton_id, sent.relay) == (kept.id, "relay")
    free = batch(session)
    assert (free.lease_owner, free.due_at) == ("", NOW)
    assert free.counts == {"sent": 1, "unknown": 1, "pending": 1}


def test_what_was_not_begun_has_used_up_no_attempt(
    session: Session, claimed: list[Claimed], settings: Settings
) -> None:
    settling.settle(session, Remains("lost", is_complete=True), settings=settings.delivery, now=NOW)
    assert statuses(session) == ["pending"] * 3
    assert session.get_one(Delivery, claimed[0].id).attempt == 0


def test_without_a_journal_all_of_a_silent_line_is_in_doubt_once_its_lease_is_over(
    session: Session, claimed: list[Claimed], settings: Settings
) -> None:
    early = NOW + LEASE - timedelta(seconds=1)
    assert settling.settle_overdue(session, settings=settings.delivery, now=early) == []
    late = NOW + LEASE + timedelta(seconds=1)
    assert len(settling.settle_overdue(session, settings=settings.delivery, now=late)) == 3
    assert statuses(session) == ["unknown"] * 3
    assert batch(session).lease_owner == ""
    assert settling.settle_overdue(session, settings=settings.delivery, now=late) == []


def test_where_it_was_decided_so_doubt_is_sent_again_much_later_under_the_same_name(
    session: Session, distribution: Distribution, claimed: list[Claimed], settings: Settings
) -> None:
    distribution.unknown_policy = UnknownPolicy.RESEND
    session.flush()
    settling.settle(session, Remains("lost"), settings=settings.delivery, now=NOW)
    assert statuses(session) == ["deferred"] * 3
    again = session.get_one(Delivery, claimed[0].id)
    assert (again.next_attempt_at, again.message_id) == (
        NOW + waves.RESEND_GAP,
        claimed[0].message_id,
    )


@pytest.mark.parametrize("answer", ["250", "451", None])
def test_what_came_back_while_it_was_claimed_is_nobodys_when_its_line_dies(
    session: Session, claimed: list[Claimed], settings: Settings, answer: str | None
) -> None:
    number = claimed[0].id
    session.get_one(Delivery, number).status = DeliveryStatus.BOUNCED
    session.get_one(Delivery, number).reason = "unknown_user"
    session.flush()
    outcomes = {(number, 1): from_reply(Phase.AFTER_DOT, int(answer), "2.0.0")} if answer else {}
    remains = Remains("lost", is_complete=True, begun={}, outcomes=outcomes)
    settling.settle(session, remains, settings=settings.delivery, now=NOW)
    row = session.get_one(Delivery, number, populate_existing=True)
    assert (row.status, row.reason, row.lease_owner) == ("bounced", "unknown_user", "")
    assert (row.sent_at is not None) is (answer == "250")
    assert batch(session).counts == {"bounced": 1, "pending": 2}


def test_a_line_that_is_not_lost_keeps_what_it_has(
    session: Session, claimed: list[Claimed], settings: Settings
) -> None:
    settling.settle(session, Remains("another"), settings=settings.delivery, now=NOW)
    assert statuses(session) == [DeliveryStatus.SENDING.value] * len(claimed)
    assert batch(session).lease_owner == "lost"


def lost_with_doubt(engine: sa.Engine) -> Lease:
    """A batch of a lost line: one is in doubt, one was claimed, one was not."""
    with writing(engine) as session:
        release = factories.release(session, factories.office(session))
        row = factories.distribution(session, release)
        for position in range(3):
            email = f"desk{position}@havnebladet.example"
            factories.delivery(session, row, email, position=position)
        lease = leases.take(session, row.id or 0, owner="lost", until=NOW + LEASE, now=NOW)
        assert lease
        doubtful, claimed = (
            claims.claim(session, Stretch(row.id or 0, 0, 2), owner="lost", limit=1, now=NOW)
            for _ in range(2)
        )
        session.get_one(Delivery, doubtful[0].id).status = DeliveryStatus.UNKNOWN
        session.get_one(Delivery, doubtful[0].id).lease_owner = ""
        session.flush()
        assert claimed
        batches.recount(session, batch_ids=[lease.batch_id])
    return lease


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("decide", "after"),
    [
        (
            lambda session, number: doubts.resolve_unknown(session, number, resend=True),
            {"pending": 2, "unknown": 1},
        ),
        (lifecycle.cancel, {"cancelled": 1, "unknown": 2}),
    ],
    ids=["resend", "cancel"],
)
def test_what_an_officer_decides_while_a_line_is_settled_is_not_lost(
    postgresql_engine: sa.Engine, settings: Settings, decide: Decide, after: dict[str, int]
) -> None:
    lease = lost_with_doubt(postgresql_engine)
    late = NOW + LEASE + timedelta(seconds=1)
    with beside(postgresql_engine) as steps, writing(postgresql_engine) as officer:
        assert decide(officer, lease.distribution_id) == 1
        settled = steps.transact(
            officer,
            lambda session: settling.settle_overdue(session, settings=settings.delivery, now=late),
        )
        officer.commit()
        assert len(settled.result()) == 1
    with reading(postgresql_engine) as session:
        free = batch(session)
    assert (free.lease_owner, free.counts) == ("", after)
    assert (free.due_at is not None) is ("pending" in after)


@pytest.mark.postgresql
def test_a_line_that_is_heard_of_at_the_last_moment_keeps_what_it_has(
    postgresql_engine: sa.Engine, settings: Settings
) -> None:
    lease = lost_with_doubt(postgresql_engine)
    late = NOW + LEASE + timedelta(seconds=1)
    with beside(postgresql_engine) as steps, writing(postgresql_engine) as line:
        assert leases.renew(line, lease, until=late + LEASE)
        settled = steps.transact(
            line,
            lambda session: settling.settle_overdue(session, settings=settings.delivery, now=late),
        )
        line.commit()
        assert settled.result() == []
    with reading(postgresql_engine) as session:
        assert batch(session).lease_owner == "lost"
        assert statuses(session) == ["unknown", "sending", "pending"]
