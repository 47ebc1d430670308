"""The tables' history leads to the tables that the models describe, and back."""

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlmodel import Session, SQLModel, select

from mailer.migrations import head, refuse_outdated
from mailer.migrations.upgrading import configuration, upgrade
from mailer.models import Journalist, Office
from tests import factories


# SQLite cannot tell what such an index holds.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_the_migrations_lead_to_the_tables_of_the_models(engine: sa.Engine) -> None:
    command.check(configuration(engine))


def test_an_upgraded_database_is_taken_as_up_to_date(engine: sa.Engine) -> None:
    refuse_outdated(engine)


def test_upgrading_twice_keeps_what_is_there(engine: sa.Engine) -> None:
    with Session(engine) as session:
        factories.office(session)
        session.commit()
    upgrade(engine)
    with Session(engine) as session:
        assert session.exec(select(Office.key)).one() == "harbour"


def test_the_first_tables_can_be_taken_down_again(sqlite_engine: sa.Engine) -> None:
    command.downgrade(configuration(sqlite_engine), "base")
    left = set(sa.inspect(sqlite_engine).get_table_names()) - {"alembic_version"}
    assert not left & set(SQLModel.metadata.tables)


def test_the_last_file_is_what_the_tables_are_brought_to(engine: sa.Engine) -> None:
    assert head() == ScriptDirectory.from_config(configuration(engine)).get_current_head()


def test_a_database_of_the_first_tables_keeps_its_contacts_on_the_way_up_and_down(
    sqlite_engine: sa.Engine,
) -> None:
    with Session(sqlite_engine) as session:
        factories.journalist(session, "mette.lund@avisen.example", family_name="Lund")
        session.commit()
    command.downgrade(configuration(sqlite_engine), "0001")
    upgrade(sqlite_engine)
    with Session(sqlite_engine) as session:
        assert session.exec(select(Journalist.family_name, Journalist.details)).all() == [
            ("Lund", {})
        ]
    with sqlite_engine.connect() as connection:
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'journalist'")
        assert "AUTOINCREMENT" in str(made.scalar_one())
