"""When a job, or a desk, is over: from the day on that it ends."""

from datetime import date
from typing import Any

import sqlalchemy as sa

#: A day, or the parameter of a statement that gives it.
Day = date | sa.BindParameter[date]


def lasts(ended_on: date | None, day: date) -> bool:
    """Whether it is not over on that day."""
    return ended_on is None or ended_on > day


def is_lasting(ended_on: sa.SQLColumnExpression[Any], day: Day) -> sa.ColumnElement[bool]:
    """The same asked of the database."""
    return sa.or_(ended_on.is_(None), ended_on > day)
