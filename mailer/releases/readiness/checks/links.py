"""Whether each link leads where a reader may go: a full public address, said in words."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from mailer.releases.readiness import wording
from mailer.releases.readiness.findings import Finding, Found, finding
from mailer.releases.readiness.known import known
from mailer.releases.readiness.reading import Reading, Subject
from mailer.releases.readiness.tongues.words import folded, terms
from mailer.releases.readiness.wording import Link

#: Names that stand for no site (RFC 2606, RFC 6762); .example is left for what is made up.
RESERVED: Final = re.compile(
    r"(?:.*\.)?(?:example\.(?:com|net|org)|localhost|invalid|test|local|localdomain|lan|internal"
    r"|intranet|yoursite\.com|yourdomain\.com|domain\.com)"
)
#: Where a site is tried out; the site's own name may be one of these, its host's part may not.
STAGING: Final = re.compile(
    r"(?:.*[.-])?(?:staging|stage|stg|preprod|preview|sandbox|uat|dev|test|draft)\d?(?:[.-].*)?"
)
TRIAL_HOSTS: Final = known("trial hosts")
#: Pages that only the people who make them can open.
BEHIND_A_DOOR: Final = re.compile(
    r"[?&]preview=true|/wp-admin\b|/node/\d+/edit\b|docs\.google\.com/.*/edit\b"
    r"|\.sharepoint\.com/|onedrive\.live\.com/edit",
    re.IGNORECASE,
)
#: They hide where a link leads, and die with the service.
SHORTENERS: Final = known("shorteners")
#: Addresses that a mail program or a site wrapped around the one that was meant.
WRAPPERS: Final = re.compile(
    r"safelinks\.protection\.outlook\.com|urldefense\.(?:com|proofpoint\.com)|//l\.facebook\.com"
    r"|google\.[a-z.]+/url\?|linkprotect\.cudasvc\.com|mandrillapp\.com/track|list-manage\.com/track",
    re.IGNORECASE,
)


def check(subject: Subject) -> Found:
    """Every link of every edition; the same link is told of once."""
    stored = {file.name for file in subject.around.files}
    for reading in subject.readings:
        for link in reading.links:
            if not (link.is_picture and link.target in stored):
                yield from _link(link, reading.language)
        yield from _unread(reading)


def _link(link: Link, language: str) -> Iterator[Finding]:
    where = f"link “{link.words}”"
    if link.is_dead:
        yield finding(
            "dead-link",
            language,
            where,
            f"the link “{link.words}” leads nowhere: its target is “{link.target}”",
            "give it the full address with https://, or take the link away and keep the words",
        )
        return
    if host := link.other_host:
        yield finding(
            "other-host",
            language,
            where,
            f"the link “{link.words}” names {host} and leads elsewhere, to {link.target}",
            "let it lead to the address it shows, or say in words where it leads",
        )
    yield from _place(link, language, where)
    if not link.is_picture and _is_vague(link.words):
        yield finding(
            "vague-link",
            language,
            f"{where} to {link.target}",
            f"the words “{link.words}” do not tell where the link leads, and are often read alone",
            "put the link on the words that name what it leads to",
        )


def _place(link: Link, language: str, where: str) -> Found:
    """Whether the host is one that the public can reach, and by a safe way."""
    parts = urlsplit(link.target.strip())
    host = (parts.hostname or "").rstrip(".")
    if not host:
        return
    if RESERVED.fullmatch(host) or _is_private(host):
        yield finding(
            "placeholder-host",
            language,
            where,
            f"the link leads to {host}, which no reader can reach: it stands for another address",
            "give it the public address",
        )
    elif _is_staging(host) or BEHIND_A_DOOR.search(link.target):
        yield finding(
            "staging-host",
            language,
            where,
            f"{link.target} looks like a page that is tried out or open to its makers only",
            "give it the address of the published page, and open it without being signed in",
        )
    elif host.removeprefix("www.") in SHORTENERS or WRAPPERS.search(link.target):
        yield finding(
            "short-link",
            language,
            where,
            f"{link.target} hides where it leads, and filters distrust it",
            "give it the address that it leads to",
        )
    elif parts.scheme == "http":
        yield finding(
            "insecure-link",
            language,
            where,
            f"{link.target} is read without encryption, and browsers warn of it",
            "write https:// if the site has it, which nearly all have",
        )


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host and ":" not in host


def _is_staging(host: str) -> bool:
    """Whether a part of the host that its owner chose for the purpose says so."""
    labels = host.split(".")
    chosen = labels[:-2]
    is_hosted = any(host.endswith(f".{trial}") for trial in TRIAL_HOSTS)
    return is_hosted or any(STAGING.fullmatch(label) for label in chosen)


def _is_vague(words: str) -> bool:
    plain = folded(words).strip(" .,;:!?…>»›→<«‹[]()")
    return not plain or plain in terms("here")


def _unread(reading: Reading) -> Found:
    for passage in reading.passages:
        for written in wording.unread_links(passage.words):
            yield finding(
                "unread-link",
                reading.language,
                f"{passage.place} “{written}”",
                "a link is not read as one and would be printed with its brackets",
                "write it as [words](https://…) with no space in the address",
            )
