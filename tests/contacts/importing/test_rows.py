import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.contacts.importing.reading import Line, Table
from mailer.contacts.importing.rows import READERS, TypedRows, name_columns, type_rows
from mailer.errors import BadInput


def typed(header: str, *rows: str) -> TypedRows:
    lines = tuple(Line(n, tuple(row.split(","))) for n, row in enumerate(rows, start=2))
    return type_rows(Table(header=tuple(header.split(",")), rows=lines))


def reason(header: str, row: str) -> str:
    (bad,) = typed(header, row).unusable
    assert bad.row == 2
    return bad.reason


@pytest.mark.parametrize("blank", ["", " ", ".", "-", "n/a", "N/A", "\u200b", "\xa0"])
def test_what_people_write_for_nothing_is_nothing(blank: str) -> None:
    (row,) = typed("email,city,languages", f"a@example.org,{blank},{blank}").rows
    assert (row.city, row.languages) == ("", ())


def test_spaces_and_unseen_marks_do_not_count() -> None:
    (row,) = typed("email,city", "\ufeff a@example.org,\u202aSaint\xa0 Denis\n").rows
    assert (row.email.normalised, row.city) == ("a@example.org", "Saint Denis")


def test_a_letter_that_only_joins_stays() -> None:
    (row,) = typed("email,family_name", "a@example.org,می\u200cخواهم").rows
    assert row.family_name == "می\u200cخواهم"


def test_several_values_are_split_each_once_and_in_order() -> None:
    header = "email,languages,beats,lists"
    (row,) = typed(header, "a@example.org,da|EN|da|no,Crime| crime |EU,Ports|ports||All").rows
    assert row.languages == ("da", "en", "nb")
    assert row.beats == ("crime", "eu")
    assert row.lists == ("Ports", "All")


@pytest.mark.parametrize(
    ("header", "row", "told"),
    [
        ("email", ".", "no e-mail address"),
        ("email", "eva at example.org", "email: 'eva at example.org' is not an e-mail address"),
        ("email,languages", "a@example.org,da|xx-", "languages: 'xx-'"),
        ("email,outlet_country", "a@example.org,Denmrk", "did you mean 'Denmark'?"),
        ("email,zone", "a@example.org,Mars/Base", "zone: unknown time zone"),
        ("email,media_type", "a@example.org,dayly", "did you mean 'daily'?"),
        ("email,tracking", "a@example.org,maybe", "write none, aggregate or individual"),
        ("email,do_not_contact", "a@example.org,perhaps", "write yes or no"),
        ("email,city", "a@example.org,Aar\0hus", "NUL byte"),
        ("email,city", "a@example.org,Aar\ufffdhus", "save the file as UTF-8"),
        ("email,city", "a@example.org,Aarhus,DK", "the row has 3 cells and the header 2"),
    ],
)
def test_a_bad_row_is_told_with_its_reason(header: str, row: str, told: str) -> None:
    assert told in reason(header, row)


def test_a_row_shorter_than_the_header_says_nothing_of_the_rest() -> None:
    (row,) = typed("email,city,zone", "a@example.org").rows
    assert (row.city, row.zone) == ("", "")


def test_empty_cells_beyond_the_header_do_no_harm() -> None:
    assert len(typed("email,city,", "a@example.org,Aarhus,,,").rows) == 1


def test_a_header_repeated_in_mid_file_is_left_out_and_said() -> None:
    result = typed("email,city", "a@example.org,Aarhus", "Email, City", "b@example.org,Odense")
    assert [row.row for row in result.rows] == [2, 4]
    assert result.notices == ["row 3 repeats the header and is left out"]
    assert not result.unusable


def test_columns_are_known_in_any_case_and_order() -> None:
    assert name_columns(("Given Name", " E-Mail".replace("-", ""), "job-title")) == [
        "given_name",
        "email",
        "job_title",
    ]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (("email", "giveb_name"), "did you mean 'given_name'?"),
        (("outlet",), "no column 'email'"),
        (("email", "", "city"), "column 2 has no name"),
        (("email", "Email"), "stands twice"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused(header: tuple[str, ...], told: str) -> None:
    with pytest.raises(BadInput, match=told.replace("?", r"\?")):
        name_columns(header)


@given(cells=st.lists(st.text(max_size=30), max_size=len(READERS) + 2))
def test_no_cells_crash_the_typing(cells: list[str]) -> None:
    result = type_rows(Table(header=tuple(READERS), rows=(Line(2, tuple(cells)),)))
    assert len(result.rows) + len(result.unusable) + len(result.notices) == 1
