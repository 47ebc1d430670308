"""What was heard while a message was on the wire counts once its attempt has ended in doubt."""

import pytest
from sqlmodel import Session, select

from mailer.distribution.wording import IN_DOUBT
from mailer.feedback import arrivals
from mailer.feedback.recording import record_event
from mailer.models import Agent, Batch, DeliveryStatus, EventKind
from tests.factories import NOW
from tests.feedback.conftest import Story

UNKNOWN = DeliveryStatus.UNKNOWN


def heard(
    session: Session, story: Story, kind: EventKind, agent: Agent | None = Agent.PERSON
) -> None:
    number = story.delivery.id or 0
    record_event(
        session, delivery_id=number, kind=kind, source_key=kind, occurred_at=NOW, agent=agent
    )
    story.delivery.status, story.delivery.reason = UNKNOWN, IN_DOUBT
    session.flush()


@pytest.mark.parametrize(
    ("kind", "agent"),
    [
        (EventKind.OPENED, Agent.PERSON),
        (EventKind.CLICKED, Agent.PERSON),
        (EventKind.UNSUBSCRIBED, None),
    ],
)
def test_who_opened_it_has_it(
    session: Session, story: Story, kind: EventKind, agent: Agent | None
) -> None:
    heard(session, story, kind, agent)
    assert arrivals.recall(session, story.delivery.id or 0)
    assert (story.delivery.status, story.delivery.reason) == (DeliveryStatus.SENT, "")
    assert session.exec(select(Batch.counts)).one() == {"sent": 1}


@pytest.mark.parametrize(
    ("kind", "agent"),
    [(EventKind.OPENED, Agent.SCANNER), (EventKind.DEFERRED, None), (EventKind.REJECTED, None)],
)
def test_a_machine_or_the_relay_tells_nothing_of_an_arrival(
    session: Session, story: Story, kind: EventKind, agent: Agent | None
) -> None:
    heard(session, story, kind, agent)
    assert not arrivals.recall(session, story.delivery.id or 0)
    assert story.delivery.status is UNKNOWN
