"""A name in all its spellings: of any alphabet, in any case, in notes and in all other texts."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.cli.context import jsonable
from mailer.contacts.history import operation
from mailer.contacts.privacy.candidates import may_hold
from mailer.contacts.privacy.spelling import is_short
from mailer.contacts.privacy.wording import Words
from mailer.models import (
    TABLES,
    ContactImport,
    Journalist,
    MediaList,
    OperationKind,
    Suppression,
    SuppressionReason,
)
from mailer.privacy.erasing import Erased, erase
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW, saved

HER, LARS = "her@havn.example", "lars@havn.example"


@pytest.fixture
def lars(session: Session) -> Journalist:
    return factories.journalist(session, LARS, given_name="Lars", family_name="Bruun")


def forget(session: Session, keyring: Keyring, *also: str) -> Erased:
    said: dict[str, Any] = {"note": "asked by mail", "source": "test", "now": NOW, "also": also}
    erased = erase(session, HER, keyring=keyring, **said)
    session.expire_all()
    return erased


def everything(session: Session) -> str:
    rows = [dict(row) for one in TABLES.sorted_tables for row in _rows(session, one)]
    return json.dumps(jsonable(rows), ensure_ascii=False, default=str)


def _rows(session: Session, table: sa.Table) -> list[Any]:
    return list(session.execute(sa.select(table)).mappings())


@pytest.mark.parametrize(
    ("given", "family", "note"),
    [
        ("İpek", "Yılmaz", "İpek Yılmaz, İPEK YILMAZ, ipek yılmaz, i̇pek yılmaz, Ipek Yilmaz"),
        ("Deniz", "Tekin", "DENİZ TEKİN, denız tekın"),
        ("Kim", "Li", "KİM Lİ, Lİ KİM"),
        ("Иван", "ПЕТРОВСКИЙ", "Иван Петровский, Петровский, Иван"),
        ("Иван", "МАККОРМИК", "Иван МакКормик"),
        ("Ólafur", "ÞÓRÐARSON", "Ólafur Þórðarson, Þórðarson, Ólafur"),
        ("Élodie", "ÉVRÈMONT", "Élodie Évrèmont, E\u0301lodie E\u0301vre\u0300mont"),
        ("Jörg", "Straßenbauer", "JÖRG STRASSENBAUER, Jo\u0308rg Strassenbauer"),
        ("Γιώργος", "ΠΑΠΑΔΟΠΟΥΛΟΣ", "Γιώργος Παπαδόπουλος, ΓΙΩΡΓΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ"),
        ("Zoë", "Zwergholt", "Zoe\u0308 Zwergholt, Zoë\u00a0Zwergholt, Zoë\u200b Zwergholt"),
        ("Mette", "Zwergholt", "Zwergholt,Mette, Mette A. Zwergholt, Zwergholt (Mette)"),
        ("Sinéad", "O'Connor", "SINÉAD O’CONNOR, O’Connor, Sinéad"),
        ('Ann"e', "Back\\slash", 'Ann"e Back\\slash'),
        ("🙂", "🙃", "🙂 🙃"),
        ("太郎", "山田", "山田太郎, 山田 太郎, 山田　太郎は元気"),
        ("철수", "김", "김철수, 김 철수, 김철수는"),
        ("明", "王", "王明, 王 明"),
        ("マイケル", "ジャクソン", "マイケル・ジャクソン"),
        ("", "山田", "山田"),
    ],
)
def test_a_name_goes_from_every_text(
    session: Session, keyring: Keyring, lars: Journalist, given: str, family: str, note: str
) -> None:
    factories.journalist(session, HER, given_name=given, family_name=family)
    lars.private_note = lars.source = note
    lars.details = {note: [note]}
    with operation(session, OperationKind.EDIT, source=note, note=note):
        lars.public_note = note
        session.flush()
    saved(session, ContactImport(file_name=note, digest="-", imported_at=NOW))
    reason = SuppressionReason.MANUAL
    saved(session, Suppression(address_hash="1:x", reason=reason, note=note, created_at=NOW))
    # Of each spelling nothing is left but what stood between them.
    forget(session, keyring)
    left = lars.private_note
    assert set(left.split(", ")) <= {"[erased]", "[erased]は元気", "[erased]는"}
    told = everything(session)
    assert [one for one in note.split(", ") if one in told] == []


@pytest.mark.parametrize(
    ("given", "family", "name", "after"),
    [
        ("Иван", "ПЕТРОВСКИЙ", "Друзья: Иван Петровский", "Друзья: [erased]"),
        ("İpek", "Yılmaz", "İPEK YILMAZ", "[erased]"),
        ("철수", "김", "김철수", "[erased]"),
    ],
)
def test_a_list_by_that_name_gets_another(
    session: Session, keyring: Keyring, given: str, family: str, name: str, after: str
) -> None:
    factories.journalist(session, HER, given_name=given, family_name=family)
    row = saved(session, MediaList(name=name))
    assert forget(session, keyring).renamed == {row.id: after}
    assert row.name == after


@pytest.mark.parametrize(
    ("given", "family", "note"),
    [
        ("Zoë", "Zwergholt", "Zoe Zwergholt"),
        ("Ивана", "Петрова", "Иван Петров"),
        ("明", "王", "小王明天来"),
        ("太郎", "山田", "山田花子と太郎"),
        ("明", "王", "王 小明"),
        ("明", "王", "国王,明天; 国王(明)"),
    ],
)
def test_who_is_called_otherwise_stays(
    session: Session, keyring: Keyring, lars: Journalist, given: str, family: str, note: str
) -> None:
    factories.journalist(session, HER, given_name=given, family_name=family)
    lars.private_note = note
    session.flush()
    forget(session, keyring)
    assert lars.private_note == note


@pytest.mark.parametrize(
    ("given", "family", "note", "left"),
    [
        ("明", "王", "A/王 (明)/B; x:王, 明", "A/[erased]/B; x:[erased]"),
        ("민수", "김", "(김,  민수) 김(민수)는", "([erased]) [erased]는"),
        ("ナオミ", "ワタナベ", "ワタナベ,\nナオミ ワタナベ（ナオミ）さん", "[erased] [erased]さん"),
    ],
)
def test_an_east_asian_name_goes_with_a_comma_and_in_brackets(
    session: Session,
    keyring: Keyring,
    lars: Journalist,
    given: str,
    family: str,
    note: str,
    left: str,
) -> None:
    factories.journalist(session, HER, given_name=given, family_name=family)
    with operation(session, OperationKind.EDIT):
        lars.private_note = note
    forget(session, keyring)
    assert lars.private_note == left


def test_two_signs_inside_of_a_text_stay_are_told_and_go_when_they_are_said(
    session: Session, keyring: Keyring, lars: Journalist
) -> None:
    factories.journalist(session, HER, given_name="明", family_name="王")
    lars.private_note = "问王明好"
    session.flush()
    erased = forget(session, keyring)
    assert lars.private_note == "问王明好"
    assert erased.doubtful == (f"“王明” in the notes on person {lars.id}",)
    assert forget(session, keyring, "王明").doubtful == ()
    assert lars.private_note == "问[erased]好"


def test_a_part_of_an_east_asian_name_is_told(
    session: Session, keyring: Keyring, lars: Journalist
) -> None:
    factories.journalist(session, HER, given_name="太郎", family_name="山田")
    lars.private_note = "山田さん"
    session.flush()
    assert forget(session, keyring).doubtful == (f"“山田” in the notes on person {lars.id}",)


def test_a_paper_in_capitals_is_nobodys_name(
    session: Session, keyring: Keyring, lars: Journalist
) -> None:
    factories.outlet(session, name="ΚΑΘΗΜΕΡΙΝΗ")
    factories.journalist(session, HER, given_name="", family_name="Καθημερινη")
    lars.private_note = "reads Καθημερινη"
    session.flush()
    forget(session, keyring)
    assert lars.private_note == "reads Καθημερινη"


def test_the_locale_of_the_server_does_not_count(session: Session, lars: Journalist) -> None:
    """Only A to Z are folded, by either database: so Python knows what it will find."""
    lars.private_note = "KARIN ÞÓR"
    session.flush()
    words = Words(["Karin Þór"])
    found = select(Journalist).where(words.condition(Journalist.private_note))
    assert session.exec(found).all() == [lars]
    folded = select(Journalist).where(may_hold(Journalist.private_note, ["arn_", "þ%"]))
    assert session.exec(folded).all() == []


@pytest.mark.parametrize(
    ("name", "short"), [("Kim", True), ("Karl", False), ("王", True), ("王明", False)]
)
def test_a_short_name_is_a_word_like_any_other(name: str, short: bool) -> None:
    assert is_short(name) is short
