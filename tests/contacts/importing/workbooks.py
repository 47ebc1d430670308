"""XLSX workbooks for tests."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

#: A cell; "=…" is a formula.
Value = str | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
FORMATS = {
    dt.datetime: "yyyy-mm-dd hh:mm:ss",
    dt.date: "yyyy-mm-dd",
    dt.time: "hh:mm:ss",
    dt.timedelta: "[h]:mm:ss",
}


def write_xlsx(
    path: Path, sheets: Mapping[str, Sequence[Sequence[Value]]], *, hidden: str = ""
) -> Path:
    """A workbook with these tabs; None leaves a cell out."""
    book = xlsxwriter.Workbook(path)
    formats = {kind: book.add_format({"num_format": shown}) for kind, shown in FORMATS.items()}
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name == hidden:
            sheet.hide()
        for at, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if isinstance(value, str):
                    sheet.write_string(at, column, value)
                elif type(value) in formats:
                    sheet.write_datetime(at, column, value, formats[type(value)])
                elif value is not None:
                    sheet.write(at, column, value)
    book.close()
    return path
