"""A rate is read, kept and told as it was asked for."""

import pytest

from mailer.distribution.rates import parse_rate, plain, rate_in_words
from mailer.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "an_hour", "told"),
    [
        ("120/min", 7200, "120 a minute"),
        ("2/s", 7200, "120 a minute"),
        ("5000/h", 5000, "5000 an hour"),
        ("100/h", 100, "100 an hour"),
        ("59/h", 59, "59 an hour"),
        ("1/h", 1, "1 an hour"),
        ("60 / h", 60, "1 a minute"),
        ("90", 5400, "90 a minute"),
        ("90/MIN", 5400, "90 a minute"),
    ],
)
def test_a_rate_is_kept_as_it_is_asked_for(typed: str, an_hour: int, told: str) -> None:
    rate = parse_rate(typed)
    assert rate * 60 == pytest.approx(an_hour)
    assert rate_in_words(rate) == told


def test_any_rate_by_the_hour_is_told_by_the_hour_or_the_minute() -> None:
    for number in range(1, 10_000):
        told = rate_in_words(parse_rate(f"{number}/h"))
        assert told == (f"{number // 60} a minute" if number % 60 == 0 else f"{number} an hour")


def test_a_whole_number_has_no_point() -> None:
    assert str(plain(120.0)) == "120"
    assert rate_in_words(1200, written="{:,}".format) == "1,200 a minute"
    assert rate_in_words(10 / 7) == "1.429 a minute"


@pytest.mark.parametrize("typed", ["fast", "2/day", "-3", "1.5/s", "/min", "2//s", "٣/s"])
def test_a_rate_that_cannot_be_read_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(BadInput, match=r"write it like 120/min, 2/s or 5000/h"):
        parse_rate(typed)


@pytest.mark.parametrize("typed", ["0", "0/h", "999999999/s"])
def test_a_rate_that_cannot_be_kept_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="at least 1/h"):
        parse_rate(typed)
