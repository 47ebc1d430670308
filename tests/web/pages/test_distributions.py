from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.testclient import TestClient

from mailer import database
from mailer.models import Delivery, DeliveryStatus, Distribution, DistributionStatus
from tests import factories
from tests.web.samples import Sample

HTMX = {"HX-Request": "true"}


def move(engine: sa.Engine, row: Delivery, **values: Any) -> None:
    with database.writing(engine) as session:
        found = session.get(Delivery, row.id)
        assert found is not None
        found.sqlmodel_update(values)
        session.flush()
        factories.in_batches(session, session.get_one(Distribution, found.distribution_id))


def status(engine: sa.Engine, sample: Sample) -> DistributionStatus:
    with Session(engine) as session:
        found = session.get(Distribution, sample.distribution.id)
        assert found is not None
        return found.status


@pytest.fixture
def address(sample: Sample) -> str:
    return f"/distributions/{sample.distribution.id}"


def test_the_list_shows_what_was_decided(desk: TestClient, sample: Sample, address: str) -> None:
    page = desk.get("/distributions").text
    assert f'href="{address}"' in page
    assert "everyone" in page
    assert "24 November 2026, 10:00 (Europe/Luxembourg, UTC+1)" in page


def test_an_office_that_never_sent_is_told_where_to_begin(
    desk: TestClient, engine: sa.Engine
) -> None:
    with database.writing(engine) as session:
        factories.office(session)
    assert "Nothing has gone out yet" in desk.get("/distributions").text


def test_the_page_counts_deliveries_by_status(
    desk: TestClient, engine: sa.Engine, sample: Sample, address: str
) -> None:
    move(engine, sample.danish, status=DeliveryStatus.SENT, sent_at=factories.NOW)
    page = desk.get(address).text
    assert 'aria-valuenow="50"' in page
    assert "First sent 10:00:00" in page
    assert page.count("<rect ") == 2
    assert "redaktion<wbr>@havnebladet.<wbr>example" in page


def test_the_live_part_asks_again_until_all_is_over(
    desk: TestClient, engine: sa.Engine, sample: Sample, address: str
) -> None:
    assert 'hx-trigger="every 1s"' in desk.get(f"{address}/progress", headers=HTMX).text
    with database.writing(engine) as session:
        session.merge(sample.distribution).status = DistributionStatus.SENT
    over = desk.get(f"{address}/progress", headers=HTMX).text
    assert "hx-trigger" not in over
    assert "hx-trigger" not in desk.get(address).text


def test_a_screen_reader_hears_only_what_is_new(
    desk: TestClient, engine: sa.Engine, sample: Sample, address: str
) -> None:
    same = desk.get(f"{address}/progress?known=sending-0", headers=HTMX).text
    assert 'id="announcement"' not in same
    move(engine, sample.danish, status=DeliveryStatus.SENT, sent_at=factories.NOW)
    new = desk.get(f"{address}/progress?known=sending-0", headers=HTMX).text
    assert "sending, 50 percent done" in new
    assert "progress?known=sending-50" in new


def test_pause_resume_and_cancel(
    desk: TestClient, engine: sa.Engine, sample: Sample, address: str
) -> None:
    answer = desk.post(f"{address}/pause")
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert status(engine, sample) is DistributionStatus.PAUSED
    assert "Resume" in desk.get(address).text
    desk.post(f"{address}/resume")
    assert status(engine, sample) is DistributionStatus.SENDING
    desk.post(f"{address}/cancel")
    assert status(engine, sample) is DistributionStatus.CANCELLED
    page = desk.get(address).text
    assert "Pause" not in page
    assert "Cancel<" not in page


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
def test_looking_stops_nothing(
    desk: TestClient, engine: sa.Engine, sample: Sample, address: str, verb: str
) -> None:
    assert desk.get(f"{address}/{verb}").status_code == 405
    assert status(engine, sample) is DistributionStatus.SENDING


def test_deliveries_can_be_looked_at_by_status(
    desk: TestClient, engine: sa.Engine, sample: Sample, address: str
) -> None:
    move(
        engine,
        sample.danish,
        status=DeliveryStatus.REJECTED,
        reply_code=550,
        reply_text="550 5.1.1 no such user",
    )
    page = desk.get(f"{address}?status=rejected").text
    assert "redaktion<wbr>@havnebladet.<wbr>example" in page
    assert "550 5.1.1 no such user" in page
    assert "amira" not in page


def test_many_deliveries_come_page_by_page(
    desk: TestClient, engine: sa.Engine, sample: Sample, address: str
) -> None:
    with database.writing(engine) as session:
        more = [
            factories.delivery(session, sample.distribution, f"reporter{n}@press.example")
            for n in range(60)
        ]
    first = desk.get(address).text
    assert "reporter0<wbr>@press.<wbr>example" in first
    assert "reporter59<wbr>@press.<wbr>example" not in first
    next_one = more[48].position
    assert f"{address}?after={next_one}" in first
    second = desk.get(f"{address}?after={next_one}").text
    assert "reporter48<wbr>@press.<wbr>example" in second
    assert "reporter59<wbr>@press.<wbr>example" in second
    assert "Next page" not in second


def test_without_scripts_the_page_is_fetched_again_by_itself(
    desk: TestClient, sample: Sample, address: str
) -> None:
    assert '<noscript><meta http-equiv="refresh"' in desk.get(address).text


@pytest.mark.parametrize(
    ("decision", "becomes"),
    [("resend", DeliveryStatus.PENDING), ("accept", DeliveryStatus.SENT)],
)
def test_deliveries_in_doubt_are_shown_and_decided_by_a_person(
    desk: TestClient,
    engine: sa.Engine,
    sample: Sample,
    address: str,
    decision: str,
    becomes: DeliveryStatus,
) -> None:
    move(engine, sample.danish, status=DeliveryStatus.UNKNOWN)
    assert "nobody can tell whether the relay took them" in desk.get(address).text
    answer = desk.post(f"{address}/resolve/{decision}", follow_redirects=False)
    assert answer.status_code == 303
    with Session(engine) as session:
        assert session.get_one(Delivery, sample.danish.id).status is becomes
    assert "nobody can tell" not in desk.get(address).text
