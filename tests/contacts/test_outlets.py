from sqlmodel import Session

from mailer.contacts.outlets import find_outlets
from tests import factories


def test_outlets_are_found_in_all_markets_whatever_their_case(session: Session) -> None:
    danish = factories.outlet(session, "Ærø  Avis", country="DK")
    swedish = factories.outlet(session, "ærø avis", country="SE")
    factories.outlet(session, "Metro")
    assert find_outlets(session, ["ÆRØ AVIS"]) == {"ærø avis": [danish, swedish]}
    assert find_outlets(session, []) == {}
