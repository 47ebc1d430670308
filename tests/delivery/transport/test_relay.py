import asyncio
import ssl
from collections.abc import Callable, Iterator, Sequence

import pytest

from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import Blame, Outcome, OutcomeKind, Phase
from mailer.delivery.transport.relay import SMTPTransport
from mailer.errors import SettingsError
from tests.delivery.conftest import KAREN, LARS, MARIA, NILS, RelayFor, Sender, kinds, message
from tests.smtpd import ANYONE, CUT, SILENCE, SMTPServer

Send = Callable[..., list[Outcome]]


@pytest.fixture
def server() -> Iterator[SMTPServer]:
    with SMTPServer() as running:
        yield running


@pytest.fixture
def send(server: SMTPServer, relay: RelayFor) -> Iterator[Send]:
    """Send messages over a transport that is kept for the whole test."""
    with asyncio.Runner() as runner:
        kept: list[SMTPTransport] = []

        def send_over_kept(messages: Sequence[ComposedMessage], **given: object) -> list[Outcome]:
            if not kept:
                kept.append(SMTPTransport(relay(server.port, **given), helo_name="office.example"))
            return runner.run(kept[0].send(messages))

        yield send_over_kept
        if kept:
            runner.run(kept[0].close())


def test_a_message_is_handed_over_and_the_whole_reply_kept(server: SMTPServer, send: Send) -> None:
    (outcome,) = send([message(KAREN)])
    assert (outcome.kind, outcome.code) == (OutcomeKind.ACCEPTED, 250)
    assert outcome.text == "2.0.0 Ok: queued as 000001"
    (received,) = server.received
    assert received.sender == "b+karen@bounce.press.example.org"
    assert (received.recipient, received.data) == (KAREN, message(KAREN).data)


def test_outcomes_come_in_the_order_of_the_messages(server: SMTPServer, send: Send) -> None:
    server.answer(LARS, "rcpt", "550 5.1.1 no such user")
    server.greylist(NILS)
    outcomes = send([message(one) for one in (KAREN, LARS, MARIA, NILS)], connections=3)
    assert kinds(outcomes) == ["accepted", "rejected", "accepted", "deferred"]


def test_connections_are_kept_between_waves(server: SMTPServer, send: Send) -> None:
    for _ in range(3):
        send([message(KAREN), message(LARS), message(MARIA)], connections=2)
    assert len(server.received) == 9
    assert server.connections == 2


def test_no_more_connections_are_opened_than_there_are_messages(
    server: SMTPServer, send: Send
) -> None:
    send([message(KAREN)], connections=8)
    assert server.connections == 1


def test_a_refused_recipient_leaves_a_clean_slate_for_the_next(
    server: SMTPServer, send: Send
) -> None:
    server.answer(KAREN, "rcpt", "550 5.1.1 no such user")
    outcomes = send([message(KAREN), message(LARS)])
    assert kinds(outcomes) == ["rejected", "accepted"]
    assert (server.connections, server.resets) == (1, 1)


def test_a_greylisted_recipient_is_deferred_and_taken_the_second_time(
    server: SMTPServer, send: Send
) -> None:
    server.greylist(KAREN)
    first, second = send([message(KAREN)])[0], send([message(KAREN)])[0]
    assert (first.kind, first.reason, first.blames) == (
        OutcomeKind.DEFERRED,
        "greylisted",
        Blame.RECIPIENT,
    )
    assert second.kind is OutcomeKind.ACCEPTED


@pytest.mark.parametrize(
    ("phase", "reply", "kind"),
    [
        ("rcpt", "452 4.2.2 mailbox full", OutcomeKind.DEFERRED),
        ("data", "451 4.3.0 later", OutcomeKind.DEFERRED),
        ("data", "554 5.5.1 no", OutcomeKind.REJECTED),
        ("dot", "451 4.3.0 later", OutcomeKind.DEFERRED),
        ("dot", "554 5.7.1 looks like spam", OutcomeKind.REJECTED),
    ],
)
def test_a_refusal_of_one_message_does_not_stop_the_rest(
    server: SMTPServer, send: Send, phase: str, reply: str, kind: OutcomeKind
) -> None:
    server.answer(KAREN, phase, reply)
    outcomes = send([message(KAREN), message(LARS)])
    assert [outcome.kind for outcome in outcomes] == [kind, OutcomeKind.ACCEPTED]
    assert server.recipients == [LARS]


