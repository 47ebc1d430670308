"""The words for why a message was refused, and what they say of the address."""

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


class BounceClass(StrEnum):
    """What a refusal says: the address is dead, it may work again, or they refuse us."""

    HARD = "hard"
    SOFT = "soft"
    BLOCK = "block"


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
