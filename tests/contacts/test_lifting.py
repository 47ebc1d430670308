"""What closed an address is taken back by a person, with a note, and by nothing else (R8): each way
round it is tried for each reason.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import clock
from mailer.contacts import scoped, suppressions
from mailer.contacts.importing import import_contacts
from mailer.contacts.keeping.editing import edit
from mailer.contacts.keeping.merging import merge
from mailer.contacts.keeping.moving import NewJob, move
from mailer.contacts.keeping.undoing import operation_of_import
from mailer.database import writing
from mailer.errors import NotFound, Refused
from mailer.models import (
    Address,
    AddressState,
    Journalist,
    Office,
    Suppression,
    SuppressionReason,
)
from mailer.privacy import retention
from mailer.settings import load
from mailer.tokens import Keyring
from tests import factories
from tests.book_lock import Other
from tests.contacts.keeping.books import KEYRING, job_of, taken_back

EVA, OTHER = "eva.lind@havnebladet.example", "eva@private.example"
HEADER = "email,given_name,family_name,outlet,outlet_country,status\n"
HERS = ["unsubscribed", "complained", "erased"]
LIFTED = ["bounced", "manual"]
RETIRED, NEW = Keyring({1: b"\x01" * 32}), Keyring({2: b"\x02" * 32})
Way = Callable[[Session, Path], object]


def _close(session: Session, reason: str, keyring: Keyring = KEYRING) -> bool:
    why = SuppressionReason(reason)
    return suppressions.suppress(session, EVA, keyring=keyring, reason=why, source="x")


def _eva(session: Session) -> Journalist:
    row = factories.address(session, EVA)
    found = session.exec(select(Journalist).where(Journalist.family_name == "Lind")).first()
    assert row.id
    return found or factories.journalist(session, EVA, given_name="Eva", family_name="Lind")


def _merged(session: Session, folder: Path) -> int:
    other = factories.journalist(session, OTHER, given_name="Eva", family_name="Lindh")
    return merge(session, other, _eva(session), keyring=KEYRING, source="x").operation_id


def _undo_of_a_merge(session: Session, folder: Path) -> object:
    return taken_back(session, _merged(session, folder))


def _import(session: Session, folder: Path, *, status: str = "active") -> int:
    file = folder / "contacts.csv"
    file.write_text(f"{HEADER}{EVA.upper()},Eva,Lind,Havnebladet,DK,{status}\n", encoding="utf-8")
    report = import_contacts(session, file, keyring=KEYRING)
    return operation_of_import(session, report.import_id)


def _undo_of_an_import(session: Session, folder: Path) -> object:
    return taken_back(session, _import(session, folder))


def _undo_of_an_undo(session: Session, folder: Path) -> object:
    undone = taken_back(session, _import(session, folder))
    return taken_back(session, undone.undo_id)


def _undo_of_an_import_that_says_it(session: Session, folder: Path) -> object:
    return taken_back(session, _import(session, folder, status="bounced"))


def _an_edit(session: Session, folder: Path) -> object:
    return edit(session, (_eva(session),), {"city": "Aarhus"}, source="x")


def _a_move_away_and_its_undo(session: Session, folder: Path) -> object:
    eva, to = _eva(session), NewJob(factories.outlet(session, "Radio"), email=OTHER)
    day = factories.NOW.date()
    done = move(session, eva, to, leaving=job_of(session, eva), on=day, keyring=KEYRING, source="x")
    return taken_back(session, done.operation_id)


def _lift_a_bounce_on_top(session: Session) -> None:
    _close(session, "bounced")
    with suppress(Refused):
        suppressions.lift(session, EVA, keyring=KEYRING, note="the mailbox is back")


def _retention(session: Session, folder: Path) -> object:
    session.execute(sa.update(Journalist).values(first_seen_at=clock.now() - timedelta(days=4000)))
    rules = load().retention
    return retention.run(session, rules, keyring=KEYRING, now=clock.now())


def _retention_and_an_import(session: Session, folder: Path) -> object:
    _retention(session, folder)
    return _import(session, folder)


WAYS: list[Way] = [
    _merged,
    _undo_of_a_merge,
    _import,
    _undo_of_an_import,
    _undo_of_an_undo,
    _undo_of_an_import_that_says_it,
    _an_edit,
    _a_move_away_and_its_undo,
    _retention,
    _retention_and_an_import,
]


def _is_open(session: Session) -> bool:
    session.flush()
    row = session.execute(
        sa.select(col(Address.state)).where(col(Address.normalised) == EVA)
    ).scalar()
    kept = suppressions.is_suppressed(session, EVA, keyring=KEYRING)
    return row in (AddressState.OK, AddressState.SOFT) or not kept


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
@pytest.mark.parametrize("reason", [*LIFTED, "unsubscribed", "complained"])
def test_nothing_else_opens_what_was_closed(
    session: Session, tmp_path: Path, way: Way, reason: str
) -> None:
    _eva(session)
    _close(session, reason)
    way(session, tmp_path)
    assert not _is_open(session)
    (kept,) = suppressions.reasons_among(session, [EVA], keyring=KEYRING).values()
    assert kept == reason


@pytest.mark.parametrize("reason", HERS)
def test_a_bounce_on_top_is_no_way_round(session: Session, reason: str) -> None:
    _eva(session)
    _close(session, reason)
    _lift_a_bounce_on_top(session)
    assert not _is_open(session)


@pytest.mark.parametrize("reason", HERS)
@pytest.mark.parametrize("on_top", [None, *LIFTED])
def test_a_retired_key_is_no_way_round(session: Session, reason: str, on_top: str | None) -> None:
    """Of the suppression only what the row of the address tells is left."""
    row = factories.address(session, EVA)
    _close(session, reason, RETIRED)
    if on_top is not None:
        _close(session, on_top, NEW)
    with pytest.raises(Refused, match=f"it was {reason}: only its owner can come back"):
        suppressions.lift(session, EVA, keyring=NEW, note="the mailbox is back")
    session.refresh(row)
    assert (row.state, row.state_reason) == (
        suppressions.STATES.get(SuppressionReason(reason), AddressState.SUPPRESSED),
        reason,
    )


@pytest.mark.parametrize("reason", LIFTED)
def test_a_bounce_under_a_retired_key_is_lifted_by_its_row(session: Session, reason: str) -> None:
    row = factories.address(session, EVA)
    _close(session, reason, RETIRED)
    suppressions.lift(session, EVA, keyring=NEW, note="Eva says it works")
    session.refresh(row)
    assert (row.state, row.state_reason) == (AddressState.OK, "lifted: Eva says it works")
    with pytest.raises(NotFound):
        suppressions.lift(session, EVA, keyring=NEW, note="again")


def test_what_is_kept_under_two_keys_is_told_by_the_stronger(session: Session) -> None:
    for keyring, reason in ((NEW, "unsubscribed"), (RETIRED, "bounced")):
        _close(session, reason, keyring)
    assert len(session.exec(select(Suppression)).all()) == 2
    told = suppressions.reasons_among(session, [EVA], keyring=KEYRING)
    assert told == {EVA: SuppressionReason.UNSUBSCRIBED}
    with pytest.raises(Refused):
        suppressions.lift(session, EVA, keyring=KEYRING, note="please")


@pytest.mark.postgresql
@pytest.mark.parametrize("is_topic", [False, True])
def test_who_leaves_while_a_bounce_is_lifted_has_left(
    postgresql_engine: sa.Engine, is_topic: bool
) -> None:
    """The one who lifts read `bounced`, and waits for who leaves; then nothing is lifted."""
    engine, topic = postgresql_engine, scoped.topic("crime")
    left, first = SuppressionReason.UNSUBSCRIBED, SuppressionReason.BOUNCED

    def close(session: Session, reason: SuppressionReason) -> None:
        if is_topic:
            why = SuppressionReason.MANUAL if reason is first else reason
            scoped.suppress(session, EVA, topic, keyring=KEYRING, reason=why, source="x")
        else:
            suppressions.suppress(session, EVA, keyring=KEYRING, reason=reason, source="x")

    def lift(session: Session) -> None:
        if is_topic:
            scoped.lift(session, EVA, topic, keyring=KEYRING, note="the mailbox is back")
        else:
            suppressions.lift(session, EVA, keyring=KEYRING, note="the mailbox is back")

    with writing(engine) as session:
        factories.address(session, EVA)
        close(session, first)
    with writing(engine) as session:
        close(session, left)
        other = Other(engine, lift)
        assert other.waits(for_row=True)
    with pytest.raises(Refused):
        other.ends()
    with writing(engine) as session:
        assert session.exec(select(Suppression.reason)).all() == [left]


@pytest.mark.postgresql
def test_who_leaves_just_after_a_bounce_was_lifted_has_left(
    postgresql_engine: sa.Engine,
) -> None:
    engine, left = postgresql_engine, SuppressionReason.UNSUBSCRIBED
    with writing(engine) as session:
        factories.address(session, EVA)
        _close(session, "bounced")
    with writing(engine) as session:
        suppressions.lift(session, EVA, keyring=KEYRING, note="the mailbox is back")
        other = Other(engine, lambda there: _close(there, "unsubscribed"))
        assert other.waits(for_row=True)
    other.ends()
    with writing(engine) as session:
        assert session.exec(select(Suppression.reason)).all() == [left]
        row = session.exec(select(Address)).one()
        assert (row.state, row.state_reason) == (AddressState.SUPPRESSED, "unsubscribed")


def test_a_topic_that_was_carried_over_a_word_by_hand_is_hers(
    session: Session, office: Office
) -> None:
    """What she left at her old address is not lifted at the new one, whoever closed it before."""
    eva, crime = _eva(session), scoped.topic("crime")
    for email, why in ((EVA, "unsubscribed"), (OTHER, "manual")):
        reason = SuppressionReason(why)
        scoped.suppress(session, email, crime, keyring=KEYRING, reason=reason, source="x")
    to, day = NewJob(factories.outlet(session, "Radio"), email=OTHER), factories.NOW.date()
    move(session, eva, to, leaving=job_of(session, eva), on=day, keyring=KEYRING, source="x")
    with pytest.raises(Refused):
        scoped.lift(session, OTHER, crime, keyring=KEYRING, note="please")
