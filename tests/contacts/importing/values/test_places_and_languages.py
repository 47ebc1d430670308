import pytest

from mailer import languages
from mailer.contacts.importing.values import Kind, read
from mailer.contacts.places import countries, country_name
from mailer.errors import BadInput


@pytest.mark.parametrize(
    "danish", ["Danish", "dansk", "Dänisch", "danois", "DA", "dan", "датский", "δανικά", "DANSK "]
)
def test_danish_is_danish_however_it_is_called(danish: str) -> None:
    assert read(Kind.LANGUAGES, danish) == ("da",)


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("pt-BR", ("pt-BR",)),
        ("Brazilian Portuguese", ("pt-BR",)),
        ("Portuguese - Brazil", ("pt-BR",)),
        ("Serbian (Latin)", ("sr-Latn",)),
        ("Serbisch (Lateinisch)", ("sr-Latn",)),
        ("Serbian Latin", ("sr-Latn",)),
        ("Mandarin", ("zh",)),
        ("Chinese, Simplified", ("zh-Hans",)),
        ("Norwegian", ("nb",)),
        ("Flemish", ("nl-BE",)),
        ("cz", ("cs",)),
        ("GA", ("ga",)),
        ("fre/ger", ("fr", "de")),
        ("English and French", ("en", "fr")),
        ("svenska & suomi", ("sv", "fi")),
        ("da|EN|da|no", ("da", "en", "nb")),
        ("Danish, English; n/a", ("da", "en")),
        ("日本語", ("ja",)),
        ("English (UK)", ("en-GB",)),
    ],
)
def test_languages_are_known_by_tag_code_and_name(cell: str, tags: tuple[str, ...]) -> None:
    assert read(Kind.LANGUAGES, cell) == tags


@pytest.mark.parametrize("reader", languages.cover_languages())
def test_a_language_is_known_by_its_own_name_and_to_its_neighbours(reader: str) -> None:
    for written_in in (reader, "en", "de", "fr", "ru"):
        called = languages.name(reader, written_in=written_in)
        found = read(Kind.LANGUAGES, called)
        assert isinstance(found, tuple)
        assert [tag.split("-")[0] for tag in found] == [reader.split("-", maxsplit=1)[0]], called


@pytest.mark.parametrize(
    ("cell", "told"), [("Frnch", "french"), ("xx-", "pt-BR"), ("da|?!", "tag")]
)
def test_what_is_no_language_is_refused_with_the_nearest(cell: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read(Kind.LANGUAGES, cell)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("dk", "DK"),
        ("DNK", "DK"),
        ("Danmark", "DK"),
        ("Dänemark", "DK"),
        ("UK", "GB"),
        ("U.K.", "GB"),
        ("England", "GB"),
        ("Russia", "RU"),
        ("Ireland", "IE"),
        ("South Korea", "KR"),
        ("Korea, Republic of", "KR"),
        ("Brunei", "BN"),
        ("Syria", "SY"),
        ("Ivory Coast", "CI"),
        ("Palestinian Authority", "PS"),
        ("Moldova", "MD"),
        ("United StatesUnited States", "US"),
        ("United States United States", "US"),
        ("ГерманияГермания", "DE"),
        ("The Netherlands", "NL"),
        ("Bahamas (the)", "BS"),
        ("Czech Republic", "CZ"),
        ("Macedonia", "MK"),
        ("NA", "NA"),
        ("D", "DE"),
        ("a", "AT"),
        ("SLO", "SI"),
        ("CH", "CH"),
        ("🇩🇰", "DK"),
    ],
)
def test_countries_are_known_by_code_and_name(cell: str, code: str) -> None:
    assert read(Kind.COUNTRY, cell) == code


#: What some languages call one of two countries, and the others call both.
TWO_COUNTRIES = {"Congo", "Kongo"}


@pytest.mark.parametrize("written_in", languages.cover_languages())
def test_every_country_is_known_in_every_cover_language(written_in: str) -> None:
    for code in countries():
        name = country_name(code, written_in=written_in)
        if name in TWO_COUNTRIES:
            continue
        assert read(Kind.COUNTRY, name) == code, name


@pytest.mark.parametrize(
    ("cell", "told"), [("Denmrk", "denmark"), ("Congo", "Congo"), ("EU", "DK")]
)
def test_what_is_no_country_or_two_is_refused(cell: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read(Kind.COUNTRY, cell)


@pytest.mark.parametrize(
    ("cell", "zone"),
    [("europe/copenhagen", "Europe/Copenhagen"), ("America/New York", "America/New_York")],
)
def test_a_zone_is_written_as_the_database_has_it(cell: str, zone: str) -> None:
    assert read(Kind.ZONE, cell) == zone


@pytest.mark.parametrize("cell", ["Mars/Base", "localtime", "../../etc/passwd", "Europe"])
def test_any_other_zone_is_refused(cell: str) -> None:
    with pytest.raises(BadInput, match="Europe/Copenhagen"):
        read(Kind.ZONE, cell)
