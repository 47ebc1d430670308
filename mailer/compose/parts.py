"""The parts of a message: the words, the logo within them, the documents beside them (RFC 2046).

A file stands as a short mark until all else is done: it is the same for every reader, so it is
coded once, and kept once. The mark is a line of its own: no coded text holds "=_", and no line of
a header begins with it.
"""

import re
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from urllib.parse import quote

from mailer.compose.calendar import CalendarFile, calendar_files
from mailer.compose.enclosing import Enclosed
from mailer.compose.letter import Letter
from mailer.compose.rendering import Rendered
from mailer.compose.wire import quoted_printable
from mailer.releases.files.carried import HeldFile

FILE_MARK = "=_file."
MARKED = re.compile(rb"(?<=\r\n)=_file\.(\d+)(?=\r\n)")
#: So much of a file name stands in one piece of it (RFC 2231 section 3).
PIECE = 54
#: What needs no percent sign in it (RFC 2231 section 7).
PLAIN = "!#$&+-.^_`{}~"
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,50}")


def add_parts(message: EmailMessage, rendered: Rendered, *, letter: Letter) -> None:
    """Fill the message, with no level that would hold one part only (standards 1.2)."""
    calendars = tuple(calendar_files(letter))
    if not (calendars or letter.enclosures.attached):
        _fill_words(message, rendered, letter=letter)
        return
    words = EmailMessage(message.policy)
    _fill_words(words, rendered, letter=letter)
    message.make_mixed(boundary=_boundary("m", letter))
    message.attach(words)
    for calendar in calendars:
        message.attach(_calendar_part(message, calendar))
    for file in letter.enclosures.attached:
        message.attach(_file_part(message, file))


def with_files(data: bytes, files: Iterable[HeldFile]) -> bytes:
    """The octets with the files in place of their marks."""
    coded = {file.file_id: file.coded for file in files}
    return MARKED.sub(lambda found: coded[int(found[1])], data) if coded else data


def without_files(data: bytes, files: Iterable[HeldFile]) -> bytes:
    """The octets with marks in place of the files."""
    for file in files:
        data = data.replace(file.coded, f"{FILE_MARK}{file.file_id}".encode("ascii"))
    return data


def disposition(kind: str, name: str) -> str:
    """The header that names a file; a name in another script goes in pieces (RFC 2231)."""
    if PLAIN_NAME.fullmatch(name):
        return f'{kind}; filename="{name}"'
    coded = f"utf-8''{quote(name, safe=PLAIN)}"
    pieces = list(_pieces(coded))
    if len(pieces) == 1:
        return f"{kind}; filename*={coded}"
    written = (f"filename*{number}*={piece}" for number, piece in enumerate(pieces))
    return f"{kind}; {'; '.join(written)}"


def _pieces(coded: str) -> Iterator[str]:
    """Never cut within %C3."""
    while len(coded) > PIECE:
        cut = PIECE - next((back for back in (1, 2) if coded[PIECE - back] == "%"), 0)
        yield coded[:cut]
        coded = coded[cut:]
    yield coded


def _fill_words(part: EmailMessage, rendered: Rendered, *, letter: Letter) -> None:
    """Plain text first, then HTML (section 5.1.4); alone for who wants it alone."""
    if letter.plain_text_only:
        _fill_text(part, rendered.text, subtype="plain", begun=rendered.begun)
        return
    part.make_alternative(boundary=_boundary("r", letter))
    text, html = EmailMessage(part.policy), EmailMessage(part.policy)
    _fill_text(text, rendered.text, subtype="plain", begun=rendered.begun)
    part.attach(text)
    _fill_html(html, rendered, letter=letter)
    part.attach(html)


def _fill_html(part: EmailMessage, rendered: Rendered, *, letter: Letter) -> None:
    logo, image = letter.enclosures.logo, letter.enclosures.logo_image
    if logo is None or image is None:
        _fill_text(part, rendered.html, subtype="html")
        return
    boundary = _boundary("l", letter)
    # Its root is named by type (RFC 2387 section 3.1).
    part["Content-Type"] = f'multipart/related; type="text/html"; boundary="{boundary}"'
    words = EmailMessage(part.policy)
    _fill_text(words, rendered.html, subtype="html")
    part.set_payload([words, _logo_part(part, logo, content_id=image.href.removeprefix("cid:"))])


def _fill_text(part: EmailMessage, words: str, *, subtype: str, begun: str = "") -> None:
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(quoted_printable(words, begun=begun))


def _logo_part(beside: EmailMessage, logo: Enclosed, *, content_id: str) -> EmailMessage:
    part = _coded_part(beside, logo)
    part["Content-ID"] = f"<{content_id}>"
    part["Content-Disposition"] = disposition("inline", logo.name)
    return part


def _file_part(beside: EmailMessage, file: Enclosed) -> EmailMessage:
    part = _coded_part(beside, file)
    part["Content-Disposition"] = disposition("attachment", file.name)
    return part


def _calendar_part(beside: EmailMessage, calendar: CalendarFile) -> EmailMessage:
    """A file for calendars; programs read from its type what to do with it (RFC 6047)."""
    part = EmailMessage(beside.policy)
    part["Content-Type"] = f'text/calendar; charset="utf-8"; method={calendar.method}'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part["Content-Disposition"] = disposition("attachment", calendar.name)
    part.set_payload(quoted_printable(calendar.text))
    return part


def _coded_part(beside: EmailMessage, file: Enclosed) -> EmailMessage:
    part = EmailMessage(beside.policy)
    is_text = file.media_type.startswith("text/")
    part["Content-Type"] = file.media_type + ('; charset="utf-8"' if is_text else "")
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(f"{FILE_MARK}{file.held.file_id}")
    return part


def _boundary(level: str, letter: Letter) -> str:
    """No part can hold it, and none begins as another does."""
    release, revision = letter.full.release.id or 0, letter.revision.id or 0
    return f"=_{level}{release}.{revision}.{letter.cover_language}"
