"""Gaps and dead links are found, and what only looks like one is left alone."""

import pytest

from mailer.releases.readiness.wording import (
    Link,
    links,
    paragraphs,
    perhaps_open,
    placeholders,
    unread_links,
)


@pytest.mark.parametrize(
    "gap",
    [
        "{{ city }}",
        "{{city}}",
        "{{ .Subscriber.Name }}",
        "{% name %}",
        "{x}",
        "{first_name}",
        "${title}",
        "<<venue>>",
        "%%NAME%%",
        "XXX",
        "xxxx",
        "XX XX XX",
        "XX.XX.2026".replace("2026", "XX"),
        "[TBC]",
        "[tbd, see Anna]",
        "[XX]",
        "[insert quote here]",
        "[name]",
        "[ first name ]",
        "[à confirmer]",
        "[to be confirmed]",
        "Lorem ipsum",
    ],
)
@pytest.mark.parametrize("around", ["{}", "It opens at {} today.", "({})"])
def test_what_somebody_meant_to_replace_is_found(gap: str, around: str) -> None:
    assert placeholders(around.replace("{}", gap)) == [around.replace("{}", gap)]


@pytest.mark.parametrize(
    "words",
    [
        "“We agreed […] at night.”",
        "“We agreed [...] at night.”",
        "“We [the harbour masters] agreed.”",
        "He said so [sic].",
        "See note [1] and [^2].",
        "[Name withheld by the court] spoke.",
        "[Dates of the tour are online]",
        "The set {1, 2, 3} of {a, b}.",
        "{}",
        "The XX century, size XXL, and XXI.",
        "XX June",
        "See https://xxx.example/xxx and www.xxx.example.",
        "xxx@harbour.example",
        "Malcolm X. and the X-ray",
        "50%% of all",
        "a << b >> c",
        "None of the harbours, and null results",
        "TBC Bank",
        "Insert coin",
    ],
)
def test_what_only_looks_like_a_gap_is_left_alone(words: str) -> None:
    assert placeholders(words) == []


def test_a_gap_is_shown_with_the_words_around_it() -> None:
    text = "Long before that the harbour masters of {place} had met twelve times in the same room."
    assert placeholders(text) == [
        "…that the harbour masters of {place} had met twelve times in the…"
    ]


def test_one_gap_is_found_once() -> None:
    assert placeholders("${name}") == ["${name}"]
    assert len(placeholders("{a} and {b}")) == 2


def test_code_is_not_a_gap() -> None:
    body = "Write `{name}` so:\n\n```\n{name}\n```\n\n    {name}\n"
    assert paragraphs(body) == ["Write  so:"]


def test_marks_of_weight_do_not_hide_words() -> None:
    body = "# Head *one*\n\n- **b**old\n- two\n  lines\n\n| a | b |\n|---|---|\n| {c} | d |"
    assert paragraphs(body) == ["Head one", "bold", "two lines", "a", "b", "{c}", "d"]


@pytest.mark.parametrize("words", ["Venue: TBC", "TBD", "Speakers (TBA)"])
def test_an_open_point_may_be_meant(words: str) -> None:
    assert perhaps_open(words) == [words]


@pytest.mark.parametrize("words", ["[TBC]", "tbc", "TBCs", "STBC"])
def test_an_open_point_stands_alone_and_in_capitals(words: str) -> None:
    assert perhaps_open(words) == []


@pytest.mark.parametrize(
    "target",
    [
        "",
        "#",
        "#notes",
        "/times",
        "times.html",
        "www.harbour.example",
        "TODO",
        "http://",
        "https:///times",
        "//harbour.example",
        "mailto:",
        "tel:",
        "ftp://harbour.example/x",
        "http://[half",
    ],
)
def test_a_link_that_leads_nowhere_in_a_mail_is_dead(target: str) -> None:
    assert Link(target, "words").is_dead


@pytest.mark.parametrize(
    "target",
    [
        "https://harbour.example",
        "http://harbour.example/a?b#c",
        "HTTPS://HARBOUR.EXAMPLE",
        "mailto:desk@harbour.example",
        "tel:+352990010",
        "https://лиман.example/č",
    ],
)
def test_a_full_address_is_alive(target: str) -> None:
    assert not Link(target, "words").is_dead


def test_links_of_every_kind_are_read() -> None:
    body = (
        "[**The** plan](#) [](/x) ![The quay](quay.jpg) ![]() [ref][1] <https://a.example>\n\n"
        "- `[code](#)`\n\n[1]: https://b.example/{{id}}\n"
    )
    assert links(body) == [
        Link("#", "The plan"),
        Link("/x", ""),
        Link("quay.jpg", "The quay", is_picture=True),
        Link("", "picture", is_picture=True),
        Link("https://b.example/{{id}}", "ref"),
        Link("https://a.example", "https://a.example"),
    ]


def test_a_link_with_a_space_is_not_read_as_one() -> None:
    assert unread_links(paragraphs("[plan](https://a.example/the plan.pdf)")[0])
    assert not unread_links(paragraphs("[plan](https://a.example/the%20plan.pdf) [1] (see)")[0])


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("[https://bank.example](https://evil.example/x)", "bank.example"),
        ("[**www.bank.example**/login](http://evil.example)", "bank.example"),
        ("[bank.example.](https://bank.example.evil.test)", "bank.example"),
        ("[bank.example](https://bank-example.test)", "bank.example"),
        ("[see https://bank.example today](https://evil.example)", "bank.example"),
        ("[https://bank.example](https://bank.example@evil.example/)", "bank.example"),
        ("[ba\u200bnk.example](https://evil.example)", "bank.example"),
    ],
)
def test_words_that_name_another_host_are_found(link: str, host: str) -> None:
    assert [found.other_host for found in links(link)] == [host]


@pytest.mark.parametrize(
    "link",
    [
        "<https://bank.example/a>",
        "[https://www.bank.example/a](http://bank.example/b)",
        "[bank.example](https://press.bank.example/)",
        "[https://BANK.example](https://bank.EXAMPLE:8443/x)",
        "[www.büro.example](https://xn--bro-hoa.example/)",
        "[report.pdf](https://bank.example/1)",
        "[St.Gallen](https://city.example)",
        "[the plan](https://bank.example)",
        "[www.bank.example](mailto:press@bank.example)",
        "![https://bank.example](https://pictures.example/1.png)",
        "[https://[](https://bank.example)",
    ],
)
def test_words_that_name_the_same_host_or_none_are_left_alone(link: str) -> None:
    assert [found.other_host for found in links(link)] == [""]
