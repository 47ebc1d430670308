"""An occasion is told in the language of its reader, where it is said in that."""

from email import message_from_bytes, policy
from typing import Any

import pytest

from mailer.compose.calendar import calendar_files
from mailer.compose.covers.occasions import occasion_cards
from mailer.compose.letter import Letter
from mailer.compose.message import compose
from mailer.compose.rendering import render
from tests.compose.covers.test_occasions import events, occasion
from tests.compose.printing.paper import lost, printed

PLACE = "Quayside Hall"
WORDINGS = {
    "Signing of the code": {
        "en": "Signing of the code",
        "fr": "Signature du code",
        "ar": "توقيع المدونة",
    },
    PLACE: {"en": PLACE, "fr": "Salle du Quai"},
    "photographers": {"en": "photographers", "fr": "photographes"},
    "Tea": {"en": "Tea", "fr": "Thé"},
}
TOLD: dict[str, Any] = {
    "place": PLACE,
    "wordings": WORDINGS,
    "accreditation": {"photographers": "2026-11-27T17:00:00+00:00"},
    "parts": [
        {
            "title": "Tea",
            "starts_at": "2026-12-01T10:00:00+00:00",
            "ends_at": None,
            "is_open_to_press": True,
        }
    ],
}


@pytest.fixture
def invite(make_letter: Any) -> Any:
    """A letter with one occasion that is said in several languages."""

    def make(cover: str, edition: str, **more: Any) -> Letter:
        letter: Letter = make_letter(cover, edition, occasions=(occasion(**TOLD),), **more)
        return letter

    return make


def test_all_of_it_is_in_the_language_of_the_cover(invite: Any) -> None:
    (card,) = occasion_cards(invite("fr", "en"))
    assert (card.title, card.language) == ("Signature du code", "fr")
    shown = [f"{fact.label} {fact.shown}" for fact in card.facts]
    assert any("Salle du Quai" in one for one in shown)
    assert any("(photographes)" in one for one in shown)
    assert [(part.title, part.language) for part in card.parts] == [("Thé", "fr")]


def test_else_in_that_of_the_text_and_else_as_it_is(invite: Any) -> None:
    (danish,) = occasion_cards(invite("da", "fr"))
    assert (danish.title, danish.language) == ("Signature du code", "fr")
    (arabic,) = occasion_cards(invite("ar", "ar"))
    assert (arabic.title, arabic.direction) == ("توقيع المدونة", "rtl")
    ((part,),) = (arabic.parts,)
    assert (part.title, part.language, part.direction) == ("Tea", "en", "ltr")


def test_message_and_print_tell_the_same_words(invite: Any) -> None:
    letter = invite("fr", "en")
    words, pdf = render(letter), printed(letter).pdf
    for said in ("Signature du code", "Salle du Quai", "photographes", "Thé"):
        assert said in words.text
        assert said in words.html
        assert lost(said, pdf) == []
    assert '<bdi lang="fr" dir="ltr">Thé</bdi>' in words.html


@pytest.mark.parametrize(
    ("edition", "title", "language", "place"),
    [
        ("en", "Signing of the code", "en", PLACE),
        ("fr", "Signature du code", "fr", "Salle du Quai"),
        ("ar", "توقيع المدونة", "ar", PLACE),
    ],
)
def test_a_calendar_names_the_language_that_it_really_has(
    invite: Any, edition: str, title: str, language: str, place: str
) -> None:
    # The same for all who get that edition, whatever their cover is.
    letter = invite("fr", edition)
    (event,) = events(letter)
    assert (event["summary"], event["summary"].params["LANGUAGE"]) == (title, language)
    assert event["location"] == place
    assert event["location"].params["LANGUAGE"] == ("fr" if edition == "fr" else "en")
    assert [one.text for one in calendar_files(letter)] == [
        one.text for one in calendar_files(invite("da", edition))
    ]
    message = message_from_bytes(compose(letter).data, policy=policy.default)
    (part,) = (one for one in message.walk() if one.get_content_type() == "text/calendar")
    assert f"SUMMARY;LANGUAGE={language}:{title}" in part.get_content()
