"""The moment of an embargo, told on the clock of whoever reads it (J4)."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mailer import languages
from mailer.compose.covers.cover import NOT_BEFORE, make_cover
from mailer.languages import cover_languages

UNTIL = datetime(2026, 6, 11, 7, 0, tzinfo=UTC)
STRASBOURG = {"city": "Strasbourg", "zone": "Europe/Paris"}
BIDI = re.compile("[\u2066-\u2069]")


def line_of(make_letter: Any, language: str, *, zone: str = "", until: datetime = UNTIL) -> str:
    """The line under an embargo of a Strasbourg office, a day before it ends."""
    given = {"office": STRASBOURG, "release": {"embargo_until": until}}
    letter = make_letter(language, zone=zone, at=until - timedelta(days=1), **given)
    return make_cover(letter).embargo_line


def test_the_readers_clock_comes_first_then_the_offices_and_utc(make_letter: Any) -> None:
    assert line_of(make_letter, "en", zone="Europe/London") == (
        "EMBARGO: not for publication before 08:00 BST, Thursday 11 June 2026"
        " (09:00 CEST Strasbourg, 07:00 UTC)"
    )


@pytest.mark.parametrize(
    ("language", "zone", "line"),
    [
        (
            "da",
            "",
            "Klausuleret indtil: 09.00 CEST, torsdag den 11. juni 2026 (07.00 UTC)",
        ),
        (
            "de",
            "America/New_York",
            (
                "Sperrfrist: 03:00 UTC−4 New York, Donnerstag, 11. Juni 2026"
                " (09:00 MESZ Straßburg, 07:00 UTC)"
            ),
        ),
        (
            "cs",
            "Europe/Prague",
            "Embargo do: 9:00 SELČ, čtvrtek 11. června 2026 (7:00 UTC)",
        ),
        (
            "fr",
            "Europe/Paris",
            (
                "Sous embargo, ne pas publier avant\u00a0: 09:00 UTC+2 Strasbourg,"
                " jeudi 11 juin 2026 (07:00 UTC)"
            ),
        ),
        (
            "fi",
            "Europe/Helsinki",
            (
                "Julkaisuvapaa: 10.00 UTC+3 Helsinki, torstai 11. kesäkuuta 2026"
                " (9.00 UTC+2 Strasbourg, 7.00 UTC)"
            ),
        ),
    ],
)
def test_each_language_names_zones_as_far_as_it_has_words_for_them(
    make_letter: Any, language: str, zone: str, line: str
) -> None:
    assert line_of(make_letter, language, zone=zone) == line


@pytest.mark.parametrize("language", cover_languages())
@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kathmandu", ""])
def test_it_is_whole_in_every_language(make_letter: Any, language: str, zone: str) -> None:
    line = BIDI.sub("", line_of(make_letter, language, zone=zone))
    assert line.count("2026") == 1
    assert "UTC" in line
    assert not re.search(r"\d:\d\d:\d\d|\d\.\d\d\.\d\d|[AP]M|[+-]\d{4}", line), line
    shown = languages.clock_time(UNTIL, language)
    assert shown in line
    # The word before it governs no case: it is followed by a clock time.
    said = languages.catalog(language).pgettext("cover", NOT_BEFORE)
    assert said.endswith("{datetime}")
    assert re.search(r"[:՝]\s$", said.removesuffix("{datetime}")) or language == "en", said


def test_english_has_its_colon_after_the_first_word(make_letter: Any) -> None:
    assert NOT_BEFORE == "EMBARGO: not for publication before {datetime}"


def test_the_same_clock_is_told_once(make_letter: Any) -> None:
    assert line_of(make_letter, "en", zone="Europe/Luxembourg").count("09:00") == 1
    winter = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)
    assert line_of(make_letter, "en", zone="Europe/London", until=winter) == (
        "EMBARGO: not for publication before 08:00 GMT, Thursday 15 January 2026"
        " (09:00 CET Strasbourg)"
    )


def test_another_day_elsewhere_is_told(make_letter: Any) -> None:
    evening = datetime(2026, 6, 10, 22, 30, tzinfo=UTC)
    line = line_of(make_letter, "en", zone="Europe/London", until=evening)
    assert line.endswith(
        "23:30 BST, Wednesday 10 June 2026 (11 June 2026 00:30 CEST Strasbourg, 22:30 UTC)"
    )


def test_half_hours_and_the_west_have_their_offset(make_letter: Any) -> None:
    for zone, offset in (("Asia/Kolkata", "UTC+5:30"), ("America/St_Johns", "UTC−2:30")):
        assert offset in line_of(make_letter, "en", zone=zone)


def test_ireland_in_summer_is_not_told_to_live_by_gmt(make_letter: Any) -> None:
    line = line_of(make_letter, "en", zone="Europe/Dublin")
    assert "08:00 UTC+1 Dublin" in line
    assert "GMT" not in line


def test_numbers_are_set_apart_in_a_line_to_the_left(make_letter: Any) -> None:
    line = line_of(make_letter, "ar", zone="Europe/London")
    assert "\u206808:00 UTC+1\u2069 لندن، الخميس، 11 يونيو 2026" in line
    assert "\u206809:00 UTC+2\u2069 ستراسبورغ، \u206807:00 UTC\u2069" in line


def test_a_french_weekday_has_the_first_as_an_ordinal() -> None:
    assert languages.weekday_date(date(2026, 6, 1), "fr") == "lundi 1er juin 2026"
    assert languages.weekday_date(date(2026, 6, 11), "fr") == "jeudi 11 juin 2026"


def test_a_zone_is_named_by_the_season() -> None:
    for zone, summer, winter in (
        ("Europe/Berlin", "MESZ", "MEZ"),
        ("Europe/Athens", "OESZ", "OEZ"),
    ):
        moment = UNTIL.astimezone(ZoneInfo(zone))
        assert languages.zone_abbreviation(moment, "de") == summer
        assert languages.zone_abbreviation(moment + timedelta(days=200), "de") == winter
