"""Numbers are read as each language writes them."""

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from mailer.languages import cover_languages, locale
from mailer.releases.readiness.tongues.numbers import differences, numbers


@given(
    value=st.decimals(0, 10**9, places=2, allow_nan=False),
    language=st.sampled_from(cover_languages()),
)
def test_what_cldr_writes_is_read(value: Decimal, language: str) -> None:
    # Two places always: in 1.234 alone nobody can tell what the dot is.
    written = format_decimal(value, format="#,##0.00", locale=locale(language))
    assert numbers(f"({written})", language) == {value.normalize() if value % 1 else value + 0}


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("1,234.5 and 7%", "en", ["1234.5", "7"]),
        ("1.234,5 und 1.234", "de", ["1234.5", "1234"]),
        ("1 234,5 et 12 000", "fr", ["1234.5", "12000"]),
        ("12,500", "en", ["12500"]),
        ("1,5", "fr", ["1.5"]),
        ("Some 12 people", "en", ["12"]),
        ("共12人", "zh", ["12"]),
        ("G7, COVID-19, A4", "en", ["19"]),
        ("call +33 (0)3 88 41 33 35 or 03 88 41 33 35", "en", []),
        ("at 9.30 am, 14:00 and 9h30", "en", []),
        ("see https://a.example/2026/11 and a1@b22.example", "en", []),
        ("३४५", "hi", ["345"]),
        ("2 050 000 000 et 1 000 000 000,00", "fr", ["2050000000", "1000000000"]),
    ],
)
def test_what_is_a_number_and_what_is_none(text: str, language: str, found: list[str]) -> None:
    assert numbers(text, language) == set(map(Decimal, found))


def test_a_small_number_counts_where_both_have_one_alone() -> None:
    assert differences({Decimal(3)}, set()) == ([], [])
    assert differences({Decimal(3)}, {Decimal(4)}) == ([Decimal(3)], [Decimal(4)])
    assert differences({Decimal(3)}, {Decimal(40)}) == ([], [Decimal(40)])
