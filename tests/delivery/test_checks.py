"""What is checked once more just before a hand-over."""

from collections.abc import Callable, Sequence

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts import scoped, suppressions
from mailer.delivery import claims
from mailer.delivery.checks import hindrances
from mailer.delivery.claims import Claimed, Stretch
from mailer.models import (
    Address,
    AddressState,
    Distribution,
    Office,
    Release,
    SuppressionReason,
)
from mailer.tokens import Keyring
from tests import factories
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
        wave: Sequence[Claimed] = claims.claim(
            session, Stretch(distribution.id or 0, 0, 10**9), owner="a", limit=9, now=NOW
        )
        assert {one.email for one in wave} == {EVA, BO}
        found = hindrances(session, wave, keyring=keyring, embargo_until=None, now=NOW)
        return {one.email: found[one.id] for one in wave if one.id in found}

    return look_once


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
