"""Why a server refuses, in our words: what its reply says, translated once (standards 4.1).

The same words and codes come in a conversation with a relay and in mail that is returned later.
The reason decides, not the code: servers answer 5.1.1 for a full mailbox and 5.0.0 for an unknown
user. What nobody can tell stays `undefined`.
"""

import re

from mailer.delivery.reasons import BLOCK_REASONS, HARD_REASONS, BounceClass, Reason
from mailer.delivery.wording import TELLING_WORDS, VAGUE_WORDS

__all__ = [
    "ADDRESS",
    "BLOCK_REASONS",
    "HARD_REASONS",
    "BounceClass",
    "Reason",
    "bounce_class",
    "read",
]

#: What the subject and detail of an enhanced status (RFC 3463) say, where words did not.
STATUS_MEANINGS: dict[str, Reason] = {
    "1.0": Reason.UNKNOWN_USER,
    "1.1": Reason.UNKNOWN_USER,
    "1.2": Reason.BAD_DOMAIN,
    "1.3": Reason.SYNTAX,
    "1.6": Reason.MOVED,
    "1.7": Reason.POLICY,
    "1.8": Reason.POLICY,
    "1.10": Reason.BAD_DOMAIN,
    "2.1": Reason.DISABLED,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_LARGE,
    "3.4": Reason.TOO_LARGE,
    "4.1": Reason.NETWORK,
    "4.2": Reason.NETWORK,
    "4.4": Reason.NETWORK,
    "4.6": Reason.LOOP,
    "4.7": Reason.EXPIRED,
    "5.2": Reason.SYNTAX,
    "5.4": Reason.SYNTAX,
    "6.7": Reason.NO_SMTPUTF8,
    "7.0": Reason.POLICY,
    "7.1": Reason.POLICY,
    "7.8": Reason.AUTHENTICATION,
    "7.9": Reason.AUTHENTICATION,
    "7.509": Reason.AUTHENTICATION,
    "7.515": Reason.AUTHENTICATION,
} | {f"7.{detail}": Reason.AUTHENTICATION for detail in range(20, 31)}
#: Where the class matters too: a security code that only defers asks for patience (standards 4.1).
WHOLE_MEANINGS: dict[str, Reason] = {
    "4.7.0": Reason.RATE_LIMITED,
    "4.7.28": Reason.RATE_LIMITED,
    "4.7.500": Reason.RATE_LIMITED,
    "4.7.650": Reason.RATE_LIMITED,
    "4.7.651": Reason.RATE_LIMITED,
    "4.7.652": Reason.RATE_LIMITED,
}
SUBJECT_MEANINGS: dict[str, Reason] = {
    "3": Reason.SYSTEM,
    "4": Reason.NETWORK,
    "5": Reason.SYNTAX,
    "6": Reason.CONTENT,
    "7": Reason.POLICY,
}
#: What a bare code means where the server gave no other hint.
CODES: dict[int, Reason] = (
    {
        421: Reason.SYSTEM,
        451: Reason.SYSTEM,
        452: Reason.SYSTEM,
        552: Reason.MAILBOX_FULL,
    }
    | dict.fromkeys((500, 501, 502, 503, 504, 555), Reason.SYNTAX)
    | dict.fromkeys((530, 534, 535, 538), Reason.AUTHENTICATION)
)


#: A mailbox may be called virus-desk@: only what the server says counts.
ADDRESS = re.compile(r"[^\s<>@()]{1,64}@[^\s<>@():;,]{1,255}")
READ_CHARACTERS = 4000
TELLING = tuple((reason, re.compile(pattern)) for reason, pattern in TELLING_WORDS)
VAGUE = tuple((reason, re.compile(pattern)) for reason, pattern in VAGUE_WORDS)


def read(text: str, *, status: str | None, code: int | None = None) -> Reason:
    """The reason that a refusal gives: by telling words, its enhanced status, vague words, and
    last its basic code, if the server gave one.
    """
    said = " ".join(ADDRESS.sub("", text[:READ_CHARACTERS].lower()).split())
    words = f"{code or ''} {status or ''} {said}"
    _, _, meaning = (status or "").partition(".")
    return (
        _spoken(words, TELLING)
        or WHOLE_MEANINGS.get(status or "")
        or STATUS_MEANINGS.get(meaning)
        or _spoken(words, VAGUE)
        or SUBJECT_MEANINGS.get(meaning.partition(".")[0])
        or CODES.get(code or 0)
        or Reason.UNDEFINED
    )


def bounce_class(reason: Reason, *, is_lasting: bool) -> BounceClass:
    """Whether the address is dead. A server that says "later" has not said so."""
    if reason in BLOCK_REASONS:
        return BounceClass.BLOCK
    return BounceClass.HARD if is_lasting and reason in HARD_REASONS else BounceClass.SOFT


def _spoken(words: str, rules: tuple[tuple[Reason, re.Pattern[str]], ...]) -> Reason | None:
    return next((reason for reason, pattern in rules if pattern.search(words)), None)
