"""An operation is taken back whole; what happened later is left alone and told."""

from itertools import permutations

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.contacts import media_lists, suppressions
from mailer.contacts.history import operation
from mailer.contacts.keeping import undoing
from mailer.contacts.keeping.different import mark_different
from mailer.contacts.keeping.telling.outcomes import undone_in_words
from mailer.errors import NotFound, Refused
from mailer.models import (
    Address,
    ContactChange,
    ContactImport,
    ContactOperation,
    Desk,
    Journalist,
    MediaList,
    MediaListEntry,
    OperationKind,
    Outlet,
    Role,
    Suppression,
    SuppressionReason,
)
from tests import factories
from tests.contacts.keeping.books import KEYRING, book, job_of, taken_back


def _import(session: Session, email: str = "mette@avisen.example") -> tuple[int, Journalist]:
    """A file that brings an outlet, a person, her job, her address and a list."""
    with operation(session, OperationKind.IMPORT, source="contacts.csv") as recording:
        paper = factories.outlet(session, "Avisen")
        person = factories.journalist(session, email, outlet=paper, family_name="Lund")
        factories.saved(session, MediaList(name="Ports"))
        factories.on_list(session, "Ports", job_of(session, person).role)
    return recording.id, person


def test_what_an_import_added_is_gone_again(session: Session) -> None:
    factories.journalist(session, "old@avisen.example")
    before = book(session)
    number, _ = _import(session)
    undone = taken_back(session, number)
    assert book(session) == before
    assert (undone.removed, undone.conflict_count) == (6, 0)


def test_an_undo_can_be_undone_and_brings_everything_back(session: Session) -> None:
    number, person = _import(session)
    person.accredited_until = factories.NOW.date()
    person.paused_until = factories.NOW
    person.details = {"profile": "x"}
    mark_different(session, person, factories.journalist(session), source="test")
    after = book(session)
    undone = taken_back(session, number)
    assert not session.exec(select(MediaListEntry)).all()
    again = taken_back(session, undone.undo_id)
    assert book(session) == after
    assert again.returned == 7


def test_an_operation_is_undone_once(session: Session) -> None:
    number, _ = _import(session)
    undone = taken_back(session, number)
    with pytest.raises(Refused, match=f"undo {undone.undo_id}"):
        taken_back(session, number)
    again = taken_back(session, undone.undo_id)
    with pytest.raises(Refused, match=f"undo {again.undo_id}"):
        taken_back(session, number)


def test_where_nothing_can_be_taken_back_nothing_is_recorded(session: Session) -> None:
    person = factories.journalist(session, city="Aarhus")
    with operation(session, OperationKind.EDIT) as recording:
        person.city = "Odense"
    with operation(session, OperationKind.EDIT, source="page") as later:
        person.city = "Ribe"
    before = len(session.exec(select(ContactOperation)).all())
    undone = taken_back(session, recording.id)
    assert (undone.is_done, undone.conflict_count) == (False, 1)
    assert f"take back edit {later.id} (page) first" in undone_in_words(undone)
    assert len(session.exec(select(ContactOperation)).all()) == before
    taken_back(session, later.id)
    assert taken_back(session, recording.id).is_done
    assert person.city == "Aarhus"


