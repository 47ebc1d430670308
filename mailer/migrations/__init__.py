"""The tables' history: `upgrade` brings a database of any age to today's tables."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from mailer.database import translated
from mailer.errors import Refused

HERE = Path(__file__).parent


def configuration(engine: sa.Engine) -> Config:
    """Alembic's configuration, made in code so that an installed wheel has it too."""
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: sa.Engine) -> None:
    """Make or change the tables until they are today's. Raises Unreachable without a database."""
    with translated():
        command.upgrade(configuration(engine), "head")


def refuse_outdated(engine: sa.Engine) -> None:
    """Raises Refused when the tables are not today's, Unreachable without a database."""
    with translated(), engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    wanted = ScriptDirectory(str(HERE)).get_heads()
    if set(current) != set(wanted):
        raise Refused("the database is not up to date: run `mailer db upgrade`")
