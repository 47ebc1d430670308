"""An outlet is found, corrected and renamed; files that have its old name find it still."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from mailer.contacts.keeping.editing import Edited, edit
from mailer.contacts.keeping.outlets.cards import outlet_card
from mailer.contacts.keeping.outlets.correcting import NameTaken, correct
from mailer.contacts.keeping.outlets.finding import (
    Place,
    count_outlets,
    find_outlet,
    list_outlets,
    outlet_of,
)
from mailer.contacts.keeping.telling import history_of_outlet
from mailer.contacts.outlets import find_outlets, former_names
from mailer.errors import BadInput, NotFound
from mailer.models import MediaType, Outlet
from tests import factories
from tests.contacts.keeping.books import book, taken_back


def _correct(session: Session, outlet: Outlet, **given: str) -> Edited:
    return correct(session, outlet, given, source="test")


@pytest.mark.parametrize(
    ("field", "text", "name", "value"),
    [
        ("name", " Havne  bladet ", "name", "Havne bladet"),
        ("group_name", "Nordic Papers", "group_name", "Nordic Papers"),
        ("media_type", "Weekly", "media_type", MediaType.WEEKLY),
        ("media_type", "", "media_type", MediaType.UNKNOWN),
        ("languages", "da, en", "publication_languages", ["da", "en"]),
        ("country", "Sweden", "country", "SE"),
        ("outlet_country", "", "country", ""),
        ("city", "Ribe", "city", "Ribe"),
        ("zone", "Europe/Stockholm", "zone", "Europe/Stockholm"),
        ("website", "havn.example", "website", "https://havn.example"),
        ("note", "Prints\nat ten.", "public_note", "Prints\nat ten."),
    ],
)
def test_a_field_is_read_set_told_and_taken_back(
    session: Session, field: str, text: str, name: str, value: Any
) -> None:
    outlet = factories.outlet(session)
    before = book(session)
    edited = _correct(session, outlet, **{field: text})
    assert getattr(outlet, name) == value
    assert [change.field for change in edited.changes] == [name]
    (told,) = history_of_outlet(session, outlet)
    assert [one.field for one in told.changes[0].fields] == [name.replace("_", " ")]
    taken_back(session, edited.operation_id or 0)
    assert book(session) == before


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("nmae", "X", "did you mean 'name'"),
        ("name", " ", "name: it needs one"),
        ("name", "n/a", "name: it needs one"),
        ("media_type", "dayly", "media_type: .*daily"),
        ("media_type", "radio, tv", "names several kinds of outlet: write one"),
        ("country", "Denmrk", "country: .*Denmark"),
        ("website", "javascript:alert(1)", "website: "),
        ("beats", "crime", "there is no field 'beats'"),
    ],
)
def test_what_cannot_be_is_told_with_the_field(
    session: Session, field: str, text: str, told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        _correct(session, factories.outlet(session), **{field: text})


def test_a_desk_gets_another_name_but_not_none(session: Session) -> None:
    desk = factories.desk(session)
    with pytest.raises(BadInput, match="name: it needs one: write what it is called"):
        edit(session, (desk,), {"name": ""}, source="test")
    edited = edit(session, (desk,), {"name": "Udland"}, source="test")
    taken_back(session, edited.operation_id or 0)
    session.refresh(desk)
    assert desk.name == "Redaktionen"


def test_a_renamed_outlet_is_found_by_both_names_until_another_has_the_old_one(
    session: Session,
) -> None:
    outlet = factories.outlet(session, "Havnebladet", details={"scope": "local"})
    _correct(session, outlet, name="Havneavisen")
    _correct(session, outlet, name="Nordhavn")
    session.flush()
    assert former_names(outlet) == ["Havnebladet", "Havneavisen"]
    assert outlet.details["scope"] == "local"
    names = ["HAVNEBLADET", "nordhavn"]
    assert find_outlets(session, names) == {"havnebladet": [outlet], "nordhavn": [outlet]}
    other = factories.outlet(session, "Havnebladet")
    assert find_outlets(session, ["Havnebladet"]) == {"havnebladet": [other]}


def test_a_name_that_comes_again_is_no_former_one(session: Session) -> None:
    outlet = factories.outlet(session, "Havnebladet")
    for name in ("Nordhavn", "Havnebladet"):
        _correct(session, outlet, name=name)
    assert former_names(outlet) == ["Nordhavn"]
    _correct(session, outlet, name="HAVNEBLADET")
    assert former_names(outlet) == ["Nordhavn"]


def test_two_of_one_market_cannot_have_one_name(session: Session) -> None:
    danish = factories.outlet(session, "Metro", country="DK")
    swedish = factories.outlet(session, "metro", country="SE")
    other = factories.outlet(session, "Havnebladet", country="DK")
    session.commit()
    with pytest.raises(NameTaken, match=rf"'Metro' in DK already, number {danish.id}"):
        _correct(session, other, name="METRO")
    session.rollback()
    with pytest.raises(NameTaken):
        _correct(session, swedish, country="DK")
    session.rollback()
    _correct(session, other, name="Metro", country="NO")
    assert (other.name, other.country) == ("Metro", "NO")


def test_an_outlet_is_found_by_name_market_and_number(session: Session) -> None:
    danish = factories.outlet(session, "Metro", country="DK")
    swedish = factories.outlet(session, "Metro", country="SE")
    year = factories.outlet(session, "1843", country="GB")
    assert find_outlet(session, "metro", country="Sweden") is swedish
    assert find_outlet(session, str(danish.id)) is danish
    assert find_outlet(session, "1843") is year
    assert outlet_of(session, year.id or 0) is year
    with pytest.raises(BadInput, match=rf"its number: {danish.id} Metro \(DK\), {swedish.id} "):
        find_outlet(session, "Metro")
    for text, country, told in (
        ("Metor", "", "did you mean 'Metro'"),
        ("Metro", "NO", "in NO: it is known in DK, SE"),
        ("9" * 30, "", "there is no outlet '9"),
    ):
        with pytest.raises(NotFound, match=told):
            find_outlet(session, text, country=country)
    with pytest.raises(NotFound, match="there is no outlet 999 "):
        outlet_of(session, 999)


def test_outlets_follow_each_other_by_name_with_who_is_there_now(session: Session) -> None:
    metro = factories.outlet(session, "Metro", group_name="Nordic Papers")
    factories.outlet(session, "Aftenposten")
    factories.outlet(session, "Metro")
    factories.desk(session, outlet=metro)
    factories.journalist(session, outlet=metro)
    factories.journalist(session, outlet=metro, ended_on=date(2020, 1, 1))
    found: list[str] = []
    place = None
    while lines := list_outlets(session, limit=1, after=place):
        found.append(f"{lines[0].name} {lines[0].people} {lines[0].desks}")
        place = Place(lines[0].name, lines[0].outlet_id)
    assert found == ["Aftenposten 0 0", "Metro 1 1", "Metro 0 0"]
    assert [one.outlet_id for one in list_outlets(session, "nordic metro", limit=9)] == [metro.id]
    assert (count_outlets(session), count_outlets(session, "metro")) == (3, 2)
    with pytest.raises(BadInput, match="longer than 200"):
        list_outlets(session, "x" * 201, limit=1)


def test_the_card_has_people_by_name_and_desks_that_last_first(session: Session) -> None:
    metro = factories.outlet(session, "Metro")
    for name in ("Holm", "Berg", "Aaby"):
        factories.journalist(session, f"{name}@x.example", family_name=name, outlet=metro)
    factories.journalist(session, outlet=metro, ended_on=date(2020, 1, 1))
    factories.desk(session, "a@x.example", outlet=metro, name="A", ended_on=date(2020, 1, 1))
    factories.desk(session, "b@x.example", outlet=metro, name="B", do_not_contact=True)
    card = outlet_card(session, metro, limit=2, skip=1)
    assert (card.people_count, [one.name for one in card.people]) == (
        3,
        ["Karen Berg", "Karen Holm"],
    )
    assert [(one.name, one.do_not_contact) for one in card.desks] == [("B", True), ("A", False)]
    assert len(outlet_card(session, metro).people) == 3
