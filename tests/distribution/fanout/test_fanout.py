"""The fan-out: one delivery for each address, named and ordered, the audience frozen."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.compose.letter import Identity
from mailer.distribution.fanout import fan_out
from mailer.models import (
    Address,
    Batch,
    Delivery,
    DeliveryStatus,
    Distribution,
    Journalist,
    ReceivingDomain,
    Role,
    TrackedLink,
)
from mailer.releases.editions import FullRelease
from mailer.settings import Settings
from tests import factories

NOW = factories.NOW
FanOut = Callable[..., Sequence[Delivery]]


@pytest.fixture
def fanned_out(
    session: Session, full: FullRelease, identity: Identity, settings: Settings
) -> Callable[..., Sequence[Delivery]]:
    """Fans out a distribution to everyone; its deliveries in their order."""

    def fanning(**given: Any) -> Sequence[Delivery]:
        throttle = settings.throttle.model_copy(update=given.pop("throttle", {}))
        values = {"fanned_out_at": None} | given
        distribution = factories.distribution(session, full.release, **values)
        fan_out(session, distribution, identity=identity, at=NOW, batch_size=3, throttle=throttle)
        return deliveries_of(session, distribution)

    return fanning


def deliveries_of(session: Session, distribution: Distribution) -> Sequence[Delivery]:
    return session.exec(
        select(Delivery)
        .where(Delivery.distribution_id == distribution.id)
        .order_by(Delivery.position)
    ).all()


def test_each_address_becomes_one_delivery(session: Session, fanned_out: FanOut) -> None:
    factories.desk(session)
    person = factories.journalist(session, "karen@havnebladet.example")
    rows = fanned_out()
    assert {row.email for row in rows} == {
        "redaktion@havnebladet.example",
        "karen@havnebladet.example",
    }
    assert {row.journalist_id for row in rows} == {None, person.id}
    assert all(row.status is DeliveryStatus.PENDING for row in rows)


def test_each_delivery_has_a_message_id_of_its_own_from_the_start(
    session: Session, fanned_out: FanOut
) -> None:
    for number in range(5):
        factories.journalist(session, f"n{number}@b.example")
    ids = [row.message_id for row in fanned_out()]
    assert len(set(ids)) == 5
    assert all(one.endswith("@press.example.org>") for one in ids)


def test_the_same_audience_gives_the_same_message_ids_again(
    session: Session, fanned_out: FanOut
) -> None:
    factories.journalist(session, "a@b.example")
    (first,) = fanned_out()
    named = first.message_id
    session.delete(first)
    session.flush()
    (again,) = fanned_out()
    assert again.message_id == named


def test_one_newsroom_gets_no_burst(session: Session, fanned_out: FanOut) -> None:
    for newsroom in ("a", "b", "c"):
        for number in range(4):
            factories.journalist(session, f"n{number}@{newsroom}.example")
    order = [row.email.partition("@")[2] for row in fanned_out()]
    assert all(len(set(order[turn : turn + 3])) == 3 for turn in range(0, 12, 3))


def test_those_left_out_are_kept_with_the_reason(session: Session, fanned_out: FanOut) -> None:
    factories.journalist(session, "never@b.example", do_not_contact=True)
    factories.journalist(session, "karen@b.example")
    withheld = {
        row.email: row.reason for row in fanned_out() if row.status is DeliveryStatus.WITHHELD
    }
    assert list(withheld) == ["never@b.example"]
    assert withheld["never@b.example"]


def test_the_targets_of_the_links_are_kept_on_the_server(
    session: Session, full: FullRelease, fanned_out: FanOut
) -> None:
    factories.journalist(session, languages=["fr"])
    fanned_out()
    links = session.exec(select(TrackedLink)).all()
    assert [(row.revision_id, row.number, row.url) for row in links] == [
        (full.revisions["fr"].id, 1, "https://harbour.example/code")
    ]


def test_several_people_at_one_mailbox_get_one_delivery(
    session: Session, fanned_out: FanOut
) -> None:
    factories.journalist(session, "shared@b.example")
    factories.journalist(session, "shared@b.example")
    factories.journalist(session, "never@b.example", do_not_contact=True)
    factories.journalist(session, "never@b.example", do_not_contact=True)
    rows = {row.email: row.status for row in fanned_out()}
    assert rows == {
        "shared@b.example": DeliveryStatus.PENDING,
        "never@b.example": DeliveryStatus.WITHHELD,
    }


def test_nothing_is_withheld_from_those_who_have_the_text_already(
    session: Session, fanned_out: FanOut
) -> None:
    factories.journalist(session, "karen@b.example")
    first = fanned_out()
    assert [row.email for row in first] == ["karen@b.example"]
    assert fanned_out() == []


def test_those_withheld_stand_last_and_all_positions_are_in_batches(
    session: Session, fanned_out: FanOut
) -> None:
    for number in range(5):
        factories.journalist(session, f"n{number}@b.example")
        factories.journalist(session, f"never{number}@b.example", do_not_contact=True)
    rows = fanned_out()
    assert [row.position for row in rows] == list(range(10))
    assert [row.status for row in rows] == ["pending"] * 5 + ["withheld"] * 5
    assert {row.next_attempt_at for row in rows[5:]} == {None}
    batches = session.exec(select(Batch).order_by(col(Batch.first_position))).all()
    assert [batch.counts for batch in batches] == [
        {"pending": 3},
        {"pending": 2, "withheld": 1},
        {"withheld": 3},
        {"withheld": 1},
    ]


def test_nobody_is_first_by_the_order_in_which_she_was_met(
    session: Session, fanned_out: FanOut
) -> None:
    for number in range(40):
        factories.journalist(session, f"n{number}@paper{number}.example")
    first, second = ([row.address_id for row in fanned_out()] for _ in range(2) if _reset(session))
    assert first != sorted(first)
    assert sorted(first) == sorted(second)
    assert first != second


def _reset(session: Session) -> bool:
    """Let everyone get it again."""
    session.execute(sa.update(Delivery).values(status=DeliveryStatus.CANCELLED))
    return True


def test_each_newsroom_has_its_turn_before_one_has_its_second(
    session: Session, fanned_out: FanOut
) -> None:
    for number in range(30):
        factories.journalist(session, f"n{number}@large.example")
    for number in range(3):
        factories.journalist(session, f"n@small{number}.example")
    order = [row.email.partition("@")[2] for row in fanned_out()]
    assert set(order[:4]) == {"large.example", "small0.example", "small1.example", "small2.example"}


def test_each_is_due_at_the_local_time_of_her_own_zone_and_stands_in_that_order(
    session: Session, fanned_out: FanOut
) -> None:
    for number in range(3):
        factories.journalist(session, f"a{number}@a.example", zone="America/Sao_Paulo")
        factories.journalist(session, f"b{number}@b.example", zone="Europe/Lisbon")
    rows = fanned_out(scheduled_at=NOW - timedelta(hours=1), local_time="09:30")
    assert [(row.email[0], row.next_attempt_at) for row in rows] == [
        *[("b", datetime(2026, 11, 24, 9, 30, tzinfo=UTC))] * 3,
        *[("a", datetime(2026, 11, 24, 12, 30, tzinfo=UTC))] * 3,
    ]


def test_all_are_due_when_it_is_scheduled_where_no_clock_is_named(
    session: Session, fanned_out: FanOut
) -> None:
    factories.journalist(session, zone="America/Sao_Paulo")
    (row,) = fanned_out()
    assert row.next_attempt_at == NOW


def test_the_provider_is_named_by_the_settings_or_found_by_its_servers_or_is_the_domain(
    session: Session, fanned_out: FanOut
) -> None:
    for domain in ("one.example", "two.example", "three.example", "sub.one.example"):
        factories.journalist(session, f"a@{domain}")
        if domain != "three.example":
            factories.saved(
                session,
                ReceivingDomain(domain=domain, provider="found", looked_up_at=NOW),
            )
    rows = fanned_out(throttle={"providers": {"named": ["one.example"]}})
    assert {row.email.partition("@")[2]: row.provider for row in rows} == {
        "one.example": "named",
        "sub.one.example": "named",
        "two.example": "found",
        "three.example": "three.example",
    }


def test_a_delivery_outlives_its_contact_and_never_leads_to_another(
    session: Session, fanned_out: FanOut
) -> None:
    person = factories.journalist(session, "gone@b.example")
    (row,) = fanned_out()
    assert row.journalist_id == person.id
    for table in (Role, Journalist, Address):
        session.execute(sa.delete(table))
    newcomer = factories.journalist(session, "new@b.example")
    address = factories.address(session, "new@b.example")
    session.expire_all()
    (kept,) = session.exec(select(Delivery)).all()
    assert (kept.email, kept.journalist_id) == ("gone@b.example", person.id)
    assert newcomer.id != kept.journalist_id
    assert address.id != kept.address_id
