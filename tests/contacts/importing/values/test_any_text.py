"""Whatever stands in a cell, a reader gives a value or says why not; and what it read, it reads
again.
"""

import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mailer import addresses
from mailer.contacts.importing.values import Kind, clean, read, read_told, written
from mailer.contacts.importing.values import phones as phone_numbers
from mailer.contacts.importing.values.emails import read_emails
from mailer.errors import BadInput

#: Text that looks like what stands in cells, more often than chance has it.
PIECES = st.sampled_from(
    [
        *"|;,/ .-–@+'\"=()<>&:_0179aåДж山\n\t\r\0\u200b\ufeff\u0301",
        *("Eva Lund", "van der", "PhD", "DUPONT", "Dr.", "Redaktion", "eva@example.org", "mailto:"),
        *("https://", "javascript:", "example.org", "+45 33 12 34 56", "030/1234567", "ext. 5"),
        *("Danish", "da", "Serbian (Latin)", "pt-BR", "and", "Denmark", "United States", "UK"),
        *("Newspaper, National", "TV", "weekly", "yes", "нет", "none", "n/a", "unsubscribed"),
        *("2026-06-04", "4. juni 2026", "04/06/2026", "Europe/Copenhagen", "1.0", "4,5E+10"),
        *("arts, culture, entertainment and media", "Politics", "\ud800", "\u2028", "🇩🇰", "ª"),
    ]
)
CELLS = st.one_of(
    st.text(max_size=40), st.lists(PIECES, max_size=7).map("".join), st.lists(PIECES).map(" ".join)
)
KINDS = st.sampled_from(list(Kind))
REGIONS = st.sampled_from(["", "DK", "DE", "US", "IT", "XX"])


@settings(deadline=None)  # the first cell of a kind loads its vocabulary
@given(kind=KINDS, text=CELLS, delimiter=st.sampled_from(["", "|", "#", ","]), region=REGIONS)
def test_no_text_breaks_a_reader(kind: Kind, text: str, delimiter: str, region: str) -> None:
    problem = ""
    try:
        assert read_told(kind, text, delimiter=delimiter, region=region).value not in ("", ())
    except BadInput as wrong:
        problem = str(wrong)
    assert "\n" not in problem


@settings(deadline=None)  # the first cell of a kind loads its vocabulary
@given(kind=KINDS, text=CELLS, region=REGIONS)
def test_what_was_read_is_read_again_from_how_it_is_written(
    kind: Kind, text: str, region: str
) -> None:
    try:
        value = read(kind, text, region=region)
    except BadInput:
        assume(False)
    assert read(kind, written(value), region=region) == value


@settings(deadline=None)  # the first cell of a kind loads its vocabulary
@given(CELLS)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


LOCALS = st.text(alphabet=string.ascii_letters + string.digits + ".-_+", min_size=1, max_size=70)
DOMAINS = st.one_of(
    st.text(alphabet="abcxn0-.", min_size=1, max_size=20),
    st.sampled_from(["example.org", "localhost", "a.local", "x.invalid", "b.test", "EXAMPLE.com"]),
)


@settings(deadline=None)  # the first cell of a kind loads its vocabulary
@given(local=LOCALS, domain=DOMAINS)
def test_a_plain_address_is_read_as_the_slow_way_reads_it(local: str, domain: str) -> None:
    typed = f"{local}@{domain}".strip(".")
    try:
        slow = addresses.parse(typed)
    except BadInput:
        with pytest.raises(BadInput):
            read_emails(typed)
    else:
        assert read_emails(typed) == (slow,)


@settings(deadline=None)  # the first cell of a kind loads its vocabulary
@given(
    digits=st.text(alphabet=string.digits, min_size=3, max_size=13),
    region=st.sampled_from(["DK", "DE", "GB", "IT", "US", "RU", "FR", "SG", "CV", "IL", "HU"]),
    code=st.sampled_from(["45", "49", "44", "39", "1", "7", "33", "65", "238", "972", "36", "888"]),
)
def test_a_plain_number_is_read_as_the_library_reads_it(
    digits: str, region: str, code: str
) -> None:
    dialled = {digits: phone_numbers._plain_national(digits, region)}
    dialled[f"+{code}{digits}"] = phone_numbers._plain(f"+{code}{digits}")
    for typed, e164 in dialled.items():
        assert e164 in ("", phone_numbers._parsed(typed, region).e164)
