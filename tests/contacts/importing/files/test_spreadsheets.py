import datetime as dt
from pathlib import Path

import psutil
import pytest
import xlsxwriter

from mailer.contacts.importing.files import open_contacts
from mailer.errors import BadInput
from tests.contacts.importing.opened import cell, opened, row, table, write_ods, write_xls
from tests.contacts.importing.workbooks import Value, write_xlsx

CONTACT: list[Value] = ["a@example.org", "A"]


def test_every_tab_is_a_sheet_with_its_name(tmp_path: Path) -> None:
    lists: dict[str, list[list[Value]]] = {
        "Ports": [["email", "outlet"], CONTACT],
        "Øvrige": [["name"], ["Ann"]],
    }
    file = opened(write_xlsx(tmp_path / "c.xlsx", lists))
    assert (file.kind, file.notices) == ("xlsx", [])
    assert {name: [line.cells for line in lines] for name, lines in file.sheets.items()} == {
        "Ports": [("email", "outlet"), ("a@example.org", "A")],
        "Øvrige": [("name",), ("Ann",)],
    }


def test_empty_and_hidden_tabs_are_told(tmp_path: Path) -> None:
    rows: list[list[Value]] = [["email", "outlet"], CONTACT]
    path = write_xlsx(tmp_path / "c.xlsx", {"A": rows, "Old": rows, "Empty": []}, hidden="Old")
    file = opened(path)
    assert list(file.sheets) == ["A", "Old"]
    assert file.notices == [
        "sheet “Old” is hidden in the spreadsheet and read too",
        "sheet “Empty” is empty and left out",
    ]


def test_a_workbook_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="first row of a sheet must name the columns"):
        opened(write_xlsx(tmp_path / "c.xlsx", {"A": [], "B": []}))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4512345678.0, "4512345678"),
        (1.5, "1.5"),
        (-3, "-3"),
        (1e20, "100000000000000000000"),
        (True, "TRUE"),
        (False, "FALSE"),
        (dt.date(2026, 5, 12), "2026-05-12"),
        (dt.datetime(2026, 5, 12, 13, 4, 5), "2026-05-12T13:04:05"),  # noqa: DTZ001
        (dt.time(7, 30), "07:30:00"),
        (dt.timedelta(hours=30, minutes=5), "30:05:00"),
        (" padded ", " padded "),
        ("two\nlines", "two\nlines"),
        ("007", "007"),
        ("_x000D_ & <b>", "_x000D_ & <b>"),
        (None, ""),
    ],
)
def test_a_cell_becomes_text(tmp_path: Path, value: Value, text: str) -> None:
    path = write_xlsx(tmp_path / "c.xlsx", {"A": [["email", "v", "w"], ["a@b.org", value, "."]]})
    assert opened(path).cells[1] == ("a@b.org", text, ".")


