"""Times on the wall and moments of the world."""

from datetime import UTC, datetime

import pytest

from mailer import clock
from mailer.errors import BadInput


def test_a_naive_time_is_taken_in_the_zone_of_the_office() -> None:
    moment = clock.parse_moment("2026-06-11T08:00", zone_name="Europe/Copenhagen")
    assert moment == datetime(2026, 6, 11, 6, 0, tzinfo=UTC)


def test_a_time_with_its_own_zone_keeps_it() -> None:
    moment = clock.parse_moment("2026-06-11T08:00+05:30", zone_name="Europe/Copenhagen")
    assert moment == datetime(2026, 6, 11, 2, 30, tzinfo=UTC)


def test_an_hour_that_summer_time_skips_is_refused() -> None:
    with pytest.raises(BadInput, match="summer time skips it"):
        clock.parse_moment("2026-03-29T02:30", zone_name="Europe/Copenhagen")


@pytest.mark.parametrize("text", ["tomorrow", "", "2026-13-01T00:00", "11/06/2026"])
def test_a_time_that_cannot_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInput, match="2026-06-11T08:00"):
        clock.parse_moment(text, zone_name="UTC")


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../etc/passwd"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="unknown time zone"):
        clock.zone(name)


@pytest.mark.parametrize("text", ["0001-01-01T00:00", "9999-12-31T23:59:59-12:00"])
def test_a_year_that_nobody_means_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="cannot be meant"):
        clock.parse_moment(text, zone_name="Asia/Tokyo")


@pytest.mark.parametrize(
    ("name", "is_known"), [("Europe/Kyiv", True), ("Mars/Olympus", False), ("../etc", False)]
)
def test_a_zone_is_one_that_the_tz_database_knows(name: str, is_known: bool) -> None:
    assert clock.is_zone(name) is is_known