@pytest.mark.parametrize(("told", "phase"), [("data", Phase.DATA), ("body", Phase.DATA)])
def test_a_connection_cut_before_the_dot_is_a_safe_retry(
    server: SMTPServer, send: Send, told: str, phase: Phase
) -> None:
    server.answer(KAREN, told, CUT)
    # Too much for the buffers in between, so that the cut comes while we still write.
    outcomes = send([message(KAREN, body="line\r\n" * 2_000_000), message(LARS)])
    assert kinds(outcomes) == ["deferred", "accepted"]
    assert (outcomes[0].phase, outcomes[0].blames) == (phase, Blame.RELAY)
    assert server.recipients == [LARS]


def test_a_connection_cut_after_the_dot_is_unknown(server: SMTPServer, send: Send) -> None:
    server.answer(KAREN, "dot", CUT)
    outcomes = send([message(KAREN), message(LARS)])
    assert kinds(outcomes) == ["unknown", "accepted"]
    assert outcomes[0].phase is Phase.AFTER_DOT
    # The server has it, although it never said so: that is why nobody sends it again unasked.
    assert [one.recipient for one in server.received] == [KAREN, LARS]


def test_silence_after_the_dot_is_unknown_once_patience_ends(
    server: SMTPServer, send: Send
) -> None:
    server.answer(KAREN, "dot", SILENCE)
    (outcome,) = send([message(KAREN)], final_dot_timeout_seconds=0.2)
    assert (outcome.kind, outcome.phase) == (OutcomeKind.UNKNOWN, Phase.AFTER_DOT)


def test_silence_before_the_dot_is_deferred_once_patience_ends(
    server: SMTPServer, send: Send
) -> None:
    server.answer(KAREN, "rcpt", SILENCE)
    (outcome,) = send([message(KAREN)], reply_timeout_seconds=0.2)
    assert (outcome.kind, outcome.phase) == (OutcomeKind.DEFERRED, Phase.RCPT)


@pytest.mark.parametrize("phase", ["rcpt", "data", "dot"])
def test_421_defers_and_blames_the_relay_and_the_rest_goes_on(
    server: SMTPServer, send: Send, phase: str
) -> None:
    server.answer(KAREN, phase, "421 4.3.2 closing")
    outcomes = send([message(KAREN), message(LARS)])
    assert kinds(outcomes) == ["deferred", "accepted"]
    assert outcomes[0].blames is Blame.RELAY


@pytest.mark.parametrize(
    ("phase", "address", "reply"),
    [
        ("connect", ANYONE, "554 5.3.2 no service here"),
        ("connect", ANYONE, "421 4.3.2 too busy"),
        ("connect", ANYONE, CUT),
        ("ehlo", ANYONE, "550 5.7.1 who are you"),
        ("mail", ANYONE, "550 5.7.1 sender not allowed"),
        ("mail", ANYONE, "451 4.3.0 not now"),
        ("mail", ANYONE, CUT),
    ],
)
def test_a_relay_that_refuses_us_defers_all_at_once_and_rejects_no_one(
    server: SMTPServer, send: Send, phase: str, address: str, reply: str
) -> None:
    server.answer(address, phase, reply)
    outcomes = send([message(KAREN), message(LARS), message(MARIA)], connections=2)
    assert kinds(outcomes) == ["deferred"] * 3
    assert {outcome.blames for outcome in outcomes} == {Blame.RELAY}
    assert server.connections <= 2


def test_a_relay_that_cannot_be_reached_defers_all_at_once(server: SMTPServer, send: Send) -> None:
    server.stop_listening()
    outcomes = send([message(KAREN), message(LARS), message(MARIA)])
    assert {(outcome.kind, outcome.phase, outcome.blames) for outcome in outcomes} == {
        (OutcomeKind.DEFERRED, Phase.CONNECT, Blame.RELAY)
    }
    assert f"127.0.0.1:{server.port} refuses the connection" in outcomes[0].text


