"""What an officer is told of the times, the end and the names before deciding."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mailer import clock
from mailer.distribution.options import Options
from mailer.distribution.rates import parse_rate
from mailer.distribution.telling.forecast import Crowd, Prospect
from mailer.distribution.telling.notes import lasting, named, notes
from mailer.distribution.timing.timetable import make_timetable
from mailer.models import Clock, Office

OFFICE = "Europe/Luxembourg"
TOKYO, NEW_YORK = "Asia/Tokyo", "America/New_York"
#: 14:00 at the office.
NOON = datetime(2026, 6, 9, 12, tzinfo=UTC)
DAY = {"local_time": "08:30", "local_date": date(2026, 6, 11)}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def written(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(clock.zone(zone)):%d %H:%M}"


def told(
    crowd: Crowd, *, at: datetime = NOON, limit: int | None = None, **chosen: Any
) -> list[str]:
    options = Options(**chosen)
    times = make_timetable(
        options, at=at, now=NOON, zones=crowd.zones, office_zone=OFFICE, embargo_until=None
    )
    office = Office(
        zone=OFFICE, default_language="en", list_name="Press releases", list_names={"fr": "Presse"}
    )
    prospect = Prospect(office, NOON, options, times, crowd, limit_per_minute=limit)
    return list(notes(prospect, written=written))


def people(**given: Any) -> Crowd:
    zones = Counter({OFFICE: 3, TOKYO: 2, NEW_YORK: 1})
    return Crowd(**({"total": 6, "zones": zones, "covers": Counter(en=6)} | given))


def test_there_is_nothing_to_know_when_all_get_it_at_once() -> None:
    assert told(people(unknown=1, examples=["bob@x.example"])) == []


def test_a_time_that_is_past_is_told_with_the_time_that_counts() -> None:
    assert told(people(), local_time="08:30") == [
        (
            "08:30 on 2026-06-09 is past for 5 of 6 when it starts, who get it on a later day:"
            " Asia/Tokyo 10 08:30, Europe/Luxembourg 10 08:30"
        ),
        "the first message goes at 09 14:30, the last at 10 08:30",
    ]


def test_a_start_to_come_is_told_with_the_date_that_would_reach_them_all() -> None:
    past = told(people(), at=utc("2026-06-11T08:00"), local_time="08:30")[0]
    assert past.endswith(
        "; the mere date 2026-06-11 as the start, without a time, would reach 5 of 6 at 08:30 of"
        " that day"
    )
    assert told(people(), **DAY) == ["the first message goes at 11 01:30, the last at 11 14:30"]


def test_who_waits_for_the_sending_hours_is_told() -> None:
    assert told(people(), **DAY, sending_hours="08:00-19:00")[0] == (
        "08:30 lies outside the sending hours for 2 of 6, who wait until these open:"
        " Asia/Tokyo 11 15:00"
    )


def test_who_is_too_late_is_told_once_and_not_as_past_or_waiting() -> None:
    end = utc("2026-06-10T05:00")
    assert told(people(), local_time="08:30", not_after=end) == [
        (
            "08:30 on 2026-06-09 is past for 2 of 3 when it starts, who get it on a later day:"
            " Asia/Tokyo 10 08:30"
        ),
        "the first message goes at 09 14:30, the last at 10 01:30",
        (
            "3 of 6 get nothing, for it expires at 10 07:00: the time of 3 comes later"
            " (Europe/Luxembourg)"
        ),
    ]


@pytest.mark.parametrize(
    "chosen",
    [
        {"local_time": "08:30"},
        {"sending_hours": "08:00-19:00", "sending_clock": Clock.RECIPIENT},
    ],
)
def test_zones_that_are_not_known_are_told_where_they_matter(chosen: dict[str, Any]) -> None:
    crowd = people(unknown=3, examples=["a@x.example", "b@x.example"])
    assert (
        "the time zone of 3 of 6 is not known, so the office's (Europe/Luxembourg) stands in for"
        " it: a@x.example, b@x.example and 1 more"
    ) in told(crowd, **chosen)
    assert "not known" not in str(told(crowd, sending_hours="08:00-19:00"))


def test_a_rate_is_told_as_a_duration_and_with_its_end() -> None:
    crowd = people(total=600, zones=Counter({OFFICE: 600}))
    assert told(crowd, rate_per_minute=2) == [
        (
            "at 2 a minute it takes about 5 h: the first message goes at 09 14:00, the last at"
            " about 09 18:59"
        )
    ]
    assert told(crowd, rate_per_minute=2, not_after=NOON + timedelta(hours=2))[1] == (
        "about 360 of 600 get nothing, for it expires at 09 16:00: at 2 a minute 360 are not"
        " reached by then"
    )
    slow = told(crowd, rate_per_minute=1, sending_hours="08:00-08:01")
    assert slow == ["at 1 a minute it would take more than a year: let it go faster"]


def test_the_limit_in_the_settings_counts_where_it_is_lower_than_the_rate() -> None:
    crowd = people(total=600, zones=Counter({OFFICE: 600}))
    by_the_hour = told(crowd, rate_per_minute=parse_rate("100/h"))
    assert by_the_hour[0].startswith("at 100 an hour it takes about")
    limited = told(crowd, limit=10, rate_per_minute=20)
    assert limited == told(crowd, limit=10)
    assert limited[0].startswith("at 10 a minute (the limit in the settings) it takes about 1 h:")
    assert told(crowd, limit=20, rate_per_minute=10)[0].startswith("at 10 a minute it takes")


def test_readers_without_a_name_of_the_list_in_their_language_are_told() -> None:
    crowd = people(covers=Counter({"en": 3, "fr": 1, "da": 1, "pt": 1}))
    assert told(crowd) == [
        (
            "the office's list has no name in Danish, Portuguese, so these readers are told"
            " that they are on “Press releases”: add list_names to the office's file and save it"
        )
    ]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "a minute"),
        (timedelta(seconds=61), "2 min"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(minutes=200), "3 h 20 min"),
        (timedelta(days=2, hours=3, minutes=59), "2 d 3 h"),
        (timedelta(days=1, minutes=30), "1 d"),
    ],
)
def test_a_duration_is_told_in_words(span: timedelta, words: str) -> None:
    assert lasting(span) == words


def test_only_the_first_are_named() -> None:
    assert named(["a", "b"]) == "a, b"
    assert named(["a", "b", "c"], at_most=2) == "a, b and 1 more"
    assert named(["a", "b"], of=9) == "a, b and 7 more"
