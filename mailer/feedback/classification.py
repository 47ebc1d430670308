"""What follows from the reason why a message was returned: whether the address is dead, and whether
this one report proves it.
"""

import re
from dataclasses import dataclass

from mailer.delivery import refusal
from mailer.delivery.refusal import BLOCK_REASONS, BounceClass, Reason


@dataclass(frozen=True)
class Finding:
    """What a refusal means, and how sure it is."""

    reason: Reason
    bounce_class: BounceClass
    #: One such report is enough to stop writing to the address.
    is_clear: bool


#: What went wrong lies with our message or on the way: it says nothing about the mailbox.
BLAMELESS_REASONS = BLOCK_REASONS | {
    Reason.TOO_LARGE,
    Reason.GREYLISTED,
    Reason.SYNTAX,
    Reason.NO_SMTPUTF8,
    Reason.LOOP,
}
CLEAR_STATUSES = frozenset({"5.1.1", "5.1.6", "5.2.1"})
CLEAR_REASONS = frozenset({Reason.UNKNOWN_USER, Reason.MOVED, Reason.DISABLED})

STATUS = re.compile(r"(?<![\d.])[245]\.[0-7]\.\d{1,3}(?!\.?\d)")
BASIC_CODE = re.compile(r"(?<![\d.])([245])\d\d(?=[ \-]|$)")


def judge(text: str, *, status: str | None) -> Finding:
    """What the refusal in `text` means; `status` is the enhanced code that goes with it."""
    reason = refusal.read(text, status=status)
    return conclude(reason, status=status, is_lasting=not (status or "5").startswith("4"))


def conclude(reason: Reason, *, status: str | None, is_lasting: bool) -> Finding:
    """What follows from a reason: the class, and whether this one report proves it."""
    bounce_class = refusal.bounce_class(reason, is_lasting=is_lasting)
    is_clear = (
        bounce_class is BounceClass.HARD and status in CLEAR_STATUSES and reason in CLEAR_REASONS
    )
    return Finding(reason=reason, bounce_class=bounce_class, is_clear=is_clear)


def status_in(*candidates: str) -> str | None:
    """The enhanced status: the first specific one of the candidates, in their order.

    A code that says no more than x.0.0 counts only where no candidate holds a better one; where
    there is none, the first digit of an SMTP reply code makes a general one.
    """
    found = [match.group() for text in candidates for match in STATUS.finditer(text)]
    if specific := [code for code in found if not code.endswith(".0.0")]:
        return specific[0]
    replies = [match.group(1) for text in candidates for match in BASIC_CODE.finditer(text)]
    return next(iter([*found, *(f"{digit}.0.0" for digit in replies)]), None)
