import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.audience.criteria import Criteria, from_document, parse, read
from mailer.audience.terms import Key, Term
from mailer.errors import BadInput

NAMES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="“”„"), min_size=1
)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("everyone", "everyone"),
        (" Everyone  ", "everyone"),
        ("everyone country:DK", "country:DK"),
        ("country:dk language:DA,en", "language:da,en country:DK"),
        ("language:da language:en,da", "language:da,en"),
        ("language:da, en , fr", "language:da,en,fr"),
        ("country:Denmark", "country:DK"),
        ("outlet:WIRE,daily", "outlet:wire,daily"),
        ("beat:Politics", "beat:politics"),
        ('beat:"Health"', "beat:health"),
        ("list:Cybercrime", "list:Cybercrime"),
        ('list:"Do  not invite"', 'list:"Do not invite"'),
        ("list:“City desk”", 'list:"City desk"'),
        ('list:"A, B",C', 'list:"A, B",C'),
        (r'list:"The \"Sun\""', r'list:"The \"Sun\""'),
        ("-country:DK,SE everyone", "everyone -country:DK,SE"),
        ("address:Eva@Example.org", "address:eva@example.org"),
        (
            'language:da,en outlet:wire country:DK beat:politics list:"City" -list:"No thanks"',
            'language:da,en outlet:wire country:DK beat:politics list:City -list:"No thanks"',
        ),
    ],
)
def test_a_line_has_one_canonical_form(typed: str, line: str) -> None:
    assert parse(typed).line() == line
    assert parse(line) == parse(typed)


@given(names=st.lists(NAMES.filter(str.strip), min_size=1, max_size=3))
def test_any_list_name_comes_back_from_its_line(names: list[str]) -> None:
    terms = tuple(Term(Key.LIST, " ".join(name.split())) for name in names)
    criteria = parse(Criteria(wanted=terms).line())
    assert set(criteria.wanted) <= set(terms)
    assert parse(criteria.line()) == criteria


@given(text=st.text(max_size=60))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    try:
        criteria = parse(text)
    except BadInput:
        return
    assert parse(criteria.line()) == criteria


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "nobody is wanted"),
        ("   ", "nobody is wanted"),
        ("-list:Ports", "nobody is wanted"),
        ("lang:da", "unknown key 'lang': did you mean 'language'?"),
        ("languages:da", "did you mean 'language'?"),
        ("color:red", "known are: language, outlet, country, beat, list, address"),
        ("outlet:dayly", "did you mean 'daily'?"),
        ("country:Denmrk", "did you mean 'Denmark'?"),
        ("country:Danmark", "did you mean DK (Denmark)?"),
        ("country:D", "did you mean DE (Germany)?"),
        ("language:Danish", "did you mean da (Danish)?"),
        ("language:Dansk", "did you mean da (Danish)?"),
        ("-language:dk everyone", "did you mean da (Danish)?"),
        ("language:xx-", "language tag"),
        ("address:eva", "not an e-mail address"),
        ("country:", "write it like country:DK"),
        ('list:""', "empty value"),
        ('list:"City desk', "close the quotation mark"),
        ("everybody", "did you mean 'everyone'?"),
        ("DK", "write terms such as country:DK"),
        ("country: DK", "write it like country:DK"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_what_to_do(typed: str, told: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(typed)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("everyone", "everyone"),
        (
            "language:da,en,fr country:DK",
            "journalists and desks who read Danish, English or French, whose market is Denmark",
        ),
        (
            "outlet:wire beat:crime address:a@b.example",
            "journalists and desks whose outlet is a news agency, who cover crime, at a@b.example",
        ),
        (
            "everyone -list:Ports -country:SE",
            "everyone; but nobody whose market is Sweden, nobody on the list “Ports”",
        ),
        (
            "everyone -beat:crime -language:da",
            "everyone; but nobody who reads Danish, nobody who covers crime",
        ),
        ("address:a@b.example", "journalists and desks at a@b.example"),
    ],
)
def test_criteria_are_told_in_words(line: str, sentence: str) -> None:
    assert parse(line).sentence() == sentence


