"""Brings a database of any age to today's tables.

Apart from the rest, since every process asks whether the tables are today's, and only this needs
Alembic for it.
"""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from mailer.database import translated
from mailer.migrations import HERE


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
