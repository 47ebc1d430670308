"""Why a server refuses, in our words: what its reply says, translated once (standards 4.1).

The same words and codes come in a conversation with a relay and in mail that is returned later.
The reason decides, not the code: servers answer 5.1.1 for a full mailbox and 5.0.0 for an unknown
user. What nobody can tell stays `undefined`.
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

#: Words that settle it whatever the code says; the first that fits wins.
TELLING_WORDS: tuple[tuple[Reason, str], ...] = (
    (
        Reason.MAILBOX_FULL,
        (
            r"(mail ?box|inbox|folder)( is| was)? full|over ?quota|quota.{0,30}(exceed|full)"
            r"|exceed\w*.{0,30}(quota|storage)|out of storage|not enough (disk |storage )?space"
        ),
    ),
    (
        Reason.TOO_LARGE,
        (
            r"(message|mail|size).{0,40}(too (large|big)|exceeds?.{0,40}(size|limit|maximum))"
            r"|size limit exceeded"
        ),
    ),
    (Reason.NO_SMTPUTF8, r"smtputf8"),
    (
        Reason.AUTHENTICATION,
        r"\b(spf|dkim|dmarc)\b|sender id\b|unauthenticated|authentication required",
    ),
    (
        Reason.REPUTATION,
        (
            r"block ?list|black ?list|deny ?list|reputation|dnsbl|\brbl\b|spamhaus|ptr record"
            r"|reverse dns|\b(ip|host|client|sender)\b.{0,40}\bblocked|\bblocked\b.{0,20}\busing\b"
        ),
    ),
    (Reason.CONTENT, r"\b(spam|virus|malware|phishing|junk)|content.{0,20}reject|uceprotect"),
    (Reason.GREYLISTED, r"gr[ae]y ?-?list"),
    (
        Reason.RATE_LIMITED,
        r"rate ?-?limit|too many (messages|connections|recipients|errors)|throttl",
    ),
    (Reason.RELAYING, r"relay(ing)? (access )?(denied|not permitted|prohibited)|unable to relay"),
    (Reason.LOOP, r"mail(er)? loop|loops? back|too many hops|hop count"),
    (Reason.POLICY, r"sender (address|domain).{0,20}(rejected|unknown)|sender verif"),
    (
        Reason.DISABLED,
        (
            r"(account|mailbox|user|recipient|address).{0,40}"
            r"(disabled|inactive|deactivated|not active|closed|discontinued)"
        ),
    ),
    (Reason.SUSPENDED, r"(account|mailbox|user|domain).{0,40}suspended"),
    (
        Reason.MOVED,
        r"(user|mailbox|recipient|address).{0,20}(has |was )?moved|no longer (with|at)\b",
    ),
    (
        Reason.UNKNOWN_USER,
        (
            r"(user|mailbox|recipient|account|address|person|alias).{0,80}"
            r"(unknown|does ?n.t exist|does not exist|not exist|not found|not known)"
            r"|(unknown|invalid|no such) (user|mailbox|recipient|local part|account|address|person)"
            r"|(invalid|bad) (destination )?mailbox|no mailbox here|550.{0,50}mailbox unavailable"
            r"|not our customer|address not listed|5\.4\.1.{0,60}access denied"
        ),
    ),
    (
        Reason.BAD_DOMAIN,
        (
            r"(host|domain)( name)?.{0,60}(not found|unknown|does not exist)|nxdomain|null ?mx"
            r"|unrouteable (mail )?domain|does not accept mail|no mx record"
        ),
    ),
    (
        Reason.EXPIRED,
        (
            r"retry timeout|(delivery|retry|queue)( time| period)?.{0,20}(expired|exceeded)"
            r"|could not be delivered (for|within)|gave up|giving up"
        ),
    ),
)
#: What the subject and detail of an enhanced status (RFC 3463) say, where words did not.
STATUS_MEANINGS: dict[str, Reason] = {
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
    "7.515": Reason.AUTHENTICATION,
} | {f"7.{detail}": Reason.AUTHENTICATION for detail in range(20, 31)}
#: Words that leave much open: they speak only where the code is silent.
VAGUE_WORDS: tuple[tuple[Reason, str], ...] = (
    (
        Reason.NETWORK,
        (
            r"connection (refused|timed out|reset|lost)|timed? ?out|unreachable|no route"
            r"|(name|dns|mx) (service|lookup).{0,20}(error|fail)"
        ),
    ),
    (
        Reason.POLICY,
        r"policy|access denied|not (allowed|permitted|authori[sz]ed|accepted)|prohibit",
    ),
    (Reason.SYSTEM, r"system (error|problem|resources)|local error|internal (server )?error"),
)
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
ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
READ_CHARACTERS = 4000


def read(text: str, *, status: str | None, code: int | None = None) -> Reason:
    """The reason that a refusal gives: by telling words, its enhanced status, vague words, and
    last its basic code, if the server gave one.
    """
    words = " ".join(ADDRESS.sub("", text[:READ_CHARACTERS].lower()).split())
    _, _, meaning = (status or "").partition(".")
    return (
        _spoken(words, TELLING_WORDS)
        or STATUS_MEANINGS.get(meaning)
        or _spoken(words, VAGUE_WORDS)
        or SUBJECT_MEANINGS.get(meaning.partition(".")[0])
        or CODES.get(code or 0)
        or Reason.UNDEFINED
    )


def bounce_class(reason: Reason, *, is_lasting: bool) -> BounceClass:
    """Whether the address is dead. A server that says "later" has not said so."""
    if reason in BLOCK_REASONS:
        return BounceClass.BLOCK
    return BounceClass.HARD if is_lasting and reason in HARD_REASONS else BounceClass.SOFT


def _spoken(words: str, rules: tuple[tuple[Reason, str], ...]) -> Reason | None:
    return next((reason for reason, pattern in rules if re.search(pattern, words)), None)
