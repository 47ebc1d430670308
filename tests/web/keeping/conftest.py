"""What the pages of the address book read, on both databases."""

import pytest
import sqlalchemy as sa


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def engine(request: pytest.FixtureRequest) -> sa.Engine:
    """SQLite, then PostgreSQL: what is read here is asked of the database by these rooms."""
    chosen: sa.Engine = request.getfixturevalue(f"{request.param}_engine")
    return chosen
