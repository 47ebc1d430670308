"""The wire against a server that goes wrong at every step, in lock-step and pipelined."""

import ssl
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import Blame, Outcome, OutcomeKind, Phase
from tests.delivery.conftest import KAREN, LARS, MARIA, NILS, Diary, Sender, kinds, message
from tests.rawsmtpd import (
    BODY,
    CLOSE,
    CUT,
    DEAF,
    DOT,
    ENDLESS_LINE,
    ENDLESS_REPLY,
    SWALLOW,
    RawServer,
)

Wire = Callable[..., Sender]
PIPELINED, PLAIN = ("PIPELINING", "ENHANCEDSTATUSCODES"), ("ENHANCEDSTATUSCODES",)
EITHER_WAY = pytest.mark.parametrize("offers", [PIPELINED, PLAIN], ids=["pipelined", "lock-step"])
THREE = [KAREN, LARS, MARIA]
#: Too much for the buffers in between: the network takes no more while some of it is still here.
#: More than all buffers on the way hold, in long lines: each is looked at.
LARGE = ("line " * 190 + "\r\n") * 12_000
ACCEPTED = OutcomeKind.ACCEPTED


def wave(*recipients: str) -> list[ComposedMessage]:
    return [message(one) for one in recipients]


@EITHER_WAY
def test_messages_arrive_once_and_in_order(wire: Wire, offers: tuple[str, ...]) -> None:
    with RawServer(offers=offers) as server:
        outcomes = wire(server.port).send(wave(*THREE))
        again = wire(server.port).send(wave(NILS))
    assert kinds([*outcomes, *again]) == ["accepted"] * 4
    assert server.recipients == [*THREE, NILS]
    assert [one.data for one in server.taken] == [message(KAREN).data] * 4
    assert {one.relay for one in outcomes if one} == {"relay"}


def test_the_next_envelope_goes_out_with_the_body_before_it(wire: Wire) -> None:
    with RawServer(offers=PIPELINED) as server:
        server.eager_bodies = 2
        outcomes = wire(server.port).send(wave(*THREE))
        assert server.ahead[:3] == ["MAIL", "RCPT", "MAIL"]
    assert kinds(outcomes) == ["accepted"] * 3


def test_without_pipelining_nothing_is_sent_ahead(wire: Wire) -> None:
    with RawServer(offers=PLAIN) as server:
        server.tell("RCPT", "550 5.1.1 no such user", times=1, after=1)
        assert kinds(wire(server.port).send(wave(*THREE))) == ["accepted", "rejected", "accepted"]
        assert server.ahead == []


@EITHER_WAY
@pytest.mark.parametrize(
    ("step", "reply", "kind", "phase", "blames"),
    [
        ("RCPT", "550 5.1.1 no such user", "rejected", "rcpt", Blame.RECIPIENT),
        ("RCPT", "450 4.2.0 greylisted", "deferred", "rcpt", Blame.RECIPIENT),
        ("RCPT", "421 4.3.2 closing", "deferred", "rcpt", Blame.RELAY),
        ("DATA", "451 4.3.0 later", "deferred", "data", Blame.RECIPIENT),
        ("DATA", "554 5.7.1 no", "rejected", "data", Blame.RECIPIENT),
        ("DATA", "421 4.3.2 closing", "deferred", "data", Blame.RELAY),
        (DOT, "451 4.3.0 later", "deferred", "after_dot", Blame.RECIPIENT),
        (DOT, "554 5.7.1 looks like spam", "rejected", "after_dot", Blame.CONTENT),
        (DOT, "421 4.3.2 closing", "deferred", "after_dot", Blame.RELAY),
        ("RCPT", CUT, "deferred", "rcpt", Blame.RELAY),
        ("RCPT", CLOSE, "deferred", "rcpt", Blame.RELAY),
        ("DATA", CUT, "deferred", "data", Blame.RELAY),
        ("DATA", CLOSE, "deferred", "data", Blame.RELAY),
        (DOT, CUT, "unknown", "after_dot", None),
        (DOT, CLOSE, "unknown", "after_dot", None),
        (DOT, ENDLESS_LINE, "unknown", "after_dot", None),
        (DOT, ENDLESS_REPLY, "unknown", "after_dot", None),
        (DOT, "354 and what now", "unknown", "after_dot", None),
        (DOT, "hello", "unknown", "after_dot", None),
    ],
)
def test_what_goes_wrong_with_one_message_leaves_the_others_alone(
    wire: Wire,
    offers: tuple[str, ...],
    step: str,
    reply: str,
    kind: str,
    phase: str,
    blames: Blame | None,
) -> None:
    with RawServer(offers=offers) as server:
        server.tell(step, reply, times=1, after=1)
        outcomes = wire(server.port).send(wave(*THREE))
    assert kinds(outcomes) == ["accepted", kind, "accepted"]
    assert outcomes[1]
    assert (outcomes[1].phase, outcomes[1].blames) == (phase, blames)
    taken = [one.recipient for one in server.taken if one.is_acknowledged]
    assert taken == [KAREN, MARIA]


