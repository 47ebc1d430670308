from datetime import UTC, date, datetime

import pytest

from mailer import languages
from mailer.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("da", "da"),
        (" PT-br ", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("no", "nb"),
        ("nn", "nb"),
        ("cnr", "sr-Latn"),
        ("mo", "ro"),
    ],
)
def test_a_tag_is_read_in_its_canonical_form(typed: str, tag: str) -> None:
    assert languages.parse(typed) == tag


@pytest.mark.parametrize("typed", ["", "danish please", "xx-", "qqq-ZZ-1"])
def test_what_is_no_language_tag_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(BadInput, match="pt-BR"):
        languages.parse(typed)


@pytest.mark.parametrize(
    ("wanted", "available", "found"),
    [
        ("pt-BR", {"pt", "en"}, "pt"),
        ("zh-HK", {"zh-Hans", "zh-Hant"}, "zh-Hant"),
        ("fr-CA", {"fr", "en"}, "fr"),
        ("no", {"nb", "da"}, "nb"),
        ("hr", {"sr-Latn", "en"}, None),
        ("da", {"nb", "sv"}, None),
        ("da", set(), None),
    ],
)
def test_a_reader_gets_her_own_language_or_none(
    wanted: str, available: set[str], found: str | None
) -> None:
    assert languages.closest(wanted, available) == found


def test_the_first_language_that_is_served_wins() -> None:
    assert languages.first_match(["is", "pt-BR", "en"], {"en", "pt"}) == ("pt-BR", "pt")
    assert languages.first_match(["is"], {"en"}) is None


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("da", "4. juni 2007"),
        ("en", "4 June 2007"),
        ("de", "4. Juni 2007"),
        ("el", "4 Ιουνίου 2007"),
        ("hu", "2007. június 4."),
        ("ja", "2007年6月4日"),
    ],
)
def test_a_date_is_written_as_its_language_writes_it(tag: str, written: str) -> None:
    assert languages.long_date(date(2007, 6, 4), tag) == written


def test_french_writes_the_first_of_a_month_as_an_ordinal() -> None:
    assert languages.long_date(date(2007, 6, 1), "fr") == "1er juin 2007"
    assert languages.long_date(date(2007, 6, 11), "fr") == "11 juin 2007"


def test_a_time_is_on_the_24_hour_clock_in_every_language() -> None:
    moment = datetime(2007, 6, 11, 21, 30, tzinfo=UTC)
    for tag in languages.cover_languages():
        written = languages.clock_time(moment, tag)
        assert any(hour in written for hour in ("21", "٢١", "२१", "২১", "۲۱")), (tag, written)


def test_arabic_and_hebrew_run_from_right_to_left() -> None:
    assert [languages.direction(tag) for tag in ("ar", "he", "da")] == ["rtl", "rtl", "ltr"]


def test_a_language_has_a_name_in_another() -> None:
    assert languages.name("da", written_in="fr") == "danois"


def test_every_cover_language_has_a_catalog_that_reads() -> None:
    assert "da" in languages.cover_languages()
    for tag in languages.cover_languages():
        assert languages.catalog(tag).info()


@pytest.mark.parametrize("tag", ["li", "mul", "tlh", "x-private", "i-klingon", "ae", "av", "bi"])
def test_a_language_that_cldr_does_not_know_is_called_by_its_tag(tag: str) -> None:
    assert languages.known_locale(tag) is None
    assert languages.name(tag, written_in="en") == tag
    assert languages.direction(tag) == "ltr"
    assert languages.long_date(date(2007, 6, 4), tag) == "4 June 2007"
    assert languages.weekday_date(date(2007, 6, 4), tag) == "Monday 4 June 2007"


@pytest.mark.parametrize("tag", ["", "no tag at all", "li-NL", "da", "zh-Hant-HK", "und", "root"])
def test_every_tag_has_a_locale_to_write_dates_in(tag: str) -> None:
    assert languages.locale(tag).date_formats["long"]


@pytest.mark.parametrize("tag", ["und", "UND", "und-Latn"])
def test_an_undetermined_language_is_to_be_named(tag: str) -> None:
    with pytest.raises(BadInput, match="the language is unknown: name it"):
        languages.parse(tag)
