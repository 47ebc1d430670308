"""Who has left the topic or the office of a release is left out of its plan."""

import pytest
from sqlmodel import Session

from mailer.audience.criteria import parse
from mailer.audience.leaving_out.refusals import Cause
from mailer.contacts import scoped
from mailer.contacts.scoped import Scope
from mailer.distribution.planning import Plan, plan
from mailer.models import ReleaseKind, Role, SuppressionReason
from mailer.releases.editions import FullRelease
from mailer.tokens import Keyring
from tests import factories

EVA, BO = "eva@havnebladet.example", "bo@havnebladet.example"


@pytest.fixture
def about_politics(session: Session, full: FullRelease) -> FullRelease:
    """A release about politics, and two who would get it."""
    full.release.beats = ["Politics", "sport"]
    for email in (EVA, BO):
        factories.journalist(session, email)
    return full


def planned(session: Session, full: FullRelease, keyring: Keyring | None) -> Plan:
    return plan(session, full, parse("everyone"), at=factories.NOW, keyring=keyring)


def leave(session: Session, keyring: Keyring, scope: Scope) -> None:
    reason = SuppressionReason.UNSUBSCRIBED
    scoped.suppress(session, EVA, scope, keyring=keyring, reason=reason, source="test")


def test_the_reason_names_the_topic(
    session: Session, about_politics: FullRelease, keyring: Keyring
) -> None:
    leave(session, keyring, scoped.topic("politics"))
    found = planned(session, about_politics, keyring)
    assert [one.recipient.email for one in found.planned] == [BO]
    (left,) = found.left_out
    assert (left.email, left.reason, left.cause) == (EVA, "left the topic politics", Cause.LEFT)


def test_the_reason_names_the_office(
    session: Session, about_politics: FullRelease, keyring: Keyring
) -> None:
    leave(session, keyring, scoped.office(session, about_politics.office.key))
    (left,) = planned(session, about_politics, keyring).left_out
    assert left.reason == f"left the office {about_politics.office.key}"


def test_who_left_another_topic_is_in(
    session: Session, about_politics: FullRelease, keyring: Keyring
) -> None:
    leave(session, keyring, scoped.topic("weather"))
    assert len(planned(session, about_politics, keyring).planned) == 2


def test_a_leave_holds_for_a_correction_where_a_wish_does_not(
    session: Session, about_politics: FullRelease, keyring: Keyring
) -> None:
    about_politics.release.kind = ReleaseKind.CORRECTION
    factories.journalist(session, "ida@havnebladet.example", topics=["weather"])
    leave(session, keyring, scoped.topic("politics"))
    found = planned(session, about_politics, keyring)
    assert {one.recipient.email for one in found.planned} == {BO, "ida@havnebladet.example"}


def test_her_other_address_does_not_get_it_instead(
    session: Session, about_politics: FullRelease, keyring: Keyring
) -> None:
    """What she left at the address where she would get it she did not ask for elsewhere."""
    person = factories.journalist(session, "ida@a.example")
    factories.saved(
        session,
        Role(
            journalist_id=person.id or 0,
            is_primary=False,
            address_id=factories.address(session, "ida@b.example").id,
        ),
    )
    scoped.suppress(
        session,
        "ida@a.example",
        scoped.topic("politics"),
        keyring=keyring,
        reason=SuppressionReason.UNSUBSCRIBED,
        source="test",
    )
    found = planned(session, about_politics, keyring)
    assert {one.recipient.email for one in found.planned} == {EVA, BO}