def test_a_field_that_was_left_alone_goes_back_with_what_changed_it_since(
    session: Session,
) -> None:
    person = factories.journalist(session, city="Aarhus", zone="")
    with operation(session, OperationKind.EDIT) as recording:
        person.city, person.zone = "Odense", "Europe/Copenhagen"
    with operation(session, OperationKind.EDIT) as later:
        person.city = "Ribe"
    undone = taken_back(session, recording.id)
    assert (undone.is_done, undone.conflict_count, undone.following) == (True, 1, 0)
    told = undone_in_words(undone)
    assert told.startswith(
        f"edit {recording.id} is undone: put back as before 1 person; left alone"
    )
    with operation(session, OperationKind.EDIT):
        person.zone = "Europe/Copenhagen"
    taken_back(session, later.id)
    # The zone was put back before: what somebody wrote there since is hers.
    assert (person.city, person.zone) == ("Aarhus", "Europe/Copenhagen")
    with pytest.raises(Refused, match=f"undo {undone.undo_id}"):
        taken_back(session, recording.id)
    taken_back(session, undone.undo_id)
    assert (person.city, person.zone) == ("Odense", "Europe/Copenhagen")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_field_is_the_same_in_whatever_order_others_are_undone(
    session: Session, order: tuple[int, ...]
) -> None:
    person = factories.journalist(session, city="Aarhus")
    standing: dict[int, str] = {}
    for city in ("Ribe", "Aarhus", "Ribe"):
        with operation(session, OperationKind.EDIT) as recording:
            person.city = city
            session.add(MediaList(name=f"List {len(standing)}"))
        standing[recording.id] = city
    edits = list(standing)
    for place in order:
        assert taken_back(session, edits[place]).is_done
        del standing[edits[place]]
        assert person.city == next(reversed(standing.values()), "Aarhus")
    assert len(session.exec(select(MediaList)).all()) == 0


def test_a_part_that_was_left_alone_is_taken_back_later(session: Session) -> None:
    ports = factories.saved(session, MediaList(name="Ports"))
    with operation(session, OperationKind.EDIT) as recording:
        ports.name, ports.note = "Harbours", "daily"
    other = factories.saved(session, MediaList(name="Ports"))
    undone = taken_back(session, recording.id)
    assert (undone.is_done, undone.following, ports.name, ports.note) == (True, 1, "Harbours", "")
    assert "is undone in part" in undone_in_words(undone)
    session.delete(other)
    again = taken_back(session, recording.id)
    assert (again.is_done, again.conflict_count, ports.name) == (True, 0, "Ports")
    with pytest.raises(Refused, match=f"undo {again.undo_id}"):
        taken_back(session, recording.id)


def test_a_row_that_came_back_and_went_again_does_not_come_back_with_the_rest(
    session: Session,
) -> None:
    ports = factories.saved(session, MediaList(name="Ports"))
    crime = factories.saved(session, MediaList(name="Crime"))
    with operation(session, OperationKind.EDIT) as recording:
        ports.name = "Harbours"
        session.delete(crime)
    other = factories.saved(session, MediaList(name="Ports"))
    assert taken_back(session, recording.id).returned == 1
    with operation(session, OperationKind.EDIT):
        session.delete(session.exec(select(MediaList).where(MediaList.name == "Crime")).one())
    session.delete(other)
    assert taken_back(session, recording.id).returned == 0
    assert (session.exec(select(MediaList)).all(), ports.name) == ([ports], "Ports")


def test_what_went_with_the_undo_of_what_had_brought_it_is_no_conflict(session: Session) -> None:
    before = book(session)
    with operation(session, OperationKind.EDIT) as first:
        ports = factories.saved(session, MediaList(name="Ports"))
    with operation(session, OperationKind.EDIT) as later:
        ports.note = "daily"
    gone = taken_back(session, first.id)
    undone = taken_back(session, later.id)
    assert (undone.is_done, undone.conflicts, book(session)) == (True, (), before)
    taken_back(session, gone.undo_id)
    assert session.exec(select(MediaList)).one().note == ""


def test_a_row_that_comes_back_has_what_stands_by_then(session: Session) -> None:
    number, person = _import(session)
    person_id = person.id or 0
    with operation(session, OperationKind.IMPORT) as later:
        person.city = "Ribe"
    gone = taken_back(session, later.id)
    undone = taken_back(session, number)
    again = taken_back(session, gone.undo_id)
    assert (again.is_done, again.conflicts) == (True, ())
    taken_back(session, undone.undo_id)
    assert session.get_one(Journalist, person_id).city == "Ribe"


