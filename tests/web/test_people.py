"""The list of contacts in a large address book: what is read for one page, on both databases."""

import re

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.web.people import Place, find_people
from tests import factories
from tests.listening import explained, listening

PEOPLE = 300
PAGE = 51
#: SQLite sorts few desks more quickly than it follows an index; of people there are many more.
SORTED_WHOLE = re.compile(
    r"Seq Scan on (role|journalist|address|desk)\b|SCAN (role|journalist|address)\b(?! USING)"
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest) -> sa.Engine:
    """Both kinds, other than for the pages: how each goes about it is what is asked here."""
    chosen: sa.Engine = request.getfixturevalue(f"{request.param}_engine")
    return chosen


@pytest.fixture
def crowd(session: Session) -> None:
    """Hundreds of people and desks; statistics are up to date."""
    paper = factories.outlet(session)
    for number in range(PEOPLE):
        name = f"{'KLMN'[number % 4]}und {number}"
        factories.journalist(session, f"n{number}@b.example", family_name=name, outlet=paper)
        factories.desk(session, name=f"Desk {number}", outlet=paper)
    factories.desk(session, name="Ærø Redaktion", outlet=paper)
    session.execute(sa.text("ANALYZE"))
    if session.get_bind().dialect.name == "postgresql":
        # Hundreds tempt it to read everything and to hash it; of a million it would not.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            session.execute(sa.text(f"SET LOCAL enable_{way} = off"))


@pytest.mark.usefixtures("crowd")
def test_a_page_of_contacts_is_read_in_the_order_of_an_index(session: Session) -> None:
    first = find_people(session, "", limit=PAGE)
    assert len(first) == PAGE
    for after in (None, first[-1].place, Place("M", "", 0)):
        with listening(session) as heard:
            find_people(session, "", limit=PAGE, after=after)
        for statement, parameters in heard:
            plan = explained(session, statement, parameters)
            assert not SORTED_WHOLE.search(plan), plan


@pytest.mark.usefixtures("crowd")
def test_whom_a_rare_word_finds_is_reached_by_number(session: Session) -> None:
    factories.journalist(session, "rare@press.example", given_name="Zoë", family_name="Ålund")
    with listening(session) as heard:
        assert [one.name for one in find_people(session, "aalund ZOE", limit=PAGE)] == ["Zoë Ålund"]
    statement, parameters = heard[-1]
    plan = explained(session, statement, parameters)
    assert not SORTED_WHOLE.search(plan), plan
    assert [one.name for one in find_people(session, "aero", limit=PAGE)] == ["Ærø Redaktion"]
    assert find_people(session, "nobodyhere", limit=PAGE) == []
