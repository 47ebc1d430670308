"""What the command line tells of the deliveries: each as a person would tell it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from mailer import database
from mailer.cli import context
from mailer.models import (
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    EventKind,
)
from mailer.settings import Settings
from tests import factories
from tests.cli.conftest import Command

S = DeliveryStatus
#: 12:00 in Luxembourg.
NOON = datetime(2026, 11, 23, 11, 0, 30, 5, tzinfo=UTC)
SECOND = NOON + timedelta(minutes=6)
REFUSED = "127.0.0.1:25 refuses the connection: see that it runs, and that the port is right"


@pytest.fixture
def session(ready: Command, settings: Settings) -> Iterator[Session]:
    """The database of the command line, with a distribution that is being sent."""
    answer = ready("distributions", "schedule", "31a26", "--audience", "everyone", "--at", "now")
    assert answer.exit_code == 0, answer.err
    engine = database.connect(settings.database_url)
    with Session(engine, expire_on_commit=False) as session:
        session.get_one(Distribution, 1).status = DistributionStatus.SENDING
        session.commit()
        yield session
    engine.dispose()


def add(session: Session, email: str = "karen@havnebladet.example", **given: Any) -> Delivery:
    """A delivery of that distribution, written down."""
    row = factories.delivery(session, session.get_one(Distribution, 1), email, **given)
    session.commit()
    return row


def lines(told: str) -> dict[str, str]:
    """What was told, by its subject."""
    return dict(line.split(": ", 1) for line in told.splitlines())


# ---------------------------------------------------------------- list


def test_the_list_tells_when_each_was_handed_over_or_is_due(
    ready: Command, session: Session
) -> None:
    add(session, "a@b.example", status=S.SENT, sent_at=NOON)
    add(session, "b@b.example", next_attempt_at=SECOND)
    add(session, "c@b.example", status=S.WITHHELD, reason="does not want mail")
    told = ready("deliveries", "list", "1").out.splitlines()
    assert "handed over, or due" in told[0]
    assert "  sent      2026-11-23T12:00+01:00 " in told[1]
    assert "  pending   due 2026-11-23T12:06+01:00 " in told[2]
    assert told[3].rstrip().endswith("does not want mail")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"status": S.DEFERRED, "reason": "relay: network", "reply_text": REFUSED},
            f"our relay, not the recipient: {REFUSED}",
        ),
        (
            {
                "status": S.REJECTED,
                "reason": "unknown_user",
                "reply_code": 550,
                "reply_text": "5.1.1 nobody here",
            },
            "there is no such mailbox: 550 5.1.1 nobody here",
        ),
        (
            {
                "status": S.BOUNCED,
                "reason": "mailbox_full",
                "sent_at": NOON,
                "reply_code": 250,
                "reply_text": "2.0.0 queued",
            },
            "the mailbox is full",
        ),
        (
            {"status": S.SENT, "sent_at": NOON, "reply_code": 250, "reply_text": "2.0.0 queued"},
            "250 2.0.0 queued",
        ),
        ({"status": S.SENT, "reason": "decided by an officer"}, ""),
    ],
)
def test_the_list_says_why_in_words(
    ready: Command, session: Session, given: dict[str, Any], words: str
) -> None:
    add(session, next_attempt_at=None, **given)
    row = ready("deliveries", "list", "1").out.splitlines()[1]
    assert row.rstrip().endswith(f"  {words}" if words else "sent")


def test_a_narrow_terminal_gets_the_reason_below_the_address(
    ready: Command, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(session, "karen.holm.of.the.evening@havnebladet.example", status=S.SENT, sent_at=NOON)
    add(session, "b@b.example", status=S.REJECTED, reason="unknown_user")
    monkeypatch.setattr(context, "WIDE", 80)
    told = ready("deliveries", "list", "1").out
    assert max(len(line) for line in told.splitlines()) <= 80
    assert "2026-11-23T12:00+01:00" in told
    assert "there is no such mailbox" in told
    assert "or --json, tells editions and answers, too" in told


def test_a_status_that_none_has_is_told(ready: Command, session: Session) -> None:
    add(session)
    assert ready("deliveries", "list", "1", "--status", "rejected").out == (
        "no delivery of distribution 1 is rejected\n"
    )
    assert "karen@" in ready("deliveries", "list", "1", "--status", "Pending").out


# ---------------------------------------------------------------- show


def test_a_delivery_is_told_as_a_person_would_tell_it(ready: Command, session: Session) -> None:
    row = add(
        session,
        recipient_name="Karen Holm",
        outlet_name="Havnebladet [København]",
        country="DK",
        zone="Europe/Copenhagen",
        reasons=["list Harbours", "beat crime"],
        edition_rule="no Danish edition; office default en",
        cover_rule="outlet publishes in da",
        status=S.DEFERRED,
        reason="greylisted",
        attempt=2,
        first_attempt_at=NOON,
        next_attempt_at=SECOND + timedelta(minutes=30),
        message_id="<31a26.1@press.example.org>",
    )
    for at, code in ((NOON, 451), (SECOND, 450)):
        details = {"code": code, "reason": "greylisted", "diagnostic": "4.7.1 later"}
        _event(session, row, EventKind.DEFERRED, at=at, details=details)
    told = lines(ready("deliveries", "show", str(row.id)).out)
    assert told == {
        f"delivery {row.id}": "of distribution 1, release 31a26",
        "to": "Karen Holm <karen@havnebladet.example>, Havnebladet [København], DK,"
        " Europe/Copenhagen",
        "in because of": "list Harbours, beat crime",
        "edition": "English (en): no Danish edition; office default en",
        "cover": "Danish (da): outlet publishes in da",
        "tracking": "none",
        "state": "deferred, put off to a later attempt: the server takes it only at a later"
        " attempt",
        "attempts": "2, the first at 2026-11-23T12:00+01:00",
        "2026-11-23T12:00+01:00": "deferred: the server takes it only at a later attempt:"
        " 451 4.7.1 later",
        "2026-11-23T12:06+01:00": "deferred: the server takes it only at a later attempt:"
        " 450 4.7.1 later",
        "tried again": "2026-11-23T12:36+01:00",
        "Message-ID": "<31a26.1@press.example.org>",
    }


def test_what_came_back_is_told_with_its_time(ready: Command, session: Session) -> None:
    row = add(
        session,
        status=S.SENT,
        attempt=1,
        first_attempt_at=NOON,
        sent_at=NOON,
        relay="north",
        reply_code=250,
        reply_text="2.0.0 queued as 4F1",
    )
    _event(session, row, EventKind.CLICKED, at=SECOND, agent="person", link_number=2)
    told = lines(ready("deliveries", "show", str(row.id)).out)
    assert told["2026-11-23T12:00+01:00"] == "the relay [north] took it: 250 2.0.0 queued as 4F1"
    assert told["2026-11-23T12:06+01:00"] == "clicked by a person (link 2)"


def test_a_trouble_of_our_relay_is_told_as_such(ready: Command, session: Session) -> None:
    row = add(
        session,
        status=S.DEFERRED,
        reason="relay: network",
        first_attempt_at=NOON,
        next_attempt_at=SECOND,
        relay="north",
        reply_text=REFUSED,
    )
    told = lines(ready("deliveries", "show", str(row.id)).out)
    assert told["state"].endswith("our relay, not the recipient: the connection failed")
    assert told["last answer"] == f"the relay [north]: {REFUSED}"
    assert told["first tried"].startswith("2026-11-23T12:00+01:00, and no relay has asked")


def test_what_was_cancelled_tells_its_last_trouble_apart(ready: Command, session: Session) -> None:
    row = add(session, status=S.CANCELLED, reason="greylisted")
    assert lines(ready("deliveries", "show", str(row.id)).out)["state"] == (
        "cancelled before it was handed over; the last attempt:"
        " the server takes it only at a later attempt"
    )


def test_with_json_a_delivery_keeps_all_its_columns(ready: Command, session: Session) -> None:
    row = add(session, status=S.REJECTED, reason="unknown_user", attempt=1)
    shown = ready("deliveries", "show", str(row.id), "--json").document
    assert set(Delivery.model_fields) | {"attempts", "skeleton", "events"} == set(shown)
    assert (shown["reason"], shown["attempts"], shown["events"]) == ("unknown_user", 1, [])


def _event(session: Session, row: Delivery, kind: EventKind, *, at: datetime, **given: Any) -> None:
    event = DeliveryEvent(
        delivery_id=row.id or 0, kind=kind, source_key=f"{kind}:{at}", occurred_at=at, **given
    )
    session.add(event)
    session.commit()


# ---------------------------------------------------------------- resolve


def test_none_in_doubt_is_told(ready: Command, session: Session) -> None:
    add(session)
    answer = ready("deliveries", "resolve", "1", "--unknown", "resend")
    assert (answer.exit_code, answer.out) == (
        0,
        "no delivery of distribution 1 is in doubt: there is nothing to decide\n",
    )


@pytest.mark.parametrize(
    ("decision", "status", "words"),
    [
        ("accept", S.SENT, "1 in doubt: taken as sent\n"),
        ("resend", S.PENDING, "1 in doubt: sent again as the same message\n"),
    ],
)
def test_what_was_decided_is_told(
    ready: Command, session: Session, decision: str, status: DeliveryStatus, words: str
) -> None:
    row = add(session, status=S.UNKNOWN)
    assert ready("deliveries", "resolve", "1", "--unknown", decision).out == words
    session.refresh(row)
    assert row.status is status


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("resolve", "1", "--unknown", "perhaps"),
            "mailer: --unknown takes resend or accept, and not 'perhaps'\n",
        ),
        (
            ("list", "1", "--status", "gone"),
            (
                "mailer: --status takes pending, sending, sent, deferred, rejected, unknown,"
                " bounced, complained, withheld, cancelled or expired, and not 'gone'\n"
            ),
        ),
    ],
)
def test_a_word_that_no_option_takes_is_refused_in_one_line(
    ready: Command, words: tuple[str, ...], told: str
) -> None:
    answer = ready("deliveries", *words)
    assert (answer.exit_code, answer.out, answer.err) == (2, "", told)
