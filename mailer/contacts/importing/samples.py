"""What stands in the columns of a file: shown to whoever has to say what they mean."""

from collections.abc import Sequence
from dataclasses import replace

from mailer.contacts.importing.columns import UnknownColumns
from mailer.contacts.importing.columns.unnamed import sample
from mailer.contacts.importing.files import Line

#: So many rows below the header are looked at, and so many different values shown.
LOOKED_AT = 50
SHOWN = 3


def samples_of(rows: Sequence[Line], width: int) -> list[tuple[str, ...]]:
    """For each column the first values, each once and shortened."""
    return [_of_column(rows, place) for place in range(width)]


def with_samples(wrong: UnknownColumns, rows: Sequence[Line]) -> UnknownColumns:
    """The same refusal, with what stands below the header cells that nobody knows."""
    asked = tuple(
        one if one.sample else replace(one, samples=_of_column(rows, one.place))
        for one in wrong.columns
    )
    return UnknownColumns(str(wrong), asked)


def _of_column(rows: Sequence[Line], place: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for row in rows:
        if not row.problem and place < len(row.cells) and (text := sample(row.cells, place)):
            found[text] = None
        if len(found) == SHOWN:
            break
    return tuple(found)
