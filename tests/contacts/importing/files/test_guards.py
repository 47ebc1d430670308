import os
import zipfile
from pathlib import Path

import pytest

from mailer.contacts.importing.files import workbook_program
from mailer.contacts.importing.files.guards import LARGEST_FILE
from mailer.errors import BadInput
from tests.contacts.importing.opened import cell, opened, rewrite, row, table, write_ods, write_xls
from tests.contacts.importing.workbooks import write_xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as why:
        opened(path)
    assert path.name in str(why.value)
    assert "\n" not in str(why.value)
    return str(why.value)


def archive(path: Path, *parts: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts:
            file.writestr(name, data)
    return path


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "cannot read" in refused(tmp_path / "none.csv")


def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot read"):
        opened(tmp_path / "a\0b.csv")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder: name a file in it" in refused(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "contacts.csv")
    assert "is no plain file" in refused(tmp_path / "contacts.csv")


def test_a_device_is_refused() -> None:
    assert "is no plain file" in refused(Path("/dev/zero"))


def test_a_file_that_is_too_large_is_refused_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    assert "has 200 MB and 200 MB is the most: split it" in refused(path)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x89PNG\r\n", "a picture"),
        (b"  <!DOCTYPE html><table>", "a web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "a web page or XML"),
        (bytes(range(128)), "not a text file"),
        ("email,outlet".encode("utf-16-le"), "not a text file"),
    ],
)
def test_what_is_no_contact_file_is_called_by_its_name(
    tmp_path: Path, data: bytes, what: str
) -> None:
    path = tmp_path / "contacts.xls"
    path.write_bytes(data)
    assert what in refused(path)
    assert "save it as CSV" in refused(path)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("contacts.csv", "a zip archive, not a spreadsheet: unpack it"),
        ("inner.zip", "a zip archive, not a spreadsheet: unpack it"),
        ("word/document.xml", "a text document"),
        ("Index/Document.iwa", "Apple Numbers"),
    ],
)
def test_another_archive_is_no_spreadsheet(tmp_path: Path, name: str, what: str) -> None:
    assert what in refused(archive(tmp_path / "contacts.xlsx", (name, b"x")))


@pytest.mark.parametrize("keep", [4, 30, 2000, -30])
def test_a_workbook_that_is_cut_off_is_refused(tmp_path: Path, keep: int) -> None:
    path = write_xlsx(tmp_path / "contacts.xlsx", {"One": [["email"], ["a@example.org"]]})
    path.write_bytes(path.read_bytes()[:keep])
    assert "damaged or cut off" in refused(path)


def test_a_workbook_with_flipped_bytes_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "contacts.xlsx", {"One": [["email"]] * 500})
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(data)
    assert "damaged or cut off" in refused(path)


def test_a_bomb_is_refused_by_what_it_inflates_to(tmp_path: Path) -> None:
    blank = b" " * (workbook_program.SMALL_ENOUGH + 1)
    path = archive(tmp_path / "c.xlsx", ("xl/workbook.xml", b"<x/>"), ("xl/sheet1.xml", blank))
    assert "inflates to far more" in refused(path)


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "contacts.xlsx", ("xl/workbook.xml", b" " * 5_000_000))
    data = path.read_bytes()
    path.write_bytes(data.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert "damaged or cut off" in refused(path)


def test_an_archive_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    parts = [(str(number), b"") for number in range(workbook_program.MOST_ENTRIES)]
    path = archive(tmp_path / "contacts.xlsx", ("xl/workbook.xml", b"<x/>"), *parts)
    assert "inflates to far more" in refused(path)


def test_an_encrypted_workbook_asks_to_be_saved_without_password(tmp_path: Path) -> None:
    path = tmp_path / "contacts.xlsx"
    path.write_bytes(OLE + bytes(5000) + "EncryptedPackage".encode("utf-16-le") + bytes(5000))
    assert "protected by a password" in refused(path)


def test_an_encrypted_ods_asks_to_be_saved_without_password(tmp_path: Path) -> None:
    entry = (
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">'
        "<manifest:encryption-data/></manifest:file-entry>"
    )
    assert "protected by a password" in refused(
        write_ods(tmp_path / "contacts.ods", table("One", row(cell("email"))), manifest=entry)
    )


def test_an_xls_with_a_password_asks_to_be_saved_without(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "contacts.xls", [["email"], ["a@example.org"]], locked=True)
    assert "protected by a password" in refused(path)


def test_another_office_file_of_old_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "contacts.xls"
    path.write_bytes(OLE + bytes(5000))
    assert "damaged" in refused(path)


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a0 "lol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)


def test_entities_of_xml_are_never_expanded(tmp_path: Path) -> None:
    ods = write_ods(tmp_path / "c.ods", table("One", row(cell("&a9;"))), before=ENTITIES)
    assert "damaged" in refused(ods)
    xlsx = write_xlsx(tmp_path / "c.xlsx", {"One": [["email"]]})
    rewrite(xlsx, "xl/sharedStrings.xml", b"<sst", ENTITIES.encode() + b"<sst")
    assert "damaged" in refused(rewrite(xlsx, "xl/sharedStrings.xml", b">email<", b">&a9;<"))


def test_a_sheet_that_says_it_is_huge_and_is_not_is_read(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "contacts.xlsx", {"One": [["email"], ["a@example.org"]]})
    rewrite(path, "xl/worksheets/sheet1.xml", b'ref="A1:A2"', b'ref="A1:XFD1048576"')
    assert opened(path).cells == [("email",), ("a@example.org",)]


def test_cells_at_the_far_corner_of_a_sheet_take_no_memory_of_ours(tmp_path: Path) -> None:
    # 17 thousand million cells between two: the library asks for 550 GB and its process ends.
    path = write_xlsx(tmp_path / "contacts.xlsx", {"One": [["email"], ["a@example.org"]]})
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    rewrite(path, "xl/worksheets/sheet1.xml", b"</sheetData>", far)
    assert "cells lie far out: delete those" in refused(path)


def test_repeated_cells_of_an_ods_are_no_bomb(tmp_path: Path) -> None:
    wide = cell("x", ' table:number-columns-repeated="16384"')
    many = row(wide, more=' table:number-rows-repeated="1048576"')
    path = write_ods(tmp_path / "contacts.ods", table("One", many))
    assert "more cells than a contact list" in refused(path)


def test_the_suffix_does_not_decide(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "contacts.csv", [["email", "n"], ["a@example.org", 1.0]])
    assert opened(path).kind == "xls"
    path = write_xlsx(tmp_path / "contacts.xls", {"One": [["email"], ["a@example.org"]]})
    assert opened(path).kind == "xlsx"
    path.write_text("email\ta\nx@example.org\tb\n")
    file = opened(path)
    assert file.cells[0] == ("email", "a")
    assert file.notices == ["contacts.xls is no spreadsheet, whatever its name says: read as text"]
