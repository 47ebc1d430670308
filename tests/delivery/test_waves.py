import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlmodel import Session

from mailer.delivery import claims, waves
from mailer.delivery.claims import Claimed, Stretch
from mailer.delivery.outcome import Outcome, Phase, from_reply, lost
from mailer.delivery.waves import Handed, Rules
from mailer.models import (
    Delivery,
    DeliveryStatus,
    Distribution,
    KeptSkeleton,
    Office,
    UnknownPolicy,
)
from tests import factories
from tests.factories import NOW

RULES = Rules(
    gaps=(timedelta(minutes=6), timedelta(minutes=15)),
    useful=timedelta(hours=48),
    random=Random(1),
)
ACCEPTED = from_reply(Phase.AFTER_DOT, 250, "2.0.0 Ok: queued as 4F1A")
GREYLISTED = from_reply(Phase.RCPT, 451, "4.7.1 Greylisted")
NO_USER = from_reply(Phase.RCPT, 550, "5.1.1 no such user")
CUT_AFTER_DOT = lost(Phase.AFTER_DOT, "Connection lost")
RELAY_DOWN = lost(Phase.CONNECT, "Connection refused")

Claim = Callable[..., list[Claimed]]


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
def claim(session: Session, deliveries: list[Delivery], distribution: Distribution) -> Claim:
    def claim_some(**given: Any) -> list[Claimed]:
        values = {"owner": "a", "limit": 20, "now": NOW}
        return claims.claim(session, whole(distribution), **(values | given))

    return claim_some


def whole(distribution: Distribution) -> Stretch:
    return Stretch(distribution.id or 0, 0, 10**9)


def ids(deliveries: Sequence[Delivery | Claimed]) -> list[int]:
    return [delivery.id or 0 for delivery in deliveries]


def record(session: Session, delivery: Claimed, outcome: Outcome, **given: Any) -> bool:
    values = {"owner": "a", "rules": RULES, "now": NOW}
    handed = Handed(delivery, skeleton(session), "5f" * 32, ("b=abc",))
    return waves.record(session, handed, outcome, **(values | given))


def skeleton(session: Session) -> int:
    return factories.saved(session, KeptSkeleton(digest=secrets.token_bytes(32), parts=b"")).id or 0


def fresh(session: Session, delivery: Delivery | Claimed) -> Delivery:
    return session.get_one(Delivery, delivery.id, populate_existing=True)


def test_a_claim_marks_the_deliveries_and_sets_their_first_attempt(
    session: Session, deliveries: list[Delivery], claim: Claim
) -> None:
    claimed = claim()
    assert ids(claimed) == ids(deliveries)
    for one in claimed:
        row = fresh(session, one)
        assert (row.status, row.lease_owner) == (DeliveryStatus.SENDING, "a")
        assert (one.attempt, row.attempt) == (1, 1)
        assert (one.first_attempt_at, row.first_attempt_at) == (None, NOW)
        assert row.next_attempt_at is None


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


def test_nothing_beyond_the_stretch_is_claimed(
    session: Session, deliveries: list[Delivery], distribution: Distribution
) -> None:
    middle = [deliveries[1], deliveries[2]]
    stretch = Stretch(distribution.id or 0, middle[0].position, middle[1].position)
    assert ids(claims.claim(session, stretch, owner="a", limit=20, now=NOW)) == ids(middle)


def test_what_the_relay_took_is_sent_with_its_reply(session: Session, claim: Claim) -> None:
    (row,) = claim(limit=1)
    assert record(session, row, ACCEPTED)
    sent = fresh(session, row)
    assert (sent.status, sent.sent_at, sent.reason) == (DeliveryStatus.SENT, NOW, "")
    assert (sent.reply_code, sent.reply_text) == (250, "2.0.0 Ok: queued as 4F1A")
    assert (sent.lease_owner, sent.content_hash, sent.signatures) == ("", "5f" * 32, ["b=abc"])


def test_a_whole_wave_is_recorded_at_once_and_only_what_is_ours(
    session: Session, claim: Claim, deliveries: list[Delivery]
) -> None:
    wave = claim()
    stolen = fresh(session, deliveries[3])
    stolen.lease_owner = "b"
    session.flush()
    number = skeleton(session)
    replies = [
        (
            Handed(one, number, f"{one.id:064d}", ()),
            ACCEPTED._replace(text=f"queued as {one.id}"),
            NOW + timedelta(seconds=place, microseconds=place),
        )
        for place, one in enumerate(wave)
    ]
    assert waves.record_sent(session, replies, owner="a") == len(wave) - 1
    moments = {handed.delivery.id: at for handed, _, at in replies}
    for one in wave:
        row = fresh(session, one)
        expected = ("sending", "") if row.id == stolen.id else ("sent", f"queued as {one.id}")
        assert (row.status.value, row.reply_text) == expected
        assert row.sent_at == (None if row.id == stolen.id else moments[one.id])


