"""A contact that is said by a number."""

import pytest

from mailer.contacts.keeping.numbers import NEVER_GIVEN, row_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        (" 007\n", 7),
        ("0", 0),
        ("0" * 5000 + "7", 7),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, NEVER_GIVEN),
        ("9" * 5000, NEVER_GIVEN),
        ("²", None),
        ("٧", None),
        ("-7", None),
        ("7a", None),
        ("", None),
    ],
)
def test_a_number_is_of_ascii_digits_and_fits_into_the_database(
    text: str, number: int | None
) -> None:
    assert row_number(text) == number
