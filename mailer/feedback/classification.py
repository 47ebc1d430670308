"""Why a message was returned: a server's words and codes, translated once into ours.

The reason decides whether an address is dead, not the code: servers answer 5.1.1 for a full
mailbox and 5.0.0 for an unknown user. What nobody can tell stays `undefined`, and soft.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from mailer.delivery.refusal import BLOCK_REASONS, HARD_REASONS, Reason


class BounceClass(StrEnum):
    """What a refusal says: the address is dead, it may work again, or they refuse us."""

    HARD = "hard"
    SOFT = "soft"
    BLOCK = "block"


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
    (Reason.AUTHENTICATION, r"\b(spf|dkim|dmarc)\b|sender id\b|unauthenticated"),
    (
        Reason.REPUTATION,
        (
            r"block ?list|black ?list|deny ?list|reputation|dnsbl|\brbl\b|spamhaus|ptr record"
            r"|reverse dns|\b(ip|host|client|sender)\b.{0,40}\bblocked|\bblocked\b.{0,20}\busing\b"
        ),
    ),
    (Reason.CONTENT, r"\b(spam|virus|malware|phishing|junk)|content.{0,20}reject|uceprotect"),
    (Reason.GREYLISTED, r"gr[ae]y ?-?list"),
    (Reason.RATE_LIMITED, r"rate ?-?limit|too many (messages|connections|recipients)|throttl"),
    (Reason.RELAYING, r"relay(ing)? (access )?(denied|not permitted|prohibited)|unable to relay"),
    (Reason.LOOP, r"mail(er)? loop|loops? back|too many hops|hop count"),
    (Reason.POLICY, r"sender address rejected|sender verif"),
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
    "6": Reason.CONTENT,
    "7": Reason.POLICY,
}
STATUS = re.compile(r"(?<![\d.])[245]\.[0-7]\.\d{1,3}(?!\.?\d)")
BASIC_CODE = re.compile(r"(?<![\d.])([245])\d\d(?=[ \-]|$)")
#: A mailbox may be called virus-desk@: only what the server says counts.
ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
READ_CHARACTERS = 4000


def judge(text: str, *, status: str | None) -> Finding:
    """What the refusal in `text` means; `status` is the enhanced code that goes with it."""
    words = " ".join(ADDRESS.sub("", text[:READ_CHARACTERS].lower()).split())
    reason = _reason(words, status=status or "")
    return conclude(reason, status=status, is_lasting=not (status or "5").startswith("4"))


def conclude(reason: Reason, *, status: str | None, is_lasting: bool) -> Finding:
    """What follows from a reason: the class, and whether this one report proves it."""
    bounce_class = _class(reason, is_lasting=is_lasting)
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


def _reason(words: str, *, status: str) -> Reason:
    _, _, meaning = status.partition(".")
    return (
        _spoken(words, TELLING_WORDS)
        or STATUS_MEANINGS.get(meaning)
        or _spoken(words, VAGUE_WORDS)
        or SUBJECT_MEANINGS.get(meaning.partition(".")[0])
        or Reason.UNDEFINED
    )


def _spoken(words: str, rules: tuple[tuple[Reason, str], ...]) -> Reason | None:
    return next((reason for reason, pattern in rules if re.search(pattern, words)), None)


def _class(reason: Reason, *, is_lasting: bool) -> BounceClass:
    if reason in BLOCK_REASONS:
        return BounceClass.BLOCK
    # A server that says "later" has not said that the address is dead.
    if reason in HARD_REASONS and is_lasting:
        return BounceClass.HARD
    return BounceClass.SOFT
