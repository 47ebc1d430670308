"""What one `send` has to hand over: the messages that wait, and what became of the others."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import Outcome, Phase, lost

#: Asked with the number of a message before its envelope goes out, and again before its body does;
#: it may be asked more often, so asking must not use anything up.
MayBegin = Callable[[int], bool]


def always(_number: int) -> bool:
    """Nothing holds a message back."""
    return True


class Journal(Protocol):
    """Told at the two moments that decide what is known of a message when a process dies.

    What it raises ends the `send`: nothing more is begun, and the error comes out of it.
    """

    def begun(self, number: int) -> None:
        """The first octet of that message's body goes to the network as soon as this returns."""
        ...

    def answered(self, number: int, outcome: Outcome) -> None:
        """The server answered, or the connection ended: this became of the message."""
        ...


class NoJournal:
    """Keeps nothing."""

    def begun(self, number: int) -> None:
        """Forget it."""

    def answered(self, number: int, outcome: Outcome) -> None:
        """Forget it."""


NO_JOURNAL = NoJournal()


class Load:
    """The messages of one `send`, shared by all connections that work on them."""

    def __init__(
        self, messages: Sequence[ComposedMessage], *, may_begin: MayBegin, journal: Journal
    ) -> None:
        """All of them wait."""
        self.messages, self.journal, self._may_begin = messages, journal, may_begin
        self.waiting = deque(range(len(messages)))
        #: None for what was held back, and for what still waits.
        self.outcomes: list[Outcome | None] = [None] * len(messages)
        #: Why a connection could not be used; it falls to those that no connection took.
        self.trouble: Outcome = lost(Phase.CONNECT, "not connected")
        #: What went wrong on our own side, which is nobody's outcome.
        self.fault: Exception | None = None
        self._is_over = False

    def may_begin(self, number: int) -> bool:
        """Whether that message may go out now."""
        return not self._is_over and self._may_begin(number)

    def settle(self, number: int, outcome: Outcome) -> None:
        """Write down what became of that message."""
        self.outcomes[number] = outcome
        self.journal.answered(number, outcome)

    def put_back(self, number: int) -> None:
        """Let another connection take a message that the server has said nothing to."""
        if self.fault is None and not self._is_over:
            self.waiting.appendleft(number)

    def take_back(self, number: int, outcome: Outcome) -> None:
        """Hold back a message whose body had begun to leave, and that no server has."""
        self.journal.answered(number, outcome)

    def stop(self) -> None:
        """Begin nothing more: what waits is held back."""
        self._is_over = True
        self.waiting.clear()

    def has_some_to_begin(self) -> bool:
        """Leave out those in front that may not begin; whether one waits that may."""
        try:
            while self.waiting and not self.may_begin(self.waiting[0]):
                self.waiting.popleft()
        except Exception as fault:  # noqa: BLE001 – whatever it may raise
            self.fail(fault)
        return bool(self.waiting)

    def fail(self, fault: Exception) -> None:
        """Begin nothing more, because something of ours broke."""
        self.fault = self.fault or fault
        self.waiting.clear()

    def conclude(self) -> list[Outcome | None]:
        """One outcome for each message, in their order. Raises what went wrong on our side."""
        if self.fault is not None:
            raise self.fault
        for number in self.waiting:
            self.outcomes[number] = self.trouble
        return self.outcomes
