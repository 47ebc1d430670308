from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.contacts.suppressions import suppress
from mailer.database import writing
from mailer.delivery import waves
from mailer.delivery.outcome import Outcome, Phase, from_reply, lost
from mailer.delivery.waves import Patience
from mailer.models import (
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Office,
    SuppressionReason,
)
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW

LEASE = timedelta(minutes=15)
PATIENCE = Patience(gaps=(timedelta(minutes=6), timedelta(minutes=15)), useful=timedelta(hours=48))
ACCEPTED = from_reply(Phase.AFTER_DOT, 250, "2.0.0 Ok: queued as 4F1A")
GREYLISTED = from_reply(Phase.RCPT, 451, "4.7.1 Greylisted")
NO_USER = from_reply(Phase.RCPT, 550, "5.1.1 no such user")
CUT_AFTER_DOT = lost(Phase.AFTER_DOT, "Connection lost")
RELAY_DOWN = lost(Phase.CONNECT, "Connection refused")

Claim = Callable[..., list[Delivery]]


@pytest.fixture
def distribution(session: Session, office: Office) -> Distribution:
    return factories.distribution(session, factories.release(session, office))


@pytest.fixture
def deliveries(session: Session, distribution: Distribution) -> list[Delivery]:
    return [
        factories.delivery(session, distribution, f"desk{number}@havnebladet.example")
        for number in range(5)
    ]


@pytest.fixture
def claim(session: Session, deliveries: list[Delivery], keyring: Keyring) -> Claim:
    def claim_some(**given: Any) -> list[Delivery]:
        values = {"owner": "a", "lease": LEASE, "limit": 20, "keyring": keyring, "now": NOW}
        return waves.claim(session, ids(deliveries), **(values | given))

    return claim_some


def ids(deliveries: Sequence[Delivery]) -> list[int]:
    return [delivery.id or 0 for delivery in deliveries]


def record(session: Session, delivery: Delivery, outcome: Outcome, **given: Any) -> bool:
    values = {"patience": PATIENCE, "now": NOW, "random": Random(1)}
    return waves.record(session, delivery, outcome, **(values | given))


def fresh(session: Session, delivery: Delivery) -> Delivery:
    return session.get_one(Delivery, delivery.id, populate_existing=True)


def test_a_claim_marks_the_deliveries_and_sets_their_first_attempt(
    session: Session, deliveries: list[Delivery], claim: Claim
) -> None:
    claimed = claim()
    assert ids(claimed) == ids(deliveries)
    for row in claimed:
        assert (row.status, row.lease_owner) == (DeliveryStatus.SENDING, "a")
        assert (row.lease_until, row.attempt) == (NOW + LEASE, 1)
        assert row.first_attempt_at == NOW
        assert fresh(session, row).status is DeliveryStatus.SENDING


def test_what_is_claimed_cannot_be_claimed_again(claim: Claim) -> None:
    assert len(claim()) == 5
    assert claim(owner="b") == []


def test_a_wave_has_a_limit_and_keeps_the_order_of_hand_over(
    session: Session, deliveries: list[Delivery], claim: Claim
) -> None:
    for position, row in enumerate(reversed(deliveries)):
        row.position = position
    session.flush()
    backwards = ids(deliveries)[::-1]
    assert ids(claim(limit=2)) == backwards[:2]
    assert ids(claim(limit=2)) == backwards[2:4]
    assert ids(claim(limit=2)) == backwards[4:]


@pytest.mark.parametrize("status", [s for s in DistributionStatus if s != "sending"])
def test_nothing_is_claimed_of_a_distribution_that_is_not_being_sent(
    session: Session, distribution: Distribution, claim: Claim, status: DistributionStatus
) -> None:
    distribution.status = status
    session.flush()
    assert claim() == []


@pytest.mark.parametrize("status", [s for s in DeliveryStatus if s not in {"pending", "deferred"}])
def test_only_what_waits_is_claimed(
    session: Session, deliveries: list[Delivery], claim: Claim, status: DeliveryStatus
) -> None:
    deliveries[0].status = status
    session.flush()
    assert ids(claim()) == ids(deliveries[1:])