@pytest.mark.parametrize("step", ["connect", "ehlo"])
def test_a_relay_that_is_silent_before_it_is_ready_costs_one_timeout_for_all(
    server: SMTPServer, send: Send, step: str
) -> None:
    server.answer(ANYONE, step, SILENCE)
    outcomes = send([message(KAREN), message(LARS)], connect_timeout_seconds=0.2)
    assert kinds(outcomes) == ["deferred", "deferred"]
    assert server.connections == 1
    assert "not ready for mail within 0.2 seconds" in outcomes[0].text


def test_a_kept_connection_that_was_closed_in_the_meantime_costs_no_attempt(
    server: SMTPServer, send: Send
) -> None:
    send([message(KAREN)])
    server.disconnect_all()
    assert kinds(send([message(LARS)])) == ["accepted"]
    assert server.connections == 2


def test_a_relay_that_takes_few_messages_per_connection_still_gets_all(
    server: SMTPServer, send: Send
) -> None:
    assert kinds(send([message(KAREN)])) == ["accepted"]
    server.answer(ANYONE, "mail", "421 4.7.0 enough on this connection", times=1)
    assert kinds(send([message(LARS)])) == ["accepted"]
    assert (server.recipients, server.connections) == ([KAREN, LARS], 2)


def test_smtputf8_is_asked_for_only_where_the_address_needs_it(
    server: SMTPServer, send: Send
) -> None:
    send([message(KAREN), message("jürgen@havnebladet.example", utf8=True)])
    plain, international = server.received
    assert plain.mail_options == ()
    assert set(international.mail_options) == {"SMTPUTF8", "BODY=8BITMIME"}
    assert international.recipient == "jürgen@havnebladet.example"


def test_a_relay_without_smtputf8_is_nobodys_bounce(relay: RelayFor) -> None:
    with SMTPServer(utf8=False) as server:
        transport = SMTPTransport(relay(server.port), helo_name="office.example")
        outcomes = asyncio.run(
            _sent(transport, [message("jürgen@havnebladet.example", utf8=True), message(KAREN)])
        )
    assert kinds(outcomes) == ["rejected", "accepted"]
    assert (outcomes[0].reason, outcomes[0].blames) == ("no_smtputf8", Blame.CONTENT)
    assert server.asked == [KAREN]


def test_a_message_over_the_announced_size_is_not_even_begun(
    relay: RelayFor,
) -> None:
    with SMTPServer(size_limit=1000) as server:
        transport = SMTPTransport(relay(server.port), helo_name="office.example")
        (outcome,) = asyncio.run(_sent(transport, [message(KAREN, body="x" * 2000)]))
    assert (outcome.kind, outcome.reason) == (OutcomeKind.REJECTED, "too_large")
    assert (outcome.blames, server.asked) == (Blame.CONTENT, [])


def test_an_address_that_would_smuggle_in_a_command_is_refused_here(
    server: SMTPServer, send: Send
) -> None:
    outcomes = send([message("karen@x.example>\r\nRCPT TO:<all@x.example"), message(LARS)])
    assert kinds(outcomes) == ["rejected", "accepted"]
    assert server.asked == [LARS]


def test_it_says_goodbye_when_it_is_closed(server: SMTPServer, relay: RelayFor) -> None:
    transport = SMTPTransport(relay(server.port, connections=2), helo_name="office.example")
    asyncio.run(_sent(transport, [message(KAREN), message(LARS)]))
    assert server.quits == server.connections


def test_lines_with_a_leading_dot_arrive_as_they_were_written(
    server: SMTPServer, send: Send
) -> None:
    dotted = message(KAREN, body=".\r\n..two\r\n.hidden")
    send([dotted])
    assert server.received[0].data == dotted.data