@EITHER_WAY
@pytest.mark.parametrize("reply", ["421 4.7.0 enough", CUT, CLOSE])
def test_a_kept_connection_that_is_closed_at_mail_costs_nobody_anything(
    wire: Wire, offers: tuple[str, ...], reply: str
) -> None:
    with RawServer(offers=offers) as server:
        server.tell("MAIL", reply, times=1, after=1)
        assert kinds(wire(server.port).send(wave(*THREE))) == ["accepted"] * 3
        assert (server.recipients, server.connections) == (THREE, 2)


@EITHER_WAY
@pytest.mark.parametrize("reply", ["550 5.7.1 who are you", "452 4.3.1 full", "421 no", CUT])
def test_a_relay_that_refuses_the_first_sender_is_not_asked_for_all(
    wire: Wire, offers: tuple[str, ...], reply: str
) -> None:
    with RawServer(offers=offers) as server:
        server.tell("MAIL", reply)
        outcomes = wire(server.port).send(wave(*THREE))
        asked = [line for line in server.lines if line.startswith("MAIL")]
    assert {(one.kind, one.phase, one.blames) for one in outcomes if one} == {
        (OutcomeKind.DEFERRED, Phase.MAIL, Blame.RELAY)
    }
    assert len(asked) == 1


def test_a_connection_on_which_the_sender_was_refused_serves_again(wire: Wire) -> None:
    with RawServer() as server:
        sender = wire(server.port)
        server.tell("MAIL", "452 4.3.1 full", times=1)
        assert kinds(sender.send(wave(KAREN))) == ["deferred"]
        assert kinds(sender.send(wave(LARS, MARIA))) == ["accepted"] * 2
        assert (server.recipients, server.connections) == ([LARS, MARIA], 1)


@pytest.mark.parametrize("after_void", ["250 2.0.0 empty", "554 5.5.1 no recipients", CUT])
def test_a_server_that_wants_a_body_without_a_recipient_gets_an_empty_one(
    wire: Wire, after_void: str
) -> None:
    with RawServer() as server:
        server.tell("RCPT", "550 5.1.1 no such user", times=1)
        server.tell("DATA", "354 go on all the same", times=1)
        server.tell(DOT, after_void, times=1)
        diary = Diary()
        outcomes = wire(server.port).send(wave(KAREN, LARS), journal=diary)
    assert kinds(outcomes) == ["rejected", "accepted"]
    assert server.recipients == [LARS]
    assert [one.data for one in server.taken if not one.rcpt] in ([b""], [])
    assert diary.begun_numbers == {1}


@EITHER_WAY
def test_a_reply_may_dribble_in_over_many_lines(wire: Wire, offers: tuple[str, ...]) -> None:
    with RawServer(offers=offers, dribbles=True) as server:
        server.tell("RCPT", "550-5.1.1 no such user\r\n550 5.1.1 ask the desk", times=1)
        server.tell(DOT, "250-2.0.0 Ok\r\n250 2.0.0 queued as 4F1A\x07 \xe6", times=1)
        outcomes = wire(server.port).send(wave(KAREN, LARS))
    assert [one.text for one in outcomes if one] == [
        "5.1.1 no such user\n5.1.1 ask the desk",
        "2.0.0 Ok\n2.0.0 queued as 4F1A  \xe6",
    ]
    assert kinds(outcomes) == ["rejected", "accepted"]


