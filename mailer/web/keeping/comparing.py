"""Two records of one person side by side, and what would stand there after a merge."""

from collections.abc import Iterable
from dataclasses import dataclass

from mailer.contacts.keeping.merging import FieldOfTwo
from mailer.contacts.keeping.telling.wording import BESIDE, in_words
from mailer.models import Journalist

#: What differs between any two records and helps nobody to tell people apart.
UNTOLD = BESIDE | {"id", "details"}


@dataclass(frozen=True)
class Row:
    """One field of the two that differs."""

    field: str
    one: str
    other: str
    together: str


def compared(
    one: Journalist,
    other: Journalist,
    changes: Iterable[FieldOfTwo],
    *,
    staying: Journalist,
    zone: str,
) -> list[Row]:
    """The fields in which the two differ, in the order of the record; times by that zone."""
    becomes = {change.field: change.after for change in changes}
    names = [name for name in type(one).model_fields if name not in UNTOLD]
    return [
        Row(
            field=name.replace("_", " "),
            one=in_words(getattr(one, name), zone=zone),
            other=in_words(getattr(other, name), zone=zone),
            together=in_words(becomes.get(name, getattr(staying, name)), zone=zone),
        )
        for name in names
        if getattr(one, name) != getattr(other, name) or name in becomes
    ]