def test_words_of_a_relay_in_any_script_are_kept_as_they_are(
    session: Session, claim: Claim
) -> None:
    odd = "2.0.0 Ok: \u00bb\u0645\u0642\u0628\u0648\u0644\u00ab \"x\" \\ 'y' {z} \U0001f600"
    (row,) = claim(limit=1)
    assert record(session, row, ACCEPTED._replace(text=odd))
    assert fresh(session, row).reply_text == odd


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


def test_what_nobody_can_know_is_tried_again_much_later_where_that_was_decided(
    session: Session, claim: Claim
) -> None:
    (row,) = claim(limit=1)
    assert record(session, row, CUT_AFTER_DOT, rules=replace(RULES, unknown=UnknownPolicy.RESEND))
    again = fresh(session, row)
    assert (again.status, again.attempt) == (DeliveryStatus.DEFERRED, 1)
    assert again.next_attempt_at == NOW + waves.RESEND_GAP


def test_doubt_about_news_that_is_old_by_then_stays_for_a_person(
    session: Session, claim: Claim
) -> None:
    (row,) = claim(limit=1)
    rules = replace(RULES, unknown=UnknownPolicy.RESEND, not_after=NOW + waves.RESEND_GAP / 2)
    assert record(session, row, CUT_AFTER_DOT, rules=rules)
    assert fresh(session, row).status is DeliveryStatus.UNKNOWN


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
    (first,) = claim(limit=1)
    row = first._replace(first_attempt_at=NOW)
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
    row = fresh(session, old)
    row.status, row.lease_owner, row.next_attempt_at = DeliveryStatus.PENDING, "", NOW
    session.flush()
    (new,) = claim(limit=1)
    assert not record(session, old, NO_USER)
    assert fresh(session, new).status is DeliveryStatus.SENDING


def test_an_answer_that_comes_after_the_rescuer_still_counts(
    session: Session, claim: Claim
) -> None:
    (row,) = claim(limit=1)
    rescued = fresh(session, row)
    rescued.status, rescued.lease_owner = DeliveryStatus.UNKNOWN, ""
    session.flush()
    assert record(session, row, ACCEPTED)
    assert fresh(session, row).status is DeliveryStatus.SENT


def test_what_cannot_be_composed_is_withheld_with_the_cause(session: Session, claim: Claim) -> None:
    (row,) = claim(limit=1)
    assert waves.withhold(session, row, owner="a", reason="cannot be composed: no cover words")
    withheld = fresh(session, row)
    assert (withheld.status, withheld.attempt) == (DeliveryStatus.WITHHELD, 0)
    assert withheld.reason == "cannot be composed: no cover words"


def test_what_is_put_back_waits_again_as_if_nothing_had_been(
    session: Session, claim: Claim
) -> None:
    (row,) = claim(limit=1)
    later = NOW + timedelta(minutes=1)
    assert waves.put_back(session, row, owner="a", until=later)
    back = fresh(session, row)
    assert (back.status, back.attempt, back.lease_owner) == (DeliveryStatus.PENDING, 0, "")
    assert back.next_attempt_at == later
    assert row.id not in ids(claim(owner="b"))
    assert ids(claim(owner="b", now=later)) == [row.id]


RESEND = replace(RULES, unknown=UnknownPolicy.RESEND)
PLANNED = NOW + waves.RESEND_GAP


def in_doubt(session: Session, claim: Claim) -> Claimed:
    """Claimed once; nobody knows whether it was taken, and it is to be handed over again."""
    (row,) = claim(limit=1)
    assert record(session, row, CUT_AFTER_DOT, rules=RESEND)
    return row


def test_an_acceptance_that_comes_late_ends_the_plan_to_hand_it_over_again(
    session: Session, claim: Claim
) -> None:
    row = in_doubt(session, claim)
    assert record(session, row, ACCEPTED)
    sent = fresh(session, row)
    assert (sent.status, sent.next_attempt_at, sent.sent_at) == (DeliveryStatus.SENT, None, NOW)


@pytest.mark.parametrize("outcome", [ACCEPTED, NO_USER, GREYLISTED, CUT_AFTER_DOT])
def test_no_answer_takes_back_what_was_claimed_again(
    session: Session, claim: Claim, outcome: Outcome
) -> None:
    row = in_doubt(session, claim)
    assert row.id in ids(claim(owner="b", now=PLANNED))
    assert not record(session, row, outcome)
    again = fresh(session, row)
    assert (again.status, again.lease_owner) == (DeliveryStatus.SENDING, "b")


