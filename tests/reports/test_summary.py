import csv
import io
import itertools
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from mailer.errors import NotFound
from mailer.feedback.recording import record_event
from mailer.models import (
    Agent,
    Delivery,
    DeliveryStatus,
    Distribution,
    EngagementCount,
    EventKind,
    MediaType,
    Office,
    TrackingMode,
)
from mailer.reports.figures import Figures
from mailer.reports.summary import ReleaseReport, release_report
from tests import factories
from tests.factories import NOW

NUMBERS = itertools.count(1)


@pytest.fixture
def distribution(session: Session, office: Office) -> Distribution:
    """A distribution of release 2026-001."""
    release = factories.release(session, office, reference="2026-001")
    return factories.distribution(session, release)


def add(
    session: Session,
    distribution: Distribution,
    status: DeliveryStatus = DeliveryStatus.SENT,
    **given: Any,
) -> Delivery:
    email = given.pop("email", f"reader.{next(NUMBERS)}@havnebladet.example")
    return factories.delivery(session, distribution, email, status=status, **given)


def happen(session: Session, delivery: Delivery, kind: EventKind, **given: Any) -> None:
    record_event(
        session,
        delivery_id=delivery.id or 0,
        kind=kind,
        source_key=f"{kind}:{delivery.id}:{next(NUMBERS)}",
        occurred_at=NOW,
        **given,
    )


def report(session: Session) -> ReleaseReport:
    return release_report(session, "2026-001")


def test_a_release_that_nobody_knows_is_refused(session: Session) -> None:
    with pytest.raises(NotFound, match="2026-404"):
        release_report(session, "2026-404")


def test_a_release_that_was_not_sent_has_nothing_but_zeros(
    session: Session, office: Office
) -> None:
    factories.release(session, office, reference="2026-001")
    empty = report(session)

    assert empty.totals == Figures()
    assert empty.totals.measurable_share == 0
    assert (empty.by_country, empty.first_sent_at) == ((), None)
    assert empty.counted["opened"] == {"person": 0, "proxy": 0, "scanner": 0}


def test_every_delivery_is_in_exactly_one_state(
    session: Session, distribution: Distribution
) -> None:
    for status in DeliveryStatus:
        add(session, distribution, status)

    totals = report(session).totals
    assert totals.recipients == len(DeliveryStatus)
    assert totals.sent == 3, "sent, bounced and complained: the relay took them"
    assert totals.waiting == 2, "pending and sending"
    assert totals.recipients == (
        totals.sent
        + totals.waiting
        + totals.deferred
        + totals.rejected
        + totals.unknown
        + totals.withheld
        + totals.expired
        + totals.cancelled
    )
    assert (totals.bounced, totals.complained) == (1, 1)


def test_all_distributions_of_the_release_count_and_no_other(
    session: Session, office: Office, distribution: Distribution
) -> None:
    release = factories.release(session, office, reference="2026-002")
    add(session, factories.distribution(session, release))
    again = Distribution(**(distribution.model_dump() | {"id": None}))
    add(session, factories.saved(session, again))
    add(session, distribution)

    assert report(session).totals.sent == 2


def test_deferred_then_sent_counts_a_delivery_once_however_often_it_was_deferred(
    session: Session, distribution: Distribution
) -> None:
    late = add(session, distribution)
    still = add(session, distribution, DeliveryStatus.DEFERRED)
    for delivery in (late, late, still):
        happen(session, delivery, EventKind.DEFERRED)

    totals = report(session).totals
    assert (totals.deferred_then_sent, totals.deferred) == (1, 1)


def test_bounces_are_told_apart_by_the_gravest_report(
    session: Session, distribution: Distribution
) -> None:
    for classes in (["hard"], ["soft", "hard"], ["soft"], ["block"], [None]):
        bounced = add(session, distribution, DeliveryStatus.BOUNCED)
        for each in classes:
            happen(session, bounced, EventKind.BOUNCED, details={"bounce_class": each})

    totals = report(session).totals
    assert totals.bounced == 5
    assert (totals.bounced_hard, totals.bounced_soft, totals.bounced_block) == (2, 1, 1)


def test_opens_and_clicks_count_deliveries_by_agent_and_clicks_count_all(
    session: Session, distribution: Distribution
) -> None:
    keen, cool = add(session, distribution), add(session, distribution)
    for delivery, kind, agent in (
        (keen, EventKind.OPENED, Agent.PERSON),
        (keen, EventKind.OPENED, Agent.PERSON),
        (keen, EventKind.OPENED, Agent.SCANNER),
        (cool, EventKind.OPENED, Agent.PROXY),
        (keen, EventKind.CLICKED, Agent.PERSON),
        (keen, EventKind.CLICKED, Agent.PERSON),
        (cool, EventKind.CLICKED, Agent.SCANNER),
    ):
        happen(session, delivery, kind, agent=agent)

    totals = report(session).totals
    opened = (totals.opened_by_persons, totals.opened_by_proxies, totals.opened_by_scanners)
    clicked = (totals.clicked_by_persons, totals.clicked_by_proxies, totals.clicked_by_scanners)
    assert (opened, clicked, totals.clicks) == ((1, 1, 1), (1, 0, 1), 3)
    assert (totals.opened, totals.clicked) == (2, 2)


def test_it_says_what_share_could_be_measured(session: Session, distribution: Distribution) -> None:
    add(session, distribution, tracking=TrackingMode.INDIVIDUAL)
    add(session, distribution, tracking=TrackingMode.AGGREGATE)
    add(session, distribution)
    add(session, distribution)
    add(session, distribution, DeliveryStatus.WITHHELD, tracking=TrackingMode.INDIVIDUAL)

    totals = report(session).totals
    assert (totals.measurable, totals.counted_together) == (1, 1)
    assert totals.measurable_share == 0.25


