"""Cutting a message into its parts, and filling the parts in for many recipients at once.

The message is composed once, through the same call as any other, for a reader who does not exist;
where her name, her tokens and her date stand are the slots.
"""

import base64
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from mailer.compose.covers.notice import source_lines
from mailer.compose.covers.own_words import greeting_lines
from mailer.compose.letter import Letter
from mailer.compose.message import date_line, from_domain, thread_headers, unfilled
from mailer.compose.signing.dkim import relaxed_value, signature_header, stamp, wrapped
from mailer.compose.skeleton.parts import (
    BODY_HASH,
    DATE,
    GREETING_IN_HTML,
    GREETING_IN_TEXT,
    IN_REPLY_TO,
    MESSAGE_ID,
    REFERENCES,
    SIGNED_AT,
    SOFT_BREAK,
    SOURCE_IN_HTML,
    SOURCE_IN_TEXT,
    TO,
    Columns,
    Form,
    Place,
    Skeleton,
    Slot,
    marked_files,
    signature,
)
from mailer.compose.tracking import numbered
from mailer.compose.wire import folded, mailbox
from mailer.errors import Refused
from mailer.tokens import Keyring, Purpose

#: The delivery of the reader who does not exist: no table counts so far.
NOBODY = 2**48 - 1
#: The tokens of a delivery that stand in its message, beside those of its links.
TOKENS = (Purpose.UNSUBSCRIBE, Purpose.VIEW, Purpose.OPEN)
#: Headers that are a recipient's own, and the slots of their values.
OWN_HEADERS = {
    b"To": TO,
    b"Date": DATE,
    b"Message-ID": MESSAGE_ID,
    b"In-Reply-To": IN_REPLY_TO,
    b"References": REFERENCES,
}
#: Only a reply has these.
OF_REPLIES = 2
OWN_HEADER = re.compile(
    rb"^(To|Date|Message-ID|In-Reply-To|References): [^\r\n]*(?:\r\n[ \t][^\r\n]*)*", re.MULTILINE
)
#: A Message-ID of this length fits into one line whatever else is in it.
LONGEST_ID = 900


class Personal(NamedTuple):
    """What one recipient's message has for itself, as it stands in her message."""

    row_id: int
    to: bytes
    message_id: bytes
    date: bytes
    stamp: bytes
    #: What it answers, and all of its thread; empty where it begins one.
    in_reply_to: bytes
    references: bytes
    #: From whom we have her data, in the text and in the HTML, where her notice names anybody.
    source_in_text: bytes
    source_in_html: bytes
    #: The line that greets her.
    greeting_in_text: bytes
    greeting_in_html: bytes


def personal(
    row_id: int,
    *,
    name: str,
    recipient: str,
    message_id: str,
    date: tuple[bytes, bytes],
    thread: str = "",
    source: str = "",
    greeting: str = "",
) -> Personal | None:
    """The personal values, or None when they cannot be spliced safely.

    `recipient` is the address on the wire, `date` what `dated` gives.
    """
    thread_ids = thread.split()
    if not (all(map(_is_plain, (message_id, *thread_ids))) and recipient.isascii() and row_id):
        return None
    to = folded(mailbox(name, recipient, header="To"), header="To")
    own = to.encode("ascii"), message_id.encode("ascii")
    return Personal(
        row_id, *own, *date, *_thread(thread_ids), *source_lines(source), *greeting_lines(greeting)
    )


def _is_plain(message_id: str) -> bool:
    is_plain = message_id.isascii() and message_id.isprintable() and " " not in message_id
    return is_plain and 0 < len(message_id) < LONGEST_ID


def _thread(message_ids: Sequence[str]) -> tuple[bytes, bytes]:
    """The values of both headers of a thread as they stand in the message."""
    if not message_ids:
        return b"", b""
    written = (
        folded(value, header=header).encode("ascii")
        for header, value in thread_headers(message_ids).items()
    )
    answered, whole = written
    return answered, whole


def dated(moment: datetime, *, zone_name: str) -> tuple[bytes, bytes]:
    """The Date of a message, and the same moment as its signatures say it."""
    return date_line(moment, zone_name=zone_name).encode("ascii"), stamp(moment)


# ------------------------------------------------------------------------- cutting


def cut(letter: Letter) -> Skeleton:
    """The skeleton of all messages that differ from that letter in personal values only.

    Raises Refused when such a value stands where no slot is.
    """
    probe, source, greeting = (f"{letter}{secrets.token_hex(10)}" for letter in "nsg")
    notice = letter.notice
    names_source = notice is not None and bool(notice.source)
    nobody = replace(
        letter,
        delivery_id=NOBODY,
        recipient_id=NOBODY,
        email=f"{probe}@{probe}.example",
        recipient_name=probe,
        message_id=f"<{probe}@{probe}.example>",
        references=(f"<{probe}@{probe}.example>",) if letter.is_reply else (),
        notice=replace(notice, source=source) if notice and names_source else notice,
        greeting=greeting if letter.greeting else "",
    )
    keyring = letter.identity.keyring
    head, gap, body = _without_tokens(marked_files(unfilled(nobody)), nobody).partition(b"\r\n\r\n")
    head, headers = OWN_HEADER.subn(_own_header, head)
    body = _without_lines(body, source_lines(source), (SOURCE_IN_TEXT, SOURCE_IN_HTML))
    body = _without_lines(body, greeting_lines(greeting), (GREETING_IN_TEXT, GREETING_IN_HTML))
    marked = b"".join([*_signature_headers(letter), head, gap, body])
    is_left = any(one.encode("ascii") in marked.lower() for one in (probe, source, greeting))
    wanted = len(OWN_HEADERS) - (0 if letter.is_reply else OF_REPLIES)
    if is_left or headers != wanted:
        raise Refused("a personal value of the message stands in an unknown place")
    return Skeleton(
        marked,
        key_number=keyring.number,
        zone=letter.full.office.zone,
        files={file.file_id: file for file in letter.enclosures.held},
    )


