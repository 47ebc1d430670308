"""The shared beats, and the words for them in many languages."""

import json
import re
from collections import defaultdict
from importlib.resources import files

import pytest

from mailer import languages
from mailer.contacts.beats import TOP_BEATS, is_shared, labels, meaning, words_for
from mailer.contacts.suggesting import spelling

ECONOMY = "economy, business and finance"
TABLES = json.loads((files("mailer.contacts") / "beats.json").read_text(encoding="utf-8"))
#: In the order of the file.
LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl", "da", "sv", "nb"]
LANGUAGES += ["fi", "pl", "cs", "el", "hu", "ro"]


@pytest.mark.parametrize(
    ("word", "beat"),
    [
        ("Wirtschaft", ECONOMY),
        ("Économie", ECONOMY),
        (" ECONOMIE ", ECONOMY),
        ("Economía", ECONOMY),
        ("økonomi", ECONOMY),
        ("Oekonomi", ECONOMY),
        ("business-and-finance", ECONOMY),
        ("Sport", "sport"),
        ("Urheilu", "sport"),
        ("Αθλητισμός", "sport"),
        ("Kriminalitaet", "crime, law and justice"),
        ("Miljö", "environment"),
        ("Zdrowie", "health"),
        ("Politika", "politics"),
        ("Időjárás", "weather"),
        ("Știință", "science and technology"),
    ],
)
def test_a_word_of_a_newsroom_means_the_shared_beat(word: str, beat: str) -> None:
    assert (meaning(word), is_shared(word)) == (beat, True)


@pytest.mark.parametrize("word", ["Ports", "fiskeri", "media law", "Wirtschaftskriminalität", ""])
def test_any_other_word_means_itself(word: str) -> None:
    assert (meaning(f" {word.upper()} "), is_shared(word)) == (spelling(word), False)


def test_no_word_means_two_beats_in_whatever_languages() -> None:
    meant: defaultdict[str, set[str]] = defaultdict(set)
    for language in TABLES.values():
        for term, words in language.items():
            for word in words:
                meant[re.sub(r"\W+", " ", word.casefold())].add(term)
                assert meaning(word) == term, word
    assert {word: terms for word, terms in meant.items() if len(terms) > 1} == {}
    assert [meaning(term) for term in TOP_BEATS] == list(TOP_BEATS)


def test_each_language_has_words_for_the_beats_and_nothing_else() -> None:
    assert list(TABLES) == LANGUAGES
    for tag, terms in TABLES.items():
        assert languages.parse(tag) == tag
        assert set(terms) <= set(TOP_BEATS)
        # Human interest is a word of agencies: most languages have none for it.
        assert set(TOP_BEATS) - set(terms) <= {"human interest"}
        assert all(word == word.strip() and word for words in terms.values() for word in words)


def test_all_words_for_a_beat_are_known_by_any_of_them() -> None:
    words = words_for("wirtschaft")
    assert {"wirtschaft", "économie", "economie", ECONOMY, "økonomi", "oekonomi"} <= words
    assert words_for(ECONOMY) == words
    assert words_for("Ports") == {"ports"}
    assert {meaning(word) for word in words} == {ECONOMY}
    assert "Wirtschaft und Finanzen" in labels()