def test_those_who_left_are_counted_once(session: Session, distribution: Distribution) -> None:
    happen(session, add(session, distribution), EventKind.UNSUBSCRIBED)

    assert report(session).totals.unsubscribed == 1


def test_withheld_ones_are_told_by_reason(session: Session, distribution: Distribution) -> None:
    for reason in ("unsubscribed", "suppressed: bounced", "unsubscribed"):
        add(session, distribution, DeliveryStatus.WITHHELD, reason=reason)

    told = report(session)
    assert told.withheld_by_reason == {"suppressed: bounced": 1, "unsubscribed": 2}
    assert told.totals.withheld == 3


def test_lines_come_by_language_country_outlet_and_provider_the_largest_first(
    session: Session, distribution: Distribution
) -> None:
    wire = factories.outlet(session, "Nordtelegraf", media_type=MediaType.WIRE)
    for cover in ("da", "da", "el"):
        add(
            session,
            distribution,
            cover_language=cover,
            edition_language="en",
            country="DK",
            outlet_name=wire.name,
            outlet_id=wire.id,
        )
    add(session, distribution, DeliveryStatus.REJECTED, email="k@free.example", address_id=None)

    told = report(session)
    assert [(line.name, line.figures.recipients) for line in told.by_cover_language] == [
        ("da", 3),
        ("el", 1),
    ]
    assert [(line.name, line.figures.sent) for line in told.by_country] == [("DK", 3), ("", 0)]
    assert [line.name for line in told.by_media_type] == ["wire", ""]
    assert [line.name for line in told.by_outlet] == ["Nordtelegraf", ""]
    assert [line.name for line in told.by_provider] == ["havnebladet.example", ""]
    assert [(line.name, line.figures.rejected) for line in told.by_edition_language] == [("en", 1)]


def test_whose_address_is_gone_still_counts_at_the_provider_that_took_it(
    session: Session, distribution: Distribution
) -> None:
    add(session, distribution, provider="havnebladet.example")
    add(session, distribution, provider="havnebladet.example", address_id=None)
    (line,) = report(session).by_provider
    assert (line.name, line.figures.sent) == ("havnebladet.example", 2)


def test_every_table_adds_up_to_the_totals(session: Session, distribution: Distribution) -> None:
    for number, status in enumerate(DeliveryStatus):
        one = add(session, distribution, status, country="DE" if number % 2 else "FR")
        happen(session, one, EventKind.OPENED, agent=Agent.PERSON)

    told = report(session)
    for lines in told.tables().values():
        assert sum(line.figures.recipients for line in lines) == told.totals.recipients
        assert sum(line.figures.opened_by_persons for line in lines) == len(DeliveryStatus)


def count(session: Session, delivery: Delivery, number: int, *, hours: int = 0) -> None:
    factories.saved(
        session,
        EngagementCount(
            revision_id=delivery.revision_id or 0,
            kind=EventKind.OPENED,
            agent=Agent.PERSON,
            hour=NOW + timedelta(hours=hours),
            count=number,
        ),
    )


def test_counts_of_all_together_are_added_up(session: Session, distribution: Distribution) -> None:
    sent = add(session, distribution, tracking=TrackingMode.AGGREGATE)
    count(session, sent, 3)
    count(session, sent, 4, hours=1)

    assert report(session).counted["opened"]["person"] == 7


def test_fewer_than_five_of_all_together_are_not_told(
    session: Session, distribution: Distribution
) -> None:
    count(session, add(session, distribution, tracking=TrackingMode.AGGREGATE), 4)

    assert report(session).counted["opened"] == {"person": None, "proxy": None, "scanner": None}


def test_it_tells_when_the_first_and_the_last_were_sent(
    session: Session, distribution: Distribution
) -> None:
    later = NOW + timedelta(minutes=2)
    add(session, distribution, sent_at=later)
    add(session, distribution, sent_at=NOW)
    add(session, distribution, DeliveryStatus.WITHHELD)

    told = report(session)
    assert (told.first_sent_at, told.last_sent_at) == (NOW, later)


def test_it_can_be_written_as_json_and_as_a_table(
    session: Session, distribution: Distribution
) -> None:
    add(session, distribution, sent_at=NOW, country="DK", tracking=TrackingMode.INDIVIDUAL)
    told = report(session)

    document = json.loads(json.dumps(told.as_json()))
    assert document["totals"]["sent"] == 1
    assert document["totals"]["measurable_share"] == 1
    assert document["by_country"][0]["name"] == "DK"
    assert document["first_sent_at"] == NOW.isoformat()
    assert document["machine_rules"] == 1

    text = io.StringIO()
    csv.writer(text).writerows(told.as_rows())
    rows = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert (rows[0]["by"], rows[0]["name"], rows[0]["sent"]) == ("total", "", "1")
    assert [row["name"] for row in rows if row["by"] == "country"] == ["DK"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_name_in_the_table_is_a_formula(
    session: Session, distribution: Distribution, sign: str
) -> None:
    add(session, distribution, outlet_name=f"{sign}1+1")
    add(session, distribution, outlet_name="Le Phare = The Beacon")
    names = [row[1] for row in report(session).as_rows() if row[0] == "outlet"]
    assert sorted(map(str, names)) == sorted([f"'{sign}1+1", "Le Phare = The Beacon"])
