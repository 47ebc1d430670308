"""How many recipients a distribution had when it was decided: what it is measured by at its start.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("distribution", sa.Column("decided_count", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("distribution", "decided_count")