@pytest.mark.parametrize("login", [None, ("press", "sesame")], ids=["open", "login"])
@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_the_wire_is_taken_over_however_it_was_secured_and_logged_in(
    wire: Callable[..., Sender],
    server_tls: ssl.SSLContext,
    trusting: ssl.SSLContext,
    tls: str,
    login: tuple[str, str] | None,
) -> None:
    context = None if tls == "none" else server_tls
    username, password = login or ("", "")
    with SMTPServer(tls=context, implicit_tls=tls == "implicit", login=login) as server:
        sender = wire(server.port, tls=tls, trusting=trusting, username=username, password=password)
        large = message(LARS, body="line\r\n" * 200_000)
        outcomes = sender.send([message(KAREN), large, message(MARIA)])
        outcomes += sender.send([message(NILS)])
        sender.close()  # while the server still answers: TLS ends with a word from both
    assert kinds(outcomes) == ["accepted"] * 4
    assert server.received[1].data == large.data
    assert (server.recipients, server.connections) == ([KAREN, LARS, MARIA, NILS], 1)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_that_cannot_be_verified_stops_everything(
    relay: RelayFor, server_tls: ssl.SSLContext, tls: str
) -> None:
    with SMTPServer(tls=server_tls, implicit_tls=tls == "implicit") as server:
        transport = SMTPTransport(relay(server.port, tls=tls), helo_name="office.example")
        (outcome,) = asyncio.run(_sent(transport, [message(KAREN)]))
    assert (outcome.kind, outcome.blames) == (OutcomeKind.DEFERRED, Blame.RELAY)
    assert "certificate" in outcome.text.lower()
    assert server.asked == []


def test_it_never_falls_back_to_clear_text(server: SMTPServer, relay: RelayFor) -> None:
    transport = SMTPTransport(relay(server.port, tls="starttls"), helo_name="office.example")
    (outcome,) = asyncio.run(_sent(transport, [message(KAREN)]))
    assert (outcome.kind, outcome.blames) == (OutcomeKind.DEFERRED, Blame.RELAY)
    assert "STARTTLS" in outcome.text
    assert server.asked == []


def test_a_host_that_no_name_server_could_know_is_trouble_with_the_relay(
    wire: Callable[..., Sender],
) -> None:
    (outcome,) = wire(25, host=f"{'a' * 70}.example").send([message(KAREN)])
    assert outcome
    assert (outcome.kind, outcome.phase, outcome.blames) == (
        OutcomeKind.DEFERRED,
        Phase.CONNECT,
        Blame.RELAY,
    )


def test_a_send_that_is_called_off_begins_nothing_more(relay: RelayFor) -> None:
    async def called_off(server: SMTPServer) -> None:
        transport = SMTPTransport(relay(server.port, connections=2), helo_name="office.example")
        server.hold_after(1)
        sending = asyncio.create_task(transport.send([message(KAREN)] * 9))
        await asyncio.to_thread(server.wait_for, 1)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        server.release()
        await transport.close()

    with SMTPServer() as server:
        asyncio.run(called_off(server))
        assert len(server.received) <= 3


def test_a_wrong_password_defers_and_blames_the_relay(
    relay: RelayFor,
) -> None:
    with SMTPServer(login=("press", "sesame")) as server:
        wanted = relay(server.port, username="press", password="guessed")
        transport = SMTPTransport(wanted, helo_name="office.example")
        outcomes = asyncio.run(_sent(transport, [message(KAREN), message(LARS)]))
    assert {(outcome.kind, outcome.phase, outcome.blames) for outcome in outcomes} == {
        (OutcomeKind.DEFERRED, Phase.AUTH, Blame.RELAY)
    }
    assert server.asked == []


def test_a_name_that_no_greeting_can_hold_is_a_settings_error(
    relay: RelayFor,
) -> None:
    with pytest.raises(SettingsError, match=r"\[relay\]"):
        SMTPTransport(relay(25), helo_name="two words")


async def _sent(transport: SMTPTransport, messages: Sequence[ComposedMessage]) -> list[Outcome]:
    outcomes = await transport.send(messages)
    await transport.close()
    return outcomes


def test_a_message_that_may_not_begin_is_held_back_and_the_others_go(
    relay: RelayFor,
) -> None:
    with SMTPServer() as server, asyncio.Runner() as runner:
        transport = SMTPTransport(relay(server.port), helo_name="office.example")
        wave = [message(one) for one in (KAREN, LARS, MARIA)]
        outcomes = runner.run(transport.send(wave, may_begin=lambda number: number != 1))
        runner.run(transport.close())
    assert [outcome and outcome.kind.value for outcome in outcomes] == [
        "accepted",
        None,
        "accepted",
    ]
    assert server.recipients.count(LARS) == 0
