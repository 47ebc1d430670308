import pytest

from mailer.contacts.places import country_name, parse_country
from mailer.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("DK", "DK"),
        (" dk ", "DK"),
        ("Denmark", "DK"),
        ("united  kingdom", "GB"),
        ("UK", "GB"),
        ("XK", "XK"),
    ],
)
def test_a_country_is_read_by_code_or_name(typed: str, code: str) -> None:
    assert parse_country(typed) == code


def test_an_unknown_country_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="Denmark"):
        parse_country("Denmrk")
    with pytest.raises(BadInput, match="write it like DK"):
        parse_country("EU")


def test_a_country_has_a_name_in_each_language() -> None:
    assert country_name("DE", written_in="da") == "Tyskland"
    assert country_name("??", written_in="da") == "??"
