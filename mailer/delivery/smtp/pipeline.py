"""Transaction after transaction on one kept connection, without a pause in between.

Where the server offers PIPELINING, MAIL, RCPT and DATA go out in one write, and the envelope of
the next message in the same write as the body before it (RFC 2920 section 3.1). Elsewhere the same
steps are taken one by one. Nothing is awaited per message: what to do next is decided as soon as
the server's answer is in, by the step that it answers.
"""

import asyncio

from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import Outcome, Phase, broken_off, from_reply
from mailer.delivery.smtp.envelope import Offer, octets_on_wire
from mailer.delivery.smtp.load import Load
from mailer.delivery.smtp.reliance import Reliance
from mailer.delivery.smtp.replies import code_of, words_of
from mailer.delivery.smtp.steps import (
    AFTER_DOT,
    DATA,
    IDLE,
    MAIL,
    PHASES,
    RCPT,
    RESETTING,
    VOID,
    Cut,
    Step,
    Trust,
)
from mailer.delivery.smtp.wire import Wire
from mailer.settings.sections import RelaySettings

DOT, RESET, QUIT = b".\r\n", b"RSET\r\n", b"QUIT\r\n"
RCPT_ACCEPTED = frozenset({b"250", b"251", b"252"})
#: How long a server may take to say goodbye before we just hang up.
QUIT_SECONDS = 2.0


