"""What an undo took back, and how much it had to leave alone: then it can be repeated.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    key = sa.Column("undoes_id", BIG, sa.ForeignKey("contact_operation.id"), nullable=True)
    op.add_column("contact_operation", key, inline_references=True)
    op.create_index("ix_contact_operation_undoes_id", "contact_operation", ["undoes_id"])
    left = sa.Column("left_alone", sa.Integer(), nullable=False, server_default="0")
    op.add_column("contact_operation", left)
    op.execute(
        "UPDATE contact_operation SET undoes_id = (SELECT undone.id FROM contact_operation AS"
        " undone WHERE undone.undone_by_id = contact_operation.id) WHERE kind = 'undo'"
    )


def downgrade() -> None:
    op.drop_index("ix_contact_operation_undoes_id", "contact_operation")
    with op.batch_alter_table("contact_operation") as batch:
        batch.drop_column("left_alone")
        batch.drop_column("undoes_id")
