"""What is told of a gender comes back from a card as it was (RFC 6350 6.2.7)."""

from pathlib import Path

import pytest
from sqlmodel import Session

from mailer.contacts.exporting import Form, write_file
from mailer.tokens import Keyring
from tests import factories
from tests.contacts.exporting.exported import come_back, news

TOLD = {
    "F": "GENDER:F",
    "female": "GENDER:;female",
    "a;b\\,c": "GENDER:;a\\;b\\\\\\,c",
    "F;she": "GENDER:;F\\;she",
}


@pytest.mark.parametrize("told", TOLD)
def test_a_gender_comes_back_whole(
    session: Session, keyring: Keyring, tmp_path: Path, told: str
) -> None:
    person = factories.journalist(session, "k@x.example", details={"gender": told})
    path = tmp_path / "a.vcf"
    write_file(session, path, Form.VCARD)
    assert TOLD[told] in path.read_text().splitlines()
    assert news(come_back(session, path, keyring=keyring)) == {}
    session.refresh(person)
    assert person.details["gender"] == told
