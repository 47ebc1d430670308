"""The notice to somebody who was not told yet that we have her data."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.compose.covers.notice import LONGEST_SOURCE, Terms, told_source
from mailer.compose.covers.notice_words import KEPT_FOR
from mailer.compose.letter import Identity
from mailer.compose.rendering import render
from mailer.languages import catalog, cover_languages, direction
from mailer.models import LegalBasis
from tests.compose.test_rendering import Page, parity

CISION = "the media database of Cision"
ODD = [
    'Lars "the card" O\'Neill & sons <b>',
    "a list\nfrom a\r\nhandover",
    "x" * 300,
    "👩🏽‍💻 the harbour fair",
    "\u202egro.live",
    "<script>alert(1)</script>",
    "{{ cover }} {office}",
    ".hidden",
    "From the fair",
    "صحيفة الميناء Hansa",
    "blank\u00a0hard",
]


def noticed(make_letter: Any, *cover: str, source: str = CISION, **given: Any) -> Any:
    basis = given.pop("notice_basis", LegalBasis.LEGITIMATE_INTEREST)
    return make_letter(*cover, notice_basis=basis, notice_source=source, **given)


@pytest.mark.parametrize("language", cover_languages())
@pytest.mark.parametrize("basis", list(LegalBasis))
def test_every_language_tells_the_same_in_both_parts(
    make_letter: Any, language: str, basis: LegalBasis
) -> None:
    rendered = render(noticed(make_letter, language, notice_basis=basis))
    assert parity(rendered.html, rendered.text) == 1
    whence = catalog(language).pgettext("cover", "We have these data from:")
    gap = "\n" if direction(language) == "rtl" else " "
    assert f"\n{whence}{gap}{CISION}\n" in rendered.text
    assert f"<bdi>{CISION}</bdi>" in rendered.html
    assert "(EU) 2016/679" in rendered.text
    assert "duty@harbour.example" in rendered.text


def test_who_was_told_before_is_not_told_again(make_letter: Any) -> None:
    plain = render(make_letter("da"))
    assert "Dataansvarlig" not in plain.text + plain.html


def test_it_says_who_why_from_whom_on_which_basis_how_long_and_which_rights(
    make_letter: Any, identity: Identity
) -> None:
    who = replace(identity, terms=Terms(months=36))
    text = render(noticed(make_letter, "en", identity=who)).text
    start, end = text.index("Controller of your data"), text.index("You receive this e-mail")
    begin, whence, rest, more = text[start:end].strip().split("\n")
    assert begin == (
        "Controller of your data: Harbour Forum Press Division. We keep your name and your work"
        " contact details in order to send you press releases."
    )
    assert whence == f"We have these data from: {CISION}"
    assert rest == (
        "Legal basis: our legitimate interest in informing the press – (EU) 2016/679. We keep the"
        " data while you work for the media; longest period after that: 36 months. You can see,"
        " correct and erase your data, object to their use, and complain to the data protection"
        " authority."
    )
    assert more == "E-mail: duty@harbour.example"


@pytest.mark.parametrize("language", cover_languages())
@pytest.mark.parametrize("months", [1, 6, 24, 36])
def test_a_period_is_told_in_the_words_of_the_language(
    make_letter: Any, identity: Identity, language: str, months: int
) -> None:
    who = replace(identity, terms=Terms(months=months))
    text = render(noticed(make_letter, language, identity=who)).text
    (kept,) = catalog(language).pgettext("cover", KEPT_FOR).split("{time}")[:1]
    told = text.partition(kept)[2].split(".")[0].split("։")[0]
    assert 2 < len(told) < 20, told
    assert re.search(r"[^\W\d_]{2,}", told), told


def test_where_nothing_goes_by_itself_it_says_so(make_letter: Any) -> None:
    text = render(noticed(make_letter, "en")).text
    assert "We keep the data until you object or ask us to erase them." in text
    assert "months" not in text


@pytest.mark.parametrize("source", ["", "  \n", "contacts.csv", "a.XLSX\nb.csv"])
@pytest.mark.parametrize("language", ["da", "ar"])
def test_an_unknown_source_is_told_as_public_ones(
    make_letter: Any, language: str, source: str
) -> None:
    text = render(noticed(make_letter, language, source=source)).text
    said = catalog(language).pgettext("cover", "public professional sources")
    assert any(line.endswith(said) for line in text.splitlines())
    assert "csv" not in text


@pytest.mark.parametrize(
    ("profile", "act", "authority"),
    [
        ("coe", "CM/Res(2022)14", "authority (Council of Europe)."),
        ("eudpr", "(EU) 2018/1725", "authority (EDPS, edps.europa.eu)."),
        ("gdpr", "(EU) 2016/679", "authority."),
        ("uk", "UK GDPR", "authority (ICO, ico.org.uk)."),
        ("custom", "Harbour Act", "authority (Harbour Commissioner)."),
        ("a word of before", "Harbour Act", "authority (Harbour Commissioner)."),
    ],
)
def test_the_profile_of_the_office_names_act_and_authority(
    make_letter: Any, identity: Identity, profile: str, act: str, authority: str
) -> None:
    terms = Terms(regulation="Harbour Act", authority="Harbour Commissioner")
    who = replace(identity, terms=terms)
    letter = noticed(make_letter, "en", identity=who, office={"legal_profile": profile})
    text = render(letter).text
    assert f"informing the press – {act}. " in text
    assert authority in text
    assert sum(name in text for name in ("2018/1725", "2016/679", "UK GDPR", "CM/Res", "Act")) == 1


def test_an_act_that_nobody_named_is_left_out(make_letter: Any) -> None:
    text = render(noticed(make_letter, "en", office={"legal_profile": "custom"})).text
    assert "informing the press. We keep" in text
    assert "authority.\n" in text


@pytest.mark.parametrize("language", ["da", "ar"])
def test_the_page_of_the_office_is_linked(make_letter: Any, language: str) -> None:
    page = "https://harbour.example/privacy"
    rendered = render(noticed(make_letter, language, office={"privacy_url": page}))
    assert rendered.text.split().count(page) == 1
    if direction(language) == "rtl":
        assert rendered.text.splitlines().count(page) == 1
    assert [one["href"] for one in Page(rendered.html).all("a")].count(page) == 1
    assert "duty@" not in rendered.text


def test_an_office_without_a_reply_address_is_written_to_at_its_own(make_letter: Any) -> None:
    text = render(noticed(make_letter, "en", office={"reply_to": ""})).text
    assert "E-mail: press@harbour.example\n\n" in text


@pytest.mark.parametrize("language", ["ar", "he"])
def test_names_are_set_apart_where_the_text_runs_to_the_left(
    make_letter: Any, language: str
) -> None:
    text = render(noticed(make_letter, language, office={"legal_profile": "uk"})).text
    for name in ("UK GDPR", "ICO, ico.org.uk", "Harbour Forum Press Division"):
        assert f"\u2068{name}\u2069" in text


@pytest.mark.parametrize("source", ODD)
def test_an_odd_source_is_one_harmless_line(make_letter: Any, source: str) -> None:
    rendered = render(noticed(make_letter, "en", source=source))
    told = told_source(source)
    assert f"We have these data from: {told}" in rendered.text.splitlines()
    assert parity(rendered.html, rendered.text) == 1
    assert not Page(rendered.html).all("script", "b")
    assert "\u202e" not in rendered.text + rendered.html


def test_a_source_that_never_ends_is_cut_off() -> None:
    told = told_source("word " * 200)
    assert len(told) <= LONGEST_SOURCE
    assert told.endswith("word…")


def test_two_sources_of_merged_records_are_both_told() -> None:
    assert told_source("Cision\nthe harbour fair\nCision") == "Cision; the harbour fair"


@given(st.text(max_size=700))
@example("a \u202e b")
@example("x\u2028.csv")
def test_what_was_told_once_stays_as_it_is(text: str) -> None:
    told = told_source(text)
    assert told_source(told) == told
    assert "\n" not in told
    assert len(told) <= LONGEST_SOURCE
