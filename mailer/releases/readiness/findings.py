"""A finding of the linter: what is wrong, how much it matters, where it is and how to mend it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Final


class Severity(StrEnum):
    """What a finding does to a release."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


#: Every check by the name that its findings carry; docs/linting.md tells what each looks for.
BLOCKS: Final = (
    *("no-edition", "no-contact", "nobody-on-duty", "duty-unreachable"),
    *("no-title", "no-change-note", "free-mail-sender"),
    *("dead-link", "placeholder-host", "placeholder"),
    *("embargo-word", "embargo-past", "embargo-implausible", "embargo-differs"),
    *("immediate-under-embargo", "page-before-embargo", "private-note"),
    *("not-composed", "headers", "octets", "parity", "unfilled", "no-way-out"),
)
WARNS: Final = (
    *("stale-edition", "contact-unreachable", "no-reply-address"),
    *("occasion-past", "occasion-language", "doubled-hour", "no-such-hour", "wrong-zone"),
    *("other-host", "unread-link", "staging-host", "short-link", "insecure-link", "vague-link"),
    *("open-point", "draft-mark", "tracked-changes", "broken-text"),
    *("wrong-weekday", "no-such-day", "digit-date", "typed-dateline"),
    *("other-reference", "same-title", "other-language"),
    *("long-title", "capitals", "reply-prefix", "no-lead"),
    *("picture-alt", "picture-caption", "picture-credit", "heavy-pictures", "risky-file"),
    *("decimal-sign", "table-missing"),
    *("numbers-differ", "dates-differ", "hours-differ", "links-differ", "names-differ"),
    *("large-html", "large-message", "html-faults"),
)
INFOS: Final = ("no-boilerplate", "no-end-mark", "picture-small")
SEVERITIES: Final = (
    dict.fromkeys(BLOCKS, Severity.BLOCK)
    | dict.fromkeys(WARNS, Severity.WARN)
    | dict.fromkeys(INFOS, Severity.INFO)
)


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, or may be; `id` names the check that found it."""

    id: str
    severity: Severity
    #: Empty when it concerns the release as a whole.
    edition: str
    where: str
    message: str
    fix: str


Found = Iterator[Finding]


def finding(check: str, edition: str, where: str, message: str, fix: str) -> Finding:
    """A finding of that check, as severe as the check is."""
    return Finding(check, SEVERITIES[check], edition, where, message, fix)


def fingerprint(found: Finding) -> str:
    """The name of this very finding: its check, its edition and its place."""
    place = blake2b(found.where.encode(errors="surrogatepass"), digest_size=8).hexdigest()
    return f"{found.id}.{found.edition or 'all'}.{place}"


def in_order(found: list[Finding]) -> list[Finding]:
    """Those that block first."""
    order = list(Severity)
    return sorted(found, key=lambda one: order.index(one.severity))
