"""Outlets at which we know nobody, and people without any job, exported and brought back."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.exporting import Chosen, Form, write_file, write_text
from mailer.contacts.importing import import_contacts
from mailer.contacts.importing.known import _is_called
from mailer.contacts.keeping import undoing
from mailer.models import Address, Desk, Journalist, MediaType, Outlet, Role
from mailer.tokens import Keyring
from tests import factories
from tests.contacts.exporting.exported import come_back, kept, news
from tests.contacts.importing.importing import only

TABLES = (Outlet, Address, Journalist, Desk, Role)
SUFFIXES = ("csv", "xlsx", "vcf")
ODD_NAMES = ["=1+1", '=HYPERLINK("https://x.example","x")', "+45", "-x", "@SUM(A1)", "\uff1d2"]


def outlet_alone(session: Session) -> Outlet:
    """An outlet of which everything is known that a file can tell."""
    return factories.saved(
        session,
        Outlet(
            name="Fynsk Dagblad",
            country="DK",
            media_type=MediaType.DAILY,
            publication_languages=["da"],
            city="Odense",
            zone="Europe/Copenhagen",
            website="https://fynsk.example",
            group_name="Fynske Medier",
            public_note="Closed on Sundays",
            external_id="cision_pipe_csv:007",
            details={
                "phone": "+45 33 11 11 11",
                "periodicity": "daily",
                "reach": "12,000",
                "beats": ["ports"],
                "addr1": "Torvet 1",
                "postcode": "5000",
            },
        ),
    )


def person_alone(session: Session) -> Journalist:
    """A person whom we know, and no job of hers."""
    return factories.saved(
        session,
        Journalist(
            given_name="Eva",
            particle="von",
            family_name="Berg",
            title="Dr.",
            languages=["da", "en"],
            public_note="Writes a book",
            mobile="+45 33 22 22 22",
            mobile_e164="+4533222222",
            first_seen_at=factories.NOW,
            details={"x": ["@eva"]},
        ),
    )


def rows(session: Session, **given: Any) -> list[dict[str, str]]:
    text = io.StringIO(newline="")
    write_text(session, text, Form.CSV, **given)
    return list(csv.DictReader(io.StringIO(text.getvalue(), newline="")))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_outlet_without_anybody_comes_back_to_the_letter(
    session: Session, keyring: Keyring, tmp_path: Path, suffix: str
) -> None:
    outlet_alone(session)
    before = kept(session, *TABLES)
    report = come_back(session, tmp_path / f"out.{suffix}", keyring=keyring)
    assert news(report) == {}, report
    assert report.counts["unchanged"] == 1
    assert kept(session, *TABLES) == before


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_person_without_a_job_comes_back_and_gets_none(
    session: Session, keyring: Keyring, tmp_path: Path, suffix: str
) -> None:
    person_alone(session)
    before = kept(session, *TABLES)
    report = come_back(session, tmp_path / f"out.{suffix}", keyring=keyring)
    assert news(report) == {}, report
    assert report.counts["unchanged"] == 1
    assert kept(session, *TABLES) == before


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_job_that_has_ended_is_exported_and_stays_ended(
    session: Session, keyring: Keyring, tmp_path: Path, suffix: str
) -> None:
    person = factories.journalist(session, "ida@fynsk.example", outlet=outlet_alone(session))
    role = only(session, Role)
    role.ended_on = factories.NOW.date().replace(year=2020)
    session.flush()
    before = kept(session, *TABLES)
    assert [row["family_name"] for row in rows(session)] == [person.family_name]
    report = come_back(session, tmp_path / f"out.{suffix}", keyring=keyring)
    assert news(report) == {}, report
    assert kept(session, *TABLES) == before


def test_another_office_gets_the_outlet_and_the_person(
    session: Session, keyring: Keyring, tmp_path: Path
) -> None:
    outlet_alone(session)
    person_alone(session)
    before = kept(session, Outlet, Journalist)
    path = tmp_path / "out.csv"
    assert write_file(session, path, Form.CSV) == 2
    for table in (Journalist, Outlet):
        session.execute(sa.delete(table))
    session.expunge_all()
    report = import_contacts(session, path, keyring=keyring)
    assert news(report) == {"new": 2}
    assert any("its outlet is kept without one" in told for told in report.notices)
    apart = {"id", "first_seen_at", "source", "basis_source"}
    for old, new in zip(before, kept(session, Outlet, Journalist), strict=True):
        assert {key: old[key] for key in old.keys() - apart} == {
            key: new[key] for key in new.keys() - apart
        }
    # A second time it changes nothing, although she has a job now: one of which nothing is known.
    again = import_contacts(session, path, keyring=keyring)
    assert news(again) == {}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_name_of_an_outlet_is_never_calculated(
    session: Session, keyring: Keyring, tmp_path: Path, suffix: str
) -> None:
    for name in ODD_NAMES:
        factories.saved(session, Outlet(name=name, country="DK", group_name=name))
    before = kept(session, *TABLES)
    for row in rows(session):
        assert row["outlet"].startswith("'")
        assert row["outlet.group"].startswith("'")
    report = come_back(session, tmp_path / f"out.{suffix}", keyring=keyring)
    assert news(report) == {}, report
    assert kept(session, *TABLES) == before


def test_an_outlet_alone_is_a_card_of_an_organisation(session: Session) -> None:
    outlet_alone(session)
    text = io.StringIO(newline="")
    write_text(session, text, Form.VCARD)
    lines = text.getvalue().split("\r\n")
    assert {"KIND:org", "FN:Fynsk Dagblad", "ORG:Fynsk Dagblad"} <= set(lines)
    assert "TEL;TYPE=work,voice:+45 33 11 11 11" in lines


def test_who_is_chosen_by_an_address_brings_nobody_without_one(session: Session) -> None:
    outlet_alone(session)
    person_alone(session)
    assert rows(session, chosen=[Chosen()]) == []


def test_a_row_that_says_something_of_a_contact_is_no_outlet(
    session: Session, keyring: Keyring, tmp_path: Path
) -> None:
    path = tmp_path / "hand.csv"
    path.write_text("email,family_name,job_title,outlet\n,,Editor,Havnebladet\n,,,Fynsk\n")
    report = import_contacts(session, path, keyring=keyring)
    assert report.counts | {"new": 1, "unusable": 1} == report.counts
    assert only(session, Outlet).name == "Fynsk"


def test_what_came_alone_goes_when_the_import_is_undone(
    session: Session, keyring: Keyring, tmp_path: Path
) -> None:
    path = tmp_path / "alone.csv"
    path.write_text("given_name,family_name,outlet,media_type\n,,Fynsk,daily\nEva,Berg,,\n")
    report = import_contacts(session, path, keyring=keyring)
    assert news(report) == {"new": 2}
    undoing.undo(session, report.operation_id, keyring=keyring, source="test")
    assert kept(session, *TABLES) == []


def test_an_outlet_alone_joins_the_contacts_that_come_later(
    session: Session, keyring: Keyring, tmp_path: Path
) -> None:
    path = tmp_path / "alone.csv"
    head = "email,family_name,outlet,media_type,outlet_country\n"
    path.write_text(f"{head},,Fynsk,daily,DK\n,,Fynsk,daily,DK\nk@fynsk.example,Holm,Fynsk,,\n")
    report = import_contacts(session, path, keyring=keyring)
    assert report.counts | {"new": 2, "duplicate": 1} == report.counts
    assert only(session, Role).outlet_id == only(session, Outlet).id
    assert only(session, Outlet).media_type == MediaType.DAILY


def test_those_without_anything_are_found_by_an_index(session: Session) -> None:
    asked = sa.select(col(Journalist.id)).where(_is_called(["Berg", "Holm"]))
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
    written = str(asked.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    how = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    plan = session.connection().exec_driver_sql(f"{how} {written}").all()
    assert "ix_journalist_family_name" in str(plan)
