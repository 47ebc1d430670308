"""What a delivery keeps of the notice that it carries to somebody who was not informed yet.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("notice_basis", sa.String(length=32), nullable=True))
    op.add_column(
        "delivery", sa.Column("notice_source", sa.String(), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("delivery", "notice_source")
    op.drop_column("delivery", "notice_basis")