def test_formulas_give_their_value_and_errors_are_blank(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "c.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["email", "sum", "text", "na", "ref"])
    for column, value in enumerate(["a@b.org", 7, "text", "#N/A", "#REF!"]):
        sheet.write_formula(1, column, "=B9", None, value)
    book.close()
    assert opened(tmp_path / "c.xlsx").cells[1] == ("a@b.org", "7", "text", "", "")


def test_rows_are_counted_as_the_spreadsheet_counts_them(tmp_path: Path) -> None:
    rows: list[list[Value]] = [[], ["Press list of May"], [], [None, "email", "outlet", "city"]]
    path = write_xlsx(tmp_path / "c.xlsx", {"A": [*rows, [], ["  "], [None, *CONTACT]]})
    file = opened(path)
    assert [(line.number, line.cells) for line in file.lines] == [
        (4, ("", "email", "outlet", "city")),
        (7, ("", "a@example.org", "A", "")),
    ]
    assert file.notices == ["row 2 of sheet “A” above the header left out: “Press list of May”"]


def test_numbers_in_a_column_of_phones_are_told(tmp_path: Path) -> None:
    rows: list[list[Value]] = [
        ["email", "Mobile phone", "Zip", "Reach"],
        ["a@b.org", 4512345678, "01234", 9],
        ["b@b.org", "+45 12", "8000", 9],
        ["c@b.org", 30201000, "8000", 9],
    ]
    [notice] = opened(write_xlsx(tmp_path / "c.xlsx", {"A": rows})).notices
    assert notice.startswith("column “Mobile phone” holds numbers in 2 rows: a spreadsheet drops")


def test_a_header_without_rows_is_said(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "c.xlsx", {"A": [["email", "outlet"]]})
    assert opened(path).notices == [
        "sheet “A”: there are no rows below the header: nothing to import"
    ]


def test_a_row_of_megabytes_costs_itself_only(tmp_path: Path) -> None:
    rows: list[list[Value]] = [["email", "outlet"], ["x" * 32_000] * 40, CONTACT]
    file = opened(write_xlsx(tmp_path / "c.xlsx", {"A": rows}))
    assert [line.problem for line in file.lines] == [
        "",
        "it is longer than 1,000,000 characters",
        "",
    ]


def test_a_sheet_that_is_left_half_read_is_skipped(tmp_path: Path) -> None:
    rows: list[list[Value]] = [["email", "outlet"], *[CONTACT] * 5000]
    path = write_xlsx(tmp_path / "c.xlsx", {"A": rows, "B": [["email"], ["b@example.org"]]})
    with open_contacts(path) as file:
        first, second = next(file.sheets), next(file.sheets)
        assert [line.cells[0] for line in second.lines] == ["email", "b@example.org"]
        assert (first.name, list(first.lines)) == ("A", [])


def test_the_process_that_reads_is_gone_afterwards(tmp_path: Path) -> None:
    rows: list[list[Value]] = [["email", "outlet"], *[CONTACT] * 20_000]
    with open_contacts(write_xlsx(tmp_path / "c.xlsx", {"A": rows})) as file:
        next(next(file.sheets).lines)
    # Other tests of this process may have children of their own.
    mine = psutil.Process().children()
    assert not [child for child in mine if "workbook_program" in " ".join(child.cmdline())]


def test_an_ods_is_read_as_an_xlsx_is(tmp_path: Path) -> None:
    values = (
        '<table:table-cell office:value-type="float" office:value="4512345678"/>'
        '<table:table-cell office:value-type="date" office:date-value="2026-05-12"/>'
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell office:value-type="time" office:time-value="PT13H04M00S"/>'
    )
    # LibreOffice fills a sheet up to its last row and column.
    rest = '<table:table-cell table:number-columns-repeated="16380"/>'
    below = row(rest, more=' table:number-rows-repeated="1048570"')
    path = write_ods(
        tmp_path / "c.ods",
        table("Ports", row(*map(cell, ["mail", "a", "b", "c", "d"]), rest), below),
        table("Old", row(cell("x"), values), row(cell("y")), below, hidden=True),
    )
    file = opened(path)
    assert file.kind == "ods"
    assert [line.cells for line in file.sheets["Old"]] == [
        ("x", "4512345678", "2026-05-12", "TRUE", "13:04:00"),
        ("y", "", "", "", ""),
    ]
    assert "sheet “Old” is hidden in the spreadsheet and read too" in file.notices


def test_an_xls_is_read_as_an_xlsx_is(tmp_path: Path) -> None:
    rows: list[list[str | float]] = [
        ["email", "Tlf", "outlet"],
        ["a@example.org", 4512345678.0, "Ærø Avis"],
        ["b@example.org", 0.5, "Łódź"],
    ]
    file = opened(write_xls(tmp_path / "c.xls", rows, name="Ports"))
    assert file.kind == "xls"
    assert [line.cells for line in file.sheets["Ports"]] == [
        ("email", "Tlf", "outlet"),
        ("a@example.org", "4512345678", "Ærø Avis"),
        ("b@example.org", "0.5", "Łódź"),
    ]
