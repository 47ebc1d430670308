"""Several relays: shares, spares, and what one could not begin goes to another."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import Outcome, OutcomeKind, Phase, from_reply, lost, no_smtputf8
from mailer.delivery.smtp.load import NO_JOURNAL, Journal, MayBegin, always
from mailer.delivery.transport.memory import MemoryTransport
from mailer.delivery.transport.relays import Relay, Relays
from mailer.errors import SettingsError
from mailer.settings import Settings
from tests.delivery.conftest import KAREN, LARS, MARIA, Diary, RelayFor, kinds, message
from tests.rawsmtpd import DOT, RawServer

DOWN = lost(Phase.CONNECT, "connection refused")


class Moody(MemoryTransport):
    """Says the same to everybody while it is in a mood, and begins nothing then."""

    def __init__(self, mood: Outcome | None = None) -> None:
        super().__init__()
        self.mood = mood
        #: How many messages it got at a time.
        self.sizes: list[int] = []

    async def send(
        self,
        messages: Sequence[ComposedMessage],
        *,
        may_begin: MayBegin = always,
        journal: Journal = NO_JOURNAL,
    ) -> list[Outcome | None]:
        self.sizes.append(len(messages))
        if self.mood is None:
            return await super().send(messages, may_begin=may_begin, journal=journal)
        for number in range(len(messages)):
            journal.answered(number, self.mood)
        return [self.mood] * len(messages)

    @property
    def recipients(self) -> list[str]:
        return [one.recipient for one in self.messages]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def wave(size: int) -> list[ComposedMessage]:
    return [message(f"desk{number}@havnebladet.example") for number in range(size)]


def send(relays: Relays, messages: Sequence[ComposedMessage], **given: object) -> list[Outcome]:
    return asyncio.run(relays.send(messages, **given))  # type: ignore[arg-type]


def test_each_relay_gets_its_share_however_small_the_waves_are() -> None:
    transports = [Moody(), Moody(), Moody()]
    relays = Relays(
        [
            Relay(one, name=name, weight=weight)
            for one, name, weight in zip(transports, "abc", (3, 1, 0), strict=True)
        ]
    )
    for number in range(40):
        assert kinds(send(relays, [message(f"{number}@havnebladet.example")])) == ["accepted"]
    assert kinds(send(relays, wave(40))) == ["accepted"] * 40
    assert [len(one.messages) for one in transports] == [60, 20, 0]


def test_what_a_relay_cannot_begin_goes_to_the_others() -> None:
    north, south = Moody(DOWN), Moody()
    relays = Relays([Relay(north, name="north"), Relay(south, name="south")])
    messages, diary = wave(10), Diary()
    assert kinds(send(relays, messages, journal=diary)) == ["accepted"] * 10
    assert Counter(south.recipients) == Counter(one.recipient for one in messages)
    # A journal must not take the first relay's trouble for the end of a message.
    assert set(diary.outcomes) == set(range(10))
    assert {one.kind for one in diary.outcomes.values()} == {OutcomeKind.ACCEPTED}
    send(relays, wave(4))
    assert north.sizes == [5]


def test_a_spare_is_used_while_no_other_can_be() -> None:
    clock = Clock()
    north, spare = Moody(DOWN), Moody()
    relays = Relays([Relay(north, name="north"), Relay(spare, name="spare", weight=0)], clock=clock)
    assert kinds(send(relays, wave(3))) == ["accepted"] * 3
    assert kinds(send(relays, wave(3))) == ["accepted"] * 3
    assert len(spare.messages) == 6
    north.mood, clock.now = None, 1.0
    assert kinds(send(relays, wave(3))) == ["accepted"] * 3
    # One message tried it, and the others did not wait for that.
    assert (len(north.messages), len(spare.messages)) == (1, 8)
    assert kinds(send(relays, wave(3))) == ["accepted"] * 3
    assert (len(north.messages), len(spare.messages)) == (4, 8)


def test_a_relay_that_has_rested_is_tried_with_one_message() -> None:
    clock = Clock()
    north = Moody(DOWN)
    relays = Relays([Relay(north, name="north")], clock=clock)
    assert kinds(send(relays, wave(5))) == ["deferred"] * 5
    # While it rests nobody waits for it, and the cause is told.
    outcomes = send(relays, wave(5))
    assert {(one.kind, one.text) for one in outcomes} == {
        (OutcomeKind.DEFERRED, "connection refused")
    }
    assert north.sizes == [5]
    clock.now = 1.0
    assert kinds(send(relays, wave(5))) == ["deferred"] * 5
    assert north.sizes == [5, 1]
    north.mood, clock.now = None, 3.0
    assert kinds(send(relays, wave(5))) == ["accepted"] * 5
    assert north.sizes == [5, 1, 1, 4]


def test_a_message_that_one_relay_cannot_carry_is_carried_by_another() -> None:
    north, south = Moody(no_smtputf8()), Moody()
    relays = Relays([Relay(north, name="north"), Relay(south, name="south", weight=0)])
    assert kinds(send(relays, wave(2))) == ["accepted"] * 2
    south.mood = no_smtputf8()
    assert {one.reason for one in send(relays, wave(2))} == {"no_smtputf8"}
    # Nothing is wrong with a relay that lacks it.
    assert north.sizes == [2, 2]


@pytest.mark.parametrize(
    "mood",
    [
        from_reply(Phase.RCPT, 550, "5.1.1 No such user"),
        from_reply(Phase.AFTER_DOT, 421, "4.3.2 Closing"),
        lost(Phase.DATA, "gone"),
        lost(Phase.AFTER_DOT, "gone"),
    ],
)
def test_what_a_relay_has_begun_or_answered_goes_nowhere_else(mood: Outcome) -> None:
    north, south = Moody(mood), Moody()
    relays = Relays([Relay(north, name="north"), Relay(south, name="south", weight=0)])
    assert send(relays, wave(2)) == [mood, mood]
    assert south.sizes == []


def test_when_all_refuse_us_the_last_refusal_stands() -> None:
    login = from_reply(Phase.AUTH, 535, "5.7.8 Wrong password", relay="south")
    relays = Relays([Relay(Moody(DOWN), name="north"), Relay(Moody(login), name="south", weight=0)])
    assert send(relays, wave(2)) == [login, login]


def test_it_is_asked_about_the_numbers_that_the_caller_knows() -> None:
    north, south, diary = Moody(), Moody(), Diary()
    relays = Relays([Relay(north, name="north"), Relay(south, name="south")])
    messages = wave(6)
    outcomes = send(relays, messages, may_begin=lambda number: number not in {2, 3}, journal=diary)
    assert kinds(outcomes) == ["accepted"] * 2 + [None] * 2 + ["accepted"] * 2
    assert diary.begun_numbers == {0, 1, 4, 5}
    sent = set(north.recipients + south.recipients)
    assert sent == {messages[number].recipient for number in (0, 1, 4, 5)}


def test_the_relay_that_answered_stands_in_the_outcome(
    settings: Settings, relay: RelayFor, wire_loop: Callable[..., object]
) -> None:
    with RawServer() as north, RawServer() as south:
        north.tell("RCPT", "421 4.3.2 closing")
        several = settings.model_copy(
            update={"relay": relay(north.port), "relays": {"south": relay(south.port)}}
        )
        relays = Relays.from_settings(several)
        outcomes = wire_loop(relays, [message(one) for one in (KAREN, LARS, MARIA)])
        assert north.taken == []
        south.tell(DOT, "451 4.3.0 later", times=1)
        (later,) = wire_loop(relays, [message(KAREN)], close=True)
    assert kinds(outcomes) == ["accepted"] * 3
    assert {one.relay for one in outcomes} == {"south"}
    assert (later.kind, later.relay) == (OutcomeKind.DEFERRED, "south")


@pytest.fixture
def wire_loop() -> Callable[..., list[Outcome]]:
    """Sends over relays that are kept between sends, in one loop."""
    runner = asyncio.Runner()

    def run(
        relays: Relays, messages: Sequence[ComposedMessage], *, close: bool = False
    ) -> list[Outcome]:
        outcomes = runner.run(relays.send(messages))
        if close:
            runner.run(relays.close())
            runner.close()
        return [one for one in outcomes if one]

    return run


def test_a_fault_of_our_own_comes_out_when_all_relays_have_come_to_an_end() -> None:
    class Broken(Diary):
        def begun(self, number: int) -> None:
            if number == 0:
                raise OSError("no space left on the device")
            super().begun(number)

    north, south, broken = Moody(), Moody(), Broken()
    relays = Relays([Relay(north, name="north"), Relay(south, name="south")])
    with pytest.raises(OSError, match="no space left"):
        send(relays, wave(6), journal=broken)
    assert north.messages == []
    assert broken.begun_numbers == {1, 3, 5}


def test_a_further_relay_needs_a_name_of_its_own(settings: Settings) -> None:
    double = settings.model_copy(update={"relays": {"relay": settings.relay}})
    with pytest.raises(SettingsError, match=r"\[relays.relay\]"):
        Relays.from_settings(double)


def test_a_relay_that_cannot_be_is_named(settings: Settings) -> None:
    north = settings.relay.model_copy(update={"helo_name": "two words"})
    with pytest.raises(SettingsError, match=r"\[relays.north\]"):
        Relays.from_settings(settings.model_copy(update={"relays": {"north": north}}))
