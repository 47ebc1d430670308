from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from mailer import database
from mailer.models import Distribution, DistributionStatus, Release, Waiver
from tests import factories
from tests.factories import NOW
from tests.web.samples import Sample

BLOCKED = {"en": ("Harbours agree", "Read [the code](#) of conduct.")}
NOON = {"moment": "later", "at": "2026-11-25T12:00"}


@pytest.fixture
def fresh(engine: sa.Engine, sample: Sample) -> Release:
    """A release that nobody has got yet."""
    texts = {"en": ("Lamps go out at ten", "The lamps go out."), "fr": ("Les lampes", "À dix.")}
    with database.writing(engine) as session:
        return factories.release(session, sample.office, reference="2026-077", texts=texts)


@pytest.fixture
def blocked(engine: sa.Engine, sample: Sample) -> Release:
    """A release with a link that leads nowhere."""
    with database.writing(engine) as session:
        return factories.release(session, sample.office, reference="IP/26/8", texts=BLOCKED)


@pytest.fixture(autouse=True)
def _still() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def audience(desk: TestClient, release: Release, criteria: str) -> str:
    address = f"/releases/{release.reference}/distribute/audience"
    return desk.post(address, data={"criteria": criteria}).text


def test_the_numbers_follow_what_is_typed(desk: TestClient, fresh: Release) -> None:
    page = audience(desk, fresh, "everyone")
    assert '<span class="big">2</span>' in page
    assert "<html" not in page
    assert "Danish" in page
    assert "Arabic" in page


def test_a_mistake_in_the_criteria_names_the_nearest_word(desk: TestClient, fresh: Release) -> None:
    page = audience(desk, fresh, "langage:da")
    assert "language" in page
    assert "notice-bad" in page


def test_nothing_typed_is_no_mistake(desk: TestClient, fresh: Release) -> None:
    assert "Type who gets it" in audience(desk, fresh, " ")


def test_who_is_left_out_is_told_with_the_reason(
    desk: TestClient, engine: sa.Engine, fresh: Release
) -> None:
    with database.writing(engine) as session:
        factories.journalist(session, "quiet@press.example", languages=["da"], do_not_contact=True)
    page = audience(desk, fresh, "language:da")
    assert "quiet@press.example" in page
    assert "does not want mail" in page


def test_who_is_in_is_told_by_the_reasons_that_they_share(
    desk: TestClient, engine: sa.Engine, fresh: Release
) -> None:
    with database.writing(engine) as session:
        for number in range(60):
            factories.journalist(session, f"r{number}@press.example", languages=["da", "fr"])
    page = audience(desk, fresh, "language:da,fr")
    both, one = "60</span> · language da and language fr<", "1</span> · language da<"
    assert 0 < page.find("In because of") < page.find(both) < page.find(one)
    assert "r49@press.example" in page
    assert "r50@press.example" not in page
    assert "and 10 more" in page


def test_many_groups_of_reasons_are_counted_and_not_all_shown(
    desk: TestClient, engine: sa.Engine, fresh: Release
) -> None:
    addresses = [f"r{number}@press.example" for number in range(23)]
    with database.writing(engine) as session:
        for address in addresses:
            factories.journalist(session, address, languages=["en"])
    page = audience(desk, fresh, f"address:{','.join(addresses)}")
    assert page.count("<details>") == 20
    assert "and 3 smaller groups" in page


def test_a_line_of_thousands_of_addresses_is_refused_with_the_way_out(
    desk: TestClient, fresh: Release
) -> None:
    line = "address:" + ",".join(f"desk{number}@press.example" for number in range(4000))
    page = audience(desk, fresh, line)
    assert "put these contacts on a list" in page
    assert "notice-bad" in page


