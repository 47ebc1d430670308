import tracemalloc
from pathlib import Path

import pytest

from mailer.contacts.importing.files import open_contacts
from mailer.errors import BadInput
from tests.contacts.importing.opened import Opened, opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "contacts.csv"


def read(path: Path, data: bytes | str, *, delimiter: str = "") -> Opened:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return opened(path, delimiter=delimiter)


def rows(file: Opened) -> list[tuple[str, ...]]:
    return file.cells[1:]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "^", "~", "\x1f", ":"])
def test_the_delimiter_is_found(path: Path, mark: str) -> None:
    file = read(path, f"email{mark}outlet\neva@example.org{mark}A B\n")
    assert file.cells == [("email", "outlet"), ("eva@example.org", "A B")]
    assert file.delimiter == mark


def test_several_values_in_a_cell_are_not_several_cells(path: Path) -> None:
    assert rows(read(path, "email,lists\neva@example.org,a|b|c|d\n"))[0][1] == "a|b|c|d"


def test_commas_inside_of_cells_do_not_hide_the_semicolons(path: Path) -> None:
    text = "name;city;note\n" + "Holm, Karen;Oslo, Norway;a, b\n" * 9
    assert read(path, text).cells[0] == ("name", "city", "note")


def test_a_delimiter_that_is_named_wins(path: Path) -> None:
    file = read(path, "email,a;outlet\neva@example.org,b;A\n", delimiter="semicolon")
    assert file.cells[0] == ("email,a", "outlet")
    assert file.notices == []


@pytest.mark.parametrize("given", ["ab", '"', "a", "\n", "  "])
def test_what_cannot_be_a_delimiter_is_refused(path: Path, given: str) -> None:
    with pytest.raises(BadInput, match="name one sign"):
        read(path, "a,b\n", delimiter=given)


