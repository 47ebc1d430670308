"""Addresses in free text."""

import pytest

from mailer.privacy.addressing import without_addresses
from mailer.privacy.others import SOMEBODY


def without(text: str) -> str:
    return without_addresses(text, lambda _: SOMEBODY)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ask lars@x.example.", f"ask {SOMEBODY}."),
        ("<lars@x.example>, or k.holm@y.example!", f"<{SOMEBODY}>, or {SOMEBODY}!"),
        ('"john doe"@y.example; "Lars" lars@x.example', f'{SOMEBODY}; "Lars" {SOMEBODY}'),
        ('"lars@x.example"', f'"{SOMEBODY}"'),
        ("mailto:w@bücher.example", f"mailto:{SOMEBODY}"),
        ("@havn writes, a@ b, at 5 @ 7 o'clock", "@havn writes, a@ b, at 5 @ 7 o'clock"),
    ],
)
def test_an_address_is_found_and_nothing_else(text: str, left: str) -> None:
    assert without(text) == left


@pytest.mark.timeout(20)
@pytest.mark.parametrize("run", ["x", "@", "a@", '"a', '"@', "a.@", "@.", "a@b.example/"])
def test_a_text_without_blanks_is_read_in_one_go(run: str) -> None:
    """The time grows with the text: were it with its square, this would take an hour."""
    text = run * (2_000_000 // len(run))
    assert without(f"{text} lars@x.example").endswith(f" {SOMEBODY}")
