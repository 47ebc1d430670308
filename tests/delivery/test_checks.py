"""What is checked once more just before a hand-over."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.contacts import scoped, suppressions
from mailer.delivery import claims
from mailer.delivery.checks import UNREADABLE, hindrances, not_ours
from mailer.delivery.claims import Claimed, Stretch
from mailer.models import (
    Address,
    AddressState,
    Delivery,
    DeliveryStatus,
    Distribution,
    Office,
    Release,
    SuppressionReason,
)
from mailer.tokens import Keyring
from tests import factories
from tests.audience.asking import second_role
from tests.factories import NOW

EVA, BO = "eva.lind@havnebladet.example", "bo@havnebladet.example"
Look = Callable[[], dict[str, str]]


@pytest.fixture
def distribution(session: Session, office: Office) -> Distribution:
    row = factories.distribution(session, factories.release(session, office))
    for email in (EVA, BO):
        factories.delivery(session, row, email)
    return row


@pytest.fixture
def look(session: Session, distribution: Distribution, keyring: Keyring) -> Look:
    """Claim both, and tell what keeps them back by their addresses."""

    def look_once() -> dict[str, str]:
        wave = claimed(session, distribution)
        assert {one.email for one in wave} == {EVA, BO}
        found = hindrances(session, wave, keyring=keyring, embargo_until=None, now=NOW)
        return {one.email: found[one.id] for one in wave if one.id in found}

    return look_once


def claimed(session: Session, distribution: Distribution) -> Sequence[Claimed]:
    stretch = Stretch(distribution.id or 0, 0, 10**9)
    return claims.claim(session, stretch, owner="a", limit=9, now=NOW)


def suppress(session: Session, keyring: Keyring, reason: SuppressionReason) -> None:
    suppressions.suppress(session, EVA, keyring=keyring, reason=reason, source="test")


def test_nothing_keeps_back_who_is_well(look: Look) -> None:
    assert look() == {}


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_who_was_suppressed_meanwhile_gets_nothing(
    session: Session, keyring: Keyring, look: Look, reason: SuppressionReason
) -> None:
    suppress(session, keyring, reason)
    assert look() == {EVA: f"suppressed: {reason}"}


@pytest.mark.parametrize(
    ("reason", "told"),
    [("unsubscribed", "left"), ("complained", "complained"), ("manual", ""), ("bounced", "")],
)
def test_who_left_at_another_address_meanwhile_gets_nothing_here(
    session: Session, keyring: Keyring, look: Look, reason: str, told: str
) -> None:
    elsewhere = "eva@private.example"
    eva = factories.journalist(session, EVA, family_name="Lind")
    bo = factories.journalist(session, BO, family_name="Friis")
    second_role(session, eva, elsewhere)
    for email, person in ((EVA, eva), (BO, bo)):
        of = col(Delivery.email) == email
        session.execute(sa.update(Delivery).where(of).values(journalist_id=person.id))
    why = SuppressionReason(reason)
    suppressions.suppress(session, elsewhere, keyring=keyring, reason=why, source="test")
    assert look() == ({EVA: f"{told} at {elsewhere}"} if told else {})


@pytest.mark.parametrize("scope", ["topic", "office"])
def test_who_left_the_topic_or_the_office_meanwhile_gets_nothing(
    session: Session,
    keyring: Keyring,
    look: Look,
    distribution: Distribution,
    office: Office,
    scope: str,
) -> None:
    release = session.get_one(Release, distribution.release_id)
    release.beats = ["Politics"]
    session.flush()
    left = scoped.topic("politics") if scope == "topic" else scoped.office(session, office.key)
    reason = SuppressionReason.UNSUBSCRIBED
    scoped.suppress(session, EVA, left, keyring=keyring, reason=reason, source="test")
    assert look() == {EVA: left.told()}


@pytest.mark.parametrize(
    ("why", "is_told"), [("unsubscribed", True), ("manual", False)], ids=["left", "by hand"]
)
@pytest.mark.parametrize("scope", ["topic", "office"])
def test_who_left_it_at_another_address_meanwhile_gets_nothing_here(
    session: Session,
    keyring: Keyring,
    look: Look,
    distribution: Distribution,
    office: Office,
    scope: str,
    why: str,
    is_told: bool,
) -> None:
    release = session.get_one(Release, distribution.release_id)
    release.beats = ["Politics"]
    elsewhere = "eva@private.example"
    for email, name in ((EVA, "Lind"), (BO, "Friis")):
        person = factories.journalist(session, email, family_name=name)
        second_role(session, person, elsewhere if email == EVA else "bo@private.example")
        of = col(Delivery.email) == email
        session.execute(sa.update(Delivery).where(of).values(journalist_id=person.id))
    left = scoped.topic("politics") if scope == "topic" else scoped.office(session, office.key)
    reason = SuppressionReason(why)
    scoped.suppress(session, elsewhere, left, keyring=keyring, reason=reason, source="test")
    assert look() == ({EVA: f"{left.told()} at {elsewhere}"} if is_told else {})


def test_who_left_another_topic_gets_it(session: Session, keyring: Keyring, look: Look) -> None:
    reason = SuppressionReason.UNSUBSCRIBED
    scoped.suppress(
        session, EVA, scoped.topic("sport"), keyring=keyring, reason=reason, source="test"
    )
    assert look() == {}


def test_a_row_that_tells_of_trouble_is_not_enough_without_a_suppression(
    session: Session, look: Look
) -> None:
    session.execute(sa.update(Address).values(state=AddressState.SOFT))
    assert look() == {}


@pytest.mark.parametrize("is_there", [False, True])
def test_an_address_without_a_row_is_looked_up_by_its_hash(
    session: Session, keyring: Keyring, look: Look, distribution: Distribution, is_there: bool
) -> None:
    session.execute(sa.delete(Address).where(col(Address.email) == EVA))
    if is_there:
        suppress(session, keyring, SuppressionReason.UNSUBSCRIBED)
    assert look() == ({EVA: "suppressed: unsubscribed"} if is_there else {})


def test_a_dead_address_gets_nothing_though_nobody_has_suppressed_it(
    session: Session, look: Look
) -> None:
    of = col(Address.email) == EVA
    values = {"state": AddressState.HARD, "state_reason": "unknown_user"}
    session.execute(sa.update(Address).where(of).values(**values))
    assert look() == {EVA: "address is dead: unknown_user"}


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_a_suppression_outlives_the_key_that_it_was_hashed_with(
    session: Session, look: Look, reason: SuppressionReason
) -> None:
    suppress(session, Keyring({9: b"\x09" * 32}), reason)
    assert look().keys() == {EVA}


ODD = "Ådne..Vik@havnebladet.example"


@pytest.mark.parametrize("is_alone", [True, False])
def test_an_address_that_nobody_can_read_today_is_withheld_and_keeps_no_other_back(
    session: Session, distribution: Distribution, keyring: Keyring, is_alone: bool
) -> None:
    row = session.exec(select(Delivery).where(col(Delivery.email) == BO)).one()
    row.email, row.address_id = ODD, None
    session.flush()
    if not is_alone:
        suppress(session, keyring, SuppressionReason.MANUAL)
    wave = claimed(session, distribution)
    found = hindrances(session, wave, keyring=keyring, embargo_until=None, now=NOW)
    told = {one.email: found[one.id] for one in wave if one.id in found}
    assert told == {ODD: UNREADABLE} | ({} if is_alone else {EVA: "suppressed: manual"})


@pytest.mark.parametrize(
    "values",
    [
        {"status": DeliveryStatus.UNKNOWN, "lease_owner": ""},
        {"status": DeliveryStatus.COMPLAINED},
        {"lease_owner": "b"},
        {"attempt": 2},
        {"email": ""},
    ],
)
def test_what_is_not_ours_any_more_is_told_from_what_is(
    session: Session, distribution: Distribution, values: dict[str, Any]
) -> None:
    wave = claimed(session, distribution)
    assert not_ours(session, wave, owner="a") == set()
    (eva,) = (one.id for one in wave if one.email == EVA)
    session.execute(sa.update(Delivery).where(col(Delivery.id) == eva).values(**values))
    assert not_ours(session, wave, owner="a") == {eva}