class Pipeline(Wire):
    """The state of one connection, and of the one or two messages that are in flight on it."""

    def __init__(
        self,
        transport: asyncio.Transport,
        *,
        relay: RelaySettings,
        offer: Offer,
        trust: Trust = Trust.EAGER,
    ) -> None:
        """Take the connection over; nothing is under way on it."""
        super().__init__(transport, relay=relay)
        self._offer = offer
        self.reliance = Reliance(trust if offer.pipelining else Trust.LOCK_STEP)
        #: Why the relay takes nothing more for now.
        self.trouble: Outcome | None = None
        self._load: Load | None = None
        self._done: asyncio.Future[None] | None = None
        self._step = IDLE
        #: The message whose body is out and whose answer is not in.
        self._sent: int | None = None
        #: The message whose envelope is out, its body as it will go, and why it was refused.
        self._open: int | None = None
        self._body = b""
        self._refusal: Outcome | None = None
        #: What of it waits for the server's answers.
        self._commands_left: list[bytes] = []
        self._must_reset = False
        #: Whether it has served, or stood idle: a server may have closed such a connection.
        self.is_kept = False
        #: Whether we hang up because what is in flight shall not go on.
        self._is_cut = False
        most = relay.messages_per_connection
        self._transactions_left = min(most, offer.mail_limit or most)

    @property
    def is_spent(self) -> bool:
        """Whether it has carried as many messages as one connection may."""
        return self._transactions_left <= 0

    def serve(self, load: Load) -> "asyncio.Future[None]":
        """Take messages until none waits, this connection may carry no more, or it is lost."""
        self._load, self._done = load, self._loop.create_future()
        self.trouble, done = None, self._done
        self._watch()
        try:
            self._begin()
        except Exception as fault:  # noqa: BLE001 – whatever a journal may raise
            self._failed(fault)
        return done

    async def quit(self) -> None:
        """Say goodbye, and wait a little for the answer."""
        if not self.is_over:
            self._transport.write(QUIT)
            await asyncio.wait([self._gone], timeout=QUIT_SECONDS)
        self.abort()

    def abort(self) -> None:
        """Hang up at once; what is in flight is settled as lost."""
        self._end("the connection was given up")

    def cut_short(self, cut: Cut) -> None:
        """Hang up if no more of a message is out than the cut allows; one that rests is kept."""
        is_unfinished = self._sent is None or self._is_paused
        if self._load is None or (self._sent is not None and cut is Cut.UNBEGUN):
            return
        if is_unfinished or cut is Cut.IN_DOUBT:
            self._is_cut = True
            self._end("we had to stop before the server answered")

    def _heard(self, reply: bytes) -> None:
        step, code = self._step, reply[:3]
        if step is AFTER_DOT:
            self._take_answer(reply)
        elif step is MAIL and code == b"250":
            self.is_kept = True
            self.reliance.took_mail()
            self._go_on(RCPT)
        elif step is RCPT and code in RCPT_ACCEPTED:
            self._go_on(DATA)
        elif step is DATA and code == b"354":
            self.reliance.took_envelope()
            self._send_body()
        elif step is RESETTING:
            self._go_on(MAIL)
        elif step is VOID:
            self._conclude()
        elif step in PHASES:
            self._refuse(reply)
        else:
            self._end("the server spoke without being asked")

    def _go_on(self, step: Step) -> None:
        self._step = step
        if self._commands_left:
            self._write(self._commands_left.pop(0))

    def _begin(self) -> None:
        """Put the next envelope on the wire, or rest when no message waits."""
        message = self._pick()
        if message is None:
            self._finish()
            return
        commands, self._step = self._offer.commands(message), MAIL
        if self._must_reset:
            commands, self._step, self._must_reset = RESET + commands, RESETTING, False
        self.reliance.is_eager = False
        if self.reliance.trust is Trust.LOCK_STEP:
            commands, *self._commands_left = commands.splitlines(keepends=True)
        self._write(commands)

    def _pick(self) -> ComposedMessage | None:
        """The next message that may begin and that this server can take; it is open from now on."""
        load = self._load
        while load is not None and load.waiting and self._transactions_left > 0:
            number = load.waiting.popleft()
            if not load.may_begin(number):
                continue
            message = load.messages[number]
            refusal = self._offer.refusal(message)
            if refusal is not None:
                load.settle(number, refusal)
                continue
            self._transactions_left -= 1
            self._open, self._body = number, octets_on_wire(message)
            return message
        return None

    def _send_body(self) -> None:
        """Give the body to the network, and behind it the next envelope."""
        load, number = self._load, self._open
        if load is None or number is None:
            return
        if self._refusal is not None:
            # RFC 2920 section 3.1: no recipient, and the server wants a body all the same.
            self._step = VOID
            self._write(DOT)
            return
        if self._replies.has_more:
            self._end("the server answered out of step", is_odd=True)
            return
        self._open = None
        if not load.may_begin(number):
            # A transaction cannot be taken back after 354, but a connection can.
            self._end("held back")
            return
        body = self._body
        following = self._pick() if self.reliance.trust is Trust.EAGER else None
        load.journal.begun(number)
        self._sent, self._step = number, AFTER_DOT
        commands = b""
        if following is not None:
            commands, self.reliance.is_eager = self._offer.commands(following), True
        self._write_body(body, DOT + commands, trailing=len(commands))

    def _take_answer(self, reply: bytes) -> None:
        """The answer to the body that is out."""
        load, number = self._load, self._sent
        if load is None or number is None:
            return
        code, words = code_of(reply), words_of(reply)
        is_refusal = 400 <= code < 600
        if not is_refusal and not 200 <= code < 300:
            self._end(words, code=code)
            return
        if self._is_paused and not is_refusal:
            self._end("the server answered before it had the message", is_odd=True)
            return
        self._sent = None
        load.settle(number, from_reply(Phase.AFTER_DOT, code, words, relay=self._offer.relay))
        if self._open is not None:
            self._step = MAIL
        if self._is_paused:
            self._end("the server would not take the whole message")
        elif self._open is None:
            self._begin()

    def _refuse(self, reply: bytes) -> None:
        """A step was refused; what is under way already is answered all the same."""
        code, words = code_of(reply), words_of(reply)
        if not 400 <= code < 600:
            self._end(f"the server answered out of step: {code} {words}", is_odd=True)
            return
        if self._refusal is None:
            self._refusal = from_reply(PHASES[self._step], code, words, relay=self._offer.relay)
        if self._commands_left or self._step is DATA:
            self._conclude()
        else:
            self._step = RCPT if self._step is MAIL else DATA

    def _conclude(self) -> None:
        """The open message was refused. The next transaction needs a clean slate."""
        load, number, refusal = self._load, self._open, self._refusal
        if load is None or number is None or refusal is None:
            return
        self._open = self._refusal = None
        self._commands_left.clear()
        self._must_reset = True
        load.settle(number, refusal)
        if refusal.phase is Phase.MAIL:
            self.trouble = refusal
            self._finish()
        else:
            self._begin()

    def _ended(self, words: str, *, code: int | None, is_odd: bool) -> None:
        load = self._load
        if load is not None:
            try:
                self._settle_rest(load, words, code=code, is_odd=is_odd)
            except Exception as fault:  # noqa: BLE001 – whatever a journal may raise
                load.fail(fault)
        self._finish()

    def _settle_rest(self, load: Load, words: str, *, code: int | None, is_odd: bool) -> None:
        """Say of each message in flight what the end of the connection means for it."""
        sent, opened, step = self._sent, self._open, self._step
        self._sent = self._open = None
        if self._is_cut and self._refusal is None:
            opened = None  # held back
        was_ahead = opened is not None and self.reliance.lower(code=code, is_odd=is_odd)
        if opened is not None and self._refusal is not None:
            load.settle(opened, self._refusal)
        elif opened is not None:
            is_unheard = sent is not None or (self.is_kept and step in {MAIL, RESETTING})
            if is_unheard or was_ahead:
                # The server said nothing to this message: a kept connection may be closed when
                # it is idle or has carried enough.
                load.put_back(opened)
            else:
                outcome = broken_off(PHASES[step], words, code=code, relay=self._offer.relay)
                if outcome.phase is Phase.MAIL:
                    self.trouble = outcome
                load.settle(opened, outcome)
        if sent is not None:
            phase = Phase.DATA if self._is_paused else Phase.AFTER_DOT
            outcome = broken_off(phase, words, code=code, relay=self._offer.relay)
            conclude = load.take_back if self._is_cut and self._is_paused else load.settle
            conclude(sent, outcome)

    def _failed(self, fault: Exception) -> None:
        """Something of ours broke: nothing more is begun, and `send` tells what it was."""
        if self._load is not None:
            self._load.fail(fault)
        self._end("the connection was given up")

    def _finish(self) -> None:
        self._step, self._load, done = IDLE, None, self._done
        self._done = None
        if done is not None and not done.done():
            done.set_result(None)

    def _patience(self) -> float | None:
        if self._load is None:
            return None
        if self._step is AFTER_DOT and not self._is_paused:
            return self._relay.final_dot_timeout_seconds
        return self._relay.reply_timeout_seconds
