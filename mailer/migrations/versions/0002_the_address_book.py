"""The address book: its history, phones in E.164, what a source tells beside, and two more rules
of the office.

Revision: 0002, after 0001.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
MOMENT = sa.DateTime(timezone=True)


#: Which languages are read and which beats are covered is asked for every audience.
BEGINNINGS = (("journalist", "languages"), ("role", "beats"))


def upgrade() -> None:
    _number_once()
    _history()
    for table in ("outlet", "desk", "journalist", "role"):
        _add(table, sa.Column("details", DOCUMENT, nullable=False, server_default="{}"))
    for table in ("outlet", "role"):
        _add(table, _word("external_id"), indexed=True)
    for table in ("journalist", "role"):
        _add(table, _word("phone_e164"), indexed=True)
        _add(table, _word("mobile_e164"), indexed=True)
    _add("desk", _word("phone_e164"))
    _add("journalist", _word("suffix"))
    for table in ("desk", "journalist"):
        _add(table, _word("basis_source"))
    _add("office", sa.Column("one_at_outlet", sa.Boolean(), nullable=False, server_default="false"))
    _add("office", sa.Column("daily_limit", sa.Integer(), nullable=True))
    for table, column in BEGINNINGS:
        begins = sa.text(f"substr(CAST({column} AS TEXT), 1, 200)")
        op.create_index(f"ix_{table}_{column}", table, [begins])
    op.create_index("ix_suppression_scope", "suppression", ["scope", "scope_value"])
    with op.batch_alter_table("contact_import", schema=None) as batch:
        batch.add_column(sa.Column("operation_id", BIG, nullable=True))
        batch.create_index("ix_contact_import_operation_id", ["operation_id"])
        batch.create_foreign_key(
            "fk_contact_import_operation_id_contact_operation",
            "contact_operation",
            ["operation_id"],
            ["id"],
        )


def _number_once() -> None:
    """The history goes by the numbers of lists and their entries: SQLite must give each once."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in ("media_list", "media_list_entry"):
        with op.batch_alter_table(
            table, recreate="always", table_kwargs={"sqlite_autoincrement": True}
        ):
            pass


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default="")


def _add(table: str, column: sa.Column[Any], *, indexed: bool = False) -> None:
    op.add_column(table, column)
    if indexed:
        op.create_index(f"ix_{table}_{column.name}", table, [column.name])


def _history() -> None:
    op.create_table(
        "contact_operation",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("officer_id", BIG, nullable=True),
        sa.Column("done_at", MOMENT, nullable=False),
        sa.Column("undone_by_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["press_officer.id"],
            name="fk_contact_operation_officer_id_press_officer",
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"],
            ["contact_operation.id"],
            name="fk_contact_operation_undone_by_id_contact_operation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact_operation"),
    )
    for column in ("done_at", "officer_id", "undone_by_id"):
        op.create_index(f"ix_contact_operation_{column}", "contact_operation", [column])
    op.create_table(
        "contact_change",
        sa.Column("id", BIG, nullable=False),
        sa.Column("operation_id", BIG, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("file_row", sa.Integer(), nullable=True),
        sa.Column("before", DOCUMENT, nullable=False),
        sa.Column("after", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["contact_operation.id"],
            name="fk_contact_change_operation_id_contact_operation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact_change"),
    )
    op.create_index("ix_contact_change_operation", "contact_change", ["operation_id", "id"])
    op.create_index("ix_contact_change_subject", "contact_change", ["subject", "subject_id"])
    op.create_table(
        "different_people",
        sa.Column("id", BIG, nullable=False),
        sa.Column("first_id", BIG, nullable=False),
        sa.Column("second_id", BIG, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["first_id"], ["journalist.id"], name="fk_different_people_first_id_journalist"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["journalist.id"], name="fk_different_people_second_id_journalist"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_different_people"),
        sa.UniqueConstraint("first_id", "second_id", name="uq_different_people_first_id"),
        sqlite_autoincrement=True,
    )
    for column in ("first_id", "second_id"):
        op.create_index(f"ix_different_people_{column}", "different_people", [column])
    op.create_table(
        "import_mapping",
        sa.Column("id", BIG, nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("columns", DOCUMENT, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_mapping"),
        sa.UniqueConstraint("fingerprint", name="uq_import_mapping_fingerprint"),
    )


def downgrade() -> None:
    for table, column in BEGINNINGS:
        op.drop_index(f"ix_{table}_{column}", table)
    op.drop_index("ix_suppression_scope", "suppression")
    with op.batch_alter_table("contact_import", schema=None) as batch:
        batch.drop_constraint("fk_contact_import_operation_id_contact_operation")
        batch.drop_index("ix_contact_import_operation_id")
        batch.drop_column("operation_id")
    # Column by column, not by a table made anew: that would forget that numbers are given once.
    op.drop_column("office", "daily_limit")
    op.drop_column("office", "one_at_outlet")
    for table in ("desk", "journalist"):
        op.drop_column(table, "basis_source")
    op.drop_column("journalist", "suffix")
    op.drop_column("desk", "phone_e164")
    for table in ("journalist", "role"):
        _drop_indexed(table, "phone_e164")
        _drop_indexed(table, "mobile_e164")
    for table in ("outlet", "role"):
        _drop_indexed(table, "external_id")
    for table in ("outlet", "desk", "journalist", "role"):
        op.drop_column(table, "details")
    for table in ("import_mapping", "different_people", "contact_change", "contact_operation"):
        op.drop_table(table)


def _drop_indexed(table: str, column: str) -> None:
    op.drop_index(f"ix_{table}_{column}", table)
    op.drop_column(table, column)
