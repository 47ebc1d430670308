"""One message for an outlet, where the office says so: who stands for it."""

from typing import Any

import pytest
from sqlmodel import Session

from mailer.audience import selection
from mailer.audience.criteria import parse
from mailer.audience.leaving_out.refusals import Cause
from mailer.models import MediaType, Outlet, Role
from tests import factories
from tests.audience.asking import put_on_list, role_of
from tests.factories import NOW


@pytest.fixture
def paper(session: Session) -> Outlet:
    """An outlet with a desk, a reporter on crime and one on sport; each at one address."""
    row = factories.outlet(session)
    factories.desk(session, "desk@x.example", outlet=row, beats=["crime"])
    sport = factories.journalist(
        session, "sport@x.example", outlet=row, beats=["sport"], languages=["fr"]
    )
    factories.journalist(session, "crime@x.example", outlet=row, beats=["crime"], languages=["da"])
    put_on_list(session, "Ports", sport)
    return row


def select(session: Session, line: str) -> selection.Audience:
    session.flush()
    return selection.select(session, parse(line), at=NOW, one_at_outlet=True)


@pytest.mark.parametrize(
    ("line", "chosen"),
    [
        ("everyone", "desk@x.example"),
        ("country:DK", "desk@x.example"),
        ("beat:crime", "crime@x.example"),
        ("language:da", "crime@x.example"),
        ("beat:sport,crime", "sport@x.example"),
        ("country:DK list:Ports", "sport@x.example"),
        ("address:desk@x.example", "desk@x.example"),
    ],
)
@pytest.mark.usefixtures("paper")
def test_the_one_named_most_closely_stands_for_the_outlet(
    session: Session, line: str, chosen: str
) -> None:
    found = select(session, line)
    assert [one.email for one in found.recipients] == [chosen]
    name = found.recipients[0].name
    assert {(left.reason, left.cause) for left in found.left_out} <= {
        (f"{name} stands for Havnebladet", Cause.ONE_AT_OUTLET)
    }


@pytest.mark.usefixtures("paper")
def test_other_outlets_and_freelances_stand_for_themselves(session: Session) -> None:
    factories.journalist(session, "free1@x.example")
    factories.journalist(session, "free2@x.example")
    factories.desk(session, "other@x.example", outlet=factories.outlet(session, "Nordtelegram"))
    assert len(select(session, "everyone").recipients) == 4


def test_freelances_at_one_outlet_of_that_kind_stand_for_themselves(session: Session) -> None:
    pool = factories.outlet(session, "Freelancer journalists outlet")
    pool.media_type = MediaType.FREELANCE
    for n in range(3):
        factories.journalist(session, f"free{n}@x.example", outlet=pool)
    found = select(session, "everyone")
    assert (len(found.recipients), found.left_out) == (3, ())


@pytest.mark.usefixtures("paper")
def test_whose_main_job_it_is_goes_first(session: Session) -> None:
    given: dict[str, Any] = {"languages": ["fr"], "outlet": factories.outlet(session, "Le Phare")}
    second = factories.journalist(session, "second@x.example", **given)
    session.get_one(Role, role_of(session, second)).is_primary = False
    factories.journalist(session, "main@x.example", **given)
    assert "main@x.example" in {one.email for one in select(session, "language:fr").recipients}