def test_every_term_of_every_key_can_be_told() -> None:
    for value in ("wire", "freelance", "photo"):
        assert parse(f"outlet:{value}").sentence()


@pytest.mark.parametrize(
    "line",
    [
        "address:" + ",".join(f"desk{number}@press.example" for number in range(2000)),
        f'list:"{"x" * 4000}"',
        # Written out as it is kept, this one is too long only then.
        "list:" + "\\" * 3000,
    ],
)
def test_a_line_that_is_too_long_is_refused_with_the_way_out(line: str) -> None:
    with pytest.raises(BadInput, match=r"longer than 4000 characters: .* list:"):
        parse(line)


def test_a_line_that_is_just_short_enough_is_kept_and_read_again() -> None:
    line = f'list:"{"x " * 1990}x"'
    assert parse(parse(line).line()).line() == line


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ({"wanted": "everyone"}, "everyone"),
        ({"wanted": {"country": "dk", "language": ["DA", "en"]}}, "language:da,en country:DK"),
        (
            {"wanted": "Everyone", "unwanted": {"list": ["Do not invite"]}},
            'everyone -list:"Do not invite"',
        ),
    ],
)
def test_criteria_are_read_from_a_document(document: object, line: str) -> None:
    assert from_document(document).line() == line
    assert read(json.dumps(document)) == read(line) == parse(line)


@given(names=st.lists(NAMES.filter(str.strip), min_size=1, max_size=3))
def test_line_and_document_are_the_same_criteria(names: list[str]) -> None:
    terms = tuple(Term(Key.LIST, " ".join(name.split())) for name in names)
    criteria = parse(f"language:da {Criteria(wanted=terms).line()} -country:DK")
    assert from_document(criteria.document()) == criteria
    assert read(json.dumps(criteria.document())) == criteria


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "criteria are an object"),
        ({}, "nobody is wanted"),
        ({"wanted": {}}, "nobody is wanted"),
        ({"wanted": "all"}, '"wanted" holds keys'),
        ({"want": {}}, "unknown part 'want' of criteria: did you mean 'wanted'?"),
        ({"wanted": {"langage": ["da"]}}, "unknown key 'langage': did you mean 'language'?"),
        ({"wanted": {"outlet": ["dayly"]}}, "did you mean 'daily'?"),
        ({"wanted": {"country": []}}, "country takes texts such as DK"),
        ({"wanted": {"country": [7]}}, "not 7"),
        ({"wanted": {"list": [" "]}}, "empty value"),
        ({"wanted": {"list": ["x" * 4000]}}, "longer than 4000"),
        ({"wanted": {"list": ["Ports\0"]}}, "a NUL or half a letter: leave it out"),
        ({"unwanted": {"beat": ["a\ud800"]}}, "a NUL or half a letter: leave it out"),
        ({"wanted": {"\ud800": ["a"]}}, "unknown key '\\ud800'"),
        ({"wanted": {"list": [["a" * 9000]]}}, "not ['aaaaaaaaaaaa...aaaaaaaaaaaaa']"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_with_what_to_do(
    document: object, told: str
) -> None:
    with pytest.raises(BadInput) as refused:
        from_document(document)
    assert told in str(refused.value)


@pytest.mark.parametrize("wanted", ["1" * 5000, "[" * 100_000, "-" + "1" * 5000])
def test_json_that_python_cannot_read_is_refused(wanted: str) -> None:
    with pytest.raises(BadInput, match="nobody can read these criteria as JSON: write them as a"):
        read(f'{{"wanted": {wanted}')


def test_what_is_not_json_is_said_so() -> None:
    with pytest.raises(BadInput, match="the criteria are not JSON"):
        read('{"wanted": ')
