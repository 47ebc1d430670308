import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mailer.contacts.importing.files.headings import is_blank
from mailer.errors import BadInput
from tests.contacts.importing.opened import Opened, opened
from tests.contacts.importing.workbooks import write_xlsx

SUFFIXES = [".csv", ".txt", ".tsv", ".xlsx", ".xls", ".ods", ".vcf", ""]
BEGINNINGS = [
    b"",
    b"email,note\n",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\xff\xfe",
    b"\xff\xfe\0\0",
    b"BEGIN:VCARD\r\nVERSION:3.0\r\n",
    b"BEGIN:VCARD\r\nN:",
    b'"',
]
#: Printable text with what files trip over; no lone surrogates and no control characters.
TEXT = st.text(
    st.sampled_from("aZ0 ,;|\t\"'=@+-.:#\\/éØłЖ中\U0001f4f0\u00a0") | st.characters(codec="utf-8"),
    max_size=12,
).map(lambda text: "".join(char for char in text if char >= " " or char == "\t"))
CELL = TEXT.filter(lambda text: "\x7f" not in text)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8)
)
FAST = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SLOW = settings(FAST, max_examples=10)
HEADER = ["email", "outlet", "city", "zone", "note"]


def readable(path: Path) -> Opened | None:
    try:
        return opened(path)
    except BadInput:
        return None


@pytest.mark.parametrize("beginning", BEGINNINGS)
@SLOW
@given(tail=st.binary(max_size=400), suffix=st.sampled_from(SUFFIXES))
def test_no_bytes_crash_the_reading(
    tmp_path: Path, beginning: bytes, tail: bytes, suffix: str
) -> None:
    path = tmp_path / f"contacts{suffix}"
    path.write_bytes(beginning + tail)
    readable(path)


@FAST
@given(lines=st.lists(st.text('NFTEL;:=,"\\ .ab-', max_size=20), max_size=8))
def test_no_card_crashes_the_reading(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "contacts.vcf"
    path.write_text("\n".join(["BEGIN:VCARD", "FN:A", *lines, "END:VCARD", ""]))
    file = readable(path)
    assert file
    assert len(file.lines) == 2


def as_csv(delimiter: str, codec: str) -> Callable[[list[list[str]]], bytes]:
    def write(rows: list[list[str]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter).writerows(rows)
        return text.getvalue().encode(codec)

    return write


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@SLOW
@given(rows=TABLES)
def test_a_table_written_as_csv_is_read_back_cell_by_cell(
    tmp_path: Path, delimiter: str, codec: str, rows: list[list[str]]
) -> None:
    # The mark of an encoding at the beginning of a line is the one thing that is not kept.
    assume(not any(row[0].startswith("\ufeff") for row in rows))
    path = tmp_path / "contacts.csv"
    rows = [HEADER[: len(rows[0])], *rows]
    path.write_bytes(as_csv(delimiter, codec)(rows))
    expected = [tuple(row) for row in rows if not is_blank(row)]
    assert opened(path, delimiter=delimiter).cells == expected


@SLOW
@given(rows=TABLES)
def test_a_table_written_as_xlsx_is_read_back_cell_by_cell(
    tmp_path: Path, rows: list[list[str]]
) -> None:
    rows = [HEADER[: len(rows[0])], *rows]
    path = write_xlsx(tmp_path / "contacts.xlsx", {"One": rows})
    expected = [tuple(row) for row in rows if not is_blank(row)]
    assert opened(path).cells == expected