def test_a_spreadsheets_own_word_on_the_delimiter_is_believed(path: Path) -> None:
    file = read(path, 'sep=;\nemail;note\neva@example.org;"a, b"\n')
    assert [(line.number, line.cells) for line in file.lines] == [
        (1, ("email", "note")),
        (2, ("eva@example.org", "a, b")),
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(path: Path, ending: str) -> None:
    file = read(path, ending.join(["email,outlet", "eva@example.org,A", ""]))
    assert [(line.number, line.cells) for line in file.lines[1:]] == [(2, ("eva@example.org", "A"))]


def test_blank_lines_count_as_rows_and_say_nothing(path: Path) -> None:
    file = read(path, "\nemail,outlet\n\n,\neva@example.org,A\n")
    assert [line.number for line in file.lines] == [2, 5]
    assert file.notices == []


def test_very_many_blank_lines_above_the_header_are_passed_over(path: Path) -> None:
    file = read(path, "\r\n" * 5000 + "email,outlet\r\neva@example.org,A\r\n")
    assert [line.number for line in file.lines] == [5001, 5002]


def test_titles_above_the_header_are_left_out_and_told(path: Path) -> None:
    text = (
        "Export of 12 May, by Eva\n\nExported:;12.05.2024\nemail;outlet;city;zone\ne@x.org;A;B;C\n"
    )
    file = read(path, text)
    assert [line.number for line in file.lines] == [4, 5]
    assert file.notices == ["rows 1–3 above the header left out: “Export of 12 May, by Eva”"]


@pytest.mark.parametrize(
    "text",
    [
        "email\na@example.org\n",
        "email\na@example.org,A,B,C\n",
        "email,outlet\na@example.org,A,B,C,D,E\n",
        "outlet\nA,B\n",
    ],
)
def test_a_narrow_header_is_no_title(path: Path, text: str) -> None:
    assert read(path, text).lines[0].number == 1


def test_ragged_rows_come_as_they_are(path: Path) -> None:
    file = read(path, "email,outlet,city\na@example.org\nb@example.org,B,C,D\n")
    assert rows(file) == [("a@example.org",), ("b@example.org", "B", "C", "D")]


def test_a_cell_may_run_over_several_lines(path: Path) -> None:
    file = read(path, 'email,note\na@example.org,"one\ntwo"\nb@example.org,\n')
    assert [(line.number, line.problem) for line in file.lines] == [(1, ""), (2, ""), (3, "")]
    assert rows(file)[0][1] == "one\ntwo"


def test_a_quotation_mark_that_is_never_closed_costs_its_own_row_only(path: Path) -> None:
    good = [f"reader{number}@example.org,A\n" for number in range(50)]
    file = read(path, "".join(["email,outlet\n", 'eva@example.org,"The Sun\n', *good]))
    assert "never closed" in file.lines[1].problem
    assert len([line for line in file.lines[1:] if not line.problem]) == 50
    file = read(path, 'email,outlet\nb@example.org,A\na@example.org,"The Sun')
    assert [bool(line.problem) for line in file.lines] == [False, False, True]


def test_two_stray_quotation_marks_do_not_swallow_the_rows_between(path: Path) -> None:
    text = 'email,outlet,city\na@example.org,"A,X\nb@example.org,B,Y\nc@example.org,C",Z\n'
    assert [bool(line.problem) for line in read(path, text).lines] == [False, True, False, False]


def test_a_quotation_mark_inside_of_a_cell_is_text(path: Path) -> None:
    assert rows(read(path, 'email,note\na@example.org,5" screen\n')) == [
        ("a@example.org", '5" screen')
    ]


@pytest.mark.parametrize("row", ["a\0@example.org,A\n", 'a@example.org,"A\0"\n', 'a,"A\n\0"\n'])
def test_a_nul_byte_costs_its_own_row_only(path: Path, row: str) -> None:
    file = read(path, "email,outlet\n" + row + "b@example.org,B\n" * 5)
    assert "NUL" in file.lines[1].problem
    assert file.lines[-1].cells == ("b@example.org", "B")


def test_a_line_of_megabytes_costs_its_own_row_only(path: Path) -> None:
    long = "x" * 10_000_000
    file = read(path, f'email,outlet\n{long},A\nb@example.org,B\n"{long}",C\nd@example.org,D\n')
    assert [line.number for line in file.lines if line.problem] == [2, 4]
    assert all("longer than 1,000,000" in line.problem for line in file.lines if line.problem)
    assert all(len(line.cells[0]) < 1000 for line in file.lines)
    assert file.cells[-1] == ("d@example.org", "D")


def test_a_header_that_cannot_be_read_is_refused(path: Path) -> None:
    with pytest.raises(BadInput, match="row 1 must name the columns and is not usable"):
        read(path, 'email,"outlet\na@example.org,A\n')


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"sep=;\n", b",,\n", b"\n" * 500])
def test_an_empty_file_is_refused_with_what_to_do(path: Path, data: bytes) -> None:
    with pytest.raises(BadInput, match="first row must name the columns"):
        read(path, data)


def test_a_header_without_rows_is_said(path: Path) -> None:
    file = read(path, "email,outlet\n")
    assert rows(file) == []
    assert file.notices == ["there are no rows below the header: nothing to import"]


def test_a_file_takes_no_more_memory_than_a_part_of_it(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("email;outlet;note\n")
        file.writelines(f'a{n}@example.org;Ærø;"{"x" * 500}"\n' for n in range(30_000))
    tracemalloc.start()
    with open_contacts(path) as contacts:
        count = sum(1 for sheet in contacts.sheets for _ in sheet.lines)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 30_001
    assert peak < path.stat().st_size / 4


def test_the_digest_is_that_of_the_bytes(path: Path) -> None:
    # printf 'email\na@b.org\n' | sha256sum
    digest = "9ac237dd7d326de802a14dbea44da6e9"
    assert read(path, "email\na@b.org\n").digest.startswith(digest)
