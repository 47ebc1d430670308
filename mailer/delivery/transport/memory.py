"""A relay in memory: keeps what it is given and answers as it is told, for tests and trials."""

from collections.abc import Mapping, Sequence

from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import Outcome, Phase, from_reply
from mailer.delivery.smtp.load import NO_JOURNAL, Journal, MayBegin, always
from mailer.delivery.smtp.steps import Cut

ACCEPTED = from_reply(Phase.AFTER_DOT, 250, "2.0.0 Ok: kept in memory")


class MemoryTransport:
    """Accepts every message, but for the recipients in `answers` in their own way, each in turn."""

    def __init__(self, answers: Mapping[str, Sequence[Outcome]] | None = None) -> None:
        """Nothing is kept yet."""
        #: The outcomes of a recipient's attempts, in order; what is not named here is accepted.
        self.answers = {recipient: list(told) for recipient, told in (answers or {}).items()}
        #: What was accepted.
        self.messages: list[ComposedMessage] = []
        #: The recipients of every attempt, in order.
        self.attempts: list[str] = []
        self.is_closed = False
        #: What was to be hung up, in order.
        self.cuts: list[Cut] = []
        #: What relays say that take nothing, while this one steps in.
        self.troubles: list[Outcome] = []

    async def send(
        self,
        messages: Sequence[ComposedMessage],
        *,
        may_begin: MayBegin = always,
        journal: Journal = NO_JOURNAL,
    ) -> list[Outcome | None]:
        """Keep the messages that are accepted."""
        outcomes: list[Outcome | None] = []
        for number in range(len(messages)):
            if not may_begin(number):
                outcomes.append(None)
                continue
            message = messages[number]
            journal.begun(number)
            outcome = self._answer(message)
            journal.answered(number, outcome)
            outcomes.append(outcome)
        return outcomes

    def cut_short(self, cut: Cut) -> None:
        """Remember it: nothing ever waits here."""
        self.cuts.append(cut)

    async def close(self) -> None:
        """Remember that nobody wants it any more."""
        self.is_closed = True

    def _answer(self, message: ComposedMessage) -> Outcome:
        self.attempts.append(message.recipient)
        told = self.answers.get(message.recipient)
        outcome = told.pop(0) if told else ACCEPTED
        if outcome == ACCEPTED:
            self.messages.append(message)
        return outcome
