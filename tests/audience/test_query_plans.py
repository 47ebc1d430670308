"""A page of a large audience reads what it shows: how both databases go about its statements."""

import re
from itertools import product

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
LINES = (
    "everyone",
    "country:DK",
    "language:fr",
    'list:"Do not invite"',
    'everyone -list:"Do not invite" -country:DK',
)
#: Whole tables of contacts; outlets and desks are far fewer.
WHOLE = re.compile(r"Seq Scan on (role|journalist|address)\b|SCAN (role|journalist|address)\b")
INDEXED = re.compile(r"USING (COVERING )?INDEX")


@pytest.fixture
def crowd(session: Session) -> None:
    """Thousands of contacts, of whom some are colleagues; statistics are up to date."""
    populate(session, people=PEOPLE)
    inside = media_lists.save_list(session, "Colleagues", purpose=ListPurpose.INTERNAL)
    media_lists.add_entries(session, [(inside.id or 0, 7, None)])
    session.flush()
    session.execute(sa.text("ANALYZE"))
    if session.get_bind().dialect.name == "postgresql":
        # Thousands tempt it to read everything and to hash it; of a million it would not.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            session.execute(sa.text(f"SET LOCAL enable_{way} = off"))


@pytest.mark.usefixtures("crowd")
def test_a_page_reads_no_table_of_contacts_as_a_whole(session: Session) -> None:
    # One crowd for all lines: to make it takes far longer than to ask.
    for line, after in product(LINES, (0, 900)):
        with listening(session) as heard:
            page = paging.page(session, parse(line), at=NOW, size=20, after=after)
        assert page.next_after is not None, line
        assert heard, line
        for statement, parameters in heard:
            plan = explained(session, statement, parameters)
            steps = plan.splitlines()
            assert not [one for one in steps if WHOLE.search(one) and not INDEXED.search(one)], plan
    for line in ("everyone", "language:fr country:DK"):
        with listening(session) as heard:
            assert count(session, parse(line), at=NOW) > 0
        counting = [statement for statement, _ in heard if "count(" in statement.lower()]
        assert len(counting) == 2  # persons, and desks that no person shares
        assert len(heard) < 10
        for statement, parameters in heard:
            if statement in counting:
                plan = explained(session, statement, parameters)
                assert "ix_address_closed" in plan
                if "country" not in line and "language" not in line:
                    assert "ix_journalist_refusing" in plan
