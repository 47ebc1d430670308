"""Each change of the address book is kept: who, when, and what stood there before."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.contacts import history
from mailer.contacts.history import operation
from mailer.models import (
    ChangeAction,
    ContactChange,
    ContactOperation,
    Journalist,
    MediaList,
    OperationKind,
    Role,
    TrackingMode,
)
from tests import factories


def _kept(session: Session) -> list[ContactChange]:
    return list(session.exec(select(ContactChange).order_by(sa.text("id"))))


def test_what_is_added_is_kept_with_its_number(engine: sa.Engine) -> None:
    with Session(engine) as session:
        with operation(session, OperationKind.EDIT, source="page") as recording:
            session.add(person := Journalist(family_name="Lund", first_seen_at=factories.NOW))
        (change,) = _kept(session)
    assert (change.subject, change.subject_id) == ("journalist", person.id)
    assert (change.action, change.operation_id) == (ChangeAction.ADDED, recording.id)


def test_what_changes_is_kept_as_it_was_and_became(engine: sa.Engine) -> None:
    with Session(engine) as session:
        person = factories.saved(
            session, Journalist(family_name="Lund", languages=["da"], first_seen_at=factories.NOW)
        )
        with operation(session, OperationKind.IMPORT) as recording:
            recording.told_by(person, 7)
            person.languages, person.accredited_until = ["da", "en"], date(2027, 1, 31)
            person.tracking, person.city = TrackingMode.AGGREGATE, person.city
        (change,) = _kept(session)
    assert change.before == {"languages": ["da"], "accredited_until": None, "tracking": "none"}
    assert change.after == {
        "languages": ["da", "en"],
        "accredited_until": "2027-01-31",
        "tracking": "aggregate",
    }
    assert change.file_row == 7


def test_what_is_removed_is_kept_whole(engine: sa.Engine) -> None:
    with Session(engine) as session:
        session.add(kept := MediaList(name="Cybercrime"))
        session.flush()
        with operation(session, OperationKind.EDIT):
            session.delete(kept)
        (change,) = _kept(session)
    assert (change.action, change.before["name"]) == (ChangeAction.REMOVED, "Cybercrime")


def test_nothing_is_kept_of_what_stays_the_same(engine: sa.Engine) -> None:
    with Session(engine) as session:
        session.add(known := MediaList(name="Cybercrime"))
        session.flush()
        with operation(session, OperationKind.EDIT):
            known.name = "Cybercrime"
        assert not _kept(session)


def test_what_came_before_or_comes_after_belongs_to_no_operation(engine: sa.Engine) -> None:
    with Session(engine) as session:
        session.add(MediaList(name="before"))
        with operation(session, OperationKind.EDIT):
            pass
        session.add(MediaList(name="after"))
        session.flush()
        assert not _kept(session)


def test_an_operation_inside_another_is_its_part(engine: sa.Engine) -> None:
    with Session(engine) as session:
        with (
            operation(session, OperationKind.MERGE) as outer,
            operation(session, OperationKind.EDIT) as inner,
        ):
            session.add(MediaList(name="Cybercrime"))
        assert inner is outer
        (done,) = session.exec(select(ContactOperation)).all()
        (change,) = _kept(session)
    assert (done.kind, change.operation_id) == (OperationKind.MERGE, done.id)


def test_rows_written_past_the_session_are_told(engine: sa.Engine) -> None:
    with Session(engine) as session:
        with operation(session, OperationKind.IMPORT):
            history.note_added(session, Role, [3, 4])
            said = {"ended_on": None}, {"ended_on": "2026-11-30"}
            history.note_rows(session, [(Role, 5, ChangeAction.CHANGED, *said)])
        told = [(kept.subject_id, kept.action, kept.after) for kept in _kept(session)]
    assert told == [
        (3, ChangeAction.ADDED, {}),
        (4, ChangeAction.ADDED, {}),
        (5, ChangeAction.CHANGED, {"ended_on": "2026-11-30"}),
    ]


def test_a_kept_value_comes_back_as_the_column_takes_it() -> None:
    columns = Journalist.__table__.columns  # type: ignore[attr-defined]
    values = {
        "accredited_until": date(2027, 1, 31),
        "paused_until": factories.NOW,
        "tracking": TrackingMode.AGGREGATE,
        "languages": ["da"],
        "details": {"suffix": "Jr"},
        "do_not_contact": True,
        "informed_at": None,
        "city": "Århus",
    }
    kept = history.as_document(values)
    assert {name: history.as_value(columns[name], kept[name]) for name in values} == values
