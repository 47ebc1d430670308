"""A name in the genitive goes; a part of it, which may be anybody's, is told with its place."""

from typing import Any

import pytest
from sqlmodel import Session

from mailer.models import Journalist, MediaList
from mailer.privacy.erasing import Erased, erase
from mailer.privacy.telling import erased_in_words
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW, saved

ANNA, LARS = "anna@havn.example", "lars@havn.example"


@pytest.fixture(autouse=True)
def anna(session: Session) -> Journalist:
    return factories.journalist(session, ANNA, given_name="Annelie", family_name="Zwergholt")


@pytest.fixture
def lars(session: Session) -> Journalist:
    return factories.journalist(session, LARS, given_name="Lars", family_name="Bruun")


def forget(session: Session, keyring: Keyring, *also: str) -> Erased:
    said: dict[str, Any] = {"note": "asked by mail", "source": "test", "now": NOW, "also": also}
    erased = erase(session, ANNA, keyring=keyring, **said)
    session.expire_all()
    return erased


def left_of(session: Session, keyring: Keyring, lars: Journalist, note: str) -> str:
    lars.private_note = note
    session.flush()
    forget(session, keyring)
    return lars.private_note


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("Annelie Zwergholts Assistent", "[erased] Assistent"),
        ("ANNELIE ZWERGHOLTS Assistent", "[erased] Assistent"),
        ("Annelie Zwergholt's and Annelie Zwergholt’s", "[erased]'s and [erased]’s"),
        ("Annelie Zwergholtsen", "Annelie Zwergholtsen"),
    ],
)
def test_the_genitive_of_a_whole_name_goes(
    session: Session, keyring: Keyring, lars: Journalist, note: str, left: str
) -> None:
    assert left_of(session, keyring, lars, note) == left


@pytest.mark.parametrize("family", ["Zwergholts", "ZWERGHOLTS"])
def test_but_not_where_somebody_is_called_so(
    session: Session, keyring: Keyring, lars: Journalist, family: str
) -> None:
    factories.journalist(session, given_name="Annelie", family_name=family)
    note = "ask Annelie Zwergholts, not Annelie Zwergholt"
    assert left_of(session, keyring, lars, note) == "ask Annelie Zwergholts, not [erased]"


@pytest.mark.parametrize(
    ("note", "word"),
    [
        ("Zwergholts Assistent", "Zwergholts"),
        ("Assistent bei der Zwergholtin", "Zwergholtin"),
        ("see ZWERGHOLT.", "ZWERGHOLT"),
        ("Annelie ist krank", "Annelie"),
        ("Annelies Buch", "Annelies"),
    ],
)
def test_a_part_of_a_name_stays_and_is_told(
    session: Session, keyring: Keyring, lars: Journalist, note: str, word: str
) -> None:
    lars.private_note = note
    session.flush()
    erased = forget(session, keyring)
    assert lars.private_note == note
    assert erased.doubtful == (f"“{word}” in the notes on person {lars.id}",)
    told = "\n".join(erased_in_words(erased, dry_run=True))
    assert f"perhaps the same person: {erased.doubtful[0]}" in told
    assert "--name" in told


@pytest.mark.parametrize(
    "note", ["annelie", "Zwergholtstrasse", "Annelie.Zwerg@x.example", "X-Annelie", "Anna"]
)
def test_another_word_is_not_told(
    session: Session, keyring: Keyring, lars: Journalist, note: str
) -> None:
    lars.private_note = note
    session.flush()
    assert forget(session, keyring).doubtful == ()


def test_it_goes_when_it_is_named(session: Session, keyring: Keyring, lars: Journalist) -> None:
    lars.private_note = "Zwergholts Assistent"
    session.flush()
    assert forget(session, keyring, "Zwergholts").doubtful == ()
    assert lars.private_note == "[erased] Assistent"


def test_all_places_are_told_and_many_are_counted(session: Session, keyring: Keyring) -> None:
    row = saved(session, MediaList(name="Zwergholts Freunde"))
    people = [factories.journalist(session, private_note="Annelie").id or 0 for _ in range(12)]
    first = f"“Annelie” in 12 texts, such as the notes on person {people[0]}"
    second = f"“Zwergholts” in the name or note of list {row.id}"
    assert forget(session, keyring).doubtful == (first, second)
