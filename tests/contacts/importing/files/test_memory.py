"""A small workbook that asks for much memory is refused before it gets it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailer.contacts.importing.files import workbook_program
from tests.contacts.importing.opened import cell, rewrite, row, table, write_ods
from tests.contacts.importing.workbooks import Value, write_xlsx

MEASURED = """
import resource, sys
from pathlib import Path
from mailer.contacts.importing.files import open_contacts
from mailer.errors import BadInput
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    with open_contacts(Path(sys.argv[1])) as file:
        print(sum(1 for sheet in file.sheets for line in sheet.lines))
except BadInput as wrong:
    print(wrong)
took = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start
print(max(took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024)
"""


def peak_of(path: Path) -> tuple[str, int]:
    """How a new process refuses a file, and the most memory, in MB, that it and its children took
    above what it had at the start.
    """
    done = subprocess.run([sys.executable, "-c", MEASURED, path], capture_output=True, check=True)
    told, most = done.stdout.decode().splitlines()
    return told, int(most)


def far_cell(path: Path) -> Path:
    """Eighty million cells between two: 2.4 GB."""
    write_xlsx(path, {"One": [["email"], ["a@example.org"]]})
    far = b'<row r="800000"><c r="CV800000"><v>1</v></c></row></sheetData>'
    return rewrite(path, "xl/worksheets/sheet1.xml", b"</sheetData>", far)


def repeated_cells(path: Path) -> Path:
    """A thousand letters in a million cells, written once."""
    many = cell("x" * 1000, ' table:number-columns-repeated="1000"')
    more = ' table:number-rows-repeated="1000"'
    return write_ods(path, table("One", row(cell("email")), row(many, more=more)))


def small_cells(path: Path) -> Path:
    """Five million cells of seven letters each."""
    write_xlsx(path, {"One": [["email"], ["a@example.org"]]})
    many = b"<row>" + b"<c><v>1</v></c>" * 50 + b"</row>"
    part = "xl/worksheets/sheet1.xml"
    return rewrite(path, part, b"</sheetData>", many * 60_000 + b"</sheetData>")


def shared_text(path: Path) -> Path:
    """One text of a million letters that a thousand cells refer to."""
    write_xlsx(path, {"One": [["email"], ["a@example.org"]]})
    rewrite(path, "xl/sharedStrings.xml", b"a@example.org", b"x" * 1_000_000)
    many = b"<row>" + b'<c t="s"><v>1</v></c>' * 1000 + b"</row></sheetData>"
    return rewrite(path, "xl/worksheets/sheet1.xml", b"</sheetData>", many)


@pytest.mark.parametrize("make", [far_cell, repeated_cells, small_cells, shared_text])
def test_a_small_workbook_cannot_ask_for_much_memory(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path / "contacts.xlsx")
    told, most = peak_of(path)
    assert "far more memory than a list of its size" in told
    assert "delete those, or save it as CSV" in told
    assert most < 180  # 30 are the interpreter's own


def test_a_wide_and_sparse_list_gets_the_memory_it_needs(tmp_path: Path) -> None:
    rows: list[list[Value]] = [[f"column {at}" for at in range(60)]]
    rows += [[*[None] * (at % 59), f"a{at}@example.org"] for at in range(30_000)]
    told, _ = peak_of(write_xlsx(tmp_path / "contacts.xlsx", {"One": rows}))
    assert told == "30001"


def test_a_workbook_that_is_gone_meanwhile_is_told(tmp_path: Path) -> None:
    program = [sys.executable, "-I", workbook_program.__file__, str(tmp_path / "gone.xlsx")]
    done = subprocess.run(program, capture_output=True, check=True)
    assert b"No such file or directory" in done.stdout
    assert b"refused" in done.stdout