@pytest.mark.parametrize("step", ["/review", ""])
@pytest.mark.parametrize(
    "at",
    ["0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00+05:00", "9999-12-31T23:59-05:00"],
)
def test_a_year_that_no_calendar_of_ours_reaches_is_refused_beside_the_field(
    desk: TestClient, fresh: Release, all_rows: Any, at: str, step: str
) -> None:
    before = all_rows()
    page = desk.post(
        f"/releases/{fresh.reference}/distribute{step}",
        data={"criteria": "everyone", "moment": "later", "at": at},
    )
    assert page.status_code == 400
    assert at[:4] in page.text
    assert all_rows() == before


def test_the_form_asks_for_no_waiver_when_nothing_blocks(desk: TestClient, fresh: Release) -> None:
    page = desk.get(f"/releases/{fresh.reference}/distribute").text
    assert 'name="criteria"' in page
    assert 'name="waive"' not in page


def test_the_review_shows_headlines_numbers_and_the_time_in_two_clocks(
    desk: TestClient, fresh: Release, all_rows: Any
) -> None:
    before = all_rows()
    page = desk.post(
        f"/releases/{fresh.reference}/distribute/review", data={"criteria": "everyone", **NOON}
    )
    assert page.status_code == 200
    assert "Lamps go out at ten" in page.text
    assert "Les lampes" in page.text
    assert "25 November 2026, 12:00 (Europe/Luxembourg, UTC+1)" in page.text
    assert "25 November 2026, 11:00 UTC" in page.text
    assert "Schedule for 2 recipients" in page.text
    assert all_rows() == before


def test_scheduling_writes_the_decision_and_leads_to_it(
    desk: TestClient, engine: sa.Engine, fresh: Release
) -> None:
    answer = desk.post(
        f"/releases/{fresh.reference}/distribute", data={"criteria": "everyone", **NOON}
    )
    assert answer.status_code == 303
    with Session(engine) as session:
        row = session.exec(select(Distribution).where(Distribution.release_id == fresh.id)).one()
    assert answer.headers["Location"] == f"/distributions/{row.id}"
    assert row.status is DistributionStatus.SCHEDULED
    assert row.created_by == "Marie Duval"
    assert row.scheduled_at is not None
    assert row.scheduled_at.isoformat() == "2026-11-25T11:00:00+00:00"


def test_now_means_the_moment_of_scheduling(
    desk: TestClient, engine: sa.Engine, fresh: Release
) -> None:
    form = {"criteria": "everyone", "moment": "now", "at": ""}
    assert desk.post(f"/releases/{fresh.reference}/distribute", data=form).status_code == 303
    with Session(engine) as session:
        row = session.exec(select(Distribution).where(Distribution.release_id == fresh.id)).one()
    assert row.scheduled_at == NOW


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"criteria": ""}, "Say who gets it"),
        ({"criteria": "planet:mars"}, "planet"),
        ({"criteria": "everyone", "moment": "later", "at": ""}, "Choose the day"),
        ({"criteria": "everyone", "moment": "later", "at": "soon"}, "cannot read the time"),
        ({"criteria": "everyone", "moment": "later", "at": "2026-11-24T09:00"}, "in the past"),
        ({"criteria": "language:sw"}, "nobody would get it"),
    ],
)
@pytest.mark.parametrize("step", ["distribute/review", "distribute"])
def test_a_form_that_cannot_be_used_is_shown_again_with_the_reason(
    desk: TestClient, fresh: Release, all_rows: Any, form: dict[str, str], told: str, step: str
) -> None:
    before = all_rows()
    page = desk.post(f"/releases/{fresh.reference}/{step}", data=form)
    assert page.status_code in {400, 409}
    assert told.lower() in page.text.lower()
    assert f'value="{form["criteria"]}"' in page.text
    assert all_rows() == before


def test_an_hour_that_summer_time_skips_is_no_time(desk: TestClient, fresh: Release) -> None:
    form = {"criteria": "everyone", "moment": "later", "at": "2027-03-28T02:30"}
    page = desk.post(f"/releases/{fresh.reference}/distribute/review", data=form)
    assert page.status_code == 400
    assert "summer time skips it" in page.text