@pytest.mark.parametrize("reply", [ENDLESS_LINE, ENDLESS_REPLY])
def test_a_reply_without_an_end_is_cut_off(wire: Wire, reply: str) -> None:
    with RawServer(offers=PLAIN) as server:
        server.tell("RCPT", reply, times=1)
        outcomes = wire(server.port).send(wave(KAREN, LARS))
    assert kinds(outcomes) == ["deferred", "accepted"]


@EITHER_WAY
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_one_reply_too_many_is_never_taken_for_an_answer_to_the_body(
    wire: Wire, offers: tuple[str, ...], step: str
) -> None:
    code = "354" if step == "DATA" else "250"
    with RawServer(offers=offers) as server:
        server.tell(step, f"{code} go on\r\n250 2.0.0 Ok: queued as nothing", times=1)
        server.tell(DOT, "554 5.7.1 looks like spam", times=1)
        outcomes = wire(server.port).send(wave(KAREN, LARS, MARIA))
    acknowledged = {one.recipient for one in server.taken if one.is_acknowledged}
    accepted = {
        recipient
        for recipient, outcome in zip(THREE, outcomes, strict=True)
        if outcome and outcome.kind is ACCEPTED
    }
    assert accepted == acknowledged


def test_a_server_that_cannot_do_what_it_offers_is_served_step_by_step(wire: Wire) -> None:
    with RawServer() as server:
        server.tell("MAIL", SWALLOW)
        outcomes = wire(server.port, reply_timeout_seconds=0.2).send(wave(*THREE))
        assert kinds(outcomes) == ["accepted"] * 3
        assert (server.recipients, server.connections) == (THREE, 2)


def test_a_server_that_drops_what_follows_a_body_is_not_sent_it_twice(wire: Wire) -> None:
    class Forgetful(RawServer):
        def next_reply(self, step: str, usual: str) -> str:
            return SWALLOW if step == DOT else super().next_reply(step, usual)

    with Forgetful() as server:
        sender = wire(server.port, reply_timeout_seconds=0.2)
        assert kinds(sender.send(wave(*THREE))) == ["accepted"] * 3
        assert (server.recipients, server.connections) == (THREE, 2)


@EITHER_WAY
@pytest.mark.parametrize(
    ("step", "kind", "phase"),
    [
        ("RCPT", "deferred", "rcpt"),
        ("DATA", "deferred", "data"),
        (DOT, "unknown", "after_dot"),
    ],
)
def test_silence_ends_with_our_patience(
    wire: Wire, offers: tuple[str, ...], step: str, kind: str, phase: str
) -> None:
    with RawServer(offers=offers) as server:
        server.tell(step, DEAF, times=1, after=1)
        sender = wire(server.port, reply_timeout_seconds=0.2, final_dot_timeout_seconds=0.3)
        outcomes = sender.send(wave(*THREE))
    assert kinds(outcomes) == ["accepted", kind, "accepted"]
    assert outcomes[1]
    assert outcomes[1].phase == phase
    assert "no answer within 0." in outcomes[1].text


@pytest.fixture(params=["plain", "tls"])
def tls(
    request: pytest.FixtureRequest, server_tls: ssl.SSLContext
) -> tuple[ssl.SSLContext | None, dict[str, str]]:
    """What the server needs for it, and what the relay's settings say."""
    if request.param == "plain":
        return None, {}
    return server_tls, {"tls": "implicit"}


@EITHER_WAY
@pytest.mark.parametrize(
    "told", [CUT, CLOSE, DEAF, "552 5.3.4 too much", "421 4.3.2 closing", "250 2.0.0 fine"]
)
def test_a_body_of_which_the_end_is_still_here_is_certainly_not_handed_over(
    wire: Wire,
    offers: tuple[str, ...],
    tls: tuple[ssl.SSLContext | None, dict[str, str]],
    trusting: ssl.SSLContext,
    told: str,
) -> None:
    context, settings = tls
    with RawServer(offers=offers, tls=context) as server:
        server.tell(BODY, told, times=1, after=1)
        sender = wire(server.port, trusting=trusting, reply_timeout_seconds=0.5, **settings)
        diary = Diary()
        large = message(LARS, body=LARGE)
        outcomes = sender.send([message(KAREN), large, message(MARIA)], journal=diary)
    second = outcomes[1]
    assert second
    assert kinds(outcomes) == [
        "accepted",
        "rejected" if told.startswith("552") else "deferred",
        "accepted",
    ]
    assert server.recipients == [KAREN, MARIA]
    assert diary.outcomes[1] == second


