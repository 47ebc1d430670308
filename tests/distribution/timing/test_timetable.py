"""When a distribution starts, when each zone gets it, and what is past or too late."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from mailer.distribution.options import BadOption, OptionRefused, Options
from mailer.distribution.timing.timetable import Start, Timetable, make_timetable, read_start
from mailer.errors import BadInput

OFFICE = "Europe/Luxembourg"
ZONES = {"Pacific/Auckland", "Asia/Tokyo", OFFICE, "America/New_York"}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOW = utc("2026-06-09T12:00")


def timetable(options: Options, at: str, **given: Any) -> Timetable:
    values = {"now": NOW, "zones": ZONES, "office_zone": OFFICE, "embargo_until": None} | given
    return make_timetable(options, at=utc(at), **values)


def test_after_a_moment_each_zone_waits_for_the_next_time_of_its_clock() -> None:
    made = timetable(Options(local_time="08:30"), "2026-06-11T06:30")
    assert made.starts_at == utc("2026-06-11T06:30")
    assert made.moments == {
        "Pacific/Auckland": utc("2026-06-11T20:30"),
        "Asia/Tokyo": utc("2026-06-11T23:30"),
        OFFICE: utc("2026-06-11T06:30"),
        "America/New_York": utc("2026-06-11T12:30"),
    }
    assert made.past == {"Pacific/Auckland", "Asia/Tokyo"}
    assert made.ends_at == utc("2026-06-11T23:30")


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
    assert made.moments[OFFICE] == utc("2026-06-10T06:30")


def test_a_time_that_summer_time_moves_past_midnight_is_not_past() -> None:
    options = Options(local_time="23:30", local_date=date(2026, 3, 28))
    made = timetable(
        options, "2026-03-28T00:00", now=utc("2026-03-27T12:00"), zones={"America/Nuuk"}
    )
    assert made.moments == {"America/Nuuk": utc("2026-03-29T01:30")}
    assert made.past == frozenset()


def test_zones_that_wait_for_the_sending_hours_are_told() -> None:
    options = Options(local_time="08:30", sending_hours="08:00-19:00")
    made = timetable(options, "2026-06-10T12:00")
    assert made.delayed == {"Pacific/Auckland", "Asia/Tokyo"}
    assert made.moments["Asia/Tokyo"] == utc("2026-06-11T06:00")
    assert (
        timetable(Options(sending_hours="08:00-09:00"), "2026-06-10T12:00").delayed == frozenset()
    )


def test_zones_whose_time_comes_after_the_end_are_told() -> None:
    options = Options(local_time="08:30", not_after=utc("2026-06-11T09:00"))
    made = timetable(options, "2026-06-10T20:00")
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
    assert found == start


def test_a_day_that_is_past_is_refused() -> None:
    with pytest.raises(BadInput, match=r"'2026-06-08' .*lies in the past"):
        read_start("2026-06-08", local_time="08:30", office_zone=OFFICE, now=NOW)


@pytest.mark.parametrize("local_time", ["", "08:30"])
def test_a_moment_that_is_past_is_refused_as_it_was_typed_and_in_the_offices_zone(
    local_time: str,
) -> None:
    told = r"'2026-06-09T08:00Z' \(2026-06-09T10:00\+02:00 in Europe/Luxembourg\) lies in the past"
    with pytest.raises(BadInput, match=told):
        read_start("2026-06-09T08:00Z", local_time=local_time, office_zone=OFFICE, now=NOW)
    just_now = read_start(
        "2026-06-09T11:59:30Z", local_time=local_time, office_zone=OFFICE, now=NOW
    )
    assert just_now == Start(utc("2026-06-09T11:59:30"))
