"""When a distribution starts, when each zone gets it, and what is past or too late."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from mailer.distribution.options import BadOption, OptionRefused, Options
from mailer.distribution.timetable import Start, Timetable, make_timetable, read_start
from mailer.errors import BadInput

OFFICE = "Europe/Luxembourg"
ZONES = {"Pacific/Auckland", "Asia/Tokyo", OFFICE, "America/New_York"}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOW = utc("2026-06-09T12:00")


def timetable(options: Options, at: str, **given: Any) -> Timetable:
    values = {"now": NOW, "zones": ZONES, "office_zone": OFFICE, "embargo_until": None} | given
    return make_timetable(options, at=utc(at), **values)


def test_a_moment_with_a_local_time_is_the_earliest_for_all() -> None:
    made = timetable(Options(local_time="08:30"), "2026-06-11T06:30")
    assert made.starts_at == utc("2026-06-11T06:30")
    assert made.moments == {
        "Pacific/Auckland": utc("2026-06-11T06:30"),
        "Asia/Tokyo": utc("2026-06-11T06:30"),
        OFFICE: utc("2026-06-11T06:30"),
        "America/New_York": utc("2026-06-11T12:30"),
    }
    assert made.past == {"Pacific/Auckland", "Asia/Tokyo"}
    assert made.ends_at == utc("2026-06-11T12:30")


def test_a_day_starts_with_the_first_zone_that_sees_it() -> None:
    options = Options(local_time="08:30", local_date=date(2026, 6, 11))
    made = timetable(options, "2026-06-10T22:00")
    assert made.starts_at == utc("2026-06-10T20:30")
    assert made.moments["Asia/Tokyo"] == utc("2026-06-10T23:30")
    assert made.past == frozenset()


def test_a_day_that_has_begun_starts_now() -> None:
    options = Options(local_time="08:30", local_date=date(2026, 6, 9))
    made = timetable(options, "2026-06-09T12:00")
    assert made.starts_at == NOW
    assert made.past == ZONES - {"America/New_York"}


def test_zones_whose_time_comes_after_the_end_are_told() -> None:
    options = Options(local_time="08:30", not_after=utc("2026-06-11T09:00"))
    made = timetable(options, "2026-06-11T00:00")
    assert made.too_late == {"America/New_York"}


@pytest.mark.parametrize("end", ["2026-06-11T05:00", "2026-06-11T06:00", "2026-06-11T06:30"])
def test_an_end_before_the_first_local_time_is_refused(end: str) -> None:
    options = Options(local_time="08:30", not_after=utc(end))
    with pytest.raises(BadOption, match="nobody would get it; choose a later end") as wrong:
        timetable(options, "2026-06-11T06:00", zones={OFFICE})
    assert wrong.value.option == "not_after"


def test_a_local_time_under_an_embargo_is_refused_until_it_has_lifted() -> None:
    embargo = {"embargo_until": utc("2026-06-11T08:00")}
    with pytest.raises(OptionRefused, match="under embargo"):
        timetable(Options(local_time="08:30"), "2026-06-11T06:00", **embargo)
    day = Options(local_time="08:30", local_date=date(2026, 6, 11))
    with pytest.raises(OptionRefused, match="under embargo"):
        timetable(day, "2026-06-11T08:00", **embargo)
    assert timetable(Options(local_time="08:30"), "2026-06-11T08:00", **embargo).past


@pytest.mark.parametrize(
    ("typed", "local_time", "start"),
    [
        ("now", "08:30", Start(NOW)),
        ("2026-06-11T08:30", "08:30", Start(utc("2026-06-11T06:30"))),
        ("2026-06-11", "", Start(utc("2026-06-10T22:00"))),
        ("2026-06-11", "08:30", Start(utc("2026-06-10T22:00"), date(2026, 6, 11))),
        ("2026-06-09", "08:30", Start(NOW, date(2026, 6, 9))),
    ],
)
def test_a_mere_date_with_a_local_time_is_a_day(typed: str, local_time: str, start: Start) -> None:
    found = read_start(typed, local_time=local_time, office_zone=OFFICE, now=NOW)
    assert found.local_date == start.local_date
    if typed != "now":
        assert found.at == start.at


def test_a_day_that_is_past_is_refused() -> None:
    with pytest.raises(BadInput, match="2026-06-08 lies in the past"):
        read_start("2026-06-08", local_time="08:30", office_zone=OFFICE, now=NOW)
