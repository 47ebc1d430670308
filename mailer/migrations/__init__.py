"""The tables' history, and whether a database is up to date; `upgrading` brings it there."""

from pathlib import Path

import sqlalchemy as sa

from mailer.database import translated
from mailer.errors import Refused

HERE = Path(__file__).parent


def head() -> str:
    """The revision of today's tables: files are named by their revisions, in their order."""
    return max(path.name.partition("_")[0] for path in HERE.glob("versions/[0-9]*_*.py"))


def refuse_outdated(engine: sa.Engine) -> None:
    """Raises Refused when the tables are not today's, Unreachable without a database."""
    with translated(), engine.connect() as connection:
        has_some = sa.inspect(connection).has_table("alembic_version")
        revisions = sa.text("SELECT version_num FROM alembic_version")
        current = connection.scalars(revisions).all() if has_some else []
    if list(current) != [head()]:
        raise Refused("the database is not up to date: run `mailer db upgrade`")
