"""Nobody else is named in what one person is told, however her name is written."""

import json

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.cli.context import jsonable
from mailer.database import reading, writing
from mailer.privacy.exporting import export
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW

LARS = "lars@havn.example"
PEOPLE = (
    ("Ivan", "", "PETROWSKI"),
    ("Иван", "", "ПЕТРОВСКИЙ"),
    ("Mette", "", "Zwergholt"),
    ("Zoë", "", "Ünlü"),
    ("İpek", "", "Işıklı"),
    ("ILGIN", "", "Yılmaz"),
    ("Jörg", "", "Straßenbauer"),
    ("Ronald", "", "McDonald"),
    ("Pia", "von der", "Heide"),
    ("Sinéad", "", "O'Connor"),
    ("明", "", "王"),
    ("철수", "", "김"),
    ("太郎", "", "山田"),
)


def told(engine: sa.Engine, keyring: Keyring, note: str) -> str:
    """The note on Lars, as he is told it."""
    with writing(engine) as session:
        factories.office(session)
        factories.journalist(
            session, LARS, given_name="Lars", family_name="Bruun", private_note=note
        )
        for given, particle, family in PEOPLE:
            factories.journalist(session, given_name=given, particle=particle, family_name=family)
    with reading(engine) as session:
        (record,) = export(session, LARS, keyring=keyring, now=NOW)["records"]
    assert isinstance(record["private_note"], str)
    return record["private_note"]


@pytest.mark.parametrize(
    "note",
    [
        "Ivan Petrowski; ivan petrowski; Petrowski Ivan",
        "Иван Петровский; Петровский, Иван",
        "METTE ZWERGHOLT; mette zwergholt; Zwergholt,Mette; Zwergholt , Mette; Mette A. Zwergholt",
        "Zwergholt (Mette); Mette  Zwergholt; Mette\u00a0Zwergholt; Mette\nZwergholt",
        "Mette A. B. Zwergholt; Zwergholt A. Mette",
        "Zoe\u0308 U\u0308nlu\u0308; ZOË ÜNLÜ",
        "İPEK IŞIKLI; ipek ışıklı; Ilgın Yılmaz; ILGIN YILMAZ",
        "JÖRG STRASSENBAUER; Jörg Strassenbauer",
        "王 (明); 王,  明; 明，王; 山田,\n太郎; 山田（太郎）; 김,  철수; 김（철수）",
        "RONALD MCDONALD; ronald mcdonald; Ronald Mcdonald",
        "Pia von der Heide; Pia Von Der Heide; Heide, Pia",
        "Sinéad O’Connor; SINÉAD O'CONNOR",
        "王明; 王 明; 김철수; 김 철수; 山田太郎; 山田　太郎",
        '"john doe"@y.example; w@bücher.example; <x@y.example>',
    ],
)
def test_each_spelling_of_each_name_is_left_out(
    engine: sa.Engine, keyring: Keyring, note: str
) -> None:
    left = told(engine, keyring, note)
    assert set(left.split("; ")) <= {"[somebody else]", "<[somebody else]>"}


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("ask 王明说 and 김철수는", "ask [somebody else]说 and [somebody else]는"),
        ("Lars Bruun; Mette; Zwergholt and Ronald", "Lars Bruun; Mette; Zwergholt and Ronald"),
        ("see (Mette Zwergholt)", "see ([somebody else])"),
    ],
)
def test_what_stands_around_it_stays(
    engine: sa.Engine, keyring: Keyring, note: str, left: str
) -> None:
    assert told(engine, keyring, note) == left


@pytest.mark.timeout(60)
def test_a_long_note_without_a_blank_is_told(sqlite_engine: sa.Engine, keyring: Keyring) -> None:
    note = "x" * 1_000_000
    assert told(sqlite_engine, keyring, note) == note


def test_her_own_name_in_other_letters_is_hers(engine: sa.Engine, keyring: Keyring) -> None:
    with writing(engine) as session:
        _two_of_one_name(session)
    with reading(engine) as session:
        document = export(session, LARS, keyring=keyring, now=NOW)
    text = json.dumps(jsonable(document), ensure_ascii=False)
    assert "ИВАН Петровский" in text
    assert "[somebody else]" not in text


def _two_of_one_name(session: Session) -> None:
    factories.office(session)
    note = "ИВАН Петровский"
    given = {"given_name": "Иван", "private_note": note}
    factories.journalist(session, LARS, family_name="ПЕТРОВСКИЙ", **given)
    factories.journalist(session, "other@x.example", family_name="Петровский", **given)
