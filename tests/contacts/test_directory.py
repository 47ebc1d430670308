import pytest
from sqlmodel import Session

from mailer.contacts import directory
from mailer.errors import BadInput, NotFound
from mailer.models import Role
from tests import factories


def test_a_card_shows_jobs_desks_lists_and_state(session: Session) -> None:
    paper = factories.outlet(session)
    person = factories.journalist(
        session, "karen@havnebladet.example", outlet=paper, family_name="Holm"
    )
    factories.desk(session, "karen@havnebladet.example", outlet=paper, private_note="canary")
    address = directory.find_address(session, "karen@havnebladet.example")
    assert address is not None
    elsewhere = factories.outlet(session, "Fjordradio")
    role = factories.saved(session, Role(journalist_id=person.id or 0, outlet_id=elsewhere.id))
    factories.on_list(session, "Ports", role)

    card = directory.describe(session, "Karen@Havnebladet.example")

    assert [(job.name, job.outlet) for job in card.roles] == [
        ("Karen Holm", "Havnebladet"),
        ("Karen Holm", "Fjordradio"),
    ]
    assert [job.lists for job in card.roles] == [[], ["Ports"]]
    assert [desk.name for desk in card.desks] == ["Redaktionen"]
    assert card.state == "ok"
    assert "canary" not in repr(card)


def test_an_unknown_address_is_said_to_be_unknown(session: Session) -> None:
    with pytest.raises(NotFound, match="contacts import"):
        directory.describe(session, "nobody@example.org")
    with pytest.raises(BadInput):
        directory.describe(session, "nobody")


def test_a_freelance_has_the_market_of_the_person(session: Session) -> None:
    factories.journalist(session, "free@example.org", country="IS")
    (job,) = directory.describe(session, "free@example.org").roles
    assert (job.outlet, job.country) == ("", "IS")


def test_it_is_said_whose_the_country_is_by_which_criteria_find_a_contact(
    session: Session,
) -> None:
    unknown = factories.outlet(session, "Weltblatt", country="")
    factories.journalist(session, "own@welt.example", country="DE", outlet=unknown)
    factories.desk(session, "desk@welt.example", country="AT", outlet=unknown)
    known = factories.outlet(session, "Avisen", country="DK")
    factories.journalist(session, "abroad@avisen.example", country="DE", outlet=known)
    (own,) = directory.describe(session, "own@welt.example").roles
    (desk,) = directory.describe(session, "desk@welt.example").desks
    (abroad,) = directory.describe(session, "abroad@avisen.example").roles
    told = [(one.country, one.is_own_country) for one in (own, desk, abroad)]
    assert told == [("DE", True), ("AT", True), ("DK", False)]
