"""How words become the octets of a message: names, subjects and texts that every mail server and
reader takes, and header lines that are folded only where nothing is torn.

All header values are made in wire form here and never handed to the standard library to encode:
its folding turns long links into encoded-words and lost quotes of names (standards PY-1, PY-12).
"""

import base64
import re
import unicodedata
from collections.abc import Iterator
from email.headerregistry import (
    ContentTransferEncodingHeader,
    ContentTypeHeader,
    HeaderRegistry,
    MIMEVersionHeader,
)
from email.policy import SMTP, EmailPolicy
from functools import lru_cache
from typing import Any

from mailer.addresses import parse
from mailer.errors import BadInput

#: RFC 2047 section 2: an encoded-word is at most 75 characters, a line with one at most 76.
WORD_LIMIT = 75
LINE_LIMIT = 76
#: Plain words of a subject longer than this are encoded, so that they can be folded.
PLAIN_LIMIT = 60
WORD_START, WORD_END = "=?utf-8?", "?="
#: What may stand in a Q word for itself, in a phrase too (RFC 2047 section 5 rule 3).
Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
#: Marks that turn the direction of the text around a name: an old trick to fake one.
BIDI_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNWANTED = frozenset({"Cc", "Cs", "Zl", "Zp"})
#: Octets that quoted-printable leaves alone (RFC 2045 section 6.7); a lone blank is judged apart.
QP_TABLE = [chr(o) if o in range(32, 127) and o != 0x3D else f"={o:02X}" for o in range(256)]
#: So much content in a line that a quoted first letter and a soft break still fit into 76.
QP_WIDTH = 72
#: Names with which nothing need be done but to quote them.
PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9.]+)*")
#: Addresses of which only the domain is in question; they are most of them.
PLAIN_ADDRESS = re.compile(
    r"([A-Za-z0-9_+-]{1,30}(?:\.[A-Za-z0-9_+-]{1,30})?)@([A-Za-z0-9.-]{1,180})"
)
#: A domain that every check would leave as it is.
USUAL_DOMAIN = re.compile(r"(?:(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,63}")
ISOLATE, ISOLATE_LTR, END_ISOLATE = "\u2068", "\u2066", "\u2069"


class Ready:
    """A header whose value is already in wire form: folded at its spaces, never inside a word."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Take the value as it is."""
        kwds.update(parse_tree=None, decoded=value)

    def fold(self, *, policy: EmailPolicy) -> str:
        """The header's lines."""
        name: str = self.name  # type: ignore[attr-defined]
        return f"{name}: {folded(str(self), header=name, linesep=policy.linesep)}{policy.linesep}"


def folded(value: str, *, header: str, linesep: str = "\r\n") -> str:
    """The value as it stands behind `header: `; a word longer than a line stands on its own.

    The first word stays beside the name: some servers refuse an empty first line.
    """
    if len(header) + 2 + len(value) <= LINE_LIMIT:
        return value
    first, *words = value.split(" ")
    lines, room = [first], LINE_LIMIT - len(header) - 2
    for word in words:
        if len(lines[-1]) + 1 + len(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
            room = LINE_LIMIT - 1
    return f"{linesep} ".join(lines)


def _registry() -> HeaderRegistry:
    registry = HeaderRegistry(default_class=Ready, use_default_map=False)  # type: ignore[arg-type]
    registry.map_to_type("mime-version", MIMEVersionHeader)  # type: ignore[arg-type]
    registry.map_to_type("content-type", ContentTypeHeader)  # type: ignore[arg-type]
    registry.map_to_type("content-transfer-encoding", ContentTransferEncodingHeader)  # type: ignore[arg-type]
    return registry


POLICY = SMTP.clone(header_factory=_registry(), cte_type="7bit", max_line_length=LINE_LIMIT)
#: For an address that is not ASCII (RFC 6532): every hop must speak SMTPUTF8.
POLICY_UTF8 = POLICY.clone(utf8=True)


def one_line(text: str) -> str:
    """The text as one line without control characters, safe for a header."""
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in UNWANTED else c for c in text)
    return (re.sub(" {2,}", " ", text) if "  " in text else text).strip(" ")


def phrase(text: str, *, header: str) -> str:
    """A display name in wire form: quoted when plain, else encoded-words; empty when empty."""
    if len(text) <= PLAIN_LIMIT and PLAIN_NAME.fullmatch(text):
        return f'"{text}"'
    name = one_line(text)
    if not BIDI_MARKS.isdisjoint(name):
        name = "".join(c for c in name if c not in BIDI_MARKS)
    name = name.strip()
    if name.isascii() and len(name) <= PLAIN_LIMIT and "=?" not in name:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"' if name else ""
    return encoded(name, header=header)


