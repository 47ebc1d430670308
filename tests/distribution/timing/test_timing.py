"""When each recipient gets it: zones, local times over summer time, and sending hours."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from mailer.contacts.places import zone_of_country
from mailer.distribution.timing import (
    RecipientZone,
    Timing,
    ZoneOrigin,
    first_moment,
    open_span,
    opens_at,
    parse_clock_time,
    parse_hours,
    wall_moment,
    zone_of,
)
from mailer.errors import BadInput, Refused
from mailer.models import Clock

OFFICE = "Europe/Luxembourg"
#: 11 June 2026, midnight at the office.
MIDNIGHT = datetime(2026, 6, 10, 22, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("own", "outlet", "country", "zone", "origin"),
    [
        ("Asia/Tokyo", "Europe/Paris", "DK", "Asia/Tokyo", ZoneOrigin.OWN),
        ("", "Europe/Paris", "DK", "Europe/Paris", ZoneOrigin.OUTLET),
        ("Mars/Olympus", "Europe/Paris", "DK", "Europe/Paris", ZoneOrigin.OUTLET),
        ("", "", "DK", "Europe/Copenhagen", ZoneOrigin.COUNTRY),
        ("", "", "DE", "Europe/Berlin", ZoneOrigin.COUNTRY),
        ("", "", "US", OFFICE, ZoneOrigin.OFFICE),
        ("", "", "ES", OFFICE, ZoneOrigin.OFFICE),
        ("", "", "", OFFICE, ZoneOrigin.OFFICE),
    ],
)
def test_a_zone_is_her_own_or_her_outlets_or_her_countrys_or_the_offices(
    own: str, outlet: str, country: str, zone: str, origin: ZoneOrigin
) -> None:
    found = zone_of(own=own, outlet=outlet, country=country, office_zone=OFFICE)
    assert found == RecipientZone(zone, origin)
    assert found.is_known is (origin is not ZoneOrigin.OFFICE)


@pytest.mark.parametrize(
    ("code", "zone"),
    [("JP", "Asia/Tokyo"), ("CY", "Asia/Nicosia"), ("CN", ""), ("RU", ""), ("XX", "")],
)
def test_a_country_has_a_zone_when_all_its_clocks_show_the_same(code: str, zone: str) -> None:
    assert zone_of_country(code) == zone


def test_without_any_option_all_get_it_at_the_same_instant() -> None:
    timing = Timing(scheduled_at=MIDNIGHT)
    for zone in ("Asia/Tokyo", "America/New_York", ""):
        assert first_moment(timing, zone, office_zone=OFFICE) == MIDNIGHT


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Europe/Luxembourg", "2026-06-11T06:30"),
        ("Europe/London", "2026-06-11T07:30"),
        ("America/New_York", "2026-06-11T12:30"),
        ("America/Los_Angeles", "2026-06-11T15:30"),
        ("Asia/Tokyo", "2026-06-10T23:30"),
        ("Asia/Kolkata", "2026-06-11T03:00"),
        ("", "2026-06-11T06:30"),
    ],
)
def test_a_local_time_is_that_of_each_clock_on_the_offices_date(zone: str, moment: str) -> None:
    timing = Timing(scheduled_at=MIDNIGHT, local_time="08:30")
    assert first_moment(timing, zone, office_zone=OFFICE) == utc(moment)


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Asia/Tokyo", "2026-06-11T23:30"),
        ("Pacific/Auckland", "2026-06-11T20:30"),
        # There it is still the evening before: half past eight comes on the office's date.
        ("Pacific/Honolulu", "2026-06-11T18:30"),
        (OFFICE, "2026-06-11T06:30"),
    ],
)
def test_a_zone_whose_local_time_is_past_gets_it_when_its_clock_shows_it_next(
    zone: str, moment: str
) -> None:
    timing = Timing(scheduled_at=utc("2026-06-11T06:00"), local_time="08:30")
    assert first_moment(timing, zone, office_zone=OFFICE) == utc(moment)


def test_a_start_at_the_very_minute_is_not_past() -> None:
    timing = Timing(scheduled_at=utc("2026-06-11T06:30"), local_time="08:30")
    assert first_moment(timing, OFFICE, office_zone=OFFICE) == utc("2026-06-11T06:30")


@pytest.mark.parametrize(
    ("zone", "wall", "start", "moment"),
    [
        # Summer time begins in the night before the next morning, or has ended in it.
        ("Europe/Paris", "08:30", "2026-03-28T08:00", "2026-03-29T06:30"),
        ("Europe/Paris", "08:30", "2026-10-24T08:00", "2026-10-25T07:30"),
        # 02:30 is skipped, and moves to 03:30; a start after that waits for the next night.
        ("Europe/Paris", "02:30", "2026-03-29T00:30", "2026-03-29T01:30"),
        ("Europe/Paris", "02:30", "2026-03-29T01:31", "2026-03-30T00:30"),
        # 02:30 is shown twice: the second counts where the first is past.
        ("Europe/Paris", "02:30", "2026-10-24T22:00", "2026-10-25T00:30"),
        ("Europe/Paris", "02:30", "2026-10-25T00:31", "2026-10-25T01:30"),
        ("Europe/Paris", "02:30", "2026-10-25T01:31", "2026-10-26T01:30"),
        # Greenland skips the last hour of a day: 23:30 moves past its midnight.
        ("America/Nuuk", "23:30", "2026-03-29T01:15", "2026-03-29T01:30"),
    ],
)
def test_the_next_time_is_right_when_summer_time_begins_and_ends(
    zone: str, wall: str, start: str, moment: str
) -> None:
    timing = Timing(scheduled_at=utc(start), local_time=wall)
    assert first_moment(timing, zone, office_zone=OFFICE) == utc(moment)


def test_the_hours_it_may_go_in_end_when_they_close() -> None:
    timing = Timing(scheduled_at=MIDNIGHT, sending_hours="08:00-19:00")
    noon, evening = utc("2026-06-11T10:00"), utc("2026-06-11T18:00")
    assert open_span(timing, "", office_zone=OFFICE, at=noon) == (noon, utc("2026-06-11T17:00"))
    assert open_span(timing, "", office_zone=OFFICE, at=evening) == (
        utc("2026-06-12T06:00"),
        utc("2026-06-12T17:00"),
    )
    assert open_span(Timing(scheduled_at=MIDNIGHT), "", office_zone=OFFICE, at=noon) == (noon, None)


def test_the_date_is_the_one_that_the_office_has_and_not_utc() -> None:
    just_after_midnight = utc("2026-06-10T22:30")
    timing = Timing(scheduled_at=just_after_midnight, local_time="08:30")
    assert first_moment(timing, OFFICE, office_zone=OFFICE) == utc("2026-06-11T06:30")


def test_a_day_of_its_own_is_that_of_each_calendar() -> None:
    timing = Timing(
        scheduled_at=utc("2026-06-10T20:30"), local_time="08:30", local_date=date(2026, 6, 11)
    )
    moments = [
        first_moment(timing, zone, office_zone=OFFICE)
        for zone in ("Pacific/Auckland", OFFICE, "Pacific/Honolulu")
    ]
    assert moments == [utc("2026-06-10T20:30"), utc("2026-06-11T06:30"), utc("2026-06-11T18:30")]


@pytest.mark.parametrize(
    ("day", "zone", "wall", "moment"),
    [
        # The night before and the day itself: eight hours and a half of the clock, seven and a half
        # of time.
        ("2026-03-28", "Europe/Paris", "08:30", "2026-03-28T07:30"),
        ("2026-03-29", "Europe/Paris", "08:30", "2026-03-29T06:30"),
        ("2026-10-25", "Europe/Paris", "08:30", "2026-10-25T07:30"),
        # America changes on other days than Europe.
        ("2026-03-08", "America/New_York", "08:30", "2026-03-08T12:30"),
        ("2026-03-29", "America/New_York", "08:30", "2026-03-29T12:30"),
        # A time that summer time skips moves on by the gap, of an hour or of half an hour.
        ("2026-03-29", "Europe/Paris", "02:30", "2026-03-29T01:30"),
        ("2026-10-04", "Australia/Lord_Howe", "02:15", "2026-10-03T15:45"),
        # A time that the clocks show twice is the first.
        ("2026-10-25", "Europe/Paris", "02:30", "2026-10-25T00:30"),
    ],
)
def test_a_wall_clock_time_is_right_when_summer_time_begins_and_ends(
    day: str, zone: str, wall: str, moment: str
) -> None:
    at = wall_moment(date.fromisoformat(day), time.fromisoformat(wall), zone)
    assert at == utc(moment)


@pytest.mark.parametrize(
    ("hours", "at", "opens"),
    [
        ("08:00-19:00", "2026-06-11T07:00", "2026-06-11T07:00"),
        ("08:00-19:00", "2026-06-11T06:00", "2026-06-11T06:00"),
        ("08:00-19:00", "2026-06-11T05:59", "2026-06-11T06:00"),
        ("08:00-19:00", "2026-06-11T17:00", "2026-06-12T06:00"),
        ("20:00-06:00", "2026-06-11T12:00", "2026-06-11T18:00"),
        ("20:00-06:00", "2026-06-11T23:00", "2026-06-11T23:00"),
        ("20:00-06:00", "2026-06-11T02:00", "2026-06-11T02:00"),
        ("20:00-06:00", "2026-06-11T04:00", "2026-06-11T18:00"),
        ("08:00-24:00", "2026-06-11T21:59", "2026-06-11T21:59"),
        ("08:00-24:00", "2026-06-11T22:00", "2026-06-12T06:00"),
        # Over the change to summer time, and an hour that it skips.
        ("20:00-06:00", "2026-03-29T04:30", "2026-03-29T18:00"),
        ("02:00-03:00", "2026-03-29T00:30", "2026-03-30T00:00"),
        ("02:30-09:00", "2026-03-29T00:50", "2026-03-29T01:30"),
    ],
)
def test_outside_the_sending_hours_it_waits_for_the_next(hours: str, at: str, opens: str) -> None:
    timing = Timing(scheduled_at=MIDNIGHT, sending_hours=hours)
    assert opens_at(timing, "Asia/Tokyo", office_zone=OFFICE, at=utc(at)) == utc(opens)


def test_sending_hours_go_by_the_recipients_clock_when_they_are_hers() -> None:
    timing = Timing(
        scheduled_at=MIDNIGHT, sending_hours="08:00-19:00", sending_clock=Clock.RECIPIENT
    )
    noon = utc("2026-06-11T10:00")
    assert opens_at(timing, "Asia/Tokyo", office_zone=OFFICE, at=noon) == utc("2026-06-11T23:00")
    assert opens_at(timing, "America/New_York", office_zone=OFFICE, at=noon) == utc(
        "2026-06-11T12:00"
    )
    assert opens_at(timing, "", office_zone=OFFICE, at=noon) == noon


def test_what_has_a_local_time_also_waits_for_the_sending_hours() -> None:
    timing = Timing(scheduled_at=MIDNIGHT, local_time="08:30", sending_hours="08:00-19:00")
    assert first_moment(timing, "Asia/Tokyo", office_zone=OFFICE) == utc("2026-06-11T06:00")
    assert first_moment(timing, "Europe/London", office_zone=OFFICE) == utc("2026-06-11T07:30")


def test_it_is_open_at_each_moment_that_it_names() -> None:
    timing = Timing(
        scheduled_at=MIDNIGHT, sending_hours="22:30-02:15", sending_clock=Clock.RECIPIENT
    )
    at = utc("2026-03-27T00:00")
    while at < utc("2026-03-31T00:00"):
        opens = opens_at(timing, "Europe/Paris", office_zone=OFFICE, at=at)
        assert at <= opens < at + timedelta(hours=24)
        assert opens_at(timing, "Europe/Paris", office_zone=OFFICE, at=opens) == opens
        at += timedelta(minutes=15)


def test_a_distribution_without_a_time_has_no_first_moment() -> None:
    with pytest.raises(Refused, match="has no time yet"):
        first_moment(Timing(scheduled_at=None), "", office_zone=OFFICE)


@pytest.mark.parametrize(
    ("typed", "read"), [("08:30", time(8, 30)), (" 8:05 ", time(8, 5)), ("00:00", time(0))]
)
def test_a_time_of_day_is_read(typed: str, read: time) -> None:
    assert parse_clock_time(typed) == read


@pytest.mark.parametrize("typed", ["24:00", "8", "8:5", "half past eight", "08:60", "08:30Z", ""])
def test_what_is_no_time_of_day_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(BadInput, match="write it like 08:30"):
        parse_clock_time(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("08:00-19:00", "08:00-19:00"),
        ("8:00 – 19:00", "08:00-19:00"),
        ("20:00-06:00", "20:00-06:00"),
        ("8:00-24:00", "08:00-00:00"),
    ],
)
def test_sending_hours_are_read_and_written_one_way(typed: str, read: str) -> None:
    assert str(parse_hours(typed)) == read
    assert parse_hours(read) == parse_hours(typed)


@pytest.mark.parametrize("typed", ["08:00", "8-19", "08:00-19:00-20:00", "24:00-08:00", "a-b"])
def test_hours_that_cannot_be_read_are_refused_with_an_example(typed: str) -> None:
    with pytest.raises(BadInput, match="write them like 08:00-19:00"):
        parse_hours(typed)


def test_hours_that_never_close_are_refused() -> None:
    with pytest.raises(BadInput, match="leave them out"):
        parse_hours("08:00-08:00")
