"""One number for several outlets, such as the 0 of a program that has none: it leads to nobody."""

import pytest
from sqlmodel import Session, select

from mailer.models import Journalist, Outlet, Role
from tests.contacts.importing.importing import Importing, counts

HEADER = "email,given_name,family_name,outlet,outlet_country,outlet.external_id\n"
TWO = f"{HEADER}a@x.example,A,Aa,Sun,DK,0\nb@x.example,B,Bb,Moon,DK,0\n"


def jobs(session: Session) -> list[tuple[str, str]]:
    rows = session.exec(
        select(Journalist.family_name, Outlet.name)
        .select_from(Role)
        .join(Journalist)
        .join(Outlet)
        .order_by(Journalist.family_name, Outlet.name)
    )
    return list(rows)


def test_the_same_file_again_changes_nothing_and_the_number_is_told(
    session: Session, take: Importing
) -> None:
    take(TWO)
    report = take(TWO)
    assert counts(report) == {"unchanged": 2}
    assert jobs(session) == [("Aa", "Sun"), ("Bb", "Moon")]
    (told,) = [notice for notice in report.notices if "same number" in notice]
    assert "0 (Sun, Moon)" in told
    assert "their names decide" in told


def test_a_file_that_names_one_of_them_leads_to_the_one_of_its_name(
    session: Session, take: Importing
) -> None:
    take(TWO)
    assert counts(take(f"{HEADER}a@x.example,A,Aa,Sun,DK,0\n")) == {"unchanged": 1}
    report = take(f"{HEADER}c@x.example,C,Cc,Star,DK,0\n")
    assert jobs(session) == [("Aa", "Sun"), ("Bb", "Moon"), ("Cc", "Star")]
    assert any("0 (Sun, Moon)" in notice for notice in report.notices)


def test_a_number_that_one_outlet_has_and_the_file_gives_to_two_leads_to_none(
    session: Session, take: Importing
) -> None:
    take(f"{HEADER}a@x.example,A,Aa,Sun,DK,0\n")
    take(TWO)
    assert jobs(session) == [("Aa", "Sun"), ("Bb", "Moon")]


def test_it_takes_the_place_of_no_number_that_an_outlet_has(
    session: Session, take: Importing
) -> None:
    take(f"{HEADER}a@x.example,A,Aa,Sun,DK,5\n")
    assert counts(take(TWO)) == {"new": 1, "unchanged": 1}
    found = session.exec(select(Outlet.name, Outlet.external_id).order_by(Outlet.name))
    assert list(found) == [("Moon", "0"), ("Sun", "5")]


@pytest.mark.parametrize("number", [2, 9])
def test_a_notice_names_the_first_few(take: Importing, number: int) -> None:
    lines = [f"a{one}@x.example,A,Aa{one},Paper {one},DK,0\n" for one in range(number)]
    (told,) = [notice for notice in take(HEADER + "".join(lines)).notices if "same" in notice]
    assert ("…" in told) == (number > 3)


def test_a_number_of_one_outlet_still_leads_to_it_under_another_name(
    session: Session, take: Importing
) -> None:
    take(f"{HEADER}a@x.example,A,Aa,Sun,DK,7\n")
    take(f"{HEADER}b@x.example,B,Bb,The Sun,DK,7\n")
    assert jobs(session) == [("Aa", "Sun"), ("Bb", "Sun")]
