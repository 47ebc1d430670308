"""J4 and R12: an embargo passes while some of it is put off and some is in doubt. Nobody reads of
an embargo that is over; and what went out before can be shown as it was.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from mailer import clock, database
from mailer.models import Desk, Journalist, Release
from tests.journeys.press_office import PressOffice
from tests.smtpd import CUT

HEADER = "email,given_name,family_name,outlet,outlet_country,languages,lists\n"
SURE, PUT_OFF, DOUBTED = (f"{name}@paper.example" for name in ("sure", "later", "doubt"))
REAL: Callable[[], datetime] = clock.now


def under_embargo(press: PressOffice) -> int:
    """A release that may be published in an hour, to three who are trusted; its distribution."""
    readers = (SURE, PUT_OFF, DOUBTED)
    press.take(HEADER + "".join(f"{one},Karen,Holm,Herald,IE,en,Embargo\n" for one in readers))
    reference = press.write("2026-042")
    with database.writing(press.engine) as session:
        for table in (Desk, Journalist):
            session.execute(sa.update(table).values(embargo_trusted=True))
        moment = clock.now() + timedelta(hours=1)
        session.execute(
            sa.update(Release)
            .where(col(Release.reference) == reference)
            .values(embargo_until=moment, dated_on=moment.date())
        )
    return press.schedule(reference, 'list:"Embargo"')


def test_nobody_reads_of_an_embargo_that_is_over_and_what_went_out_is_shown_as_it_was(
    press: PressOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = under_embargo(press)
    press.relay.greylist(PUT_OFF)
    press.relay.answer(DOUBTED, "dot", CUT, times=1)
    preview = ("releases", "preview", "2026-042", "--to", SURE, "--as", "eml")
    assert "X-Embargo-Until" in press.command(*preview)["content"]
    press.work()
    states = {email: one["status"] for email, one in press.deliveries(number).items()}
    assert states == {SURE: "sent", PUT_OFF: "deferred", DOUBTED: "unknown"}
    monkeypatch.setattr(clock, "now", lambda: REAL() + timedelta(hours=2))
    assert "X-Embargo-Until" not in press.command(*preview)["content"]
    press.work()
    by_reader = {one.recipient: one.data for one in press.relay.received}
    told = {reader: b"X-Embargo-Until" in data for reader, data in by_reader.items()}
    assert told == {SURE: True, DOUBTED: True, PUT_OFF: False}
    (late,) = press.received(PUT_OFF)
    assert "EMBARGO" not in str(late)
    for email, row in press.deliveries(number).items():
        shown = press.command("deliveries", "message", str(row["id"]))
        assert shown["matches"]
        assert shown["message"].encode() == by_reader[email]
