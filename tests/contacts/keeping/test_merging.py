"""Two records of one person become one, nothing is lost, and it can be taken back."""

import pytest
from sqlmodel import Session, select

from mailer.contacts import suppressions
from mailer.contacts.keeping.different import mark_different
from mailer.contacts.keeping.duplicates import find_duplicates
from mailer.contacts.keeping.merging import Merged, former_numbers, merge
from mailer.contacts.keeping.people import jobs_of
from mailer.contacts.keeping.telling import history_of
from mailer.errors import BadInput
from mailer.models import (
    DifferentPeople,
    Journalist,
    MediaListEntry,
    OperationKind,
    Role,
    SuppressionReason,
)
from tests import factories
from tests.contacts.keeping.books import KEYRING, book, job_of, taken_back


def _merge(session: Session, staying: Journalist, going: Journalist) -> Merged:
    return merge(session, staying, going, keyring=KEYRING, source="test")


def _two(session: Session) -> tuple[Journalist, Journalist]:
    paper = factories.outlet(session, "Avisen")
    one = factories.journalist(session, "mette@avisen.example", outlet=paper, family_name="Lund")
    other = factories.journalist(
        session, "m.lund@avisen.example", outlet=paper, family_name="Lund", urgent_only=True
    )
    factories.on_list(session, "Ports", job_of(session, other).role)
    return one, other


def test_all_jobs_and_lists_are_kept_and_the_stricter_wish(session: Session) -> None:
    one, other = _two(session)
    merged = _merge(session, one, other)
    session.expire_all()
    jobs = [job.role for job in jobs_of(session, one)]
    assert [job.is_primary for job in jobs] == [True, False]
    assert session.exec(select(MediaListEntry.role_id)).one() == jobs[1].id
    assert one.urgent_only
    assert merged.jobs == ("Reporter at Avisen",)
    assert [(c.field, c.before, c.after) for c in merged.changes] == [("urgent_only", False, True)]
    assert session.exec(select(Journalist)).all() == [one]


def test_an_undo_brings_both_back_exactly(session: Session) -> None:
    one, other = _two(session)
    third = factories.journalist(session)
    mark_different(session, other, third, source="test")
    before = book(session)
    merged = _merge(session, one, other)
    assert session.exec(select(DifferentPeople.first_id, DifferentPeople.second_id)).one() == (
        one.id,
        third.id,
    )
    undone = taken_back(session, merged.operation_id)
    assert (book(session), undone.conflict_count) == (before, 0)


def test_the_number_in_deliveries_leads_to_the_one_who_stays(session: Session) -> None:
    one, other = _two(session)
    third = factories.journalist(session)
    numbers = one.id or 0, other.id or 0, third.id or 0
    first = _merge(session, one, other)
    second = _merge(session, third, one)
    assert former_numbers(session, numbers[2]) == sorted(numbers[:2])
    taken_back(session, second.operation_id)
    assert former_numbers(session, numbers[2]) == []
    assert former_numbers(session, numbers[0]) == [numbers[1]]
    taken_back(session, first.operation_id)
    assert former_numbers(session, numbers[0]) == []


def test_the_history_of_both_is_found_at_the_one_who_stays(session: Session) -> None:
    one, other = _two(session)
    _merge(session, one, other)
    kinds = [told.kind for told in history_of(session, "mette@avisen.example")]
    (told,) = history_of(session, str(one.id))
    assert kinds == [OperationKind.MERGE]
    words = [change.words for change in told.changes]
    assert f"Karen Lund: merged into Karen Lund ({one.id})" in words


def test_who_was_merged_into_somebody_who_is_gone_does_not_come_back(session: Session) -> None:
    one, other = _two(session)
    merged = _merge(session, one, other)
    # Each by itself: no relationship tells a flush which of them has to go first.
    for row in (session.exec(select(MediaListEntry)).one(), *session.exec(select(Role)), one):
        session.delete(row)
        session.flush()
    undone = taken_back(session, merged.operation_id)
    assert not session.exec(select(Journalist)).all()
    assert f"was merged into {merged.staying_id}" in undone.conflicts[0].why


def test_a_leave_at_either_address_holds_for_the_person(session: Session) -> None:
    one, other = _two(session)
    suppressions.suppress(
        session,
        "m.lund@avisen.example",
        keyring=KEYRING,
        reason=SuppressionReason.UNSUBSCRIBED,
        source="link",
    )
    before = book(session)
    merged = _merge(session, one, other)
    assert one.do_not_contact
    assert merged.notices == ("left at m.lund@avisen.example: marked as do not contact",)
    taken_back(session, merged.operation_id)
    assert book(session) == before


def test_wishes_that_have_nothing_in_common_are_told(session: Session) -> None:
    one, other = _two(session)
    one.topics, other.topics = ["ports"], ["sport"]
    assert _merge(session, one, other).notices == ("they asked for different topics: ports holds",)


def test_different_people_are_neither_proposed_nor_merged(session: Session) -> None:
    one, other = _two(session)
    assert find_duplicates(session).count == 1
    assert mark_different(session, other, one, source="test")
    assert not mark_different(session, one, other, source="test")
    assert find_duplicates(session).count == 0
    with pytest.raises(BadInput, match="marked as different people"):
        _merge(session, one, other)
    with pytest.raises(BadInput, match="name two"):
        _merge(session, one, one)