def test_a_list_that_was_made_with_its_first_entry_goes_with_it(session: Session) -> None:
    person = factories.journalist(session, "mette@avisen.example")
    before = book(session)
    with operation(session, OperationKind.EDIT) as recording:
        ports = media_lists.save_list(session, "Ports")
        media_lists.add_entries(session, [(ports.id or 0, job_of(session, person).role.id, None)])
    undone = taken_back(session, recording.id)
    assert (undone.conflicts, book(session)) == ((), before)


def test_changed_fields_get_back_what_stood_there(session: Session) -> None:
    person = factories.journalist(session, languages=["da"], city="Aarhus")
    before = book(session)
    with operation(session, OperationKind.EDIT) as recording:
        person.languages, person.city = ["da", "en"], "Odense"
        session.flush()
        person.city = "Ribe"
    undone = taken_back(session, recording.id)
    assert book(session) == before
    assert undone.restored == 1


def test_a_field_that_was_changed_since_is_told_and_left_alone(session: Session) -> None:
    person = factories.journalist(session, city="Aarhus", zone="")
    with operation(session, OperationKind.EDIT) as recording:
        person.city, person.zone = "Odense", "Europe/Copenhagen"
    with operation(session, OperationKind.EDIT, source="page") as later:
        person.city = "Ribe"
    undone = taken_back(session, recording.id)
    assert (person.city, person.zone) == ("Ribe", "")
    (conflict,) = undone.conflicts
    assert (conflict.subject, conflict.field, conflict.now) == ("journalist", "city", "Ribe")
    assert conflict.later is not None
    assert (conflict.later.operation_id, conflict.later.source) == (later.id, "page")


def test_a_row_that_is_gone_since_is_told(session: Session) -> None:
    kept = factories.saved(session, MediaList(name="Ports"))
    with operation(session, OperationKind.EDIT) as recording:
        kept.note = "daily"
    with operation(session, OperationKind.EDIT):
        session.delete(kept)
    (conflict,) = taken_back(session, recording.id).conflicts
    assert (conflict.field, conflict.why) == ("", "is not there any more")


def test_what_somebody_names_by_now_stays(session: Session) -> None:
    number, person = _import(session)
    with operation(session, OperationKind.EDIT):
        other = factories.outlet(session, "Radio")
        session.add(Role(journalist_id=person.id or 0, outlet_id=other.id))
    undone = taken_back(session, number)
    assert session.get(Journalist, person.id) is not None
    (conflict,) = undone.conflicts
    assert (conflict.subject, conflict.why) == ("journalist", "is named by a job that stays")


def test_a_later_list_entry_keeps_the_job_and_all_it_needs(session: Session) -> None:
    number, person = _import(session)
    role = job_of(session, person).role
    factories.on_list(session, "Ministers", role)
    undone = taken_back(session, number)
    assert session.get(Role, role.id) is not None
    assert {one.subject for one in undone.conflicts} == {"role", "journalist", "outlet", "address"}


def test_the_decision_that_two_differ_goes_with_one_of_them(session: Session) -> None:
    other = factories.journalist(session)
    before = book(session)
    number, person = _import(session)
    mark_different(session, person, other, source="test")
    assert taken_back(session, number).conflict_count == 0
    assert book(session) == before


def test_a_person_who_changed_her_record_herself_stays(session: Session) -> None:
    number, person = _import(session)
    with operation(session, OperationKind.OWNER):
        person.urgent_only = True
    undone = taken_back(session, number)
    assert session.get(Journalist, person.id) is not None
    assert session.exec(select(Role).where(Role.journalist_id == person.id)).all()
    assert "was changed by its owner since" in {one.why for one in undone.conflicts}


def test_an_undo_lifts_no_suppression(session: Session) -> None:
    number, _ = _import(session)
    suppressions.suppress(
        session,
        "mette@avisen.example",
        keyring=KEYRING,
        reason=SuppressionReason.UNSUBSCRIBED,
        source="link",
    )
    undone = taken_back(session, number)
    (kept,) = [one for one in undone.conflicts if one.subject == "address"]
    assert kept.why == "was suppressed since"
    assert session.exec(select(Address.state)).one() == "suppressed"
    assert suppressions.is_suppressed(session, "mette@avisen.example", keyring=KEYRING)


