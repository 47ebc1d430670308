"""Indexes by which the history of one contact finds what is gone, and the list of contacts finds
its desks in their order, in the largest address book.

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


def downgrade() -> None:
    op.drop_index("ix_desk_name", "desk")
    for _, name in KEPT:
        op.drop_index(f"ix_contact_change_{name}", "contact_change")
