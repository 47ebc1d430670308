"""E-mail addresses, phone numbers and web addresses."""

import pytest

from mailer.contacts.importing.values import Kind, Phone, read
from mailer.errors import BadInput


def mailboxes(cell: str) -> list[str]:
    found = read(Kind.EMAILS, cell)
    assert isinstance(found, tuple)
    return [address.normalised for address in found]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("Eva@Example.ORG", ["eva@example.org"]),
        ("Eva Lund <eva@example.org>", ["eva@example.org"]),
        ("Lund, Eva <eva@example.org>, Bo <bo@example.org>", ["eva@example.org", "bo@example.org"]),
        ("mailto:eva@example.org?subject=x", ["eva@example.org"]),
        (" eva@example.org. ", ["eva@example.org"]),
        ("eva@example.org; bo@example.org", ["eva@example.org", "bo@example.org"]),
        ("eva@example.org bo@example.org", ["eva@example.org", "bo@example.org"]),
        ("eva@example.org\nbo@example.org", ["eva@example.org", "bo@example.org"]),
        ("eva@example.org / bo@example.org", ["eva@example.org", "bo@example.org"]),
        ("eva@example.org, EVA@example.org", ["eva@example.org"]),
        ("æ@ø.dk", ["æ@xn--pda.dk"]),
    ],
)
def test_the_addresses_of_a_cell_are_found(cell: str, found: list[str]) -> None:
    assert mailboxes(cell) == found


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("eva (at) example.org", "disguised"),
        ("eva[at]example[dot]org", "disguised"),
        ("eva at example.org", "disguised"),
        ("eva@example", "eva@example"),
        ("eva@@example.org", "not an e-mail address"),
        ("eva@example.org; call her", "call her"),
        ("eva@-example.org", "not an e-mail address"),
        ("=1+1", "not an e-mail address"),
    ],
)
def test_what_is_no_address_is_refused_and_never_put_together(cell: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read(Kind.EMAILS, cell)


def phones(cell: str, region: str = "DK") -> list[Phone]:
    found = read(Kind.PHONES, cell, region=region)
    assert isinstance(found, tuple)
    return list(found)


@pytest.mark.parametrize(
    ("cell", "region", "e164"),
    [
        ("+45 33 12 34 56", "", "+4533123456"),
        ("33 12 34 56", "DK", "+4533123456"),
        ("0045 33123456", "", "+4533123456"),
        ("030/1234567", "DE", "+49301234567"),
        ("+44 (0)20 7946 0000", "", "+442079460000"),
        ("06 1234567", "IT", "+39061234567"),
        ("Tel.: +49 30 1234567", "", "+49301234567"),
        ("33 12 34 56", "", ""),
        ("=1+1", "DK", ""),
        ("12", "DK", ""),
    ],
)
def test_a_number_is_kept_as_typed_and_in_e164_where_it_is_sure(
    cell: str, region: str, e164: str
) -> None:
    assert phones(cell, region) == [Phone(cell, e164)]


@pytest.mark.parametrize("cell", ["4533123456.0", '="4533123456"', "'4533123456"])
def test_what_a_spreadsheet_does_to_a_number_is_undone(cell: str) -> None:
    assert phones(cell) == [Phone("4533123456", "+4533123456")]


def test_an_extension_is_kept() -> None:
    assert phones("+45 33 12 34 56 ext. 12") == [
        Phone("+45 33 12 34 56 ext. 12", "+4533123456", "12")
    ]


@pytest.mark.parametrize("between", ["; ", "|", "\n", ", ", " / ", " or ", " oder "])
def test_several_numbers_of_a_cell_part(between: str) -> None:
    found = phones(f"+45 33 12 34 56{between}+45 33 12 34 57")
    assert [phone.e164 for phone in found] == ["+4533123456", "+4533123457"]


def test_one_number_written_twice_is_one() -> None:
    assert len(phones("+45 33 12 34 56; 33123456")) == 1


@pytest.mark.parametrize(("cell", "told"), [("call me", "digits"), ("4,53312E+09", "rounded")])
def test_what_is_no_number_any_more_is_refused(cell: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read(Kind.PHONES, cell, region="DK")


@pytest.mark.parametrize(
    ("cell", "url"),
    [
        ("example.org", "https://example.org"),
        ("www.example.org/a?b=c", "https://www.example.org/a?b=c"),
        ("http://Example.org/x", "http://Example.org/x"),
        ("//example.org", "https://example.org"),
        ("example.org:8080/x", "https://example.org:8080/x"),
        ("https://blåbær.dk", "https://blåbær.dk"),
    ],
)
def test_a_web_address_gets_its_scheme(cell: str, url: str) -> None:
    assert read(Kind.URL, cell) == url


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "javascript:alert(1)",
            "JaVaScript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
        ),
        *("mailto:a@example.org", "http://[::1", "localhost", "two words.org", "ask Eva"),
        *(
            'https://example.org/"onclick=x',
            "https://example.org/<script>",
            "https://",
            "file:///x",
        ),
    ],
)
@pytest.mark.parametrize("kind", [Kind.URL])
def test_what_is_no_web_address_is_refused(kind: Kind, cell: str) -> None:
    with pytest.raises(BadInput, match="web address"):
        read(kind, cell)


def test_profiles_are_names_or_pages() -> None:
    found = read(Kind.PROFILES, "@eva|x.com/eva; @EVA")
    assert found == ("@eva", "https://x.com/eva")
    with pytest.raises(BadInput, match="only http"):
        read(Kind.PROFILES, "@eva, javascript:alert(1)")


def test_of_a_cell_that_is_parted_wrongly_the_whole_is_told() -> None:
    with pytest.raises(BadInput, match="the whole cell is 'lueth@ostsee,example'"):
        mailboxes("lueth@ostsee,example")
