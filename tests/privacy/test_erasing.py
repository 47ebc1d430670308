"""Erasure: nothing is left but a keyed hash, others are left alone, and old counts stay right."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.compose.letter import Identity
from mailer.compose.skeleton.proof import prove
from mailer.contacts import suppressions
from mailer.contacts.keeping.undoing import undo
from mailer.database import reading, writing
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import (
    Address,
    ContactChange,
    ContactOperation,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Desk,
    InboundMessage,
    Journalist,
    KeptSkeleton,
    MediaListEntry,
    OperationKind,
    Outlet,
    Release,
    Role,
    Suppression,
    SuppressionReason,
)
from mailer.privacy import wiping
from mailer.privacy.erasing import Erased, erase
from mailer.reports.summary import release_report
from mailer.settings import Settings
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW
from tests.privacy.conftest import (
    DESK,
    EARLIER,
    KAREN,
    LARS,
    Story,
    left_in_files,
    left_of_her,
    tell,
)

NOTE = "asked by Karen Holm on the phone, identity checked by mail"


def forget(session: Session, keyring: Keyring, who: str = KAREN) -> Erased:
    return erase(session, who, keyring=keyring, note=NOTE, source="command line", now=NOW)


def test_neither_name_nor_address_is_left_in_any_table(
    engine: sa.Engine, story: Story, keyring: Keyring
) -> None:
    assert len(left_of_her(engine)) > 10
    with writing(engine) as session:
        forget(session, keyring)
    assert left_of_her(engine) == []


def test_neither_is_left_in_any_file(
    sqlite_engine: sa.Engine, tmp_path: Path, keyring: Keyring
) -> None:
    with writing(sqlite_engine) as session:
        tell(session, keyring)
    (tmp_path / "journals").mkdir()
    broken = tmp_path / "journals" / "a.journal.broken"
    broken.write_bytes(b"R 1 1 dot 250 main\tfor <Karen.Holm@havnebladet.example>\nR 2 1 dot 250\n")
    assert left_in_files(tmp_path)
    with writing(sqlite_engine) as session:
        erased = forget(session, keyring)
    assert wiping.scrub_journals(tmp_path / "journals", erased.words) == 1
    assert wiping.wipe(sqlite_engine)
    assert left_in_files(tmp_path) == []
    assert broken.read_bytes() == b"R 2 1 dot 250\n"


def test_one_hash_of_each_own_address_stays(
    engine: sa.Engine, story: Story, keyring: Keyring
) -> None:
    with writing(engine) as session:
        erased = forget(session, keyring)
        rows = session.exec(select(Suppression)).all()
        assert {row.address_hash for row in rows} == {
            keyring.address_hash(KAREN.lower()),
            keyring.address_hash(EARLIER),
        }
        assert {(row.reason, row.note) for row in rows} == {(SuppressionReason.ERASED, "")}
        assert erased.hashes == 2
        # The desk is read by Lars, too: it is not closed to him.
        assert not suppressions.is_suppressed(session, DESK, keyring=keyring)


def test_only_her_part_of_a_shared_address_goes(
    engine: sa.Engine, story: Story, keyring: Keyring
) -> None:
    with writing(engine) as session:
        erased = forget(session, keyring)
    assert erased.shared == (DESK,)
    with reading(engine) as session:
        assert session.get(Journalist, story.karen) is None
        lars = session.get_one(Journalist, story.lars)
        assert lars.private_note == "Deputy of [erased]"
        roles = session.exec(select(Role).where(Role.journalist_id == story.lars)).all()
        emails = {session.get_one(Address, role.address_id).email for role in roles}
        assert emails == {LARS, DESK}
        for number in (story.of_lars, story.at_desk):
            assert session.get_one(Delivery, number).recipient_name == "Lars Bruun"
        theirs = session.exec(select(InboundMessage).where(InboundMessage.digest == "3")).one()
        assert b"lars.bruun" in theirs.raw
        rules = session.exec(select(MediaListEntry.criteria)).all()
        assert rules == [f"address:erased@erased.example,{LARS}"]


def test_counts_of_old_reports_stay(engine: sa.Engine, story: Story, keyring: Keyring) -> None:
    def counted() -> object:
        with reading(engine) as session:
            reference = session.get_one(Release, story.release).reference
            report = release_report(session, reference)
            return report.totals, report.by_country, report.by_outlet, report.last_sent_at

    with writing(engine) as session:
        # What still waits is withheld: this report is about what is over.
        session.get_one(Delivery, story.waiting).status = DeliveryStatus.WITHHELD
        session.flush()
    before = counted()
    with writing(engine) as session:
        forget(session, keyring)
    assert counted() == before


def test_an_erased_delivery_keeps_its_state_and_its_hash(
    engine: sa.Engine, story: Story, keyring: Keyring, settings: Settings
) -> None:
    with writing(engine) as session:
        forget(session, keyring)
    with reading(engine) as session:
        row = session.get_one(Delivery, story.sent)
        assert (row.status, row.sent_at, row.reply_code) == (DeliveryStatus.BOUNCED, NOW, 250)
        assert (row.email, row.recipient_name, row.reasons, row.reply_text) == ("", "", [], "")
        event = session.exec(select(DeliveryEvent)).one()
        assert event.details == {"reason": "unknown_user", "bounce_class": "hard"}
        assert session.exec(select(KeptSkeleton)).all() == []
        identity = Identity.from_settings(settings, signs=False)
        with pytest.raises(Refused, match="was erased: only its hash is kept"):
            prove(session, story.sent, identity=identity)


def test_the_history_keeps_that_and_when_and_no_more(
    engine: sa.Engine, story: Story, keyring: Keyring
) -> None:
    with writing(engine) as session:
        done = forget(session, keyring)
        record = session.get_one(ContactOperation, done.operation_id)
        session.refresh(record)
        assert record.kind is OperationKind.ERASURE
        assert record.note == "asked by [erased] on the phone, identity checked by mail"
        changes = session.exec(select(ContactChange)).all()
        assert [(one.subject, one.before, one.after) for one in changes] == [("journalist", {}, {})]
        with pytest.raises(Refused, match="who was erased stays erased"):
            undo(session, done.operation_id, keyring=keyring, source="test")


def test_an_undo_of_what_was_before_brings_nobody_back(
    engine: sa.Engine, story: Story, keyring: Keyring
) -> None:
    with writing(engine) as session:
        forget(session, keyring)
        undo(session, story.edit, keyring=keyring, source="test")
    assert left_of_her(engine) == []


def test_a_dry_run_counts_the_same_and_changes_nothing(
    engine: sa.Engine, story: Story, keyring: Keyring
) -> None:
    before = left_of_her(engine)
    with writing(engine) as session:
        dry = forget(session, keyring)
        session.rollback()
    assert left_of_her(engine) == before
    with writing(engine) as session:
        done = forget(session, keyring)
    assert (dry.rows, dry.deliveries, dry.inbound, dry.swept) == (
        done.rows,
        done.deliveries,
        done.inbound,
        done.swept,
    )
    assert (done.deliveries, done.inbound) == (2, 2)
    assert done.rows["role"] == 2


def test_a_desk_is_erased_when_no_person_reads_its_address(
    session: Session, keyring: Keyring
) -> None:
    factories.desk(session, "pictures@havnebladet.example")
    done = forget(session, keyring, "pictures@havnebladet.example")
    assert (done.called, done.rows["desk"]) == ("the desk Redaktionen", 1)
    assert session.exec(select(Desk)).all() == []
    assert suppressions.is_suppressed(session, "pictures@havnebladet.example", keyring=keyring)


def test_of_several_readers_one_is_said_by_number(
    engine: sa.Engine, story: Story, keyring: Keyring
) -> None:
    with writing(engine) as session:
        with pytest.raises(BadInput, match="say which by number"):
            forget(session, keyring, DESK)
        assert forget(session, keyring, str(story.karen)).rows["journalist"] == 1


def test_who_is_not_known_is_told(session: Session, keyring: Keyring) -> None:
    with pytest.raises(NotFound, match="there is nobody to erase"):
        forget(session, keyring, "nobody@nowhere.example")
    with pytest.raises(BadInput, match="with a note"):
        erase(session, KAREN, keyring=keyring, note=" ", source="test", now=NOW)


def test_whoever_was_erased_can_be_erased_again(
    engine: sa.Engine, story: Story, keyring: Keyring
) -> None:
    with writing(engine) as session:
        forget(session, keyring)
        assert forget(session, keyring).hashes == 1


def test_traces_without_a_contact_are_erased_too(session: Session, keyring: Keyring) -> None:
    release = factories.release(session, factories.office(session))
    distribution = factories.distribution(session, release)
    row = factories.delivery(session, distribution, "gone@old.example")
    session.execute(sa.delete(Address))
    assert forget(session, keyring, "Gone@old.example").deliveries == 1
    session.refresh(row)
    assert row.email == ""


def test_a_page_of_her_own_goes_with_her_and_no_other(session: Session, keyring: Keyring) -> None:
    blog = factories.outlet(session, "Harbour notes by Karen Holm")
    paper = factories.outlet(session, public_note="Karen Holm was here")
    for at, email in ((blog, KAREN), (paper, "k.holm@paper.example")):
        person = factories.journalist(session, email, outlet=at, given_name="Karen")
        person.family_name = "Holm"
        session.flush()
        assert forget(session, keyring, email).rows.get("outlet", 0) == (at is blog)
    kept = session.exec(select(Outlet.name, Outlet.public_note)).all()
    assert kept == [("Havnebladet", "[erased] was here")]


def test_a_namesake_is_left_alone(engine: sa.Engine, story: Story, keyring: Keyring) -> None:
    with writing(engine) as session:
        other = factories.journalist(session, "karen@elsewhere.example", given_name="Karen")
        other.family_name = "Holm"
        other.phone = "+45 1"
        distribution = factories.distribution(session, session.get_one(Release, story.release))
        row = factories.delivery(
            session, distribution, "karen@elsewhere.example", journalist_id=other.id
        )
        number, delivery_id = other.id, row.id
    with writing(engine) as session:
        forget(session, keyring)
        kept = session.get_one(Journalist, number)
        assert (kept.full_name, kept.phone) == ("Karen Holm", "+45 1")
        theirs = session.get_one(Delivery, delivery_id)
        assert (theirs.email, theirs.recipient_name) == ("karen@elsewhere.example", "Karen Holm")
