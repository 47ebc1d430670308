import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer import addresses
from mailer.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "normalised"),
    [
        ("  Redaktion@Havnebladet.EXAMPLE ", "redaktion@havnebladet.example"),
        ("post@blåbær.example", "post@xn--blbr-roah.example"),
        ("info@straße.example", "info@xn--strae-oqa.example"),
        ("eva+press@example.org", "eva+press@example.org"),
        ("e.va@example.org", "e.va@example.org"),
        ("JOSÉ@example.org", "josé@example.org"),
        ("jose\u0301@example.org", "josé@example.org"),
    ],
)
def test_a_mailbox_has_one_spelling_however_it_was_typed(typed: str, normalised: str) -> None:
    assert addresses.parse(typed).normalised == normalised


@pytest.mark.parametrize(
    "typed", ["", "redaktion", "a@b@c.example", "a b@example.org", "a@", "@b.c"]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="not an e-mail address"):
        addresses.parse(typed)


@given(text=st.text(max_size=80))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    try:
        read = addresses.parse(text)
    except BadInput:
        return
    assert addresses.parse(read.normalised).normalised == read.normalised


def test_only_a_local_part_outside_ascii_needs_smtputf8() -> None:
    assert addresses.parse("josé@example.org").needs_smtputf8
    assert not addresses.parse("post@blåbær.example").needs_smtputf8


def test_the_domain_is_in_a_labels() -> None:
    assert addresses.parse("post@Blåbær.example").domain == "xn--blbr-roah.example"
