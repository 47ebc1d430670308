from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.contacts.importing.reading import Table, read_csv, read_table
from mailer.errors import BadInput


def read(data: bytes | str) -> Table:
    raw = data.encode() if isinstance(data, str) else data
    return read_csv(raw, file_name="contacts.csv")


def cells(table: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_found(mark: str) -> None:
    table = read(f"email{mark}outlet\neva@example.org{mark}A|B\n")
    assert table.header == ("email", "outlet")
    assert cells(table) == [("eva@example.org", "A|B")]


def test_a_spreadsheets_own_word_on_the_delimiter_is_believed() -> None:
    assert read('sep=;\nemail;note\neva@example.org;"a, b"\n').rows[0].cells[1] == "a, b"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(ending: str) -> None:
    table = read(ending.join(["email,outlet", "eva@example.org,A", ""]))
    assert [(row.number, row.cells) for row in table.rows] == [(2, ("eva@example.org", "A"))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_is_found(encoding: str) -> None:
    table = read("email,outlet\neva@example.org,Ærø Avis\n".encode(encoding))
    assert cells(table) == [("eva@example.org", "Ærø Avis")]
    assert table.header[0] == "email"
    assert not table.notices


def test_windows_1252_is_read_line_by_line_and_said() -> None:
    table = read(
        "email,outlet\na@example.org,Ærø\n".encode() + "b@example.org,Über\n".encode("cp1252")
    )
    assert [row[1] for row in cells(table)] == ["Ærø", "Über"]
    assert table.notices == (
        "1 line is not UTF-8 and read as Windows-1252: check the accented letters",
    )


def test_blank_lines_count_as_rows_and_say_nothing() -> None:
    table = read("\nemail,outlet\n\n,\neva@example.org,A\n")
    assert [row.number for row in table.rows] == [5]


def test_a_cell_may_run_over_several_lines() -> None:
    table = read('email,note\na@example.org,"one\ntwo"\nb@example.org,\n')
    assert [(row.number, row.problem) for row in table.rows] == [(2, ""), (3, "")]
    assert table.rows[0].cells[1] == "one\ntwo"


def test_a_quotation_mark_that_is_never_closed_costs_its_own_row_only() -> None:
    good = [f"reader{number}@example.org,A\n" for number in range(50)]
    table = read("".join(["email,outlet\n", 'eva@example.org,"The Sun\n', *good]))
    assert "never closed" in table.rows[0].problem
    assert len([row for row in table.rows if not row.problem]) == 50
    table = read('email,outlet\nb@example.org,A\na@example.org,"The Sun')
    assert [bool(row.problem) for row in table.rows] == [False, True]


def test_two_stray_quotation_marks_do_not_swallow_the_rows_between() -> None:
    table = read('email,outlet,city\na@example.org,"A,X\nb@example.org,B,Y\nc@example.org,C",Z\n')
    assert [bool(row.problem) for row in table.rows] == [True, False, False]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"sep=;\n"])
def test_an_empty_file_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(BadInput, match="first row must name the columns"):
        read(data)


@pytest.mark.parametrize("data", [b"PK\x03\x04rest", "email".encode("utf-16-le")])
def test_what_is_no_text_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(BadInput, match="save it as CSV"):
        read(data)


def test_a_header_without_rows_is_said() -> None:
    table = read("email,outlet\n")
    assert table.rows == ()
    assert table.notices == ("there are no rows below the header: nothing to import",)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot read"):
        read_table(tmp_path / "none.csv")


@given(tail=st.binary(max_size=400))
def test_no_bytes_crash_the_reading(tail: bytes) -> None:
    try:
        read(b"email,note\n" + tail)
    except BadInput:
        return
