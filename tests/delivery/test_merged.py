"""What waits for a record that was merged: what the one who stays wished holds for it."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from sqlmodel import Session

from mailer.contacts import scoped, suppressions
from mailer.contacts.keeping.merging import merge
from mailer.contacts.keeping.undoing import undo
from mailer.delivery import claims
from mailer.delivery.checks import hindrances
from mailer.delivery.claims import Stretch
from mailer.models import Journalist, Office, SuppressionReason
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW

EVA, PRIVATE, LAST = "eva@havnebladet.example", "eva@private.example", "eva@last.example"
LEFT = SuppressionReason.UNSUBSCRIBED
Look = Callable[[], dict[str, str]]


@pytest.fixture
def people(session: Session) -> list[Journalist]:
    """Three records of Eva: what waits is for the first."""
    return [factories.journalist(session, email) for email in (EVA, PRIVATE, LAST)]


@pytest.fixture
def look(session: Session, office: Office, people: list[Journalist], keyring: Keyring) -> Look:
    """Claim what waits, and tell what keeps it back by the address."""
    release = factories.release(session, office, beats=["Politics"])
    distribution = factories.distribution(session, release)
    factories.delivery(session, distribution, EVA, journalist_id=people[0].id)

    def look_once() -> dict[str, str]:
        stretch = Stretch(distribution.id or 0, 0, 10**9)
        wave = claims.claim(session, stretch, owner="a", limit=9, now=NOW)
        found = hindrances(session, wave, keyring=keyring, embargo_until=None, now=NOW)
        return {one.email: found[one.id] for one in wave if one.id in found}

    return look_once


def join(session: Session, keyring: Keyring, going: Journalist, staying: Journalist) -> int:
    """One record goes into another; the number of the operation."""
    return merge(session, staying, going, keyring=keyring, source="test").operation_id


def test_who_was_merged_gets_it(
    session: Session, keyring: Keyring, people: list[Journalist], look: Look
) -> None:
    join(session, keyring, people[0], people[1])
    assert look() == {}


@pytest.mark.parametrize("merges", [1, 2])
@pytest.mark.parametrize(
    ("reason", "told"),
    [("unsubscribed", "left"), ("complained", "complained"), ("manual", ""), ("bounced", "")],
)
def test_a_leave_of_the_one_who_stays_keeps_it_back(
    session: Session,
    keyring: Keyring,
    people: list[Journalist],
    look: Look,
    merges: int,
    reason: str,
    told: str,
) -> None:
    for going, staying in list(pairwise(people))[:merges]:
        join(session, keyring, going, staying)
    at = (PRIVATE, LAST)[merges - 1]
    why = SuppressionReason(reason)
    suppressions.suppress(session, at, keyring=keyring, reason=why, source="test")
    assert look() == ({EVA: f"{told} at {at}"} if told else {})


@pytest.mark.parametrize("scope", ["topic", "office"])
def test_so_does_a_leave_of_the_topic_or_the_office(
    session: Session,
    keyring: Keyring,
    people: list[Journalist],
    look: Look,
    office: Office,
    scope: str,
) -> None:
    join(session, keyring, people[0], people[1])
    left = scoped.topic("politics") if scope == "topic" else scoped.office(session, office.key)
    scoped.suppress(session, PRIVATE, left, keyring=keyring, reason=LEFT, source="test")
    assert look() == {EVA: f"{left.told()} at {PRIVATE}"}


def test_once_the_merge_is_undone_it_is_another_s_leave(
    session: Session, keyring: Keyring, people: list[Journalist], look: Look
) -> None:
    operation_id = join(session, keyring, people[0], people[1])
    undo(session, operation_id, keyring=keyring, source="test")
    suppressions.suppress(session, PRIVATE, keyring=keyring, reason=LEFT, source="test")
    assert look() == {}
