"""Writing rows without the ORM: they are read back as if it had written them."""

from datetime import timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from mailer.distribution.fanout.writing import as_written, write_rows
from mailer.models import DeliveryStatus, ReceivingDomain
from tests import factories

NOW = factories.NOW
COLUMNS = ("domain", "provider", "looked_up_at")


def test_rows_are_read_as_they_were_meant(session: Session) -> None:
    dialect = session.get_bind().dialect.name
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))
    moment = as_written(elsewhere, dialect=dialect)
    odd = ("tab\there", "new\nline", "back\\slash", "\\N", '"', "Ελένη", "")
    write_rows(session, ReceivingDomain, COLUMNS, [(name, name, moment) for name in odd])
    found = session.exec(select(ReceivingDomain)).all()
    assert {row.domain for row in found} == set(odd)
    assert all(row.provider == row.domain and row.looked_up_at == NOW for row in found)


def test_values_are_written_as_the_database_keeps_them() -> None:
    assert as_written(DeliveryStatus.PENDING, dialect="sqlite") == "pending"
    assert as_written(["everyone"], dialect="sqlite") == '["everyone"]'
    assert as_written(None, dialect="sqlite") is None


def test_a_broken_rule_is_told_as_from_every_other_statement(session: Session) -> None:
    moment = as_written(NOW, dialect=session.get_bind().dialect.name)
    with pytest.raises(IntegrityError), session.begin_nested():
        write_rows(session, ReceivingDomain, COLUMNS, [("a", "b", moment)] * 2)
    assert session.exec(select(ReceivingDomain)).all() == []


def test_a_fault_in_the_making_of_rows_writes_none(session: Session) -> None:
    moment = as_written(NOW, dialect=session.get_bind().dialect.name)
    rows = ((str(1 // number), "b", moment) for number in (1, 0))
    with pytest.raises(ZeroDivisionError), session.begin_nested():
        write_rows(session, ReceivingDomain, COLUMNS, rows)
    assert session.exec(select(ReceivingDomain)).all() == []
