"""The line that greets a reader, by the rules of each language (standards 9)."""

import json
import unicodedata
from dataclasses import replace

import pytest

from mailer.compose.covers.greetings import Person, closing, greeting, is_shared
from mailer.languages import TRANSLATIONS, cover_languages
from mailer.models import SalutationForm as Form

ANNA = Person(given_name="Anna", family_name="Keller")
#: Languages whose line for a person names nobody: the case, or custom, forbids it.
NAMELESS = {
    "ar",
    "bg",
    "bs",
    "cs",
    "el",
    "fr",
    "ga",
    "he",
    "hr",
    "ka",
    "lt",
    "lv",
    "mk",
    "mt",
    "pl",
}
NAMELESS |= {"ro", "sk", "sl", "sq", "sr", "sr-Latn", "uk"}


def to(language: str, person: Person | None, **given: object) -> str:
    return greeting(language, replace(person, **given) if person else None)  # type: ignore[arg-type]


def test_each_cover_language_has_its_five_lines() -> None:
    lines = json.loads((TRANSLATIONS / "greetings.json").read_text(encoding="utf-8"))
    assert tuple(lines) == cover_languages()
    for of_language in lines.values():
        assert set(of_language) == {"neutral", "unknown", "male", "female", "closing"}
        assert not any("{" in of_language[name] for name in ("neutral", "closing"))
        assert all(unicodedata.is_normalized("NFC", line) for line in of_language.values())


@pytest.mark.parametrize("language", cover_languages())
def test_a_desk_and_a_shared_box_are_greeted_without_a_name(language: str) -> None:
    neutral = to(language, None)
    assert neutral
    assert greeting(language, ANNA, email="redaktion@havnebladet.example") == neutral
    assert greeting(language, Person(family_name="Keller")) in {neutral, to(language, Person())}
    assert closing(language)


@pytest.mark.parametrize("language", cover_languages())
def test_a_person_is_named_where_no_gender_and_no_case_is_needed(language: str) -> None:
    line = to(language, ANNA)
    assert ("Anna" in line) is (language not in NAMELESS)
    assert "{" not in line
    # Nor does any form leave a hole.
    for form in Form:
        for given in ({}, {"family_name": ""}, {"given_name": ""}, {"vocative": "Anno"}):
            told = to(language, ANNA, form=form, **given)
            assert (told == "") is (form is Form.NONE)
            assert "  " not in told
            assert not told.endswith((" ,", " !", " :"))


@pytest.mark.parametrize(
    ("language", "given", "line"),
    [
        ("en", {}, "Dear Anna Keller,"),
        ("en", {"form": "female"}, "Dear Ms Keller,"),
        ("en", {"given_name": ""}, "Dear Editor,"),
        ("da", {"form": "female"}, "Kære Anna Keller"),
        ("de", {"form": "female", "title": "Dr."}, "Sehr geehrte Frau Dr. Keller,"),
        ("de", {"form": "male"}, "Sehr geehrter Herr Keller,"),
        ("de", {}, "Guten Tag Anna Keller,"),
        ("es", {}, "Buenos días, Anna Keller:"),
        (
            "es",
            {"form": "female", "family_name": "García Márquez"},
            "Estimada Sra. García Márquez:",
        ),
        ("fr", {"form": "female"}, "Madame,"),
        ("fr", {}, "Bonjour,"),
        ("hu", {}, "Tisztelt Keller Anna!"),
        ("hu", {"form": "female"}, "Tisztelt Keller Asszony!"),
        ("is", {"form": "female", "family_name": "Jónsdóttir"}, "Kæra Anna"),
        ("it", {"form": "male"}, "Gentile Anna Keller,"),
        ("nl", {"form": "male", "particle": "van"}, "Geachte heer Van Keller,"),
        ("nl", {"particle": "van der"}, "Geachte Anna van der Keller,"),
        ("de", {"form": "male", "particle": "von"}, "Sehr geehrter Herr von Keller,"),
        ("ru", {"form": "female", "patronymic": "Pavlovna"}, "Уважаемая Anna Pavlovna!"),
        ("ru", {"form": "female"}, "Здравствуйте, Anna Keller!"),
        ("uk", {"form": "female"}, "Добрий день!"),
        ("uk", {"form": "female", "vocative": "Анно Павлівно"}, "Шановна Анно Павлівно!"),
        ("cs", {"form": "male"}, "Dobrý den,"),
        ("cs", {"form": "male", "vocative": "Nováku"}, "Vážený pane Nováku,"),
        ("cs", {"form": "female", "family_name": "Nováková"}, "Vážená paní Nováková,"),
        ("el", {"form": "male"}, "Καλημέρα σας,"),
        ("lt", {"form": "male"}, "Laba diena,"),
        ("lv", {"form": "male", "vocative": "Kalniņa"}, "Godātais Kalniņa kungs!"),
        ("ga", {"form": "male"}, "A chara,"),
        ("pl", {"form": "female"}, "Szanowna Pani Redaktor,"),
        ("tr", {"form": "male"}, "Sayın Anna Keller,"),
        ("mt", {}, "Għażiża redazzjoni,"),
        (
            "en",
            {"family_name": "Nagy", "given_name": "Éva", "family_name_first": True},
            "Dear Nagy Éva,",
        ),
    ],
)
def test_each_language_has_its_rule(language: str, given: dict[str, object], line: str) -> None:
    assert to(language, ANNA, **given) == line


def test_a_line_of_her_own_wins_in_its_language() -> None:
    own = replace(ANNA, form=Form.CUSTOM, lines={"da": "Kære Anna"})
    assert greeting("da", own) == "Kære Anna"
    assert greeting("en", own) == "Dear Anna Keller,"
    assert greeting("da", replace(own, form=Form.MALE)) == "Kære Anna"
    assert greeting("da", replace(own, form=Form.NONE)) == ""


def test_a_vocative_is_of_the_first_language_only() -> None:
    petr = Person(
        given_name="Petr",
        family_name="Novák",
        vocative="Nováku",
        form=Form.MALE,
        languages=("cs", "uk"),
    )
    assert greeting("cs", petr) == "Vážený pane Nováku,"
    assert greeting("uk", petr) == "Добрий день!"


def test_a_name_is_never_read_as_a_pattern() -> None:
    assert to("en", ANNA, given_name="{last}", family_name="{x}") == "Dear {last} {x},"


@pytest.mark.parametrize(
    ("email", "shared"),
    [
        ("redaktion@havnebladet.example", True),
        ("News.Desk@paper.example", True),
        ("news-berlin@paper.example", True),
        ("nyhedsredaktion@tv.example", True),
        ("szerkesztoseg@lap.example", True),
        ("rédaction@journal.example", True),
        ("anna.keller@paper.example", False),
        ("newsome@paper.example", False),
        ("", False),
    ],
)
def test_a_box_is_known_by_what_it_is_called(email: str, shared: bool) -> None:
    assert is_shared(email) is shared