def test_an_address_that_came_suppressed_goes_and_its_suppression_stays(session: Session) -> None:
    suppressions.suppress(
        session,
        "mette@avisen.example",
        keyring=KEYRING,
        reason=SuppressionReason.UNSUBSCRIBED,
        source="link",
    )
    before = book(session)
    with operation(session, OperationKind.IMPORT, source="x.csv") as recording:
        row = factories.address(session, "mette@avisen.example")
        row.state, row.state_changed_at = "suppressed", factories.NOW  # type: ignore[assignment]
    undone = taken_back(session, recording.id)
    assert (undone.conflict_count, book(session)) == (0, before)
    assert len(session.exec(select(Suppression)).all()) == 1


def test_the_undo_of_an_undo_does_not_open_a_suppressed_address(session: Session) -> None:
    number, _ = _import(session)
    undone = taken_back(session, number)
    suppressions.suppress(
        session,
        "mette@avisen.example",
        keyring=KEYRING,
        reason=SuppressionReason.COMPLAINED,
        source="report",
    )
    taken_back(session, undone.undo_id)
    assert session.exec(select(Address.state)).one() == "complained"


def test_putting_a_state_back_does_not_open_a_suppressed_address(session: Session) -> None:
    row = factories.address(session, "mette@avisen.example")
    with operation(session, OperationKind.IMPORT) as recording:
        row.state = "suppressed"  # type: ignore[assignment]
    suppressions.suppress(
        session, row.email, keyring=KEYRING, reason=SuppressionReason.MANUAL, source="phone"
    )
    undone = taken_back(session, recording.id)
    session.refresh(row)
    assert row.state == "suppressed"
    assert [one.why for one in undone.conflicts] == ["stays closed: manual"]


def test_who_was_erased_does_not_come_back(session: Session) -> None:
    number, _ = _import(session)
    undone = taken_back(session, number)
    suppressions.suppress(
        session,
        "mette@avisen.example",
        keyring=KEYRING,
        reason=SuppressionReason.ERASED,
        source="request",
    )
    again = taken_back(session, undone.undo_id)
    for table in (Address, Journalist, Role, MediaListEntry):
        assert not session.exec(select(table)).all(), table
    assert session.exec(select(Outlet.name)).all() == ["Avisen"]
    told = {(one.subject, one.why) for one in again.conflicts}
    assert ("journalist", "was erased, and does not come back") in told


def test_a_record_that_an_erasure_emptied_does_not_come_back(session: Session) -> None:
    number, _ = _import(session)
    undone = taken_back(session, number)
    session.execute(
        sa.update(ContactChange).where(col(ContactChange.subject) == "journalist").values(before={})
    )
    again = taken_back(session, undone.undo_id)
    assert not session.exec(select(Journalist)).all()
    assert not session.exec(select(Role)).all()
    assert again.conflict_count == 3  # the person, her job, its entry on the list


@pytest.mark.parametrize("kind", [OperationKind.ERASURE, OperationKind.RETENTION])
def test_what_the_law_made_us_forget_cannot_be_undone(
    session: Session, kind: OperationKind
) -> None:
    with operation(session, kind) as recording:
        pass
    with pytest.raises(Refused, match="stays erased"):
        taken_back(session, recording.id)


def test_a_list_whose_name_is_taken_keeps_the_new_one(session: Session) -> None:
    kept = factories.saved(session, MediaList(name="Ports"))
    with operation(session, OperationKind.EDIT) as recording:
        kept.name = "Harbours"
    factories.saved(session, MediaList(name="Ports"))
    undone = taken_back(session, recording.id)
    assert kept.name == "Harbours"
    assert "another has" in undone.conflicts[0].why


