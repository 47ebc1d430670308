"""A weekday beside the date of an occasion must be the right one, in any language."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.languages import cover_languages, weekday_date
from mailer.releases.readiness.weekdays import Clash, clashes

MONDAY = date(2007, 6, 11)
TUESDAY = date(2007, 6, 12)
#: Wrong, and written as the language writes it.
WRONG = {
    "ar": "يُفتتح الثلاثاء 11 يونيو في",
    "ca": "Obre dimarts, 11 de juny.",
    "cs": "Začíná v úterý 11. června v 9.30.",
    "da": "Den åbner tirsdag den 11. juni kl. 9.30.",
    "de": "Sie beginnt am Dienstag, dem 11. Juni.",
    "el": "Αρχίζει την Τρίτη 11 Ιουνίου.",
    "en": "It opens on Tuesday 11 June at 9.30 am.",
    "es": "Se abre el martes 11 de junio.",
    "fi": "Se alkaa tiistaina 11. kesäkuuta.",
    "fr": "Elle s’ouvre le mardi 11 juin.",
    "it": "Apre martedì 11 giugno.",
    "ja": "会議は6月11日(火曜日)に始まる。",
    "ko": "회의는 6월 11일 화요일에 열린다.",
    "lt": "Prasideda birželio 11 (antradienis).",
    "nl": "Ze begint op dinsdag 11 juni.",
    "pl": "Zaczyna się we wtorek, wtorek 11 czerwca.",
    "pt": "Abre na terça-feira, 11 de junho.",
    "ru": "Откроется во вторник, вторник 11 июня.",
    "he": "הוועידה תיפתח יום שלישי, 11 ביוני.",
    "hu": "Megnyitó: június 11., kedd.",
    "lt-LT": "Pradžia – birželio 11 d., antradienis.",
    "sv": "Den öppnar tisdag den 11 juni.",
    "tr": "Konferans 11 Haziran Salı günü açılıyor.",
    "zh": "会议将于6月11日星期二开幕。",
}


@pytest.mark.parametrize("language", WRONG)
def test_a_wrong_weekday_is_found(language: str) -> None:
    found = clashes(WRONG[language], [MONDAY, TUESDAY], language=language)
    assert [clash.day for clash in found] == [MONDAY]
    assert clashes(WRONG[language], [date(2013, 6, 11)], language=language) == []


@pytest.mark.parametrize(
    "text",
    [
        "Tuesday 11 June",
        "TUESDAY, 11 JUNE",
        "Tuesday, June 11",
        "Tuesday the 11th of June",
        "Tuesday\u00a011\u00a0June 2007",
        "Tuesday, June 11, 2007",
        "11 June (Tuesday)",
    ],
)
def test_english_has_many_ways_to_write_it(text: str) -> None:
    assert clashes(f"It opens on {text}.", [MONDAY], language="en") == [Clash(text, MONDAY)]


@pytest.mark.parametrize(
    "text",
    [
        "It opens on Monday 11 June.",
        "Tuesday 11 June 2013 was another story.",
        "Tuesday, June 11, 2013 was another story.",
        "Monday 11 June and Tuesday 12 June",
        "on 11 June, Tuesday 12 June and 13 June",
        "Monday 11 and Tuesday 12 June",
        "from Tuesday to 11 June",
        "until Tuesday; 11 June is a holiday",
        "Tuesday 111 June",
        "Tuesday 11 July",
        "Tuesday 1 June",
        "Tuesday. 11 June is a holiday",
        "Shrove Tuesdays 11 June",
        "Tuesday\n11 June",
        "Tuesday 11 Junes",
        "",
    ],
)
def test_what_is_right_or_about_another_day_is_left_alone(text: str) -> None:
    assert clashes(text, [MONDAY, TUESDAY], language="en") == []


def test_digits_of_another_script_are_read() -> None:
    assert clashes("الثلاثاء ١١ يونيو", [MONDAY], language="ar")
    assert not clashes("الاثنين ١١ يونيو", [MONDAY], language="ar")


def test_a_day_of_several_years_fits_with_any_of_them() -> None:
    days = [MONDAY, date(2013, 6, 11)]
    assert clashes("Tuesday 11 June", days, language="en") == []
    assert clashes("Tuesday 11 June 2007", days, language="en")


def test_a_chinese_year_stands_in_front() -> None:
    assert clashes("2007年6月11日星期二", [MONDAY], language="zh")
    assert clashes("2013年6月11日星期二", [MONDAY], language="zh") == []


def test_a_list_of_days_belongs_to_the_weekdays_behind_them() -> None:
    text = "11 Haziran Pazartesi, 12 Haziran Salı ve 13 Haziran. Salı günü"
    days = [MONDAY, TUESDAY, date(2007, 6, 13)]
    assert clashes(text, days, language="tr") == []


# The first date of a language waits for CLDR to be read from disk.
@settings(deadline=None)
@given(
    day=st.dates(date(1990, 1, 1), date(2060, 1, 1)), language=st.sampled_from(cover_languages())
)
def test_the_dates_that_we_write_ourselves_never_clash(day: date, language: str) -> None:
    assert clashes(weekday_date(day, language), [day], language=language) == []


@pytest.mark.parametrize("language", ["li", "tlh", "x-private"])
def test_a_language_without_known_weekdays_is_left_alone(language: str) -> None:
    assert clashes("Tuesday 11 June 2007", [MONDAY], language=language) == []