def test_a_deferred_delivery_is_claimed_when_its_time_has_come(
    session: Session, deliveries: list[Delivery], claim: Claim
) -> None:
    early, due = deliveries[:2]
    for row, minutes in ((early, 1), (due, -1)):
        row.status, row.attempt = DeliveryStatus.DEFERRED, 3
        row.first_attempt_at = NOW - timedelta(hours=1)
        row.next_attempt_at = NOW + timedelta(minutes=minutes)
    session.flush()
    claimed = claim()
    assert ids(claimed) == ids(deliveries[1:])
    assert (claimed[0].attempt, claimed[0].first_attempt_at) == (4, NOW - timedelta(hours=1))
    assert claimed[0].next_attempt_at is None


def test_who_has_left_since_the_audience_was_frozen_is_withheld_and_the_wave_is_filled(
    session: Session, deliveries: list[Delivery], claim: Claim, keyring: Keyring
) -> None:
    for row in deliveries[:2]:
        reason = SuppressionReason.UNSUBSCRIBED
        suppress(session, row.email, keyring=keyring, reason=reason, source="link")
    assert ids(claim(limit=2)) == ids(deliveries[2:4])
    for row in deliveries[:2]:
        left = fresh(session, row)
        assert (left.status, left.attempt) == (DeliveryStatus.WITHHELD, 0)
        assert left.reason == "suppressed: unsubscribed"


def test_an_erased_address_is_withheld(
    session: Session, deliveries: list[Delivery], claim: Claim
) -> None:
    deliveries[0].email = ""
    session.flush()
    assert ids(claim()) == ids(deliveries[1:])
    assert fresh(session, deliveries[0]).status is DeliveryStatus.WITHHELD


def test_a_distribution_whose_time_is_over_expires_and_is_not_sent(
    session: Session, distribution: Distribution, deliveries: list[Delivery], claim: Claim
) -> None:
    distribution.not_after = NOW
    session.flush()
    assert claim() == []
    rows = session.exec(select(Delivery).execution_options(populate_existing=True)).all()
    assert {row.status for row in rows} == {DeliveryStatus.EXPIRED}


def test_what_the_relay_took_is_sent_with_its_reply(session: Session, claim: Claim) -> None:
    (row,) = claim(limit=1)
    assert record(session, row, ACCEPTED)
    sent = fresh(session, row)
    assert (sent.status, sent.sent_at, sent.reason) == (DeliveryStatus.SENT, NOW, "")
    assert (sent.reply_code, sent.reply_text) == (250, "2.0.0 Ok: queued as 4F1A")
    assert (sent.lease_owner, sent.lease_until, sent.queued_until) == ("", None, None)


def test_what_was_put_off_waits_for_its_next_time(session: Session, claim: Claim) -> None:
    (row,) = claim(limit=1)
    assert record(session, row, GREYLISTED)
    put_off = fresh(session, row)
    assert (put_off.status, put_off.attempt) == (DeliveryStatus.DEFERRED, 1)
    assert put_off.reason == "greylisted"
    assert put_off.next_attempt_at
    assert timedelta(minutes=5) < put_off.next_attempt_at - NOW < timedelta(minutes=7)


def test_what_was_refused_is_rejected_with_the_reason(session: Session, claim: Claim) -> None:
    (row,) = claim(limit=1)
    assert record(session, row, NO_USER)
    refused = fresh(session, row)
    assert (refused.status, refused.reason) == (DeliveryStatus.REJECTED, "unknown_user")
    assert (refused.reply_code, refused.next_attempt_at) == (550, None)


def test_what_nobody_can_know_is_unknown_and_not_tried_again(
    session: Session, claim: Claim
) -> None:
    (row,) = claim(limit=1)
    assert record(session, row, CUT_AFTER_DOT)
    assert fresh(session, row).status is DeliveryStatus.UNKNOWN
    assert row.id not in ids(claim(owner="b", now=NOW + timedelta(days=1)))