def on_wire(address: str) -> str:
    """The address with its domain as A-labels; the local part as it was typed (standards 1.6).

    Raises BadInput for anything that cannot be an address.
    """
    if (plain := PLAIN_ADDRESS.fullmatch(address)) and (domain := _usual_domain(plain[2])):
        return f"{plain[1]}@{domain}"
    read = parse(address)
    return f"{read.typed.rpartition('@')[0]}@{read.domain}"


@lru_cache(maxsize=32768)
def _usual_domain(domain: str) -> str:
    """The domain as A-labels; empty for one that `parse` must judge with the whole address."""
    if USUAL_DOMAIN.fullmatch(domain):
        return domain
    try:
        return parse(f"a@{domain}").domain
    except BadInput:
        return ""


def mailbox(name: str, address: str, *, header: str) -> str:
    """Such as `"Jane Doe" <jane@outlet.example>`; the address alone where there is no name."""
    written = phrase(name, header=header)
    return f"{written} <{address}>" if written else address


def subject(text: str) -> str:
    """A subject in wire form: as it is when it is plain ASCII, else encoded-words (RFC 2047)."""
    line = one_line(text)
    is_plain = line.isascii() and "=?" not in line
    if is_plain and all(len(word) <= PLAIN_LIMIT for word in line.split()):
        return line
    return encoded(line, header="Subject")


def encoded(text: str, *, header: str) -> str:
    """The text as encoded-words of at most 75 characters, each decodable alone.

    Q where the text is mostly Latin, else B; the first word leaves room for the header's name.
    """
    is_q = 3 * sum(letter.isascii() for letter in text) >= 2 * len(text)
    pieces = _pieces(text, is_q=is_q, first_room=LINE_LIMIT - len(header) - 2)
    return " ".join(_word(piece, is_q=is_q) for piece in pieces)


def _pieces(text: str, *, is_q: bool, first_room: int) -> Iterator[str]:
    room, frame = min(WORD_LIMIT, first_room), len(_word("", is_q=is_q))
    piece, size = "", 0
    for letter in text:
        more = size + (len(_q(letter)) if is_q else len(letter.encode("utf-8", "replace")))
        # B writes three octets as four letters, and fills up the last three.
        if piece and frame + (more if is_q else -(-more // 3) * 4) > room:
            yield piece
            piece, more, room = "", more - size, WORD_LIMIT
        piece, size = piece + letter, more
    yield piece


def _word(text: str, *, is_q: bool) -> str:
    if is_q:
        return f"{WORD_START}q?{''.join(_q(c) for c in text)}{WORD_END}"
    raw = base64.b64encode(text.encode("utf-8", "replace")).decode()
    return f"{WORD_START}b?{raw}{WORD_END}"


@lru_cache(maxsize=1024)
def _q(letter: str) -> str:
    octets = letter.encode("utf-8", "replace")
    return "".join(chr(o) if o in Q_SAFE else "_" if o == 0x20 else f"={o:02X}" for o in octets)


def quoted_printable(text: str, *, begun: str = "") -> str:
    """The text in quoted-printable, LF between lines, each at most 76 characters (RFC 2045 6.7).

    A line never begins with a dot or `From `, so nothing on the way has to change it. What goes on
    after the words `begun` has coded lines of its own, so that it can be another's in each message.
    """
    return "\n".join(_soft_broken(line, begun) for line in text.split("\n"))


def _soft_broken(line: str, begun: str = "") -> str:
    if begun and line.startswith(f"{begun} "):
        return f"{_soft_broken(begun)} =\n{_soft_broken(line[len(begun) + 1 :])}"
    coded = line.encode("utf-8", "replace").decode("latin-1").translate(QP_TABLE)
    pieces, done = [], 0
    # By place and not by cutting off: a line may hold a million letters.
    while len(coded) - done > QP_WIDTH:
        cut = _cut(coded, done)
        pieces.append(_guarded(coded[done:cut]) + "=")
        done = cut
    pieces.append(_guarded(re.sub(r"[ ]$", "=20", coded[done:])))
    return "\n".join(pieces)


def _cut(coded: str, start: int) -> int:
    """After the last blank that fits, so that the source stays readable; never within =C3."""
    end = start + QP_WIDTH
    if (blank := coded.rfind(" ", start + 1, end)) > 0:
        return blank + 1
    if coded[end - 1] == "=":
        return end - 1
    return end - 2 if coded[end - 2] == "=" else end


def _guarded(piece: str) -> str:
    if piece.startswith("."):
        return f"=2E{piece[1:]}"
    return f"=46{piece[1:]}" if piece.startswith("From ") else piece


def isolated(text: str) -> str:
    """The text set apart when it mixes both directions, so that it reads right in any list."""
    kinds = {unicodedata.bidirectional(c) for c in text}
    is_mixed = "L" in kinds and bool(kinds & {"R", "AL"})
    return f"{ISOLATE}{text}{END_ISOLATE}" if is_mixed else text