@EITHER_WAY
def test_a_large_body_arrives_whole(
    wire: Wire,
    offers: tuple[str, ...],
    tls: tuple[ssl.SSLContext | None, dict[str, str]],
    trusting: ssl.SSLContext,
) -> None:
    context, settings = tls
    large = message(LARS, body="line\r\n" * 200_000)
    with RawServer(offers=offers, tls=context) as server:
        sender = wire(server.port, trusting=trusting, **settings)
        assert kinds(sender.send([large, message(MARIA), large])) == ["accepted"] * 3
    assert [one.data for one in server.taken] == [large.data, message(MARIA).data, large.data]


@EITHER_WAY
def test_it_is_asked_again_right_before_the_body(wire: Wire, offers: tuple[str, ...]) -> None:
    asked: list[int] = []

    def may_begin(number: int) -> bool:
        asked.append(number)
        # The second message may begin when its envelope goes out, and not any more after that.
        return number != 1 or asked.count(1) < 2

    with RawServer(offers=offers) as server:
        diary = Diary()
        outcomes = wire(server.port).send(wave(*THREE), may_begin=may_begin, journal=diary)
    assert kinds(outcomes) == ["accepted", None, "accepted"]
    assert server.recipients == [KAREN, MARIA]
    assert diary.begun_numbers == {0, 2}
    assert all(one.rcpt for one in server.taken)


def test_no_connection_is_opened_for_messages_that_may_not_begin(wire: Wire) -> None:
    with RawServer() as server:
        outcomes = wire(server.port).send(wave(*THREE), may_begin=lambda _number: False)
        assert kinds(outcomes) == [None] * 3
        assert server.connections == 0


def test_after_a_stop_nothing_is_begun_and_what_is_under_way_is_answered(wire: Wire) -> None:
    diary = Diary()
    with RawServer() as server:
        outcomes = wire(server.port).send(
            wave(*THREE, NILS),
            may_begin=lambda _number: len(diary.begun_numbers) < 2,
            journal=diary,
        )
        assert kinds(outcomes) == ["accepted", "accepted", None, None]
        assert server.recipients == [KAREN, LARS]


@EITHER_WAY
def test_the_journal_hears_before_a_body_leaves_and_after_its_answer(
    wire: Wire, offers: tuple[str, ...]
) -> None:
    diary = Diary()
    with RawServer(offers=offers) as server:
        server.tell("RCPT", "550 5.1.1 no such user", times=1, after=1)
        outcomes = wire(server.port).send(wave(*THREE), journal=diary)
    expected = [("begun", 0), ("answered", 0), ("answered", 1), ("begun", 2), ("answered", 2)]
    assert diary.entries == expected
    assert [diary.outcomes[number] for number in range(3)] == outcomes


@EITHER_WAY
@pytest.mark.parametrize("moment", ["begun", "answered", "may_begin"])
def test_a_fault_of_our_own_begins_nothing_more_and_comes_out(
    wire: Wire, offers: tuple[str, ...], moment: str
) -> None:
    class Broken(Diary):
        def begun(self, number: int) -> None:
            self.fail_at("begun", number)
            super().begun(number)

        def answered(self, number: int, outcome: Outcome) -> None:
            self.fail_at("answered", number)
            super().answered(number, outcome)

        def fail_at(self, word: str, number: int) -> bool:
            if word == moment and number == 1:
                raise OSError("no space left on the device")
            return True

    broken = Broken()
    with RawServer(offers=offers) as server:
        with pytest.raises(OSError, match="no space left"):
            wire(server.port, connections=2).send(
                wave(*THREE, NILS, KAREN, LARS),
                may_begin=lambda number: broken.fail_at("may_begin", number),
                journal=broken,
            )
        # Whatever the server has was begun in the journal.
        begun = {[*THREE, NILS, KAREN, LARS][number] for number in broken.begun_numbers}
        assert set(server.recipients) <= begun