def test_what_blocks_wants_a_reason(desk: TestClient, blocked: Release, all_rows: Any) -> None:
    form = {"criteria": "everyone", "moment": "now"}
    page = desk.get(f"/releases/{blocked.reference}/distribute").text
    assert "1 finding blocks this release." in page
    assert 'name="waive"' in page
    before = all_rows()
    again = desk.post(f"/releases/{blocked.reference}/distribute/review", data=form)
    assert again.status_code == 400
    assert "say why it may go out like this" in again.text
    assert desk.post(f"/releases/{blocked.reference}/distribute", data=form).status_code == 409
    assert all_rows() == before


def test_a_reason_lets_what_blocks_pass_and_is_kept_with_the_name(
    desk: TestClient, engine: sa.Engine, blocked: Release
) -> None:
    form = {"criteria": "everyone", "moment": "now", "waive": "the page opens at noon"}
    review = desk.post(f"/releases/{blocked.reference}/distribute/review", data=form)
    assert "the page opens at noon" in review.text
    assert desk.post(f"/releases/{blocked.reference}/distribute", data=form).status_code == 303
    with Session(engine) as session:
        waiver = session.exec(select(Waiver)).one()
    assert (waiver.reason, waiver.waived_by) == ("the page opens at noon", "Marie Duval")


def test_one_can_go_back_from_the_review_and_find_everything_as_typed(
    desk: TestClient, fresh: Release
) -> None:
    form = {"criteria": "language:da", **NOON}
    page = desk.post(f"/releases/{fresh.reference}/distribute/change", data=form)
    assert page.status_code == 200
    assert 'value="language:da"' in page.text
    assert 'value="2026-11-25T12:00"' in page.text


def test_an_embargo_is_shown_before_the_decision(
    desk: TestClient, engine: sa.Engine, fresh: Release
) -> None:
    with database.writing(engine) as session:
        factories.journalist(session, "sure@press.example", embargo_trusted=True)
        row = session.merge(fresh)
        row.embargo_until = NOW.replace(hour=18)
    page = desk.post(
        f"/releases/{fresh.reference}/distribute/review",
        data={"criteria": "everyone", "moment": "now"},
    ).text
    assert "Embargo until 24 November 2026, 19:00 (Europe/Luxembourg, UTC+1)" in page
    assert "Schedule for 1 recipient<" in page
    assert "not trusted with embargoes" in page


@pytest.fixture
def many(engine: sa.Engine, fresh: Release) -> None:
    """Sixty-two recipients in all, where the last distribution went to two."""
    with database.writing(engine) as session:
        for number in range(60):
            factories.desk(session, f"d{number}@press.example")
        last = factories.distribution(session, fresh, status=DistributionStatus.SENT)
        for number in range(2):
            factories.delivery(session, last, f"old{number}@press.example", status="sent")


@pytest.mark.usefixtures("many")
def test_a_jump_is_scheduled_only_when_its_number_is_typed(
    desk: TestClient, engine: sa.Engine, fresh: Release
) -> None:
    address, form = f"/releases/{fresh.reference}/distribute", {"criteria": "everyone"}
    page = desk.post(f"{address}/review", data=form).text
    assert "That is a jump: type the number of recipients" in page
    assert "of that kind (release) had" in page
    for typed, told in (("", "name the exact number"), ("61", "61 recipients were expected")):
        refused = desk.post(address, data={**form, "expect": typed})
        assert refused.status_code == 409
        assert told in refused.text
        assert "Is this right?" in refused.text
    number = page.split('class="big">')[1].split("<")[0]
    done = desk.post(address, data={**form, "expect": number}, follow_redirects=False)
    assert done.status_code == 303
    with Session(engine) as session:
        assert len(session.exec(select(Distribution)).all()) >= 2


def test_without_a_jump_no_number_is_asked_for(desk: TestClient, fresh: Release) -> None:
    page = desk.post(
        f"/releases/{fresh.reference}/distribute/review", data=NOON | {"criteria": "everyone"}
    )
    assert 'id="expect"' not in page.text
    assert "2 recipients" in page.text
