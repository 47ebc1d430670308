"""The signature header of a message (RFC 6376, RFC 8463), relaxed/relaxed, without a length.

What is signed may hold slots instead of values: they contain no blank and no line end, so the
octets between them are canonicalised once for all recipients.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256

from mailer.compose.signing import Signer

#: Every header that a reader or a receiver acts upon, also those that we do not write: nobody
#: can add one (standards 1.7 D-3).
SIGNED = (
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Language",
    "List-Id",
    "List-Help",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
)
#: Named once more than they are present, so that a second one breaks the signature.
OVERSIGNED = (
    "From",
    "To",
    "Subject",
    "Date",
    "Reply-To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)
NAMES = SIGNED + OVERSIGNED
LINE_LIMIT = 76
#: Letters of a signature in one line.
SIGNATURE_WIDTH = 72
LINE = re.compile(rb"\r\n(?![ \t])")
BLANKS = re.compile(rb"[ \t]+")
BLANKS_AT_END = re.compile(rb"[ \t]+(?=\r\n|\Z)")


def signed(
    data: bytes, *, signers: Sequence[Signer], domain: str, at: datetime
) -> tuple[bytes, tuple[str, ...]]:
    """The message with one signature header per signer before it, and those signatures."""
    head, _, body = data.partition(b"\r\n\r\n")
    lines, hashed, time = relaxed_head(head), body_hash(relaxed_body(body)), stamp(at)
    headers, signatures = [], []
    for signer in signers:
        header = partial(signature_header, signer, domain=domain, stamp=time, hashed=hashed)
        signature = signer.sign(lines + relaxed_header(header()))
        headers.append(header(signature=wrapped(signature)) + b"\r\n")
        signatures.append(signature)
    return b"".join([*headers, data]), tuple(signatures)


def signature_header(
    signer: Signer, *, domain: str, stamp: bytes, hashed: bytes, signature: bytes = b""
) -> bytes:
    """The header without its line end; `domain` is that of the office's From address."""
    lines = [
        f"DKIM-Signature: v=1; a={signer.algorithm}; c=relaxed/relaxed;",
        f" d={signer.domain or domain}; s={signer.selector};",
        *_listed(NAMES),
    ]
    written = "\r\n".join(lines).encode("ascii")
    return b"%s\r\n t=%s; bh=%s;\r\n b=%s" % (written, stamp, hashed, signature)


def _listed(names: Iterable[str]) -> list[str]:
    """The h= of a signature, folded at its colons."""
    lines = [" h="]
    for name in names:
        if len(lines[-1]) + len(name) >= LINE_LIMIT:
            lines.append("  ")
        lines[-1] += f"{name}:"
    lines[-1] = lines[-1][:-1] + ";"
    return lines


def wrapped(signature: str) -> bytes:
    """The signature in lines, as it stands behind b=."""
    starts = range(0, len(signature), SIGNATURE_WIDTH)
    pieces = (signature[start : start + SIGNATURE_WIDTH] for start in starts)
    return "\r\n ".join(pieces).encode("ascii")


def stamp(at: datetime) -> bytes:
    """The t= of a signature: the seconds of the message's own Date."""
    return b"%d" % int(at.timestamp())


def body_hash(relaxed: bytes) -> bytes:
    """The bh= of a canonical body."""
    return base64.b64encode(sha256(relaxed).digest())


def relaxed_head(head: bytes) -> bytes:
    """The signed headers in canonical form, in the order of h= (RFC 6376 sections 3.4.2, 5.4.2)."""
    present: dict[bytes, list[bytes]] = {}
    for line in LINE.split(head):
        present.setdefault(line.partition(b":")[0].strip().lower(), []).append(line)
    named = (present.get(name.lower().encode("ascii")) for name in NAMES)
    # Of several headers of one name the last is signed first; those absent add nothing.
    return b"".join(relaxed_header(lines.pop()) + b"\r\n" for lines in named if lines)


def relaxed_header(line: bytes) -> bytes:
    """One header in canonical form, without its line end."""
    name, _, value = line.partition(b":")
    return name.strip().lower() + b":" + relaxed_value(value)


def relaxed_value(value: bytes) -> bytes:
    """The value of a header in canonical form."""
    return BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")


def relaxed_body(body: bytes) -> bytes:
    """The body in canonical form (RFC 6376 section 3.4.4)."""
    words = BLANKS.sub(b" ", BLANKS_AT_END.sub(b"", body)).rstrip(b"\r\n")
    return words + b"\r\n" if words else b""