def test_trouble_with_the_relay_uses_up_none_of_the_recipients_schedule(
    session: Session, claim: Claim
) -> None:
    moment = NOW
    for _ in range(3):
        (row,) = claim(limit=1, now=moment)
        assert row.attempt == 1
        record(session, row, RELAY_DOWN, now=moment)
        moment += timedelta(minutes=2)
    waiting = fresh(session, row)
    assert (waiting.status, waiting.attempt) == (DeliveryStatus.DEFERRED, 0)
    assert waiting.reason == "relay: network"


def test_news_that_has_grown_old_expires(session: Session, claim: Claim) -> None:
    (row,) = claim(limit=1)
    assert record(session, row, GREYLISTED, now=NOW + timedelta(hours=47, minutes=58))
    old = fresh(session, row)
    assert (old.status, old.next_attempt_at) == (DeliveryStatus.EXPIRED, None)
    assert (old.reason, old.reply_code) == ("greylisted", 451)


def test_an_answer_is_written_down_once(session: Session, claim: Claim) -> None:
    (row,) = claim(limit=1)
    assert record(session, row, ACCEPTED)
    assert not record(session, row, NO_USER)
    assert fresh(session, row).status is DeliveryStatus.SENT


def test_an_answer_to_an_older_claim_changes_nothing(session: Session, claim: Claim) -> None:
    (old,) = claim(limit=1)
    session.expunge(old)
    row = fresh(session, old)
    row.status, row.lease_owner = DeliveryStatus.PENDING, ""
    session.flush()
    (new,) = claim(limit=1, owner="b")
    assert not record(session, old, NO_USER)
    assert fresh(session, new).status is DeliveryStatus.SENDING


def test_an_answer_that_comes_after_the_rescuer_still_counts(
    session: Session, claim: Claim
) -> None:
    (row,) = claim(limit=1)
    session.expunge(row)
    rescued = fresh(session, row)
    rescued.status, rescued.lease_owner = DeliveryStatus.UNKNOWN, ""
    session.flush()
    assert record(session, row, ACCEPTED)
    assert fresh(session, row).status is DeliveryStatus.SENT


def test_what_cannot_be_composed_is_withheld_with_the_cause(session: Session, claim: Claim) -> None:
    (row,) = claim(limit=1)
    assert waves.withhold(session, row, reason="cannot be composed: no cover words")
    withheld = fresh(session, row)
    assert (withheld.status, withheld.attempt) == (DeliveryStatus.WITHHELD, 0)
    assert withheld.reason == "cannot be composed: no cover words"


def test_what_is_given_back_waits_again_as_if_nothing_had_been(
    session: Session, deliveries: list[Delivery], claim: Claim
) -> None:
    for row in deliveries:
        row.queued_until = NOW + timedelta(minutes=1)
    session.flush()
    begun = claim(limit=2)
    done = claim(limit=1, owner="b")[0]
    record(session, done, ACCEPTED)
    assert waves.give_back(session, ids(deliveries), owner="a") == 4
    for row in deliveries:
        back = fresh(session, row)
        assert (back.queued_until, back.lease_owner) == (None, "")
        expected = DeliveryStatus.SENT if row.id == done.id else DeliveryStatus.PENDING
        assert back.status is expected
    assert ids(begun) == ids(claim(limit=2, owner="c"))


def test_two_workers_never_claim_the_same_delivery(engine: sa.Engine, keyring: Keyring) -> None:
    with writing(engine) as session:
        release = factories.release(session, factories.office(session))
        distribution = factories.distribution(session, release)
        rows = [
            factories.delivery(session, distribution, f"desk{number}@havnebladet.example")
            for number in range(6)
        ]
    shared = {"lease": LEASE, "limit": 3, "keyring": keyring, "now": NOW}
    if engine.dialect.name == "postgresql":
        with writing(engine) as first, writing(engine) as second:
            one = waves.claim(first, ids(rows), owner="a", **shared)
            # The first has not committed yet: the second passes its rows by and does not wait.
            two = waves.claim(second, ids(rows), owner="b", **shared)
    else:
        with writing(engine) as first:
            one = waves.claim(first, ids(rows), owner="a", **shared)
        with writing(engine) as second:
            two = waves.claim(second, ids(rows), owner="b", **shared)
    assert ids(one) + ids(two) == ids(rows)
