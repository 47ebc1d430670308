"""Decimals are written as the language of the edition writes them."""

import pytest

from tests.releases.readiness.texts import found_in

COLUMN = "It grew:\n\n| Port | Share |\n|---|---|\n| Lund | {one} |\n| Ault | {other} |\n"


def found(text: str, language: str) -> list[tuple[str, str]]:
    return [(one.where, one.fix) for one in found_in(text, language) if one.id == "decimal-sign"]


@pytest.mark.parametrize(
    ("language", "text", "written", "mended"),
    [
        ("en", "It grew by 2,1 % in spring.", "2,1", "2.1"),
        ("en", "It cost €1.234,50 in all.", "1.234,50", "1,234.50"),
        ("de", "Es wuchs um 3.4% im Jahr.", "3.4", "3,4"),
        ("fr", "Il a coûté 3.45 € la tonne.", "3.45", "3,45"),
        ("sv", "Sträckan är 12.5 km lång.", "12.5", "12,5"),
        ("de-CH", "Es kostet CHF 2,50 je Stück.", "2,50", "2.50"),
    ],
)
def test_the_sign_of_another_language_is_told_with_the_cure(
    language: str, text: str, written: str, mended: str
) -> None:
    assert found(text, language) == [(f"text {written}", f"write {mended} if that is meant")]


@pytest.mark.parametrize(
    ("language", "one", "other", "written"),
    [
        ("en", "2,1", "3.4", ["2,1"]),
        ("en", "2,1", "3,4", ["2,1", "3,4"]),
        ("de", "2,1", "3.4", ["3.4"]),
        # Chapters, hours or days, for all that can be seen.
        ("de", "2.1", "3.4", []),
        ("de", "2.1", "drei", []),
        ("en", "2.1", "1,310", []),
        ("es", "2,1", "3.4", []),
    ],
)
def test_in_a_table_its_column_tells(
    language: str, one: str, other: str, written: list[str]
) -> None:
    text = COLUMN.format(one=one, other=other)
    places = [place for place, _ in found(text, language)]
    assert places == [f"table “Port, Share” {number}" for number in written]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "It grew by 2.1 % and cost €1,234.50, or 12,500 km of it."),
        ("en", "Articles 3,4 and 5 of the code, and 1,234,567 people."),
        ("de", "Kapitel 3.4, Version 2.0, am 24.12. um 9.30 Uhr, 1.234 km, 2,1 %."),
        ("fr", "Le 24.12.2026 à 9.30, voir 3.4.1, soit 3,4 % de 12.500 km."),
        ("de", "Der Vertrag gilt 4.6.2027, und 10.12.24 % sind ein Tippfehler."),
        ("ar", "نسبة 3.4% و 2,1%"),
        ("es", "Creció un 3.4 % y un 2,1 %."),
    ],
)
def test_what_is_right_or_may_be_anything_is_left_alone(language: str, text: str) -> None:
    assert found(text, language) == []
