"""She goes to another outlet: what is hers goes with her, what was the job's stays behind (F6)."""

from datetime import date

import pytest
from sqlmodel import Session, select

from mailer.contacts import directory, suppressions
from mailer.contacts.keeping.leaving import Moved, close_desk, end_job, job_to_leave
from mailer.contacts.keeping.moving import NewJob, find_outlet, move
from mailer.contacts.keeping.people import Job, find_person, jobs_of
from mailer.contacts.keeping.telling.outcomes import moved_in_words
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import (
    Journalist,
    Outlet,
    Role,
    Suppression,
    SuppressionReason,
    SuppressionScope,
)
from tests import factories
from tests.contacts.keeping.books import KEYRING, book, job_of, taken_back

DAY = date(2026, 12, 1)
OLD, NEW = "mette@avisen.example", "mette@radio.example"


@pytest.fixture
def mette(session: Session) -> Journalist:
    paper = factories.outlet(session, "Avisen")
    person = factories.journalist(
        session, OLD, outlet=paper, family_name="Lund", beats=["ports"], urgent_only=True
    )
    factories.on_list(session, "Ports", job_of(session, person).role)
    return person


@pytest.fixture
def radio(session: Session) -> Outlet:
    return factories.outlet(session, "Radio")


def _move(session: Session, person: Journalist, to: NewJob, *, leaving: Job | None = None) -> Moved:
    return move(
        session,
        person,
        to,
        leaving=leaving or job_of(session, person),
        on=DAY,
        keyring=KEYRING,
        source="test",
    )


def _suppress(session: Session, reason: SuppressionReason, address: str = OLD) -> None:
    suppressions.suppress(session, address, keyring=KEYRING, reason=reason, source="link")


def test_the_old_job_ends_on_the_day_the_new_one_begins(
    session: Session, mette: Journalist, radio: Outlet
) -> None:
    moved = _move(session, mette, NewJob(radio, email=NEW, job_title="Editor"))
    old, new = (job.role for job in jobs_of(session, mette))
    assert (old.ended_on, old.is_primary) == (DAY, False)
    assert (new.started_on, new.is_primary, new.outlet_id) == (DAY, True, radio.id)
    assert (new.job_title, new.beats) == ("Editor", ["ports"])
    assert (moved.left, moved.new, moved.lists_left) == ("Avisen", "Radio", ("Ports",))
    assert (mette.urgent_only, moved.closed) == (True, "")


def test_she_leaves_the_lists_of_the_old_job_unless_they_are_kept(
    session: Session, mette: Journalist, radio: Outlet
) -> None:
    moved = _move(session, mette, NewJob(radio, email=NEW, keeps_lists=True))
    card = directory.describe(session, NEW)
    assert [job.lists for job in card.roles] == [["Ports"], ["Ports"]]
    assert moved.lists_kept == ("Ports",)


def test_who_goes_where_no_address_is_known_cannot_be_e_mailed_and_that_is_told(
    session: Session, mette: Journalist, radio: Outlet
) -> None:
    moved = _move(session, mette, NewJob(radio))
    assert not moved.is_reachable
    told = list(moved_in_words(moved))
    assert "nothing can be e-mailed until one is" in told[-1]
    assert "--email" in told[-1]


def test_who_goes_where_an_address_is_known_can_be_e_mailed(
    session: Session, mette: Journalist, radio: Outlet
) -> None:
    moved = _move(session, mette, NewJob(radio, email=NEW))
    assert moved.is_reachable
    assert not any("e-mailed" in line for line in moved_in_words(moved))


def test_who_is_read_elsewhere_too_can_still_be_e_mailed(
    session: Session, mette: Journalist, radio: Outlet
) -> None:
    address = factories.address(session, "mette@second.example")
    second = Role(journalist_id=mette.id or 0, address_id=address.id, is_primary=False)
    factories.saved(session, second)
    leaving = next(job for job in jobs_of(session, mette) if job.role.id != second.id)
    moved = move(
        session, mette, NewJob(radio), leaving=leaving, on=DAY, keyring=KEYRING, source="test"
    )
    assert moved.is_reachable
    assert not any("nothing can be e-mailed" in line for line in moved_in_words(moved))


def test_a_move_is_undone_whole(session: Session, mette: Journalist, radio: Outlet) -> None:
    before = book(session)
    moved = _move(session, mette, NewJob(radio, email=NEW, keeps_lists=True))
    assert taken_back(session, moved.operation_id).conflict_count == 0
    assert book(session) == before


@pytest.mark.parametrize("reason", ["unsubscribed", "complained", "manual"])
def test_a_leave_at_the_old_address_holds_for_the_new_one(
    session: Session, mette: Journalist, radio: Outlet, reason: str
) -> None:
    _suppress(session, SuppressionReason(reason))
    moved = _move(session, mette, NewJob(radio, email=NEW))
    found = suppressions.reasons_among(session, [NEW], keyring=KEYRING)
    assert found == {NEW: reason}
    assert moved.closed == f"{reason} at {OLD}"
    assert directory.describe(session, NEW).state != "ok"


