"""Whom the plan leaves out although the criteria and her own wishes would let her in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from mailer.audience.criteria import parse
from mailer.audience.leaving_out.refusals import Cause
from mailer.compose.letter import Identity
from mailer.distribution.fanout import fan_out
from mailer.distribution.planning import Plan, plan
from mailer.distribution.planning.earlier import office_day
from mailer.models import Delivery, DeliveryStatus, MediaType, Office, Outlet, ReleaseKind
from mailer.releases.editions import FullRelease, load
from mailer.settings import Settings
from tests import factories
from tests.distribution.population import populate

NOW = factories.NOW


def planned(session: Session, full: FullRelease, **given: Any) -> Plan:
    session.flush()
    return plan(session, full, parse("everyone"), at=NOW, **given)


def reasons(found: Plan) -> dict[str, str]:
    return {left.email: left.reason for left in found.left_out}


def had(session: Session, office: Office, email: str, **given: Any) -> None:
    """That address had a message of another release."""
    other = factories.release(session, office)
    row = factories.distribution(session, other)
    values: dict[str, Any] = {"status": DeliveryStatus.SENT, "sent_at": NOW} | given
    factories.delivery(session, row, email, **values)


@pytest.fixture
def limited(session: Session, office: Office) -> Office:
    """An office that sends one message a day to an address, which a@b.example has had."""
    office.daily_limit = 1
    factories.journalist(session, "a@b.example")
    factories.journalist(session, "c@b.example")
    return office


def test_who_has_had_the_messages_of_the_day_gets_no_more(
    session: Session, full: FullRelease, limited: Office
) -> None:
    had(session, limited, "a@b.example")
    found = planned(session, full)
    assert [one.recipient.email for one in found.planned] == ["c@b.example"]
    assert reasons(found) == {"a@b.example": "daily limit: gets 1 of 1 that day"}


@pytest.mark.parametrize(
    "given",
    [
        {"sent_at": NOW - timedelta(hours=11)},
        {"sent_at": NOW + timedelta(hours=15)},
        {"status": DeliveryStatus.REJECTED},
        {"status": DeliveryStatus.WITHHELD, "sent_at": None},
    ],
)
def test_only_what_reaches_her_on_that_day_of_the_office_counts(
    session: Session, full: FullRelease, limited: Office, given: dict[str, Any]
) -> None:
    had(session, limited, "a@b.example", **given)
    assert len(planned(session, full).planned) == 2


def test_what_is_still_to_come_today_counts(
    session: Session, full: FullRelease, limited: Office
) -> None:
    had(
        session,
        limited,
        "a@b.example",
        status=DeliveryStatus.PENDING,
        sent_at=None,
        next_attempt_at=NOW + timedelta(hours=3),
    )
    assert len(planned(session, full).planned) == 1


def test_without_a_limit_nothing_is_counted(
    session: Session, full: FullRelease, limited: Office
) -> None:
    limited.daily_limit = None
    had(session, limited, "a@b.example")
    assert len(planned(session, full).planned) == 2


def test_corrections_and_urgent_ones_are_above_the_limit(
    session: Session, full: FullRelease, limited: Office
) -> None:
    had(session, limited, "a@b.example")
    assert len(planned(session, full, is_urgent=True).planned) == 2
    full.release.kind = ReleaseKind.CORRECTION
    assert len(planned(session, full).planned) == 2


@pytest.mark.parametrize(
    ("zone", "at", "begins", "hours"),
    [
        ("Europe/Luxembourg", datetime(2026, 11, 24, 23, 30, tzinfo=UTC), (11, 24, 23), 24),
        ("Europe/Luxembourg", datetime(2026, 3, 29, 12, 0, tzinfo=UTC), (3, 28, 23), 23),
        ("UTC", datetime(2026, 11, 24, 0, 0, tzinfo=UTC), (11, 24, 0), 24),
    ],
)
def test_the_day_is_that_of_the_offices_calendar(
    zone: str, at: datetime, begins: tuple[int, int, int], hours: int
) -> None:
    first, last = (moment.astimezone(UTC) for moment in office_day(at, zone_name=zone))
    assert (first.month, first.day, first.hour) == begins
    assert last - first == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("reads", "outlet_publishes", "is_in"),
    [(["de"], ["de"], False), ([], ["de"], False), (["de", "da"], [], True), ([], [], True)],
)
def test_who_cannot_read_the_only_edition_is_left_out(
    session: Session, office: Office, reads: list[str], outlet_publishes: list[str], is_in: bool
) -> None:
    office.default_language = "fr"
    texts = {"da": ("Havne", "Tolv havne.")}
    row = factories.release(session, office, texts=texts, source_language="fr")
    paper = factories.outlet(session, publication_languages=outlet_publishes, country="")
    factories.journalist(session, "a@b.example", outlet=paper, languages=reads)
    found = planned(session, load(session, row.reference))
    assert bool(found.planned) is is_in
    if not is_in:
        told = "no edition she can read: reads de; ready is only da"
        assert [(left.reason, left.cause) for left in found.left_out] == [(told, Cause.NO_LANGUAGE)]


def test_who_has_the_text_already_stands_for_the_outlet(
    session: Session, full: FullRelease
) -> None:
    full.office.one_at_outlet = True
    paper = factories.outlet(session)
    factories.desk(session, "desk@b.example", outlet=paper)
    factories.journalist(session, "a@b.example", outlet=paper, languages=["fr"])
    first = planned(session, full)
    assert [one.recipient.email for one in first.planned] == ["desk@b.example"]
    assert reasons(first) == {"a@b.example": "Redaktionen stands for Havnebladet"}
    factories.delivery(
        session,
        factories.distribution(session, full.release),
        "a@b.example",
        status=DeliveryStatus.SENT,
        revision_id=full.revisions["fr"].id,
    )
    second = planned(session, full)
    assert second.planned == ()
    assert "stands for Havnebladet" in reasons(second)["desk@b.example"]


@pytest.mark.parametrize("rule", ["one_at_outlet", "daily_limit"])
def test_the_fan_out_leaves_out_whom_the_plan_left_out(
    session: Session,
    full: FullRelease,
    identity: Identity,
    settings: Settings,
    rule: str,
) -> None:
    populate(session, people=300)
    setattr(full.office, rule, True)  # a limit of one
    other = factories.distribution(session, factories.release(session, full.office))
    for number in range(1, 200, 2):
        session.add(
            Delivery(
                distribution_id=other.id or 0,
                address_id=number,
                email="a@b.example",
                status=DeliveryStatus.SENT,
                sent_at=NOW,
            )
        )
    session.flush()
    shown = planned(session, full)
    row = factories.distribution(session, full.release, fanned_out_at=None)
    fan_out(session, row, identity=identity, at=NOW, batch_size=100, throttle=settings.throttle)
    written = session.exec(
        select(Delivery)
        .where(Delivery.distribution_id == row.id)
        .where(col(Delivery.status) == DeliveryStatus.PENDING)
    ).all()
    assert {one.address_id for one in written} == {
        one.recipient.address_id for one in shown.planned
    }
    cause = Cause.ONE_AT_OUTLET if rule == "one_at_outlet" else Cause.DAILY_LIMIT
    assert sum(left.cause is cause for left in shown.left_out) > 20
    # Freelances stand for themselves, also those whom a database puts at one outlet.
    papers = set(session.exec(select(Outlet.id).where(Outlet.media_type != MediaType.FREELANCE)))
    outlets = [one.outlet_id for one in written if one.outlet_id in papers]
    assert (len(outlets) == len(set(outlets))) is (rule == "one_at_outlet")
