import csv
import io

import sqlalchemy as sa
from starlette.testclient import TestClient

from mailer import database
from mailer.feedback.recording import record_event
from mailer.models import Agent, DeliveryStatus, EventKind, TrackingMode
from mailer.web.pages.reports import Seen, _together
from tests import factories
from tests.web.samples import Sample


def sent(engine: sa.Engine, sample: Sample) -> None:
    with database.writing(engine) as session:
        for row in (sample.danish, sample.arabic):
            found = session.merge(row)
            found.status, found.sent_at = DeliveryStatus.SENT, factories.NOW
            found.tracking = TrackingMode.INDIVIDUAL
        for number, agent in ((1, Agent.PERSON), (2, Agent.SCANNER)):
            record_event(
                session,
                delivery_id=(sample.danish.id if number == 1 else sample.arabic.id) or 0,
                kind=EventKind.OPENED,
                agent=agent,
                source_key=f"opened:{number}",
                occurred_at=factories.NOW,
            )


def test_the_report_tells_machines_from_people(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    sent(engine, sample)
    page = desk.get(f"/releases/{sample.release.reference}/report").text
    assert '<span class="big">2</span>' in page
    assert '2 <span class="quiet">(of which machine: 1)</span>' in page
    assert "By cover language" in page
    assert ">Danish<" in page


def test_before_anything_was_sent_there_is_nothing_to_report(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        factories.release(session, sample.office, reference="IP/26/9")
    assert "Nothing to report yet" in desk.get("/releases/IP/26/9/report").text


def test_the_figures_come_as_a_table_for_spreadsheets(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    sent(engine, sample)
    answer = desk.get(f"/releases/{sample.release.reference}/report.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0]["by"] == "total"
    assert rows[0]["sent"] == "2"


def test_a_name_that_looks_like_a_formula_is_text(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        session.merge(sample.danish).outlet_name = '=HYPERLINK("x")'
    answer = desk.get(f"/releases/{sample.release.reference}/report.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert '\'=HYPERLINK("x")' in [row["name"] for row in rows if row["by"] == "outlet"]


def test_a_figure_that_could_point_to_one_person_is_not_shown() -> None:
    few = {Agent.PERSON: None, Agent.PROXY: 9, Agent.SCANNER: 5}
    assert _together(few) == Seen(total=None, machines=14)