def _own_header(found: re.Match[bytes]) -> bytes:
    return found[1] + b": " + OWN_HEADERS[found[1]].mark


def _without_lines(body: bytes, lines: Sequence[bytes], slots: Sequence[Slot]) -> bytes:
    """The body with slots in place of those lines of its text and its HTML."""
    for line, slot in zip(lines, slots, strict=True):
        body = body.replace(b"\r\n%s\r\n" % line, b"\r\n%s\r\n" % slot.mark)
    return body


def _without_tokens(data: bytes, letter: Letter) -> bytes:
    """The octets with slots in place of the tokens of that letter."""
    keyring = letter.identity.keyring
    wanted = [(purpose, 0) for purpose in TOKENS]
    wanted += [(Purpose.CLICK, number) for number in numbered(letter.revision)]
    for purpose, number in wanted:
        token = keyring.sign(purpose, letter.delivery_id, link=number)
        data = _without(data, token, Slot(Place.TOKEN, purpose, number))
    return data


def _without(data: bytes, token: str, slot: Slot) -> bytes:
    """The octets with slots in place of that token, also where a soft break tears it."""
    torn = f"(?:{SOFT_BREAK.decode()})?".join(token).encode("ascii")

    def mark(found: re.Match[bytes]) -> bytes:
        return slot._replace(torn_at=max(found[0].find(SOFT_BREAK), 0)).mark

    return re.sub(torn, mark, data)


def _signature_headers(letter: Letter) -> Iterator[bytes]:
    for number, signer in enumerate(letter.identity.signers):
        yield signature_header(
            signer,
            domain=from_domain(letter.full.office),
            stamp=SIGNED_AT.mark,
            hashed=BODY_HASH.mark,
            signature=signature(number).mark,
        )
        yield b"\r\n"


# ------------------------------------------------------------------------- filling in


def columns_of(
    skeleton: Skeleton, people: Sequence[Personal], *, keyring: Keyring
) -> dict[Slot, Sequence[bytes]]:
    """What stands in each slot of a message, but for its signatures.

    Raises NotFound when the key that signed the tokens is gone.
    """
    row_ids, *values = zip(*people, strict=True)
    to, message_ids, dates, stamps, answered, threads, in_text, in_html, *greetings = values
    columns: dict[Slot, Sequence[bytes]] = {
        TO: to,
        MESSAGE_ID: message_ids,
        DATE: dates,
        SIGNED_AT: stamps,
        IN_REPLY_TO: answered,
        REFERENCES: threads,
        # Single blanks and soft breaks: it stands so in the canonical body, too.
        SOURCE_IN_TEXT: in_text,
        SOURCE_IN_HTML: in_html,
        GREETING_IN_TEXT: greetings[0],
        GREETING_IN_HTML: greetings[1],
    }
    columns |= skeleton.file_columns(len(people))
    tokens: dict[tuple[Purpose, int], list[bytes]] = {}
    for slot in skeleton.form.slots:
        if slot.purpose is None:
            continue
        if (whole := tokens.get((slot.purpose, slot.number))) is None:
            signed = keyring.sign_many(
                slot.purpose, row_ids, link=slot.number, number=skeleton.key_number
            )
            whole = tokens[slot.purpose, slot.number] = [token.encode() for token in signed]
        columns[slot] = _torn(whole, slot.torn_at) if slot.torn_at else whole
    return columns


def _torn(tokens: Sequence[bytes], torn_at: int) -> list[bytes]:
    return [token[:torn_at] + SOFT_BREAK + token[torn_at:] for token in tokens]


def to_be_signed(
    skeleton: Skeleton, columns: Columns, *, count: int
) -> tuple[list[bytes], list[list[bytes]]]:
    """The hash of each body, and for each signature the octets that it signs."""
    hashes = list(_body_hashes(skeleton.signed_body, columns, count=count))
    relaxed = {**columns, BODY_HASH: hashes}
    for folds in (TO, REFERENCES):
        relaxed[folds] = [_relaxed(value) for value in columns[folds]]
    return hashes, [list(head.filled(relaxed, count=count)) for head in skeleton.signed_heads]


def _relaxed(value: bytes) -> bytes:
    return relaxed_value(value) if b"\r\n" in value or b"  " in value else value


def _body_hashes(body: Form, columns: Columns, *, count: int) -> Iterator[bytes]:
    """What comes before the first slot is hashed once for all."""
    start = sha256(body.pieces[0])
    for rest in Form((b"", *body.pieces[1:]), body.slots).filled(columns, count=count):
        hashed = start.copy()
        hashed.update(rest)
        yield base64.b64encode(hashed.digest())


def with_signatures(
    columns: Columns,
    *,
    hashes: Sequence[bytes],
    signatures: Sequence[Sequence[str]],
) -> dict[Slot, Sequence[bytes]]:
    """The columns with all signatures; `signatures` holds a column for each signer."""
    written = {
        signature(number): [wrapped(one) for one in column]
        for number, column in enumerate(signatures)
    }
    return {**columns, BODY_HASH: hashes, **written}
