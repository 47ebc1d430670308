"""Who left while the import that brings her was open gets nothing, whatever her row says."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import clock
from mailer.contacts import suppressions
from mailer.contacts.importing import import_contacts
from mailer.contacts.keeping.undoing import undo
from mailer.contacts.young import YOUNG, close_young
from mailer.database import writing
from mailer.delivery import claims
from mailer.delivery.checks import hindrances
from mailer.delivery.claims import Stretch
from mailer.models import Address, AddressState, Journalist, SuppressionReason
from mailer.tokens import Keyring
from tests import factories

EVA = "eva@havn.example"
FILE = f"""email,given_name,family_name,outlet,outlet_country
{EVA},Eva,Lind,Havnebladet,DK
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def complain(engine: sa.Engine, keyring: Keyring) -> None:
    reason = SuppressionReason.COMPLAINED
    with writing(engine) as session:
        session.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
        suppressions.suppress(session, EVA, keyring=keyring, reason=reason, source="report")


def held_back(engine: sa.Engine, keyring: Keyring, *, later: timedelta = timedelta(0)) -> list[str]:
    """Why the message to her, if she has a row, does not go out."""
    with Session(engine) as session:
        address = session.exec(select(Address)).one()
        eva = session.exec(select(Journalist)).one()
        row = factories.distribution(session, factories.release(session, factories.office(session)))
        factories.delivery(session, row, EVA, address_id=address.id, journalist_id=eva.id)
        stretch = Stretch(row.id or 0, 0, 10**9)
        wave = claims.claim(session, stretch, owner="a", limit=9, now=clock.now())
        assert len(wave) == 1
        at = clock.now() + later
        told = hindrances(session, wave, keyring=keyring, embargo_until=None, now=at)
        return list(told.values())


def state(engine: sa.Engine) -> AddressState:
    with Session(engine) as session:
        return session.exec(select(Address)).one().state


@pytest.mark.postgresql
@pytest.mark.parametrize("is_undone", [False, True])
def test_who_complains_before_her_row_can_be_seen_gets_nothing(
    postgresql_engine: sa.Engine, file: Path, keyring: Keyring, is_undone: bool
) -> None:
    engine = postgresql_engine
    if is_undone:
        with writing(engine) as session:
            number = import_contacts(session, file, keyring=keyring).operation_id
        with writing(engine) as session:
            session.execute(
                sa.update(Address).values(state_changed_at=clock.now() - timedelta(days=9))
            )
        with writing(engine) as session:
            number = undo(session, number, keyring=keyring, source="test").undo_id
    with Session(engine) as session:
        if is_undone:
            undo(session, number, keyring=keyring, source="test")
        else:
            import_contacts(session, file, keyring=keyring)
        complain(engine, keyring)
        session.commit()
    assert state(engine) is AddressState.OK  # nobody could mark it
    assert held_back(engine, keyring) == ["suppressed: complained"]


@pytest.mark.postgresql
def test_when_her_row_is_not_young_any_more_it_says_so_itself(
    postgresql_engine: sa.Engine, file: Path, keyring: Keyring
) -> None:
    engine = postgresql_engine
    with Session(engine) as session:
        import_contacts(session, file, keyring=keyring)
        complain(engine, keyring)
        session.commit()
    with writing(engine) as session:
        assert close_young(session, since=clock.now() - 2 * YOUNG, keyring=keyring) == 1
    assert state(engine) is AddressState.COMPLAINED
    assert held_back(engine, keyring, later=2 * YOUNG) == ["suppressed: complained"]


def test_only_a_young_row_is_looked_up_by_its_hash(
    engine: sa.Engine, file: Path, keyring: Keyring
) -> None:
    with writing(engine) as session:
        import_contacts(session, file, keyring=keyring)
        reason = SuppressionReason.MANUAL
        suppressions.suppress(session, EVA, keyring=keyring, reason=reason, source="test")
        session.execute(
            sa.update(Address)
            .where(col(Address.email) == EVA)
            .values(state=AddressState.OK, state_reason="", state_changed_at=clock.now())
        )
    assert held_back(engine, keyring) == ["suppressed: manual"]
    assert held_back(engine, keyring, later=2 * YOUNG) == []


def test_nothing_is_closed_that_nobody_suppressed(
    engine: sa.Engine, file: Path, keyring: Keyring
) -> None:
    with writing(engine) as session:
        import_contacts(session, file, keyring=keyring)
        reason = SuppressionReason.MANUAL
        suppressions.suppress(session, "bo@x.example", keyring=keyring, reason=reason, source="x")
        assert close_young(session, since=clock.now() - YOUNG, keyring=keyring) == 0
    assert state(engine) is AddressState.OK
    assert held_back(engine, keyring) == []
