import re

import pytest
from sqlmodel import Session

from mailer.contacts.looking import address_of, pattern
from mailer.errors import BadInput, NotFound
from tests import factories


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("sorensen", "Sørensen"),
        ("soerensen", "SØRENSEN"),
        ("Sørensen", "Sorensen"),
        ("muller", "Müller"),
        ("Mueller", "Müller"),
        ("müller", "Mueller"),
        ("lukasz", "Łukasz"),
        ("aarhus", "Århus"),
        ("Århus", "Aarhus"),
        ("hakan", "Håkan"),
        ("strasse", "Straße"),
        ("thora", "Þóra"),
        ("o'brien", "O’Brien"),
        ("O’Brien", "OBrien"),
        ("иванов", "Иванов"),
        ("γιωργος", "Γιώργος"),
        ("zoe", "Zoë"),
        ("noel", "NOËL"),
    ],
)
def test_it_is_found_as_people_type_it(typed: str, name: str) -> None:
    assert re.search(pattern(typed), name)


@pytest.mark.parametrize(
    ("typed", "name"), [("joe", "John"), ("muller", "Miller"), ("a.b", "axb"), ("oe", "Ole")]
)
def test_another_name_is_not_found(typed: str, name: str) -> None:
    assert not re.search(pattern(typed), name)


def test_a_name_leads_to_its_address(session: Session) -> None:
    factories.journalist(
        session, "kh@press.example", given_name="Kristína", particle="von", family_name="Hølm"
    )
    factories.desk(session, "politik@press.example", name="Politikredaktionen")
    assert address_of(session, "Kristina von Holm") == "kh@press.example"
    assert address_of(session, "hølm kristína") == "kh@press.example"
    assert address_of(session, "politikred") == "politik@press.example"


def test_several_of_one_name_are_listed_with_their_addresses(session: Session) -> None:
    paper = factories.outlet(session)
    for email in ("one@press.example", "two@press.example"):
        factories.journalist(session, email, given_name="Ida", family_name="Lund", outlet=paper)
    with pytest.raises(
        BadInput, match=r"Ida Lund of Havnebladet <one@.*Ida Lund .*<two@.*write the address"
    ):
        address_of(session, "ida lund")


def test_a_name_that_nobody_has_is_said_to_be_unknown(session: Session) -> None:
    with pytest.raises(NotFound, match="nobody is known as 'Eva Nobody'"):
        address_of(session, "Eva Nobody")
