"""Why a server refuses, in our words: what its reply says, translated once.

Told apart here is what a conversation with a relay shows; returned mail is worded in many more
ways and is read by `feedback.classification`, with this same vocabulary.
"""

import re
from enum import StrEnum


class Reason(StrEnum):
    """Why a message was refused or returned (the vocabulary of the command line)."""

    UNKNOWN_USER = "unknown_user"
    MOVED = "moved"
    DISABLED = "disabled"
    BAD_DOMAIN = "bad_domain"
    MAILBOX_FULL = "mailbox_full"
    TOO_LARGE = "too_large"
    CONTENT = "content"
    POLICY = "policy"
    AUTHENTICATION = "authentication"
    REPUTATION = "reputation"
    RATE_LIMITED = "rate_limited"
    GREYLISTED = "greylisted"
    RELAYING = "relaying"
    LOOP = "loop"
    EXPIRED = "expired"
    NETWORK = "network"
    SYNTAX = "syntax"
    NO_SMTPUTF8 = "no_smtputf8"
    SYSTEM = "system"
    SUSPENDED = "suspended"
    UNDEFINED = "undefined"


HARD_REASONS = frozenset(
    {Reason.UNKNOWN_USER, Reason.MOVED, Reason.DISABLED, Reason.BAD_DOMAIN},
)
#: They refuse us or our text, and say nothing about the mailbox.
BLOCK_REASONS = frozenset(
    {
        Reason.CONTENT,
        Reason.POLICY,
        Reason.AUTHENTICATION,
        Reason.REPUTATION,
        Reason.RATE_LIMITED,
        Reason.RELAYING,
    }
)

#: Words that settle it whatever the code says (5.1.1 is also said of a full mailbox, 5.7.1 of
#: anything at all); the first that fits wins.
WORDS: dict[Reason, str] = {
    Reason.GREYLISTED: r"gr[ae]y ?-?list",
    Reason.MAILBOX_FULL: r"(mail ?box|inbox)( is)? full|over ?quota|quota exceeded",
    Reason.TOO_LARGE: r"(message|size).{0,40}(too (large|big)|exceeds)|too much mail data",
    Reason.NO_SMTPUTF8: r"smtputf8",
    Reason.RELAYING: r"relay(ing)?( access)? (denied|not permitted)|unable to relay",
    Reason.AUTHENTICATION: r"\b(spf|dkim|dmarc)\b|authenticat",
    Reason.CONTENT: r"\b(spam|virus|malware|phishing)\b",
    Reason.REPUTATION: r"black ?list|block ?list|reputation|\brbl\b|dnsbl|spamhaus",
    Reason.RATE_LIMITED: r"rate ?-?limit|too many|throttl",
    Reason.UNKNOWN_USER: r"(unknown|no such|invalid) (user|mailbox|recipient)"
    r"|(user|mailbox|recipient|account).{0,60}(unknown|not exist|n.t exist|not found)",
}
#: What subject and detail of an enhanced code mean (RFC 3463), where words did not settle it.
STATUSES: dict[str, Reason] = {
    "1.0": Reason.UNKNOWN_USER,
    "1.1": Reason.UNKNOWN_USER,
    "1.2": Reason.BAD_DOMAIN,
    "1.3": Reason.SYNTAX,
    "1.6": Reason.MOVED,
    "1.10": Reason.BAD_DOMAIN,
    "2.1": Reason.DISABLED,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_LARGE,
    "3.4": Reason.TOO_LARGE,
    "4.6": Reason.LOOP,
    "4.7": Reason.EXPIRED,
    "6.7": Reason.NO_SMTPUTF8,
    "7.8": Reason.AUTHENTICATION,
    "7.9": Reason.AUTHENTICATION,
}
SUBJECTS: dict[str, Reason] = {
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


def read(text: str, *, status: str | None, code: int) -> Reason:
    """The reason that a reply gives: by its words, else its enhanced code, else its basic code."""
    words = " ".join(text.lower().split())
    spoken = next((reason for reason, rule in WORDS.items() if re.search(rule, words)), None)
    if spoken:
        return spoken
    _, _, meaning = (status or "").partition(".")
    subject = meaning.partition(".")[0]
    return STATUSES.get(meaning) or SUBJECTS.get(subject) or CODES.get(code) or Reason.UNDEFINED


def bounce_class(reason: str, *, is_final: bool) -> str:
    """`hard`: the address is dead; `block`: they refuse us; `soft`: it may work again."""
    if reason in BLOCK_REASONS:
        return "block"
    # A server that says "later" has not said that the address is dead.
    return "hard" if is_final and reason in HARD_REASONS else "soft"