def test_it_holds_after_an_undo_of_the_move_too(
    session: Session, mette: Journalist, radio: Outlet
) -> None:
    _suppress(session, SuppressionReason.UNSUBSCRIBED)
    before = book(session)
    moved = _move(session, mette, NewJob(radio, email=NEW))
    assert taken_back(session, moved.operation_id).conflict_count == 0
    assert book(session) == before
    assert suppressions.is_suppressed(session, NEW, keyring=KEYRING)


def test_a_leave_of_one_topic_or_office_holds_too(
    session: Session, mette: Journalist, radio: Outlet
) -> None:
    factories.saved(
        session,
        Suppression(
            address_hash=KEYRING.address_hash(OLD),
            scope=SuppressionScope.TOPIC,
            scope_value="sport",
            reason=SuppressionReason.UNSUBSCRIBED,
            created_at=factories.NOW,
        ),
    )
    _move(session, mette, NewJob(radio, email=NEW))
    hashed = KEYRING.address_hash(NEW)
    kept = session.exec(select(Suppression).where(Suppression.address_hash == hashed)).one()
    assert (kept.scope, kept.scope_value) == ("topic", "sport")
    assert directory.describe(session, NEW).state == "ok"


def test_a_dead_mailbox_closes_no_other(session: Session, mette: Journalist, radio: Outlet) -> None:
    _suppress(session, SuppressionReason.BOUNCED)
    assert _move(session, mette, NewJob(radio, email=NEW)).closed == ""
    assert not suppressions.is_suppressed(session, NEW, keyring=KEYRING)


def test_an_erased_owner_s_address_is_not_taken(
    session: Session, mette: Journalist, radio: Outlet
) -> None:
    _suppress(session, SuppressionReason.ERASED, NEW)
    with pytest.raises(Refused, match="erased"):
        _move(session, mette, NewJob(radio, email=NEW))


def test_a_new_job_without_an_address_and_a_freelance(session: Session, mette: Journalist) -> None:
    moved = _move(session, mette, NewJob(None))
    _, new = jobs_of(session, mette)
    assert (new.role.outlet_id, new.role.address_id, moved.new) == (None, None, "freelance")


def test_another_job_becomes_the_first_one_when_a_job_ends(
    session: Session, mette: Journalist, radio: Outlet
) -> None:
    leaving = job_of(session, mette)
    other = Role(journalist_id=mette.id or 0, outlet_id=radio.id, is_primary=False)
    factories.saved(session, other)
    before = book(session)
    ended = end_job(session, mette, leaving=leaving, on=DAY, source="test")
    assert (leaving.role.ended_on, leaving.role.is_primary, other.is_primary) == (DAY, False, True)
    assert ended.lists_left == ("Ports",)
    taken_back(session, ended.operation_id)
    assert book(session) == before


def test_a_desk_closes_once(session: Session) -> None:
    desk = factories.desk(session)
    closed = close_desk(session, desk, on=DAY, source="test")
    assert (desk.ended_on, closed.left) == (DAY, "Havnebladet")
    with pytest.raises(BadInput, match="closed on 2026-12-01"):
        close_desk(session, desk, on=DAY, source="test")


def test_which_of_several_jobs_ends_has_to_be_said(
    session: Session, mette: Journalist, radio: Outlet
) -> None:
    factories.saved(session, Role(journalist_id=mette.id or 0, outlet_id=radio.id))
    address = directory.find_address(session, OLD)
    named = job_to_leave(session, mette, address=address, at="", on=DAY)
    assert named.at == "Avisen"
    with pytest.raises(BadInput, match="--from: Avisen, Radio"):
        job_to_leave(session, mette, address=None, at="", on=DAY)
    assert job_to_leave(session, mette, address=None, at="radio", on=DAY).at == "Radio"
    with pytest.raises(BadInput, match="no job at 'TV'"):
        job_to_leave(session, mette, address=None, at="TV", on=DAY)


def test_one_of_two_at_an_address_is_named_by_number(session: Session, mette: Journalist) -> None:
    other = factories.journalist(session, OLD, family_name="Kjær")
    with pytest.raises(BadInput, match=f"{mette.id} Karen Lund, {other.id} Karen Kjær"):
        find_person(session, OLD)
    assert find_person(session, str(other.id)) is other
    with pytest.raises(NotFound):
        find_person(session, "999")


def test_an_unknown_outlet_is_told_or_made(session: Session, radio: Outlet) -> None:
    with pytest.raises(BadInput, match="did you mean 'Radio'"):
        find_outlet(session, "Radoi")
    assert find_outlet(session, "RADIO") is radio
    made = find_outlet(session, "Radio", country="Sweden", is_new=True)
    assert made.country == "SE"
    with pytest.raises(BadInput, match="--country: DK, SE"):
        find_outlet(session, "Radio")


def test_one_mailbox_is_one_row_however_it_is_written(session: Session) -> None:
    first = directory.add_address(session, "Jörg@Müller-Zeitung.example", keyring=KEYRING)
    for spelt in ("JÖRG@MÜLLER-ZEITUNG.EXAMPLE", "jörg@xn--mller-zeitung-wob.example"):
        assert directory.add_address(session, spelt, keyring=KEYRING).id == first.id
