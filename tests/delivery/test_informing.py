"""Who was informed is written with the answer of the relay, and only when her message was taken."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy import event
from sqlmodel import Session, col, select

from mailer.database import writing
from mailer.delivery import claims, settling, waves
from mailer.delivery.claims import Claimed, Stretch
from mailer.delivery.journal import Remains
from mailer.delivery.outcome import Outcome, Phase, from_reply, lost
from mailer.delivery.waves import Handed, Rules
from mailer.distribution import doubts, leases
from mailer.feedback.effects import follow
from mailer.models import (
    Delivery,
    DeliveryStatus,
    Desk,
    Distribution,
    EventKind,
    Journalist,
    LegalBasis,
    Office,
)
from mailer.settings import Settings
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW

RULES = Rules(gaps=(timedelta(minutes=6),), useful=timedelta(hours=48))
LATER, EARLIER = NOW + timedelta(seconds=5), NOW - timedelta(days=3)
ACCEPTED = from_reply(Phase.AFTER_DOT, 250, "2.0.0 Ok")
LOST = lost(Phase.AFTER_DOT, "Connection lost")
REFUSED = [
    from_reply(Phase.RCPT, 550, "5.1.1 no such user"),
    from_reply(Phase.RCPT, 451, "4.7.1 Greylisted"),
    LOST,
]
Told = Callable[[], tuple[datetime | None, datetime | None]]


@pytest.fixture
def distribution(session: Session, office: Office) -> Distribution:
    return factories.distribution(session, factories.release(session, office))


@pytest.fixture
def karen(session: Session) -> Journalist:
    return factories.journalist(session, "karen@havnebladet.example")


@pytest.fixture
def desk(session: Session) -> Desk:
    return factories.desk(session, "desk@havnebladet.example")


@pytest.fixture
def told(session: Session, karen: Journalist, desk: Desk) -> Told:
    """When the person was informed, and when the desk."""

    def telling() -> tuple[datetime | None, datetime | None]:
        session.refresh(karen)
        session.refresh(desk)
        return karen.informed_at, desk.informed_at

    return telling


def freeze(
    session: Session, of: Distribution, karen: Journalist, desk: Desk, **given: Any
) -> list[Delivery]:
    values = {"notice_basis": LegalBasis.CONSENT, "notice_source": "Cision"} | given
    return [
        factories.delivery(
            session, of, "karen@havnebladet.example", journalist_id=karen.id, **values
        ),
        factories.delivery(session, of, "desk@havnebladet.example", desk_id=desk.id, **values),
    ]


def claim(session: Session, of: Distribution) -> list[Claimed]:
    stretch = Stretch(of.id or 0, 0, 10**6)
    return claims.claim(session, stretch, owner="a", limit=20, now=NOW)


def record(session: Session, claimed: Claimed, outcome: Outcome) -> None:
    handed = Handed(claimed, 0, "5f" * 32, ())
    waves.record(session, handed, outcome, owner="a", rules=RULES, now=LATER)


def test_whose_message_the_relay_took_is_informed_since_then(
    session: Session, distribution: Distribution, karen: Journalist, desk: Desk, told: Told
) -> None:
    freeze(session, distribution, karen, desk)
    for claimed in claim(session, distribution):
        assert (claimed.notice_basis, claimed.notice_source) == (LegalBasis.CONSENT, "Cision")
        assert told()[1] is None
        record(session, claimed, ACCEPTED)
    assert told() == (LATER, LATER)


@pytest.mark.parametrize("outcome", REFUSED, ids=lambda one: one.kind.value)
def test_a_message_that_was_not_taken_informs_nobody(
    session: Session,
    distribution: Distribution,
    karen: Journalist,
    desk: Desk,
    told: Told,
    outcome: Outcome,
) -> None:
    freeze(session, distribution, karen, desk)
    for claimed in claim(session, distribution):
        record(session, claimed, outcome)
    assert told() == (None, None)


def test_who_was_informed_before_stays_so_since_then(
    session: Session, distribution: Distribution, karen: Journalist, desk: Desk, told: Told
) -> None:
    karen.informed_at = EARLIER
    freeze(session, distribution, karen, desk)
    for claimed in claim(session, distribution):
        record(session, claimed, ACCEPTED)
    assert told() == (EARLIER, LATER)


def test_a_message_without_a_notice_informs_nobody_and_costs_nothing(
    session: Session, distribution: Distribution, karen: Journalist, desk: Desk, told: Told
) -> None:
    freeze(session, distribution, karen, desk, notice_basis=None, notice_source="")
    wave = claim(session, distribution)
    said: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2]))
    sent = [(Handed(one, 0, "5f" * 32, ()), ACCEPTED, LATER) for one in wave]
    assert waves.record_sent(session, sent, owner="a") == 2
    assert len(said) == 1
    assert told() == (None, None)


def test_a_wave_is_informed_by_one_statement_for_people_and_one_for_desks(
    session: Session, distribution: Distribution, karen: Journalist, desk: Desk, told: Told
) -> None:
    freeze(session, distribution, karen, desk)
    wave = claim(session, distribution)
    said: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2]))
    sent = [(Handed(one, 0, "5f" * 32, ()), ACCEPTED, LATER) for one in wave]
    waves.record_sent(session, sent, owner="a")
    assert len(said) == 3
    assert told() == (LATER, LATER)


def test_an_answer_that_only_the_journal_of_a_lost_worker_has_informs_too(
    session: Session,
    distribution: Distribution,
    karen: Journalist,
    desk: Desk,
    told: Told,
    settings: Settings,
) -> None:
    freeze(session, distribution, karen, desk)
    lease = leases.take(session, distribution.id or 0, owner="a", until=LATER, now=NOW)
    assert lease
    first, _ = claim(session, distribution)
    outcomes = {(first.id, first.attempt): ACCEPTED}
    settling.settle(session, Remains("a", False, {}, outcomes), settings=settings.delivery, now=NOW)
    assert told() == (NOW, None)


@pytest.mark.parametrize("resend", [False, True])
def test_an_officer_who_takes_the_doubtful_as_sent_takes_them_as_informed(
    session: Session,
    distribution: Distribution,
    karen: Journalist,
    desk: Desk,
    told: Told,
    resend: bool,
) -> None:
    freeze(session, distribution, karen, desk)
    for claimed in claim(session, distribution):
        record(session, claimed, LOST)
    with time_machine.travel(LATER, tick=False):
        doubts.resolve_unknown(session, distribution.id or 0, resend=resend)
    assert told() == ((None, None) if resend else (LATER, LATER))


def test_who_reads_a_message_in_doubt_is_informed_by_it(
    session: Session,
    distribution: Distribution,
    karen: Journalist,
    desk: Desk,
    told: Told,
    keyring: Keyring,
) -> None:
    row, _ = freeze(session, distribution, karen, desk)
    for claimed in claim(session, distribution):
        record(session, claimed, LOST)
    session.refresh(row)
    with time_machine.travel(LATER, tick=False):
        follow(session, row, EventKind.REPLIED, keyring=keyring, source="a reply", now=LATER)
    assert told() == (LATER, None)


@pytest.mark.parametrize("informed_at", [None, EARLIER])
def test_a_message_that_came_back_has_told_nothing(
    session: Session,
    distribution: Distribution,
    karen: Journalist,
    desk: Desk,
    told: Told,
    keyring: Keyring,
    informed_at: datetime | None,
) -> None:
    karen.informed_at = informed_at
    row, _ = freeze(session, distribution, karen, desk)
    for claimed in claim(session, distribution):
        record(session, claimed, ACCEPTED)
    session.refresh(row)
    follow(session, row, EventKind.BOUNCED, keyring=keyring, source="a report", now=LATER)
    assert row.status is DeliveryStatus.BOUNCED
    assert told() == (informed_at, LATER)


def test_who_is_being_edited_holds_nothing_up_and_is_told_once_more(
    postgresql_engine: sa.Engine,
) -> None:
    with writing(postgresql_engine) as session:
        of = factories.distribution(session, factories.release(session, factories.office(session)))
        karen = factories.journalist(session, "karen@havnebladet.example")
        desk = factories.desk(session, "desk@havnebladet.example")
        freeze(session, of, karen, desk)
    with Session(postgresql_engine) as editing, writing(postgresql_engine) as session:
        table = Journalist.__table__  # type: ignore[attr-defined]
        editing.connection().execute(sa.update(table).values(city="Ribe"))
        for claimed in claim(session, of):
            record(session, claimed, ACCEPTED)
        editing.rollback()
    with Session(postgresql_engine) as session:
        assert session.exec(select(col(Journalist.informed_at))).one() is None
        assert session.exec(select(col(Desk.informed_at))).one() == LATER
