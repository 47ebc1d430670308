"""A leave or a complaint at one address of a person holds for all of them (F6)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from mailer.contacts import suppressions
from mailer.contacts.leavers import left_elsewhere
from mailer.models import Journalist, SuppressionReason
from mailer.tokens import Keyring
from tests import factories
from tests.audience.asking import emails, left_out, second_role

ONE, TWO = "karen@one.example", "karen@two.example"


@pytest.fixture
def karen(session: Session) -> Journalist:
    """She has two jobs, and an address at each; somebody beside her has one."""
    person = factories.journalist(session, ONE, family_name="Holm")
    second_role(session, person, TWO)
    factories.journalist(session, "ida@one.example", family_name="Lund")
    return person


def _suppress(session: Session, keyring: Keyring, reason: str, email: str = ONE) -> None:
    why = SuppressionReason(reason)
    suppressions.suppress(session, email, keyring=keyring, reason=why, source="test")


@pytest.mark.parametrize(
    ("reason", "told"),
    [("unsubscribed", "left at"), ("complained", "complained at")],
)
@pytest.mark.parametrize("line", ["everyone", f"address:{TWO}"])
@pytest.mark.usefixtures("karen")
def test_who_left_at_one_address_gets_nothing_at_the_other(
    session: Session, keyring: Keyring, reason: str, told: str, line: str
) -> None:
    _suppress(session, keyring, reason)
    assert set(emails(session, line)) <= {"ida@one.example"}
    assert left_out(session, line)[TWO] == f"{told} {ONE}"
    assert left_out(session)[ONE] == f"suppressed: {reason}"


@pytest.mark.parametrize("reason", ["bounced", "manual"])
@pytest.mark.usefixtures("karen")
def test_a_dead_or_closed_mailbox_is_not_the_person(
    session: Session, keyring: Keyring, reason: str
) -> None:
    _suppress(session, keyring, reason)
    assert emails(session, "everyone") == [TWO, "ida@one.example"]


@pytest.mark.parametrize(
    ("is_over", "successor", "holds"),
    [(True, "", True), (True, "Bo", False), (False, "Bo", True)],
)
def test_the_address_of_a_job_that_is_over_counts_while_it_is_nobody_else_s(
    session: Session,
    keyring: Keyring,
    karen: Journalist,
    is_over: bool,
    successor: str,
    holds: bool,
) -> None:
    today = datetime.now(UTC).date()
    role = second_role(session, karen, "news@old.example")
    role.ended_on = today - timedelta(days=30) if is_over else None
    if successor:
        factories.journalist(session, "news@old.example", family_name=successor)
    _suppress(session, keyring, "unsubscribed", "news@old.example")
    assert bool(left_elsewhere(session, [karen.id or 0], today=today)) is holds


def test_a_leave_from_the_time_of_a_job_stays_when_another_takes_it(
    session: Session, keyring: Keyring, karen: Journalist
) -> None:
    today = datetime.now(UTC).date()
    role = second_role(session, karen, "news@old.example")
    _suppress(session, keyring, "unsubscribed", "news@old.example")
    role.ended_on = today + timedelta(days=1)
    factories.journalist(session, "news@old.example", family_name="Bo")
    (leave,) = left_elsewhere(session, [karen.id or 0], today=today + timedelta(days=2)).values()
    assert leave.told == "left at news@old.example"
