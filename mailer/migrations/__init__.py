"""The tables' history: `upgrade` brings a database of any age to today's tables."""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from mailer.database import translated
from mailer.errors import Refused

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent


def head() -> str:
    """The revision of today's tables: files are named by their revisions, in their order."""
    return max(path.name.partition("_")[0] for path in HERE.glob("versions/[0-9]*_*.py"))


def configuration(engine: sa.Engine) -> "Config":
    """Alembic's configuration, made in code so that an installed wheel has it too."""
    # Every start of a process asks whether the tables are today's; Alembic is for changing them.
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: sa.Engine) -> None:
    """Make or change the tables until they are today's. Raises Unreachable without a database."""
    from alembic import command  # noqa: PLC0415

    with translated():
        command.upgrade(configuration(engine), "head")


def refuse_outdated(engine: sa.Engine) -> None:
    """Raises Refused when the tables are not today's, Unreachable without a database."""
    with translated(), engine.connect() as connection:
        has_some = sa.inspect(connection).has_table("alembic_version")
        revisions = sa.text("SELECT version_num FROM alembic_version")
        current = connection.scalars(revisions).all() if has_some else []
    if list(current) != [head()]:
        raise Refused("the database is not up to date: run `mailer db upgrade`")
