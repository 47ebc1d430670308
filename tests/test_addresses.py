import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer import addresses
from mailer.addresses import MailAddress
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
        ("ｋＡｒｅｎ＠ｅxample．org", "karen@example.org"),
        ("karen﹫example․org", "karen@example.org"),
        ("ﬁona.𝐤@example.org", "fiona.k@example.org"),
        ("ĳsbrand@example.org", "ijsbrand@example.org"),
        ("ka\u00adren@exam\u200bple.org", "karen@example.org"),
        ("\ufeff\u202akaren@example.org\u202c \u200b", "karen@example.org"),
        ("kar\u200cen\u200d@example.org", "karen@example.org"),
        ("ｶﾞﾙﾄ@example.org", "ガルト@example.org"),
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


@pytest.mark.parametrize("local", ["josé", "straße", "лида", "ガルト", "محمد", "k½", "k…n", "هٔمن"])
def test_a_name_that_no_ascii_stands_for_keeps_its_letters(local: str) -> None:
    assert addresses.parse(f"{local}@example.org").normalised == f"{local}@example.org"


def test_we_write_to_what_was_meant_in_the_case_that_was_typed() -> None:
    assert addresses.parse("Ｋaren\u200b＠Example．org").typed == "Karen@Example.org"
    assert not addresses.parse("ｋaren@example.org").needs_smtputf8


@pytest.mark.parametrize(
    "typed", ["ａ＠b@example.org", "a\u200c\u0645@x@y.example", "\u200b", "＠"]
)
def test_what_is_no_address_in_plain_letters_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="not an e-mail address"):
        addresses.parse(typed)


@given(text=st.text(max_size=80))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    try:
        read = addresses.parse(text)
    except BadInput:
        return
    assert addresses.parse(read.normalised).normalised == read.normalised


@given(local=st.text(min_size=1, max_size=30), domain=st.sampled_from(["x.example", "ｘ．example"]))
def test_an_address_is_read_from_what_was_kept_of_it_as_it_was(local: str, domain: str) -> None:
    try:
        read = addresses.parse(f"{local}@{domain}")
    except BadInput:
        return
    assert addresses.parse(read.typed) == MailAddress(read.typed, read.normalised)
    assert addresses.parse(read.normalised).normalised == read.normalised


def test_only_a_local_part_outside_ascii_needs_smtputf8() -> None:
    assert addresses.parse("josé@example.org").needs_smtputf8
    assert not addresses.parse("post@blåbær.example").needs_smtputf8


def test_the_domain_is_in_a_labels() -> None:
    assert addresses.parse("post@Blåbær.example").domain == "xn--blbr-roah.example"
