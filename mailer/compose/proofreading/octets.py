"""What every hop must be able to carry: short lines, whole line ends, seven bits (PF-02, PF-11)."""

from typing import Final

from mailer.compose.message import BARE_LINE_END, OCTETS_IN_A_LINE
from mailer.compose.proofreading.sample import Sample
from mailer.releases.readiness.findings import Found

#: Gmail shows no more of a page, and hides the way out with the rest (standards B-4).
LARGEST_HTML: Final = 102_000
#: Many servers of newsrooms take no more (SIZE of RFC 1870).
LARGEST_MESSAGE: Final = 10_000_000


def check(sample: Sample) -> Found:
    """The octets, and how many there are."""
    for fault in _faults(sample.data):
        yield sample.finding(
            "octets",
            "message",
            f"the message {fault}, and servers refuse or change it",
            "tell whoever runs Press Mailer: a text cannot do that",
        )
    size = len(sample.html.encode(errors="replace"))
    if size >= LARGEST_HTML:
        yield sample.finding(
            "large-html",
            "message",
            f"the HTML has {size // 1000} kB, and Gmail cuts it at {LARGEST_HTML // 1000} kB",
            "shorten the text, or move a part of it to a page and link to that",
        )
    if len(sample.data) >= LARGEST_MESSAGE:
        yield sample.finding(
            "large-message",
            "message",
            f"the message has {len(sample.data) // 1_000_000} MB, and many servers refuse that",
            "link to the large files instead of attaching them",
        )


def _faults(data: bytes) -> list[str]:
    faults = []
    if BARE_LINE_END.search(data):
        faults.append("has a line end that is only half of one")
    if b"\0" in data:
        faults.append("holds a zero octet")
    if any(len(line) > OCTETS_IN_A_LINE for line in data.split(b"\r\n")):
        faults.append(f"has a line of more than {OCTETS_IN_A_LINE} octets")
    head, _, body = data.partition(b"\r\n\r\n")
    if not body.isascii() and b"8bit" not in head:
        faults.append("needs eight bits and does not say so")
    return faults
