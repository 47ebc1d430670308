"""What came of reading a cell."""

from typing import NamedTuple


class Reading(NamedTuple):
    """A value, None when the cell says nothing; and what the list keeper should know of it."""

    value: object
    notices: tuple[str, ...] = ()
