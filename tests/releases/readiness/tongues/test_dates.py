"""Dates in words are read in every language of the covers, as CLDR writes them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.languages import cover_languages, long_date, weekday_date
from mailer.releases.readiness.tongues.dates import mentions, with_weekdays
from mailer.releases.readiness.weekdays import clashes

DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize("language", cover_languages())
@given(day=DAYS)
def test_the_dates_of_our_covers_are_read(day: date, language: str) -> None:
    (found,) = mentions(f"({long_date(day, language)})", language)
    assert (found.day, found.month, found.year) == (day.day, day.month, day.year)


@pytest.mark.parametrize("language", cover_languages())
def test_each_language_has_a_weekday_that_can_be_wrong(language: str) -> None:
    day = date(2027, 6, 14)
    for ahead in range(1, 7):
        other = day + timedelta(days=ahead)
        (said,) = with_weekdays(weekday_date(other, language), language)
        assert said.weekday == other.weekday()
    right, far = weekday_date(day, language), weekday_date(date(2027, 6, 15), language)
    assert clashes(right, [], language=language, around=day) == []
    # The weekday of the one day on the date of the other.
    wrong = far.replace("15", "14")
    assert [one.day for one in clashes(wrong, [], language=language, around=day)] == [day]


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("11 and 12 June 2007", "en", [(12, 6, 2007)]),
        ("Sept. 4, 2026 and 4 Sep", "en", [(4, 9, 2026), (4, 9, None)]),
        ("le 1er juin", "fr", [(1, 6, None)]),
        ("2026年11月24日,12月1日", "ja", [(24, 11, 2026), (1, 12, None)]),
        ("١١ يونيو ٢٠٢٧", "ar", [(11, 6, 2027)]),
        ("1. juuni 2027", "et", [(1, 6, 2027)]),
        ("In May 2027, 30 people", "en", []),
        ("24/7 June", "en", [(7, 6, None)]),
        ("Juneau 14 and 14 Maypoles", "en", []),
        ("June 30% and June 24/7", "en", []),
    ],
)
def test_what_is_a_date_and_what_is_none(
    text: str, language: str, days: list[tuple[int, int, int | None]]
) -> None:
    assert [(one.day, one.month, one.year) for one in mentions(text, language)] == days


@pytest.mark.parametrize(
    ("text", "language", "weekday"),
    [
        ("w środę 1 grudnia", "pl", 2),
        ("в среду, 1 декабря", "ru", 2),
        ("у п'ятницю, 1 грудня", "uk", 4),
        ("v neděli 1. prosince", "cs", 6),
        ("teisipäeval, 1. detsembril", "et", None),
        ("na quarta, 1 de dezembro", "pt", 2),
        ("miðvikudaginn 1. desember", "is", 2),
    ],
)
def test_the_forms_that_follow_on_are_read(text: str, language: str, weekday: int | None) -> None:
    assert [one.weekday for one in with_weekdays(text, language)] == (
        [] if weekday is None else [weekday]
    )


@pytest.mark.parametrize(
    ("written", "around", "meant"),
    [
        ("3 January", date(2026, 12, 20), date(2027, 1, 3)),
        ("28 December", date(2027, 1, 5), date(2026, 12, 28)),
        ("1 July", date(2027, 6, 1), date(2027, 7, 1)),
        ("1 July 2020", date(2027, 6, 1), date(2020, 7, 1)),
        ("31 June", date(2027, 6, 1), None),
    ],
)
def test_a_date_without_a_year_is_the_nearest(
    written: str, around: date, meant: date | None
) -> None:
    (found,) = mentions(written, "en")
    assert found.near(around) == meant
