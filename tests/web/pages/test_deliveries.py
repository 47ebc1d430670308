from datetime import timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from mailer import database
from mailer.compose.letter import Identity
from mailer.compose.skeleton import Compositor, Setting
from mailer.delivery import archive
from mailer.feedback.recording import record_event
from mailer.models import Agent, Delivery, DeliveryStatus, EventKind, Release, TrackingMode
from mailer.releases.editions import load
from mailer.settings import Settings
from tests import factories
from tests.web.samples import Sample


def test_a_delivery_tells_why_what_and_what_came_of_it(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        row = session.merge(sample.danish)
        row.reasons = ["language da", "on list Crime"]
        row.edition_rule = "reads da; no Danish edition; office default en"
        row.status, row.reply_code, row.reply_text = DeliveryStatus.SENT, 250, "2.0.0 queued as 4BC"
        record_event(
            session,
            delivery_id=row.id or 0,
            kind=EventKind.OPENED,
            agent=Agent.SCANNER,
            source_key="opened:1",
            occurred_at=factories.NOW,
        )
    page = desk.get(f"/deliveries/{sample.danish.id}").text
    assert "on list Crime" in page
    assert "no Danish edition" in page
    assert "250 2.0.0 queued as 4BC" in page
    assert "by a scanner" in page


def test_the_message_is_the_one_that_was_sent(desk: TestClient, sample: Sample) -> None:
    message = desk.get(f"/deliveries/{sample.danish.id}/message").text
    assert "Pressemeddelelse til redaktionen" in message
    source = desk.get(f"/deliveries/{sample.danish.id}?form=source").text
    assert sample.danish.message_id.strip("<>") in source


@pytest.mark.parametrize(("seconds", "is_told"), [(-1, True), (0, False)])
def test_an_embargo_is_shown_if_the_message_told_of_it(
    desk: TestClient,
    engine: sa.Engine,
    settings: Settings,
    sample: Sample,
    seconds: int,
    is_told: bool,
) -> None:
    """What was sent is what was sent, and stays so after the embargo has passed."""
    until = factories.NOW
    compositor = Compositor(Identity.from_settings(settings))
    with database.writing(engine) as session:
        session.get_one(Release, sample.release.id).embargo_until = until
        row = session.get_one(Delivery, sample.danish.id)
        told_at = until + timedelta(seconds=seconds)
        full = load(session, sample.release.reference)
        (setting,) = compositor.set_wave([row], full, at=told_at)
        assert isinstance(setting, Setting)
        row.skeleton_id = archive.keep(session, setting.skeleton)
        row.content_hash = sha256(setting.message.data).hexdigest()
        row.status, row.first_attempt_at = DeliveryStatus.UNKNOWN, told_at
    message = desk.get(f"/deliveries/{sample.danish.id}/message").text
    text = desk.get(f"/deliveries/{sample.danish.id}?form=text").text
    source = desk.get(f"/deliveries/{sample.danish.id}?form=source").text
    assert ["Klausuleret" in words for words in (message, text)] == [is_told] * 2
    assert ("X-Embargo-Until" in source) is is_told


def test_looking_at_a_message_is_no_open_and_no_click(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        session.merge(sample.danish).tracking = TrackingMode.INDIVIDUAL
    message = desk.get(f"/deliveries/{sample.danish.id}/message").text
    assert "/o/" not in message
    assert "/c/" not in message
    source = desk.get(f"/deliveries/{sample.danish.id}?form=source").text
    assert "/c/" in source


def test_one_who_was_left_out_has_no_message(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        row = factories.delivery(
            session,
            sample.distribution,
            "gone@press.example",
            status=DeliveryStatus.WITHHELD,
            reason="suppressed: unsubscribed",
            revision_id=None,
            cover_language="",
            edition_language="",
        )
    page = desk.get(f"/deliveries/{row.id}")
    assert page.status_code == 200
    assert "suppressed: unsubscribed" in page.text
    assert "nothing was composed" in page.text
    assert desk.get(f"/deliveries/{row.id}/message").status_code == 404


def test_an_unknown_delivery_is_not_found(desk: TestClient, sample: Sample) -> None:
    assert desk.get("/deliveries/999").status_code == 404
    assert isinstance(sample.danish, Delivery)
