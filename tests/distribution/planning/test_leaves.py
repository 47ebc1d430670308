"""Who has left the topic or the office of a release is left out of its plan."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from mailer.audience.criteria import parse
from mailer.audience.leaving_out.refusals import Cause
from mailer.contacts import scoped
from mailer.contacts.scoped import Scope
from mailer.distribution.planning import Plan, plan
from mailer.models import Journalist, ReleaseKind, Role, SuppressionReason
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


IDA, PRIVATE = "ida@a.example", "ida@private.example"


def ida(session: Session, *, ended_days_ago: int | None = None) -> Journalist:
    """She has a second address, or had it in a job that is over."""
    person = factories.journalist(session, IDA)
    over = ended_days_ago is not None
    job = Role(
        journalist_id=person.id or 0,
        is_primary=False,
        address_id=factories.address(session, PRIVATE).id,
        ended_on=(factories.NOW - timedelta(days=ended_days_ago or 0)).date() if over else None,
    )
    factories.saved(session, job)
    return person


def left_out(session: Session, full: FullRelease, keyring: Keyring) -> dict[str, str]:
    found = planned(session, full, keyring)
    reached = {one.recipient.email for one in found.planned}
    assert not reached & {one.email for one in found.left_out}
    return {one.email: one.reason for one in found.left_out}


@pytest.mark.parametrize("kind", ["topic", "office"])
@pytest.mark.parametrize("is_over", [False, True])
def test_what_was_left_at_a_second_address_does_not_come_to_the_first(
    session: Session, about_politics: FullRelease, keyring: Keyring, kind: str, is_over: bool
) -> None:
    ida(session, ended_days_ago=30 if is_over else None)
    scope = scoped.topic("politics")
    if kind == "office":
        scope = scoped.office(session, about_politics.office.key)
    reason = SuppressionReason.UNSUBSCRIBED
    scoped.suppress(session, PRIVATE, scope, keyring=keyring, reason=reason, source="test")
    told = left_out(session, about_politics, keyring)
    assert told.pop(IDA) == f"{scope.told()} at {PRIVATE}"
    assert told in ({PRIVATE: scope.told()}, {PRIVATE: "the job ended on 2026-10-25"}, {})
    assert {one.cause for one in planned(session, about_politics, keyring).left_out} >= {Cause.LEFT}


@pytest.mark.parametrize(
    ("beat", "why"), [("weather", "unsubscribed"), ("politics", "manual")], ids=str
)
def test_another_topic_or_a_word_by_hand_is_not_the_person_s(
    session: Session, about_politics: FullRelease, keyring: Keyring, beat: str, why: str
) -> None:
    ida(session)
    reason, scope = SuppressionReason(why), scoped.topic(beat)
    scoped.suppress(session, PRIVATE, scope, keyring=keyring, reason=reason, source="test")
    assert left_out(session, about_politics, keyring) == {PRIVATE: f"gets it at {IDA}"}


@pytest.mark.parametrize(("left_days_ago", "holds"), [(60, True), (10, False)])
def test_who_reads_it_after_her_leaves_for_himself(
    session: Session,
    about_politics: FullRelease,
    keyring: Keyring,
    left_days_ago: int,
    holds: bool,
) -> None:
    """Her job ended 30 days ago, and another reads that address now."""
    ida(session, ended_days_ago=30)
    factories.journalist(session, PRIVATE)
    reason, scope = SuppressionReason.UNSUBSCRIBED, scoped.topic("politics")
    scoped.suppress(session, PRIVATE, scope, keyring=keyring, reason=reason, source="test")
    (kept,) = scoped.kept(session, PRIVATE, keyring=keyring)
    kept.created_at = factories.NOW - timedelta(days=left_days_ago)
    session.flush()
    told = left_out(session, about_politics, keyring)
    assert (IDA in told) is holds
    assert told[PRIVATE] == scope.told()


def test_another_reader_of_the_same_mailbox_gets_it(
    session: Session, about_politics: FullRelease, keyring: Keyring
) -> None:
    """The leave is hers: who reads her first address with her has left nothing."""
    ida(session)
    per = factories.journalist(session, IDA, given_name="Per", family_name="Ny")
    reason, scope = SuppressionReason.UNSUBSCRIBED, scoped.topic("politics")
    scoped.suppress(session, PRIVATE, scope, keyring=keyring, reason=reason, source="test")
    found = planned(session, about_politics, keyring)
    readers = {one.recipient.email: one.recipient.journalist_id for one in found.planned}
    assert readers[IDA] == per.id
