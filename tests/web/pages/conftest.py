"""A contact for the pages of the address book."""

import pytest
import sqlalchemy as sa
from sqlmodel import select

from mailer import database
from mailer.contacts import list_keeping
from mailer.models import ListPurpose, Role
from tests import factories
from tests.factories import NOW
from tests.web.pages.karen import Known
from tests.web.samples import Sample


@pytest.fixture
def karen(engine: sa.Engine, sample: Sample) -> Known:
    """Karen Holm of a Danish daily, on the list Ports."""
    with database.writing(engine) as session:
        paper = factories.outlet(session, "Dagens Nyt")
        person = factories.journalist(
            session,
            "karen@dagens.example",
            family_name="Holm",
            outlet=paper,
            private_note="Only mornings.\nNever on Fridays.",
            public_note="Shipping",
        )
        role = session.exec(select(Role).where(Role.journalist_id == person.id)).one()
        list_keeping.make(session, "Ports", purpose=ListPurpose.PRESS)
        list_keeping.add(session, "Ports", ["karen@dagens.example"], today=NOW.date())
        return Known(person.id or 0, role.id or 0, f"/contacts/people/{person.id}")
