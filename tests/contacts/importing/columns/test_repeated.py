import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.contacts.importing.columns import fingerprint, is_header, read_header
from mailer.errors import BadInput

COLUMNS = read_header(["Outlet", "Name", "Email", "Deadline"], mapping={"Deadline": "ignore"})


@pytest.mark.parametrize(
    "cells",
    [
        ("Outlet", "Name", "Email", "Deadline"),
        ("OUTLET", "name", "E-Mail", "deadline", "", ""),
        ("\ufeffOutlet", "Name", "Email"),
        ("", "Name", "Email", ""),
        ("Media outlet", "Journalist", "E-mail address", "Phone"),
        ("Outlet", "", "", ""),
        ("Newspapers", "", "", ""),
        ("", "GERMANY", "", ""),
        ("--- TV stations ---", "", "", ""),
        ("National press:", "", "", ""),
        ("=====", "", "", ""),
    ],
)
def test_a_line_that_repeats_the_header_or_heads_a_block_is_no_contact(
    cells: tuple[str, ...],
) -> None:
    assert is_header(cells, COLUMNS)


@pytest.mark.parametrize(
    "cells",
    [
        (),
        ("", "", ""),
        ("Politiken", "Eva Lund", "eva@example.org", ""),
        ("Email", "Eva Lund", "eva@example.org", ""),
        ("Newspapers", "Eva Lund", "", ""),
        ("Politiken", "", "", ""),
        ("", "", "eva@example.org", ""),
        ("x" * 5000, "", "", ""),
    ],
)
def test_a_contact_is_no_header(cells: tuple[str, ...]) -> None:
    assert not is_header(cells, COLUMNS)


@pytest.mark.parametrize(
    ("first", "is_title"),
    [
        ("Salutation", True),
        ("Country", True),
        ("Remark to skip", True),
        ("Outlet", False),
        ("First name", False),
        ("Name", False),
        ("Email", False),
    ],
)
def test_what_stands_alone_in_the_first_column_is_a_heading_unless_it_may_be_a_contact(
    first: str, is_title: bool
) -> None:
    header = [first, *(word for word in ("Last name", "E-Mail 2", "Phone") if word != first)]
    columns = read_header(header, mapping={"Remark to skip": "ignore"})
    assert is_header(("Liste Bayern 0", "", "", ""), columns) is is_title
    assert not is_header(("", "", "", "+45 1"), columns)
    assert not is_header(("Liste Bayern 0", "Lund", "", ""), columns)


def test_in_a_narrow_table_a_single_word_is_a_contact() -> None:
    assert not is_header(("Germany", ""), read_header(["Outlet", "Email"]))


@given(st.lists(st.text(max_size=20), max_size=6))
@settings(deadline=None)
def test_no_line_breaks_the_look_for_headers(cells: list[str]) -> None:
    assert is_header(cells, COLUMNS) in (True, False)


@given(st.lists(st.text(max_size=20), max_size=6))
@settings(deadline=None)
def test_any_header_row_is_read_or_refused(cells: list[str]) -> None:
    problem = ""
    try:
        columns = read_header(cells)
        assert len(columns.targets) == len(columns.found_by) == len(cells)
        assert columns.fingerprint == fingerprint(columns.header)
    except BadInput as wrong:
        problem = str(wrong)
    assert "\n" not in problem


def test_looking_at_each_line_costs_little() -> None:
    lines = [(f"Outlet {n}", f"Eva Lund{n}", f"eva{n}@example.org", "") for n in range(20_000)]
    started = time.process_time()
    assert not any(is_header(line, COLUMNS) for line in lines)
    assert time.process_time() - started < 1
