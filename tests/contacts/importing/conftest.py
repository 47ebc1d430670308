from pathlib import Path

import pytest
from sqlmodel import Session

from mailer.contacts.importing import ImportReport, import_contacts
from mailer.tokens import Keyring
from tests.contacts.importing.importing import Importing


@pytest.fixture
def take(session: Session, keyring: Keyring, tmp_path: Path) -> Importing:
    """Imports a file with that text."""

    def import_text(text: str) -> ImportReport:
        path = tmp_path / "contacts.csv"
        path.write_text(text, encoding="utf-8")
        return import_contacts(session, path, keyring=keyring)

    return import_text
