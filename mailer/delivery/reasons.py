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

#: What a row says in front of a reason that lies with our own relay, not with the recipient.
OF_THE_RELAY = "relay: "
OUR_RELAY = "our relay, not the recipient"
WORDS: dict[str, str] = {
    Reason.UNKNOWN_USER: "there is no such mailbox",
    Reason.MOVED: "the recipient has moved",
    Reason.DISABLED: "the mailbox is closed",
    Reason.BAD_DOMAIN: "the domain takes no mail",
    Reason.MAILBOX_FULL: "the mailbox is full",
    Reason.TOO_LARGE: "the message is too large",
    Reason.CONTENT: "the content is refused",
    Reason.POLICY: "a rule of the server forbids it",
    Reason.AUTHENTICATION: "the server does not believe that we are who we say",
    Reason.REPUTATION: "the server does not trust where the mail comes from",
    Reason.RATE_LIMITED: "too many messages at a time",
    Reason.GREYLISTED: "the server takes it only at a later attempt",
    Reason.RELAYING: "the server does not pass our mail on",
    Reason.LOOP: "the message went in a circle",
    Reason.EXPIRED: "the server gave up after many attempts",
    Reason.NETWORK: "the connection failed",
    Reason.SYNTAX: "the server did not understand a command or an address",
    Reason.NO_SMTPUTF8: "no server on the way takes such an address",
    Reason.SYSTEM: "the server is in trouble of its own",
    Reason.SUSPENDED: "the mailbox is suspended",
    Reason.UNDEFINED: "the server gave no reason that we know",
}


def in_words(reason: str) -> str:
    """The reason of a delivery as a person would say it; what is a sentence already stays."""
    word = reason.removeprefix(OF_THE_RELAY)
    told = WORDS.get(word, word)
    return f"{OUR_RELAY}: {told}" if reason.startswith(OF_THE_RELAY) else told
