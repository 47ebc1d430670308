"""Takes an uploaded file in, piece by piece onto the disk: it never stands in memory as a whole."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from mailer.contacts.importing.files.guards import LARGEST_FILE
from mailer.errors import BadInput

#: Of all that is typed beside the file, in bytes.
MOST_TYPED = 20_000
MOST_PARTS = 100
#: So much of a file that is too large is read and thrown away: a browser that is cut off in the
#: middle shows no answer.
MOST_DRAINED = 5 * LARGEST_FILE
LONGEST_BOUNDARY = 70
NOT_WHOLE = "the form did not arrive whole: choose the file and send it again"


@dataclass
class Upload:
    """A form with one file: what was typed, and where the file is."""

    path: Path
    #: As the browser tells it; empty when no file was chosen.
    file_name: str = ""
    size: int = 0
    typed: list[tuple[str, str | UploadFile]] = field(default_factory=list)

    @property
    def is_too_large(self) -> bool:
        """Whether it is beyond what is read; nothing of it is kept then."""
        return self.size > LARGEST_FILE

    @property
    def form(self) -> FormData:
        """What was typed beside the file."""
        return FormData(self.typed)


async def receive(request: Request, path: Path) -> Upload:
    """Read the form of a request, its file into `path`, which must not be there yet.

    Raises BadInput for what is no whole form, or far too large to be read to its end.
    """
    upload = Upload(path)
    parts = _Parts(upload, _boundary(request.headers.get("Content-Type", "")))
    with _private(path) as file:
        await _read(request.stream(), parts, file)
    return upload


def _boundary(content_type: str) -> bytes:
    """What stands between the parts: 70 octets at most (RFC 2046 5.1.1). Raises BadInput."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= LONGEST_BOUNDARY:
        raise BadInput(NOT_WHOLE)
    return boundary


def _private(path: Path) -> IO[bytes]:
    """Only we may read it: there are names and addresses in it."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


async def _read(pieces: AsyncIterator[bytes], parts: "_Parts", file: IO[bytes]) -> None:
    received = 0
    try:
        async for piece in pieces:
            received += len(piece)
            if received > MOST_DRAINED:
                raise BadInput("the file is far too large: split it and import the parts")
            if data := parts.feed(piece):
                await asyncio.to_thread(file.write, data)
        parts.finish()
    except FormParserError as wrong:
        raise BadInput(NOT_WHOLE) from wrong


class _Parts:
    """The parts of a form as they come: the file's octets are handed on, the rest is kept."""

    def __init__(self, upload: Upload, boundary: bytes) -> None:
        self.upload = upload
        self._header = b""
        self._value = b""
        self._name = ""
        self._is_file = self._has_file = False
        self._has_ended = False
        self._text = bytearray()
        self._data = bytearray()
        self._typed_bytes = self._count = 0
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": partial(self._add, "_header"),
                "on_header_value": partial(self._add, "_value"),
                "on_header_end": self._end_header,
                "on_part_data": self._take,
                "on_part_end": self._end,
                "on_end": self._end_all,
            },
        )

    def feed(self, piece: bytes) -> bytes:
        """Read on; the octets of the file that came."""
        self._parser.write(piece)
        data = bytes(self._data)
        self._data.clear()
        return data

    def finish(self) -> None:
        """Nothing more comes. Raises BadInput when the form has no end."""
        self._parser.finalize()
        if not self._has_ended:
            raise BadInput(NOT_WHOLE)

    def _begin(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise BadInput("the form has more parts than ours: open the page again, send it anew")
        self._header = self._value = b""
        self._name, self._is_file = "", False
        self._text.clear()

    def _add(self, to: str, data: bytes, start: int, end: int) -> None:
        setattr(self, to, getattr(self, to) + data[start:end])

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self._name = _text(options.get(b"name", b""))
            self._is_file = b"filename" in options
            if self._is_file and self._has_file:
                raise BadInput("there is more than one file: send them one after the other")
            if self._is_file:
                self._has_file = True
                self.upload.file_name = _text(options[b"filename"])
        self._header = self._value = b""

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.upload.size += end - start
            if not self.upload.is_too_large:
                self._data += data[start:end]
            return
        self._typed_bytes += end - start
        if self._typed_bytes > MOST_TYPED:
            raise BadInput("more was typed than the form has room for: shorten it")
        self._text += data[start:end]

    def _end(self) -> None:
        if not self._is_file:
            self.upload.typed.append((self._name, _text(bytes(self._text))))

    def _end_all(self) -> None:
        self._has_ended = True


def _text(data: bytes) -> str:
    """As UTF-8; a NUL is no text, and PostgreSQL takes none."""
    return data.decode("utf-8", errors="replace").replace("\0", "")
