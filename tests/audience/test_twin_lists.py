"""Two lists whose names differ in case alone, out of an old database: who is left out must not hang
on which of them is found first.
"""

from pathlib import Path

import pytest
from sqlmodel import Session

from mailer.contacts import list_keeping
from mailer.contacts.importing import import_contacts
from mailer.errors import BadInput
from mailer.models import MediaList, MediaListEntry
from mailer.tokens import Keyring
from tests import factories
from tests.audience.asking import emails, role_of

TOLD = "several lists are called 'Do Not Invite' and 'Do not invite'"


@pytest.fixture(autouse=True)
def empty(session: Session) -> MediaList:
    """The empty one of two; on the other stands somebody."""
    first = factories.saved(session, MediaList(name="Do Not Invite"))
    other = factories.saved(session, MediaList(name="Do not invite"))
    role = role_of(session, factories.journalist(session, "a@x.example"))
    factories.saved(session, MediaListEntry(list_id=other.id or 0, role_id=role))
    return first


@pytest.mark.parametrize("line", ['everyone -list:"Do not invite"', 'list:"Do Not Invite"'])
def test_criteria_take_neither(session: Session, line: str) -> None:
    with pytest.raises(BadInput, match=TOLD):
        emails(session, line)


def test_a_file_puts_nobody_on_either(session: Session, keyring: Keyring, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("email,given_name,family_name,lists\nb@x.example,B,Bb,Do not invite\n")
    with pytest.raises(BadInput, match=TOLD):
        import_contacts(session, path, keyring=keyring)


def test_their_keeper_names_one_exactly_and_calls_it_otherwise(
    session: Session, empty: MediaList
) -> None:
    with pytest.raises(BadInput, match=TOLD):
        list_keeping.find(session, "do not invite")
    assert list_keeping.find(session, "Do Not Invite").id == empty.id
    list_keeping.rename(session, empty, "Other")
    assert emails(session, 'everyone -list:"do not invite"') == []