@EITHER_WAY
@pytest.mark.parametrize(
    ("limits", "given"),
    [((), {"messages_per_connection": 2}), (("LIMITS RCPTMAX=1 MAILMAX=2",), {})],
)
def test_a_connection_carries_no_more_messages_than_it_may(
    wire: Wire, offers: tuple[str, ...], limits: tuple[str, ...], given: dict[str, int]
) -> None:
    with RawServer(offers=(*offers, *limits)) as server:
        sender = wire(server.port, **given)
        assert kinds(sender.send(wave(*THREE))) == ["accepted"] * 3
        assert kinds(sender.send(wave(NILS, KAREN))) == ["accepted"] * 2
        assert (server.recipients, server.connections) == ([*THREE, NILS, KAREN], 3)
        assert server.lines.count("QUIT") == 2


def test_what_a_lost_connection_gives_back_is_taken_by_one_that_stands(wire: Wire) -> None:
    with RawServer() as server:
        sender = wire(server.port, connections=2)
        assert kinds(sender.send(wave(KAREN, LARS))) == ["accepted"] * 2
        server.tell("MAIL", CUT, times=1)
        server.tell("GREETING", "554 5.3.2 no more of you", times=1)
        assert kinds(sender.send(wave(MARIA, NILS))) == ["accepted"] * 2
        assert sorted(server.recipients[2:]) == [MARIA, NILS]


def test_words_that_nobody_asked_for_close_an_idle_connection(wire: Wire) -> None:
    with RawServer() as server:
        sender = wire(server.port)
        server.tell(DOT, "250 2.0.0 Ok\r\n421 4.4.2 idle for too long", times=1)
        assert kinds(sender.send(wave(KAREN))) == ["accepted"]
        assert kinds(sender.send(wave(LARS))) == ["accepted"]
        assert server.connections == 2


WRONG = {
    "GREETING": ["421 4.3.2 busy", CUT],
    "MAIL": ["421 4.7.0 enough", "451 4.3.0 later", CUT, CLOSE],
    "RCPT": ["550 5.1.1 no such user", "421 4.3.2 closing", CUT, "250 ok\r\n250 and one more"],
    "DATA": ["451 4.3.0 later", "421 4.3.2 closing", CUT, CLOSE, "354 go on\r\n250 taken"],
    BODY: ["421 4.3.2 closing", CUT, CLOSE],
    DOT: ["451 4.3.0 later", "554 5.7.1 spam", "421 4.3.2 closing", CUT, CLOSE, "hello"],
    "RSET": ["421 4.3.2 closing", "500 5.5.2 what?", CUT],
}


@EITHER_WAY
@pytest.mark.parametrize("seed", range(12))
def test_whatever_goes_wrong_the_outcomes_say_what_the_server_has(
    wire: Wire, offers: tuple[str, ...], seed: int
) -> None:
    random = Random(seed)

    def choose(step: str) -> str | None:
        wrong = WRONG.get(step)
        return random.choice(wrong) if wrong and random.random() < 0.08 else None

    recipients = [f"desk{number}@havnebladet.example" for number in range(150)]
    with RawServer(offers=offers, choose=choose) as server:
        diary = Diary()
        sender = wire(server.port, connections=3)
        outcomes = sender.send(wave(*recipients), journal=diary)
        left = [number for number, one in enumerate(outcomes) if one is None]
    assert left == []
    told = dict(zip(recipients, kinds(outcomes), strict=True))
    taken = Counter(one.recipient for one in server.taken if one.rcpt)
    acknowledged = {one.recipient for one in server.taken if one.is_acknowledged}
    # Never twice, and never lost: what the server has is accepted or unknown, and nothing else is.
    assert set(taken.values()) <= {1}
    assert {one for one, kind in told.items() if kind == "accepted"} == acknowledged
    assert set(taken) - acknowledged <= {one for one, kind in told.items() if kind == "unknown"}
    begun = {recipients[number] for number in diary.begun_numbers}
    assert {one for one, kind in told.items() if kind in {"accepted", "unknown"}} <= begun