def test_a_number_is_not_given_twice_so_nobody_else_is_removed(session: Session) -> None:
    role = job_of(session, factories.journalist(session)).role
    with operation(session, OperationKind.EDIT) as first:
        factories.on_list(session, "Ports", role)
    (entry,) = session.exec(select(MediaListEntry)).all()
    with operation(session, OperationKind.EDIT):
        session.delete(entry)
    with operation(session, OperationKind.EDIT):
        factories.on_list(session, "Ministers", role)
    taken_back(session, first.id)
    assert len(session.exec(select(MediaListEntry)).all()) == 1


def test_a_row_whose_parent_is_gone_stays_away(session: Session) -> None:
    paper = factories.outlet(session)
    desk = factories.desk(session, outlet=paper)
    with operation(session, OperationKind.EDIT) as recording:
        session.delete(desk)
    with operation(session, OperationKind.EDIT):
        session.delete(paper)
    (conflict,) = taken_back(session, recording.id).conflicts
    assert f"outlet_id {paper.id} is not there" in conflict.why
    assert not session.exec(select(Desk)).all()


def test_an_import_is_known_by_its_own_number(session: Session) -> None:
    number, _ = _import(session)
    old = factories.saved(
        session, ContactImport(file_name="old.csv", digest="", imported_at=factories.NOW)
    )
    new = factories.saved(
        session,
        ContactImport(file_name="x.csv", digest="", imported_at=factories.NOW, operation_id=number),
    )
    assert undoing.operation_of_import(session, new.id or 0) == number
    with pytest.raises(Refused, match="older than the history"):
        undoing.operation_of_import(session, old.id or 0)
    with pytest.raises(NotFound, match="contacts imports"):
        undoing.operation_of_import(session, (new.id or 0) + 1)


def test_many_rows_pass_in_pieces(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailer.contacts.keeping.undoing.rows.AT_ONCE", 3)
    people = [factories.journalist(session, city="Aarhus") for _ in range(10)]
    before = book(session)
    with operation(session, OperationKind.IMPORT) as recording:
        for person in people:
            person.city = "Ribe"
        for number in range(10):
            factories.journalist(session, f"new{number}@x.example")
    after = book(session)
    undone = taken_back(session, recording.id)
    assert book(session) == before
    taken_back(session, undone.undo_id)
    assert book(session) == after


def test_however_many_come_back_it_takes_no_more_statements(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.contacts.keeping.undoing.rows.AT_ONCE", 3)
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    sa.event.listen(session.get_bind(), "before_cursor_execute", listen)
    counts = []
    for number in (2, 20):
        with operation(session, OperationKind.IMPORT) as recording:
            for place in range(number):
                factories.journalist(session, f"p{number}.{place}@x.example")
        undone = taken_back(session, recording.id)
        said.clear()
        assert taken_back(session, undone.undo_id).returned == 3 * number
        counts.append(len(said))
    assert counts[0] == counts[1]


def test_what_comes_back_is_kept_to_the_letter(session: Session) -> None:
    number, person = _import(session)
    person.languages, person.topics = ["da", "pt-BR"], ['say "no", "yes"', "Øre", "a\\b"]
    person.details = {"pages": ["x", "y"], "fax": "+45", "Ø": {"a": 1}}
    person.paused_until = person.first_seen_at = factories.NOW.replace(microsecond=120)
    person.accredited_until, person.do_not_contact = factories.NOW.date(), True
    session.flush()
    whole = sa.text(
        "SELECT CAST(languages AS TEXT), CAST(topics AS TEXT), paused_until, first_seen_at,"
        " informed_at, accredited_until, do_not_contact, embargo_trusted, tracking FROM journalist"
    )
    before = session.execute(whole).all()
    details = dict(person.details)
    undone = taken_back(session, number)
    assert session.execute(whole).all() == []
    taken_back(session, undone.undo_id)
    assert session.execute(whole).all() == before
    assert session.exec(select(Journalist.details)).one() == details


def test_the_operation_says_by_what_it_was_undone(session: Session) -> None:
    number, _ = _import(session)
    undone = taken_back(session, number)
    session.expire_all()
    done = session.get(ContactOperation, number)
    assert done is not None
    assert done.undone_by_id == undone.undo_id
