import pytest
from sqlmodel import Session

from mailer.contacts import media_lists
from mailer.errors import BadInput
from tests import factories


def test_a_list_is_found_whatever_its_case(session: Session) -> None:
    first = media_lists.save_list(session, "Cybercrime")
    assert media_lists.save_list(session, " cybercrime ").id == first.id
    assert first.name == "Cybercrime"


def test_a_list_needs_a_name(session: Session) -> None:
    with pytest.raises(BadInput):
        media_lists.save_list(session, " ")


def test_a_member_stands_on_a_list_once(session: Session) -> None:
    ports = media_lists.save_list(session, "Ports")
    desk = factories.desk(session)
    entry = (ports.id or 0, None, desk.id or 0)
    assert media_lists.add_entries(session, [entry, entry]) == 1
    assert media_lists.add_entries(session, [entry]) == 0
    assert media_lists.standing(session, roles=[], desks=[desk.id or 0]).keys() == {entry}
