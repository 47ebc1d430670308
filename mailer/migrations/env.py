"""How Alembic runs our migrations: on the engine that `configuration` was given."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel.sql.sqltypes import AutoString

from mailer.database import UTCDateTime
from mailer.models import TABLES


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write plain SQLAlchemy types into migrations: ours may move, history may not."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


def compare_type(
    _context: Any, _inspected: Any, column: Any, _there: Any, wanted: Any
) -> bool | None:
    """Our words are text of 32 characters in the database: do not report that as a change."""
    return False if isinstance(wanted, sa.Enum) and column.type.length == wanted.length else None


def run() -> None:
    """Run the migrations on one connection; SQLite rebuilds tables, so its keys are off then."""
    engine: sa.Engine = context.config.attributes["engine"]
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context.configure(
            connection=connection,
            target_metadata=TABLES,
            render_as_batch=is_sqlite,
            compare_type=compare_type,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


run()
