import smtplib
from collections.abc import Callable, Iterator

import pytest

from mailer.delivery.outcome import OutcomeKind, Phase, from_reply
from mailer.delivery.refusal import BounceClass
from mailer.demo.world.mailroom import Mailroom
from mailer.demo.world.relay import Behaviour, Relay
from mailer.feedback.returned.reports import read_report
from mailer.models import InboundKind
from tests.demo.conftest import until
from tests.smtpd import SMTPServer

SENDER = "b+aeaaaaaaabaqaabs3rhzqdg6dcx5u3y@bounce.press.example.org"
#: The empty one, as aiosmtpd tells it.
NULL_SENDER = "<>"
MESSAGE = (
    b"From: Harbour Forum Press <press@harbour.example>\r\n"
    b"To: %b\r\n"
    b"Subject: Twelve harbours\r\n agree\r\n"
    b"Message-ID: <2026-001.1@press.example.org>\r\n"
    b"\r\n"
    b"Twelve harbours agreed.\r\n.a line that begins with a dot\r\n"
)
BEHAVIOURS = {
    "Slow@x.example": Behaviour.GREYLISTS,
    "gone@x.example": Behaviour.REFUSES,
    "lost@x.example": Behaviour.RETURNS,
    "away@x.example": Behaviour.IS_AWAY,
}
Send = Callable[[str], None]


@pytest.fixture
def listener() -> Iterator[SMTPServer]:
    """What takes returned mail."""
    with SMTPServer() as server:
        yield server


@pytest.fixture
def relay(mailroom: Mailroom, listener: SMTPServer) -> Iterator[Relay]:
    """The demo's relay, answering at once."""
    relay = Relay(mailroom, BEHAVIOURS, bounce_port=listener.port, answer_seconds=0)
    relay.start()
    yield relay
    relay.stop()


@pytest.fixture
def send(relay: Relay) -> Send:
    """Hands a message over by SMTP."""

    def hand_over(recipient: str) -> None:
        with smtplib.SMTP("127.0.0.1", relay.port) as connection:
            connection.sendmail(SENDER, recipient, MESSAGE % recipient.encode())

    return hand_over


def test_it_takes_a_message_as_it_came(send: Send, mailroom: Mailroom) -> None:
    send("karen@x.example")
    (kept,) = mailroom.all()
    assert kept.raw == MESSAGE % b"karen@x.example"
    assert (kept.envelope_sender, kept.recipient) == (SENDER, "karen@x.example")


def test_it_tells_the_name_in_its_queue(relay: Relay) -> None:
    with smtplib.SMTP("127.0.0.1", relay.port) as connection:
        connection.ehlo()
        connection.mail(SENDER)
        connection.rcpt("karen@x.example")
        assert connection.data(MESSAGE) == (250, b"2.0.0 Ok: queued as D000001")


def test_it_greylists_the_first_try_only(send: Send, mailroom: Mailroom) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send("slow@x.example")
    code, text = refused.value.recipients["slow@x.example"]
    outcome = from_reply(Phase.RCPT, code, text.decode())
    assert (outcome.kind, outcome.reason) == (OutcomeKind.DEFERRED, "greylisted")
    assert mailroom.all() == ()
    send("slow@x.example")
    assert len(mailroom.all()) == 1


def test_it_refuses_whom_it_does_not_know_every_time(send: Send, mailroom: Mailroom) -> None:
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send("gone@x.example")
        code, text = refused.value.recipients["gone@x.example"]
        outcome = from_reply(Phase.RCPT, code, text.decode())
        assert (outcome.kind, outcome.enhanced) == (OutcomeKind.REJECTED, "5.1.1")
        assert outcome.reason == "unknown_user"
    assert mailroom.all() == ()


def test_a_report_comes_back_to_the_envelope_sender(
    send: Send, mailroom: Mailroom, listener: SMTPServer
) -> None:
    send("lost@x.example")
    until(lambda: listener.received)
    (returned,) = listener.received
    assert (returned.sender, returned.recipient) == (NULL_SENDER, SENDER)
    assert len(mailroom.all()) == 1


def test_the_report_says_that_the_address_is_dead(send: Send, listener: SMTPServer) -> None:
    send("lost@x.example")
    until(lambda: listener.received)
    report = read_report(listener.received[0].data)
    assert report.kind is InboundKind.BOUNCE
    assert report.original_message_id == "<2026-001.1@press.example.org>"
    (told,) = report.recipients
    assert (told.address, told.status) == ("lost@x.example", "5.1.1")
    assert told.bounce_class is BounceClass.HARD


def test_an_absence_note_is_an_automatic_answer(send: Send, listener: SMTPServer) -> None:
    send("away@x.example")
    until(lambda: listener.received)
    (note,) = listener.received
    assert (note.sender, note.recipient) == (NULL_SENDER, SENDER)
    assert read_report(note.data).kind is InboundKind.AUTOREPLY


def test_it_ends_while_a_client_is_still_connected(mailroom: Mailroom) -> None:
    relay = Relay(mailroom, {}, bounce_port=1)
    relay.start()
    connection = smtplib.SMTP("127.0.0.1", relay.port)
    relay.stop()
    connection.close()
