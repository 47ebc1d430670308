import pytest
from sqlmodel import Session

from mailer.contacts.outlets import find_outlets, save_outlet
from mailer.models import MediaType


def test_an_outlet_is_known_by_name_and_market(session: Session) -> None:
    danish = save_outlet(session, name="Metro", country="DK", media_type=MediaType.DAILY)
    swedish = save_outlet(session, name="Metro", country="SE")
    again = save_outlet(session, name="metro", country="DK", city="Aarhus")
    assert again.id == danish.id != swedish.id
    assert (again.media_type, again.city) == ("daily", "Aarhus")


def test_outlets_are_found_whatever_their_case(session: Session) -> None:
    saved = save_outlet(session, name="Ærø  Avis", country="DK")
    assert find_outlets(session, ["ÆRØ AVIS"])["ærø avis"] == [saved]
    assert find_outlets(session, []) == {}


def test_a_fact_that_outlets_do_not_have_is_refused(session: Session) -> None:
    with pytest.raises(TypeError):
        save_outlet(session, name="Metro", country="DK", circulation=1)
