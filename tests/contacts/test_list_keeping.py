"""The list keeper's hand on a list: contacts by address, and what the list shows."""

from datetime import date

import pytest
from sqlmodel import Session, select

from mailer.contacts import list_keeping
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import Journalist, ListPurpose, MediaList, MediaListEntry, Role
from tests import factories

TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def ports(session: Session) -> MediaList:
    """A list on which nobody stands yet."""
    return list_keeping.make(session, "Ports", purpose=ListPurpose.PRESS, note="Harbours")


def test_all_who_read_an_address_now_are_put_on(session: Session) -> None:
    paper = factories.outlet(session)
    factories.desk(session, "news@x.example", outlet=paper)
    factories.journalist(session, "news@x.example", outlet=paper, family_name="Holm")
    factories.journalist(session, "news@x.example", ended_on=date(2020, 1, 1))
    assert list_keeping.add(session, "ports", ["News@X.example"], today=TODAY) == ["News@X.example"]
    assert list_keeping.add(session, "Ports", ["news@x.example"], today=TODAY) == []
    card = list_keeping.card(session, "PORTS")
    assert [(one.name, one.kind, one.email) for one in card.members] == [
        ("Karen Holm", "role", "news@x.example"),
        ("Redaktionen", "desk", "news@x.example"),
    ]
    (line,) = list_keeping.overview(session, today=TODAY)
    assert (line.name, line.roles, line.desks, line.rules, line.note) == (
        "Ports",
        1,
        1,
        0,
        "Harbours",
    )


def test_the_overview_counts_who_may_be_in_an_audience_and_tells_the_ended_apart(
    session: Session,
) -> None:
    people = [factories.journalist(session, f"p{n}@x.example") for n in range(3)]
    closed = factories.desk(session, "news@x.example")
    emails = ["news@x.example", *(f"p{n}@x.example" for n in range(3))]
    list_keeping.add(session, "ports", emails, today=TODAY)
    ended = session.exec(select(Role).where(Role.journalist_id == people[0].id)).one()
    ended.ended_on = closed.ended_on = TODAY
    session.flush()
    (line,) = list_keeping.overview(session, today=TODAY)
    assert (line.roles, line.desks, line.rules, line.ended) == (2, 0, 0, 2)


def test_a_job_that_is_over_is_taken_off_but_not_put_on(session: Session) -> None:
    person = factories.journalist(session, "a@x.example")
    list_keeping.add(session, "Ports", ["a@x.example"], today=TODAY)
    role = session.exec(select(Role).where(Role.journalist_id == person.id)).one()
    role.ended_on = TODAY
    with pytest.raises(NotFound, match=r"nobody has a job or a desk at a@x\.example now"):
        list_keeping.add(session, "Ports", ["a@x.example"], today=TODAY)
    assert list_keeping.remove(session, "Ports", ["a@x.example"]) == ["a@x.example"]
    assert list_keeping.remove(session, "Ports", ["a@x.example"]) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [("b@x.example", "no contact has the address b@x.example"), ("eva", "not an e-mail address")],
)
def test_a_stranger_is_put_on_no_list(session: Session, given: str, told: str) -> None:
    with pytest.raises((NotFound, BadInput), match=told):
        list_keeping.add(session, "Ports", [given], today=TODAY)


def test_an_unknown_list_is_refused_with_the_nearest(session: Session) -> None:
    with pytest.raises(NotFound, match="did you mean 'Ports'"):
        list_keeping.card(session, "Port")


def test_a_list_is_made_once(session: Session) -> None:
    with pytest.raises(Refused, match="there is a list 'ports' already"):
        list_keeping.make(session, "ports", purpose=ListPurpose.PRESS)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (" ", "needs a name"),
        ("Po\x01rts", "nobody can see"),
        ("P\u200borts", "write 'Ports'"),
        ("n/a", "choose another name"),
        ("x" * 300, "200 characters at most, this one 300"),
    ],
)
def test_a_name_that_could_not_be_shown_again_makes_no_list(
    session: Session, name: str, told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        list_keeping.make(session, name, purpose=ListPurpose.PRESS)


def test_blanks_around_a_name_are_none_of_it(session: Session) -> None:
    made = list_keeping.make(session, "  City\t desk ", purpose=ListPurpose.PRESS)
    assert made.name == "City desk"
    persian = list_keeping.make(session, "روزنامه\u200cها", purpose=ListPurpose.PRESS)
    assert persian.name == "روزنامه\u200cها"


def test_a_deleted_list_leaves_its_contacts(session: Session) -> None:
    factories.journalist(session, "a@x.example")
    list_keeping.add(session, "Ports", ["a@x.example"], today=TODAY)
    assert list_keeping.delete(session, "Ports") == 1
    assert session.exec(select(MediaListEntry)).all() == []
    assert len(session.exec(select(Journalist)).all()) == 1


def test_a_rule_that_is_not_there_cannot_be_taken_off(session: Session) -> None:
    with pytest.raises(NotFound, match="has no rule 'country:DK'"):
        list_keeping.remove_rule(session, "Ports", "country:DK")
