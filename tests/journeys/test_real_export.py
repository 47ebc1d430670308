"""J10: an export of five thousand rows with all the dirt of real ones. No hand work, the preview is
the result, a second import changes nothing, and undo restores every field and row.
"""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, func, select

from mailer.contacts import suppressions
from mailer.contacts.importing import ImportReport, import_contacts
from mailer.database import reading, writing
from mailer.models import ContactImport, Journalist, Outlet, SuppressionReason
from mailer.tokens import Keyring
from tests import factories
from tests.contacts.importing import cision
from tests.contacts.importing.importing import counts
from tests.contacts.keeping.books import KEYRING, book, taken_back

ROWS = 5000


@pytest.fixture
def export(tmp_path: Path) -> cision.CisionFile:
    """The file, written to the folder of the test."""
    made = cision.make(ROWS)
    (tmp_path / "export.csv").write_text(made.text, encoding="utf-8")
    return made


@pytest.fixture
def office(sqlite_engine: sa.Engine, export: cision.CisionFile) -> sa.Engine:
    """An office that knows some of them already, and some who left."""
    with writing(sqlite_engine) as session:
        factories.office(session)
        factories.journalist(session, "p1@news1.example", city="Ribe", public_note="Calls back")
        factories.desk(session, "desk2@daily.example")
        for email in export.suppressed:
            suppressions.suppress(
                session,
                email,
                keyring=KEYRING,
                reason=SuppressionReason.UNSUBSCRIBED,
                source="a link",
            )
    return sqlite_engine


def take(engine: sa.Engine, path: Path, keyring: Keyring, *, keep: bool) -> ImportReport:
    with Session(engine) as session:
        report = import_contacts(session, path, keyring=keyring)
        if keep:
            session.commit()
        return report


def test_a_real_export_is_taken_seen_again_and_taken_back(
    office: sa.Engine, export: cision.CisionFile, tmp_path: Path
) -> None:
    path = tmp_path / "export.csv"
    with reading(office) as session:
        before = book(session)

    preview = take(office, path, KEYRING, keep=False)
    with reading(office) as session:
        assert book(session) == before

    report = take(office, path, KEYRING, keep=True)
    assert (report.counts, report.changes, report.notices) == (
        preview.counts,
        preview.changes,
        preview.notices,
    )
    assert counts(report) == dict(export.counts)
    with reading(office) as session:
        # One of them, and her outlet, stood there already.
        assert session.exec(select(func.count()).select_from(Journalist)).one() == export.people + 1
        assert session.exec(select(func.count()).select_from(Outlet)).one() >= export.outlets

    again = take(office, path, KEYRING, keep=True)
    assert not again.changes
    assert {fate for fate, number in counts(again).items() if number} <= {
        "unchanged",
        "duplicate",
        "suppressed",
        "unusable",
    }

    with writing(office) as session:
        for number in (again.import_id, report.import_id):
            record = session.get_one(ContactImport, number)
            assert record.operation_id is not None
            assert not taken_back(session, record.operation_id).conflicts
    with reading(office) as session:
        assert book(session) == before