@pytest.mark.parametrize(
    "status",
    [
        DeliveryStatus.PENDING,
        DeliveryStatus.CANCELLED,
        DeliveryStatus.WITHHELD,
        DeliveryStatus.EXPIRED,
    ],
)
def test_whatever_was_decided_about_a_doubt_what_the_relay_took_is_sent(
    session: Session, claim: Claim, status: DeliveryStatus
) -> None:
    row = in_doubt(session, claim)
    fresh(session, row).status = status
    session.flush()
    assert record(session, row, ACCEPTED)
    assert fresh(session, row).status is DeliveryStatus.SENT


def test_a_refusal_that_comes_late_ends_the_doubt_too(session: Session, claim: Claim) -> None:
    row = in_doubt(session, claim)
    assert record(session, row, NO_USER)
    refused = fresh(session, row)
    assert (refused.status, refused.next_attempt_at) == (DeliveryStatus.REJECTED, None)


def test_that_nobody_knows_does_not_undo_the_decision_to_hand_it_over_again(
    session: Session, claim: Claim
) -> None:
    row = in_doubt(session, claim)
    assert not record(session, row, CUT_AFTER_DOT)
    again = fresh(session, row)
    assert (again.status, again.next_attempt_at) == (DeliveryStatus.DEFERRED, PLANNED)


def test_what_was_never_begun_need_not_wait_for_its_planned_time(
    session: Session, claim: Claim
) -> None:
    row = in_doubt(session, claim)
    assert waves.put_back(session, row, owner="a", until=NOW)
    back = fresh(session, row)
    assert (back.status, back.attempt, back.next_attempt_at) == (DeliveryStatus.PENDING, 0, NOW)


def test_what_was_cancelled_is_not_given_back(session: Session, claim: Claim) -> None:
    row = in_doubt(session, claim)
    fresh(session, row).status = DeliveryStatus.CANCELLED
    session.flush()
    assert not waves.put_back(session, row, owner="a", until=NOW)
    assert fresh(session, row).status is DeliveryStatus.CANCELLED


@pytest.mark.parametrize("owner", ["a", ""])
@pytest.mark.parametrize("status", [DeliveryStatus.BOUNCED, DeliveryStatus.COMPLAINED])
def test_what_came_back_before_the_answer_was_written_down_is_not_forgotten(
    session: Session, claim: Claim, status: DeliveryStatus, owner: str
) -> None:
    (claimed,) = claim(limit=1)
    row = fresh(session, claimed)
    row.status, row.reason, row.lease_owner = status, "unknown_user", owner
    session.flush()
    assert record(session, claimed, ACCEPTED)
    returned = fresh(session, claimed)
    assert (returned.status, returned.reason) == (status, "unknown_user")
    assert (returned.sent_at, returned.lease_owner) == (NOW, "")
    assert (returned.reply_code, returned.content_hash) == (250, "5f" * 32)


def second_attempt(session: Session, claim: Claim, outcome: Outcome, *, is_set: bool) -> Delivery:
    """After one that is in doubt."""
    first = in_doubt(session, claim)
    (again,) = (one for one in claim(now=PLANNED) if one.id == first.id)
    handed = Handed.unset(again)
    if is_set:
        handed = Handed(again, skeleton(session), "7a" * 32, ("b=other",))
    assert waves.record(session, handed, outcome, owner="a", rules=RULES, now=PLANNED)
    return fresh(session, first)


@pytest.mark.parametrize("is_set", [True, False])
@pytest.mark.parametrize("outcome", [RELAY_DOWN, GREYLISTED, NO_USER])
def test_what_proves_a_message_in_doubt_is_kept_when_another_attempt_fails(
    session: Session, claim: Claim, outcome: Outcome, is_set: bool
) -> None:
    row = second_attempt(session, claim, outcome, is_set=is_set)
    assert (row.content_hash, row.signatures) == ("5f" * 32, ["b=abc"])
    assert row.skeleton_id


@pytest.mark.parametrize(("is_set", "kept"), [(True, "7a" * 32), (False, "5f" * 32)])
def test_a_second_doubt_is_proven_by_its_own_message_where_that_is_known(
    session: Session, claim: Claim, is_set: bool, kept: str
) -> None:
    assert second_attempt(session, claim, CUT_AFTER_DOT, is_set=is_set).content_hash == kept


def test_what_was_accepted_at_last_is_proven_by_its_own_message(
    session: Session, claim: Claim
) -> None:
    row = second_attempt(session, claim, ACCEPTED, is_set=True)
    assert (row.content_hash, row.signatures) == ("7a" * 32, ["b=other"])
