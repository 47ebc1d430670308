"""The steps of a transaction on the wire, and how far ahead of the server they may be taken."""

from enum import Enum, IntEnum

from mailer.delivery.outcome import Phase


class Step(Enum):
    """Which reply comes next."""

    IDLE = "idle"
    RESET = "reset"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    #: After the body of a message.
    DOT = "dot"
    #: After an empty body, which a server gets that wants one although it refused the recipient.
    VOID = "void"


class Trust(IntEnum):
    """How far ahead of the server's answers we may write."""

    LOCK_STEP = 0
    #: All commands of one envelope.
    ENVELOPE = 1
    #: The next envelope behind the body before it.
    EAGER = 2


IDLE, RESETTING, MAIL, RCPT, DATA, AFTER_DOT, VOID = Step
PHASES = {
    RESETTING: Phase.MAIL,
    MAIL: Phase.MAIL,
    RCPT: Phase.RCPT,
    DATA: Phase.DATA,
    VOID: Phase.DATA,
}
