"""A real export: no hand work, exact counts, and nothing changes the second time (J10)."""

from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, func, select

from mailer.contacts import suppressions
from mailer.contacts.importing import import_contacts
from mailer.models import Journalist, Outlet, SuppressionReason
from mailer.tokens import Keyring
from tests.contacts.importing import cision
from tests.contacts.importing.importing import counts


def test_a_dirty_export_needs_no_hand(engine: sa.Engine, keyring: Keyring, tmp_path: Path) -> None:
    made = cision.make(300)
    path = tmp_path / "cision.csv"
    path.write_text(made.text, encoding="utf-8")
    with Session(engine) as session:
        for email in made.suppressed:
            suppressions.suppress(
                session,
                email,
                keyring=keyring,
                reason=SuppressionReason.UNSUBSCRIBED,
                source="test",
            )
        preview = import_contacts(session, path, keyring=keyring)
        session.rollback()
    with Session(engine) as session:
        for email in made.suppressed:
            suppressions.suppress(
                session,
                email,
                keyring=keyring,
                reason=SuppressionReason.UNSUBSCRIBED,
                source="test",
            )
        report = import_contacts(session, path, keyring=keyring)
        session.commit()
    assert counts(report) == dict(made.counts)
    assert (preview.counts, preview.unusable) == (report.counts, report.unusable)
    with Session(engine) as session:
        assert session.exec(select(func.count()).select_from(Journalist)).one() == made.people
        assert session.exec(select(func.count()).select_from(Outlet)).one() == made.outlets
        again = import_contacts(session, path, keyring=keyring)
    assert not again.changes
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)
