"""Indexes by which the history of one contact finds what is gone, the list of contacts finds its
desks in their order, and an audience finds who stands on a list and whom a count leaves out, in the
largest address book.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: What a row held when it went, or became, and the document that keeps it.
KEPT = (
    ("before", "normalised"),
    ("before", "address_id"),
    ("before", "journalist_id"),
    ("before", "role_id"),
    ("before", "desk_id"),
    ("before", "first_id"),
    ("before", "second_id"),
    ("after", "merged_into"),
)

#: Whom a count leaves out: few of very many.
LEFT_OUT = {
    "ix_address_closed": ("address", ["id"], "state NOT IN ('ok', 'soft')"),
    # SQLite takes it only when all that is asked is in it.
    "ix_journalist_refusing": ("journalist", ["id", "do_not_contact"], "do_not_contact IS TRUE"),
}


def upgrade() -> None:
    for document, name in KEPT:
        value = f"CAST(\"{document}\" ->> '{name}' AS TEXT)"
        some = sa.text(f"action = 'removed' AND {value} IS NOT NULL")
        op.create_index(
            f"ix_contact_change_{name}",
            "contact_change",
            [sa.text(value)],
            sqlite_where=some,
            postgresql_where=some,
        )
    op.create_index("ix_desk_name", "desk", ["name"])
    for name, (table, columns, condition) in LEFT_OUT.items():
        _index(name, table, *columns, only=condition)
    for column in ("role_id", "desk_id"):
        op.drop_index(f"ix_media_list_entry_{column}", "media_list_entry")
        _index(
            f"ix_media_list_entry_{column}",
            "media_list_entry",
            column,
            only=f"{column} IS NOT NULL",
        )


def _index(name: str, table: str, *columns: str, only: str) -> None:
    some = sa.text(only)
    op.create_index(name, table, list(columns), sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    for column in ("role_id", "desk_id"):
        op.drop_index(f"ix_media_list_entry_{column}", "media_list_entry")
        op.create_index(f"ix_media_list_entry_{column}", "media_list_entry", [column])
    for name, (table, *_) in LEFT_OUT.items():
        op.drop_index(name, table)
    op.drop_index("ix_desk_name", "desk")
    for _, name in KEPT:
        op.drop_index(f"ix_contact_change_{name}", "contact_change")
