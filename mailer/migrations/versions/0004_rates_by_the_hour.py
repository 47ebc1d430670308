"""A rate of 100 an hour is no whole number a minute.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("distribution", schema=None) as batch:
        batch.alter_column(
            "rate_per_minute", existing_type=sa.Integer(), type_=sa.Float(), existing_nullable=True
        )


def downgrade() -> None:
    # None at all would be no limit.
    op.execute(
        "UPDATE distribution SET rate_per_minute ="
        " CASE WHEN rate_per_minute < 1 THEN 1 ELSE round(rate_per_minute) END"
    )
    with op.batch_alter_table("distribution", schema=None) as batch:
        batch.alter_column(
            "rate_per_minute", existing_type=sa.Float(), type_=sa.Integer(), existing_nullable=True
        )
