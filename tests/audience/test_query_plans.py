"""A page of a large audience reads what it shows: how both databases go about its statements."""

import re

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.audience import paging
from mailer.audience.criteria import parse
from mailer.audience.finding.counting import count
from mailer.contacts import media_lists
from mailer.models import ListPurpose
from tests.distribution.population import populate
from tests.factories import NOW
from tests.listening import explained, listening

PEOPLE = 2000
#: Whole tables of contacts; outlets and desks are far fewer.
WHOLE = re.compile(r"Seq Scan on (role|journalist|address)\b|SCAN (role|journalist|address)\b")
INDEXED = re.compile(r"USING (COVERING )?INDEX")


@pytest.fixture
def crowd(session: Session) -> None:
    """Thousands of contacts, of whom some are colleagues; statistics are up to date."""
    populate(session, people=PEOPLE)
    inside = media_lists.save_list(session, "Colleagues", purpose=ListPurpose.INTERNAL)
    media_lists.add_role(session, inside, role_id=7)
    session.flush()
    session.execute(sa.text("ANALYZE"))
    if session.get_bind().dialect.name == "postgresql":
        # Thousands tempt it to read everything and to hash it; of a million it would not.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            session.execute(sa.text(f"SET LOCAL enable_{way} = off"))


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    "line", ["everyone", "country:DK", "language:fr", 'everyone -list:"Do not invite" -country:DK']
)
@pytest.mark.parametrize("after", [0, 900])
def test_a_page_reads_no_table_of_contacts_as_a_whole(
    session: Session, line: str, after: int
) -> None:
    with listening(session) as heard:
        page = paging.page(session, parse(line), at=NOW, size=20, after=after)
    assert page.next_after is not None
    assert heard
    for statement, parameters in heard:
        plan = explained(session, statement, parameters)
        whole = [
            step for step in plan.splitlines() if WHOLE.search(step) and not INDEXED.search(step)
        ]
        assert not whole, plan


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("line", ["everyone", "language:fr country:DK"])
def test_the_quick_number_is_asked_of_the_database(session: Session, line: str) -> None:
    with listening(session) as heard:
        assert count(session, parse(line), at=NOW) > 0
    counting = [statement for statement, _ in heard if "count(" in statement.lower()]
    assert len(counting) == 2  # persons, and desks that no person shares
    assert len(heard) < 10
