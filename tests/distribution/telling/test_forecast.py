"""What a decision comes to before it is taken: when the last goes out, and how many expire."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from mailer.distribution.options import Options
from mailer.distribution.telling.forecast import Forecast, foretell
from mailer.distribution.timing.timetable import make_timetable
from mailer.models import Clock

OFFICE = "Europe/Luxembourg"
TOKYO, NEW_YORK = "Asia/Tokyo", "America/New_York"
#: 14:00 at the office.
NOON = datetime(2026, 6, 9, 12, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(options: Options, zones: dict[str, int], *, at: datetime = NOON) -> Forecast:
    times = make_timetable(
        options, at=at, now=NOON, zones=zones, office_zone=OFFICE, embargo_until=None
    )
    return foretell(options, times, Counter(zones), office_zone=OFFICE)


def test_without_a_rate_the_last_goes_when_the_last_zones_time_comes() -> None:
    assert told(Options(), {OFFICE: 5, TOKYO: 3}) == Forecast(NOON, 0)
    morning = Options(local_time="08:30")
    assert told(morning, {OFFICE: 5, TOKYO: 3}) == Forecast(utc("2026-06-10T06:30"), 0)


def test_those_whose_time_comes_after_the_end_expire() -> None:
    options = Options(local_time="08:30", not_after=utc("2026-06-10T02:00"))
    assert told(options, {OFFICE: 5, TOKYO: 3}) == Forecast(utc("2026-06-09T23:30"), 5)


def test_nobody_is_the_last_of_nobody() -> None:
    assert told(Options(), {}) == Forecast(None, 0)
    assert told(Options(rate_per_minute=5), {}) == Forecast(None, 0)


@pytest.mark.parametrize(
    ("rate", "number", "last"),
    [(60, 1, 0), (60, 120, 119), (1, 3, 120), (120, 7201, 3600), (100 / 60, 101, 3600)],
)
def test_a_rate_makes_one_go_after_the_other(rate: float, number: int, last: int) -> None:
    found = told(Options(rate_per_minute=rate), {OFFICE: number - number // 3, TOKYO: number // 3})
    assert found == Forecast(NOON + timedelta(seconds=last), 0)


def test_what_the_rate_does_not_reach_before_the_end_expires() -> None:
    options = Options(rate_per_minute=1, not_after=NOON + timedelta(minutes=10))
    assert told(options, {OFFICE: 8, TOKYO: 7}) == Forecast(NOON + timedelta(minutes=9), 5)


def test_those_who_are_too_late_and_those_the_rate_does_not_reach_expire_alike() -> None:
    options = Options(rate_per_minute=1, local_time="08:30", not_after=utc("2026-06-09T23:40"))
    assert told(options, {OFFICE: 5, TOKYO: 30}) == Forecast(utc("2026-06-09T23:39"), 25)


def test_what_the_sending_hours_leave_goes_on_the_next_day() -> None:
    options = Options(rate_per_minute=1, sending_hours="08:00-08:10")
    assert told(options, {OFFICE: 25}) == Forecast(utc("2026-06-12T06:04"), 0)


def test_a_zone_that_has_closed_until_the_end_does_not_keep_back_the_others() -> None:
    options = Options(
        rate_per_minute=1,
        sending_hours="13:00-14:10",
        sending_clock=Clock.RECIPIENT,
        not_after=utc("2026-06-09T18:00"),
    )
    # The office's hours end ten minutes after the start; New York's begin five hours later.
    found = told(options, {OFFICE: 30, NEW_YORK: 20})
    assert found == Forecast(utc("2026-06-09T17:19"), 20)


def test_the_rate_waits_while_no_zone_is_due() -> None:
    options = Options(rate_per_minute=1, local_time="08:30")
    assert told(options, {NEW_YORK: 3, TOKYO: 2}) == Forecast(utc("2026-06-09T23:31"), 0)


def test_nothing_is_foretold_beyond_a_year() -> None:
    slow = Options(rate_per_minute=1, sending_hours="08:00-08:10")
    assert told(slow, {OFFICE: 4000}) == Forecast(None, 0)
    ended = Options(
        rate_per_minute=1, sending_hours="08:00-08:10", not_after=utc("2026-06-12T12:00")
    )
    assert told(ended, {OFFICE: 4000}) == Forecast(utc("2026-06-12T06:09"), 3970)
