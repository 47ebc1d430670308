"""Contact files read to the end, and workbooks that no writer of ours can make."""

import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path

from mailer.contacts.importing.files import Line, open_contacts

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "style")
)
HIDDEN_STYLE = (
    '<office:automatic-styles><style:style style:name="ta2" style:family="table">'
    '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
)


@dataclass(frozen=True)
class Opened:
    """All of a file, for files that are small."""

    kind: str
    digest: str
    encoding: str
    delimiter: str
    notices: list[str]
    sheets: dict[str, list[Line]]

    @property
    def lines(self) -> list[Line]:
        """The lines of the only sheet."""
        [lines] = self.sheets.values()
        return lines

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """The cells of the only sheet, header first."""
        return [line.cells for line in self.lines]


def opened(path: Path, *, encoding: str = "", delimiter: str = "") -> Opened:
    """The file read to its end."""
    with open_contacts(path, encoding=encoding, delimiter=delimiter) as file:
        sheets = {sheet.name: list(sheet.lines) for sheet in file.sheets}
    return Opened(file.kind, file.digest, file.encoding, file.delimiter, file.notices, sheets)


def cell(text: str, more: str = "") -> str:
    """A cell of text in an ODS table."""
    kind = f'office:value-type="string"{more}'
    return f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, more: str = "") -> str:
    """A row of an ODS table."""
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def table(name: str, *rows: str, hidden: bool = False) -> str:
    """A tab of an ODS document."""
    style = ' table:style-name="ta2"' if hidden else ""
    return f'<table:table table:name="{name}"{style}>{"".join(rows)}</table:table>'


def write_ods(path: Path, *tables: str, before: str = "", manifest: str = "") -> Path:
    """An ODS document with these tables."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {NAMESPACES}>'
        f"{HIDDEN_STYLE}<office:body><office:spreadsheet>{''.join(tables)}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    of = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{of}">{manifest}</manifest:manifest>',
        )
    return path


def rewrite(path: Path, part: str, before: bytes, after: bytes) -> Path:
    """The same archive with some bytes of one part replaced."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    assert before in parts[part]
    parts[part] = parts[part].replace(before, after, 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def write_xls(
    path: Path, rows: list[list[str | float]], *, name: str = "Ports", locked: bool = False
) -> Path:
    """An Excel 97 workbook ([MS-XLS]) with one tab, in an OLE container ([MS-CFB])."""
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    begin += _record(0x002F, struct.pack("<HHH", 1, 1, 1)) if locked else b""
    title = struct.pack("<BB", len(name), 0) + name.encode("latin-1")
    end = _record(0x000A, b"")
    at = len(begin) + 4 + 6 + len(title) + len(end)
    globals_part = begin + _record(0x0085, struct.pack("<IH", at, 0) + title) + end
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for number, cells in enumerate(rows):
        for column, value in enumerate(cells):
            sheet += _cell_record(number, column, value)
    path.write_bytes(_ole((globals_part + sheet + end).ljust(4096, b"\0"), "Workbook"))
    return path


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _cell_record(number: int, column: int, value: str | float) -> bytes:
    where = struct.pack("<HHH", number, column, 0)
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, where + struct.pack("<HB", len(value), 1) + text)
    return _record(0x0203, where + struct.pack("<d", value))


def _ole(stream: bytes, name: str) -> bytes:
    """A container with one stream: a header, a sector of the table, one of the folder, the data."""
    sectors = -(-len(stream) // 512)
    chain, last, none = list(range(3, sectors + 2)), 0xFFFFFFFE, 0xFFFFFFFF
    fat = [0xFFFFFFFD, last, *chain, last]
    fat += [none] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, last, 0, last, 0)
    header += struct.pack("<109I", 0, *[none] * 108)
    folder = _entry("Root Entry", 5, child=1, start=last, size=0)
    folder += _entry(name, 2, child=none, start=2, size=len(stream))
    table_sector = struct.pack("<128I", *fat)
    return header + table_sector + folder.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0")


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    about = struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return text.ljust(64, b"\0") + about + bytes(36) + struct.pack("<IQ", start, size)
