"""Her name in what was noted about others, however it is written."""

import pytest
from sqlmodel import Session, select

from mailer.contacts.privacy.wording import Words
from mailer.models import Journalist
from mailer.privacy.erasing import erase
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW

KAREN, LARS = "karen@havn.example", "lars@havn.example"


def noted(session: Session, keyring: Keyring, note: str) -> str:
    """What is left of a note about Lars once she is erased."""
    factories.journalist(session, LARS, given_name="Lars", family_name="Bruun", private_note=note)
    erase(session, KAREN, keyring=keyring, note="asked", source="page", now=NOW)
    lars = session.exec(select(Journalist).where(Journalist.given_name == "Lars")).one()
    return lars.private_note


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("ask Karen\nHolm", "ask [erased]"),
        ("ask Karen\u00a0 Holm, please", "ask [erased], please"),
        ("HOLM,\tKAREN", "[erased]"),
        ("deputies:\n-Karen Holm\n-Bo Krag", "deputies:\n-[erased]\n-Bo Krag"),
        ("Tel.Karen Holm", "Tel.[erased]"),
        ("Tel:+Karen Holm", "Tel:+[erased]"),
        ("mail smtp:karen@havn.example", "mail smtp:[erased]"),
        ("x-karen@havn.example", "x-karen@havn.example"),
        ("Anne-Karen Holm", "Anne-Karen Holm"),
        ("Karen Holmgaard", "Karen Holmgaard"),
    ],
)
def test_a_name_goes_however_it_is_written_and_others_stay(
    session: Session, keyring: Keyring, note: str, left: str
) -> None:
    factories.journalist(session, KAREN, given_name="Karen", family_name="Holm")
    assert noted(session, keyring, note) == left


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("Deputy is Cherlabelle.", "Deputy is [erased]."),
        ("CHERLABELLE, -Cherlabelle", "[erased], -[erased]"),
        ("a cherlabelle is a word", "a cherlabelle is a word"),
        ("Cherlabelle@elsewhere.example", "Cherlabelle@elsewhere.example"),
    ],
)
def test_a_single_name_goes_too(session: Session, keyring: Keyring, note: str, left: str) -> None:
    factories.journalist(session, KAREN, given_name="", family_name="Cherlabelle")
    assert noted(session, keyring, note) == left


@pytest.mark.parametrize("name", ["Kim", "Havnebladet"])
def test_a_single_name_that_is_a_word_or_a_paper_stays(
    session: Session, keyring: Keyring, name: str
) -> None:
    factories.outlet(session, name="Havnebladet")
    factories.journalist(session, KAREN, given_name=name, family_name="")
    assert noted(session, keyring, f"ring {name} first") == f"ring {name} first"


def test_an_address_is_not_cut_by_the_name_in_it() -> None:
    words = Words(["Karen@Havn.example", "Karen Holm"])
    assert words.out_of("Karen Holm <karen@havn.example>") == "[erased] <[erased]>"
