"""The history of one contact among millions of changes: how both databases go about its statements,
as they say themselves.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.contacts.history import operation
from mailer.contacts.keeping import merging
from mailer.contacts.keeping.merging import former_numbers
from mailer.contacts.keeping.people import find_person
from mailer.contacts.keeping.telling import history_of
from mailer.contacts.keeping.telling.subjects import find_subjects
from mailer.contacts.privacy.subject import find_data_subject
from mailer.models import ChangeAction, ContactChange, ContactOperation, OperationKind
from mailer.privacy import exporting
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW
from tests.listening import explained, listening

GONE = 3000
ALL_CHANGES = re.compile(
    r"Seq Scan on contact_change|SCAN contact_change\b"
    # Of one table that is still a million of them.
    r"|INDEX ix_contact_change_subject \(subject=\?\)",
)


@pytest.fixture
def karen(session: Session, keyring: Keyring) -> int:
    """A person into whom another was merged, among thousands who were brought in and are gone."""
    factories.office(session)
    with operation(session, OperationKind.IMPORT) as brought:
        karen = factories.journalist(session, "karen@press.example", family_name="Holm")
        double = factories.journalist(session, "kh@press.example", family_name="Holm")
        _fill(session, brought.id)
    merging.merge(session, karen, double, keyring=keyring, source="test")
    session.flush()
    session.execute(sa.text("ANALYZE"))
    if session.get_bind().dialect.name == "postgresql":
        # Thousands tempt it to read everything and to hash it; of a million it would not.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            session.execute(sa.text(f"SET LOCAL enable_{way} = off"))
    return karen.id or 0


def _fill(session: Session, operation_id: int) -> None:
    """People with a job and an address, added in one import and gone by another operation."""
    gone = ContactOperation(kind=OperationKind.UNDO, done_at=NOW)
    session.add(gone)
    session.flush()
    documents: dict[str, Callable[[int], dict[str, Any]]] = {
        "journalist": lambda n: {"id": n, "given_name": "Ida", "family_name": f"Lund {n}"},
        "role": lambda n: {"id": n, "journalist_id": n, "address_id": n},
        "address": lambda n: {"id": n, "normalised": f"n{n}@b.example", "email": "n@b.example"},
        "media_list_entry": lambda n: {"id": n, "role_id": n, "desk_id": None, "list_id": 1},
    }
    common: dict[str, Any] = {"file_row": None, "after": {}}
    rows = [
        {"operation_id": of, "subject": subject, "subject_id": n, "action": action, **common}
        | {"before": document(n) if action is ChangeAction.REMOVED else {}}
        for subject, document in documents.items()
        for n in range(10_000, 10_000 + GONE)
        for of, action in ((operation_id, ChangeAction.ADDED), (gone.id, ChangeAction.REMOVED))
    ]
    session.execute(sa.insert(ContactChange), rows)


def _reaches_by_index(session: Session, asking: Callable[[], object]) -> None:
    with listening(session) as heard:
        asking()
    assert any("contact_change" in statement for statement, _ in heard)
    for statement, parameters in heard:
        plan = explained(session, statement, parameters)
        assert not ALL_CHANGES.search(plan), f"{statement}\n{plan}"


def test_the_history_of_a_contact_reads_no_other_changes(session: Session, karen: int) -> None:
    _reaches_by_index(session, lambda: history_of(session, "karen@press.example"))


def test_who_was_merged_is_found_without_all_merges(session: Session, karen: int) -> None:
    _reaches_by_index(session, lambda: former_numbers(session, karen))


def test_what_is_gone_is_found_by_an_index(session: Session, karen: int) -> None:
    _reaches_by_index(session, lambda: find_subjects(session, "n10077@b.example"))
    gone = find_subjects(session, "n10077@b.example")
    assert set(gone.rows["journalist"]) == {10_077}
    assert set(gone.rows["media_list_entry"]) == {10_077}


def test_a_record_for_a_person_reads_no_other_changes(
    session: Session, karen: int, keyring: Keyring
) -> None:
    _reaches_by_index(
        session, lambda: exporting.export(session, str(karen), keyring=keyring, now=NOW)
    )
    subject = find_data_subject(session, str(karen), today=NOW.date())
    assert subject.addresses == {"karen@press.example", "kh@press.example"}


def test_a_record_that_was_merged_twice_belongs_to_whom_it_went_last(
    session: Session, karen: int, keyring: Keyring
) -> None:
    from_before = former_numbers(session, karen)
    other = factories.journalist(session, "other@press.example")
    third = factories.journalist(session, "third@press.example")
    merging.merge(session, other, third, keyring=keyring, source="test")
    merging.merge(session, find_person(session, str(karen)), other, keyring=keyring, source="test")
    assert set(former_numbers(session, karen)) == {*from_before, other.id, third.id}
