"""Whether the headers are as RFC 5322, 2047 and 8058 ask (PF-01, PF-03, PF-04, PF-12)."""

import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Final
from urllib.parse import urlsplit

from mailer.compose.proofreading.sample import Sample
from mailer.releases.readiness.findings import Found

ONCE: Final = ("From", "To", "Date", "Message-ID", "Subject", "MIME-Version")
AT_MOST_ONCE: Final = ("Reply-To", "Sender", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id")
#: No program decodes them there (standards PY-1).
NEVER_ENCODED: Final = (
    *("message-id", "in-reply-to", "references", "archived-at", "list-unsubscribe"),
    *("list-unsubscribe-post", "list-help", "list-id", "list-owner"),
)
ENCODED_WORD: Final = re.compile(r"=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=")
LONGEST_WORD: Final = 75
ADDRESS: Final = re.compile(r"<[^<>]*>")
#: A machine of one's own has no certificate.
AT_HOME: Final = ("localhost", "127.0.0.1", "::1")


def check(sample: Sample) -> Found:
    """Everything above the words."""
    faults = [*_counts(sample), *_encoding(sample), *_leaving(sample), *_subject(sample)]
    for fault in faults:
        yield sample.finding(
            "headers",
            "message",
            fault,
            "mend the name, address or title there; else tell whoever runs Press Mailer",
        )


def _counts(sample: Sample) -> Iterator[str]:
    for name in ONCE:
        if (count := len(sample.values(name))) != 1:
            yield f"the header {name} stands {count} times, and must once"
    for name in AT_MOST_ONCE:
        if len(sample.values(name)) > 1:
            yield f"the header {name} stands more than once"
    senders = sample.message["From"]
    if senders is not None and len(senders.addresses) != 1:
        yield "From does not name exactly one mailbox"


def _encoding(sample: Sample) -> Iterator[str]:
    for name, value in sample.head:
        if name.lower() in NEVER_ENCODED and "=?" in value:
            yield f"the header {name} is encoded, and no program decodes it there"
        if any("=?" in address for address in ADDRESS.findall(value)):
            yield f"the address in {name} is encoded, and no program decodes it there"
        for word in ENCODED_WORD.findall(value):
            if len(word) > LONGEST_WORD or not _is_whole(word):
                yield f"the header {name} has an encoded word that cannot be read alone"


def _is_whole(word: str) -> bool:
    """Whether the word can be decoded by itself: no letter is cut in two."""
    try:
        return all(
            isinstance(octets, bytes) and octets.decode(charset or "ascii") is not None
            for octets, charset in decode_header(word)
        )
    except (HeaderParseError, UnicodeDecodeError, LookupError):
        return False


def _leaving(sample: Sample) -> Iterator[str]:
    ways = re.findall(r"<([^<>]*)>", " ".join(sample.values("List-Unsubscribe")))
    pages = [urlsplit(way) for way in ways if way.startswith(("http:", "https:"))]
    is_safe = all(page.scheme == "https" or page.hostname in AT_HOME for page in pages)
    if len(pages) != 1 or not is_safe:
        yield "List-Unsubscribe does not name exactly one https address"
    if sample.values("List-Unsubscribe-Post") != ["List-Unsubscribe=One-Click"]:
        yield "List-Unsubscribe-Post is not the one that mail programs look for"


def _subject(sample: Sample) -> Iterator[str]:
    subject = str(sample.message["Subject"] or "")
    if not subject.strip():
        yield "the subject is empty"
    if "\r" in subject or "\n" in subject:
        yield "the subject is broken into lines"
