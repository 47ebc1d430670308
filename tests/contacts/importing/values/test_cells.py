import pytest

from mailer.contacts.importing.values import Kind, read
from mailer.errors import BadInput


@pytest.mark.parametrize(
    "blank",
    [
        *("", " ", ".", "-", "–", "n/a", "N/A", "N.A.", "none", "NULL", "unknown", "#N/A", "k.A."),
        *(
            "s/o",
            "нет",
            "keine Angabe",
            "\u200b",
            "\xa0",
            "\ufeff",
            "\n",
            "(none)",
            "#REF!",
            "ukendt",
        ),
    ],
)
@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.EMAILS, Kind.LANGUAGES, Kind.DATE, Kind.LISTS])
def test_what_people_write_for_nothing_is_nothing(kind: Kind, blank: str) -> None:
    assert read(kind, blank) is None


@pytest.mark.parametrize("name", ["Keiner", "Yok", "Geen", "Brak"])
def test_a_word_for_nothing_may_be_somebodys_name(name: str) -> None:
    assert read(Kind.NAME, name) == name
    assert read(Kind.TEXT, name) is None


def test_unseen_and_control_marks_are_removed_and_accents_composed() -> None:
    assert read(Kind.TEXT, "\ufeff Cafe\u0301\u200b\x07  du\xa0Nord\t") == "Café du Nord"


def test_a_letter_that_only_joins_stays() -> None:
    assert read(Kind.NAME, "می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://x")', "@SUM(A1)", "-2+3", "+1"])
def test_a_formula_is_text(formula: str) -> None:
    assert read(Kind.TEXT, formula) == formula
    assert read(Kind.TEXT, f"'{formula}") == formula


@pytest.mark.parametrize(
    ("cell", "number"), [("1234", "1234"), ("1234.0", "1234"), ("0012", "0012"), ("1.5", "1.5")]
)
def test_a_number_of_another_database_is_text(cell: str, number: str) -> None:
    assert read(Kind.NUMBER_ID, cell) == number


@pytest.mark.parametrize(
    ("cell", "beats"),
    [
        ("Crime|crime| EU |n/a", ("crime", "eu")),
        ("health; sport\nweather", ("health", "sport", "weather")),
        ("Politics, Sport / EU", ("politics", "sport", "eu")),
        ("Arts, culture, entertainment and media", ("arts, culture, entertainment and media",)),
        (
            "sport, Economy, business and  finance, crime, law and justice",
            ("sport", "economy, business and finance", "crime, law and justice"),
        ),
        ("Arts, culture|Politics", ("arts, culture", "politics")),
        ("health, Arts, culture", ("health", "arts", "culture")),
    ],
)
def test_beats_part_where_their_writer_parts_them(cell: str, beats: tuple[str, ...]) -> None:
    assert read(Kind.BEATS, cell) == beats


def test_a_list_may_have_a_comma_in_its_name() -> None:
    assert read(Kind.LISTS, "Politics, Berlin|Ports\nPorts") == ("Politics, Berlin", "Ports")


def test_the_delimiter_of_the_files_maker_parts_values() -> None:
    assert read(Kind.WORDS, "a#b", delimiter="#") == ("a", "b")
    assert read(Kind.WORDS, "a#b") == ("a#b",)


def test_a_column_that_is_left_out_says_nothing() -> None:
    assert read(Kind.IGNORE, "anything") is None


def test_the_same_wrong_word_is_refused_each_time() -> None:
    for _ in range(3):
        with pytest.raises(BadInput, match="did you mean"):
            read(Kind.COUNTRY, "Denmrk")
