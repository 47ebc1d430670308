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


class Cut(IntEnum):
    """What a stop hangs up, by how much of a message is out."""

    #: Nothing of a body is out: the message just waits again.
    UNBEGUN = 0
    #: The last dot has not left, so that no server has the message.
    UNFINISHED = 1
    #: All the rest: whether the server has the message is in doubt then.
    IN_DOUBT = 2


IDLE, RESETTING, MAIL, RCPT, DATA, AFTER_DOT, VOID = Step
PHASES = {
    RESETTING: Phase.MAIL,
    MAIL: Phase.MAIL,
    RCPT: Phase.RCPT,
    DATA: Phase.DATA,
    VOID: Phase.DATA,
}
