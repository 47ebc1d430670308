"""Random address books, exported and imported: nothing changes, whatever stands in the texts."""

import string
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from mailer.contacts.importing.values import clean, is_blank
from mailer.contacts.suggesting import spelling
from mailer.models import Desk, Journalist, MediaList, MediaListEntry, MediaType, Outlet, Role
from mailer.tokens import Keyring
from tests import factories
from tests.contacts.exporting.exported import come_back, kept, news

ODD = st.sampled_from(
    [
        "=1+1",
        '=HYPERLINK("https://evil.example","x")',
        "+45",
        "-",
        "@SUM(A1)",
        "'=1",
        "\t=2",
        'says "no", often',
        "📰 ✍️",
        "مراسلة",
        "עיתונאית",
        "first\nsecond",
        "a\r\n\r\nb",
        "\n".join("abcdefghijklmnopqrstuvwxyz"),
        "semi; colon | bar, comma",
        "\\n back\\slash",
        "O’Neil-Smith",
        "n/a",
    ]
)
TEXT = st.one_of(
    st.just(""), ODD, st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
).filter(lambda text: "\0" not in text)
NAMES = st.one_of(
    st.sampled_from(["Eva", "Łucja", "محمد", "O’Neil", "Åse Ø", "Jean-Luc", "Zoë", "李"]),
    st.text(string.ascii_letters, min_size=2, max_size=8),
).filter(lambda name: not is_blank(clean(name), in_name=True))
WORDS = st.lists(
    st.one_of(st.sampled_from(["ports", "arts, culture", "=sum", "é/è", "it & data"]), NAMES),
    max_size=3,
    unique_by=spelling,
).map(lambda words: [word.lower() for word in words])
PHONES = st.sampled_from(["", "+45 33 12 34 56", "0045 33123456", "+1 (202) 555-0100"])
DATES = st.sampled_from([None, date(2019, 5, 4), date(2099, 12, 31)])
JOBS = st.fixed_dictionaries(
    {
        "job_title": TEXT,
        "beats": WORDS,
        "phone": PHONES,
        "started_on": DATES,
        "ended_on": DATES,
        "place": st.integers(-1, 1),
        "has_address": st.booleans(),
    }
)
PEOPLE = st.fixed_dictionaries(
    {
        "given_name": NAMES,
        "family_name": NAMES,
        "suffix": TEXT,
        "public_note": TEXT,
        "private_note": TEXT,
        "city": TEXT,
        "languages": st.lists(st.sampled_from(["da", "en", "ar", "pt-BR"]), unique=True),
        "country": st.sampled_from(["", "DK", "AE"]),
        "do_not_contact": st.booleans(),
        "jobs": st.lists(JOBS, min_size=1, max_size=3, unique_by=lambda one: one["place"]),
    }
)
OUTLETS = st.fixed_dictionaries(
    {
        "group_name": TEXT,
        "media_type": st.sampled_from(list(MediaType)),
        "country": st.sampled_from(["", "DK"]),
        "public_note": TEXT,
        "external_id": st.sampled_from(["", "007", "cision_pipe_csv:12"]),
    }
)
BOOKS = st.fixed_dictionaries(
    {
        "outlets": st.lists(OUTLETS, min_size=2, max_size=2),
        "people": st.lists(
            PEOPLE,
            max_size=4,
            unique_by=lambda one: spelling(f"{one['given_name']} {one['family_name']}"),
        ),
        "desk": TEXT,
    }
)
Book = dict[str, Any]
TABLES = (Outlet, Journalist, Desk, Role, MediaList, MediaListEntry)


@pytest.fixture
def emptied(session: Session) -> Callable[[], Session]:
    """The session without any contact."""

    def empty() -> Session:
        session.rollback()
        return session

    return empty


def keep(session: Session, book: Book) -> None:
    outlets = [
        factories.saved(session, Outlet(name=f"Havnebladet {place}", **values))
        for place, values in enumerate(book["outlets"])
    ]
    for outlet in outlets:
        outlet.external_id = outlet.external_id and f"{outlet.external_id}/{outlet.id}"
    for number, values in enumerate(book["people"]):
        jobs = values["jobs"]
        facts = {name: value for name, value in values.items() if name != "jobs"}
        person = factories.saved(session, Journalist(first_seen_at=factories.NOW, **facts))
        for job in jobs:
            keep_job(session, person, dict(job), outlets, number)
    if clean(book["desk"]) and not is_blank(clean(book["desk"])):
        desk = factories.desk(session, outlet=outlets[0], name=book["desk"])
        media_list = factories.saved(session, MediaList(name="Ports, and ships"))
        factories.saved(session, MediaListEntry(list_id=media_list.id or 0, desk_id=desk.id))


def keep_job(
    session: Session, person: Journalist, job: Book, outlets: list[Outlet], number: int
) -> None:
    place, has_address = job.pop("place"), job.pop("has_address")
    email = f"person{number}@{'free' if place < 0 else f'o{place}'}.example"
    factories.saved(
        session,
        Role(
            journalist_id=person.id or 0,
            outlet_id=None if place < 0 else outlets[place].id,
            address_id=factories.address(session, email).id if has_address else None,
            **job,
        ),
    )


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@given(book=BOOKS)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_address_book_comes_back_as_it_is(
    emptied: Callable[[], Session], keyring: Keyring, tmp_path: Path, suffix: str, book: Book
) -> None:
    session = emptied()
    keep(session, book)
    before = kept(session, *TABLES)
    report = come_back(session, tmp_path / f"out.{suffix}", keyring=keyring)
    assert news(report) == {}, report
    # The numbers by which duplicates are found are worked out again; what was typed is not.
    assert without_e164(kept(session, *TABLES)) == without_e164(before)


def without_e164(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if not name.endswith("_e164")} for row in rows
    ]
