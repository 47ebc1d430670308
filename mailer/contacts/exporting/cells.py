"""A value as the text of a cell, and cells that a spreadsheet would calculate made harmless."""

import re
from typing import cast

from mailer.contacts.importing.values import written
from mailer.contacts.importing.values.cleaning import CALCULATED

#: Not seen at either end; and a tab or CR before a formula hides it from whoever looks for one.
AROUND = " \t\r\n\v\f\x85\u2028\u2029"
BREAK = re.compile(r"\r\n|[\r\n]")


def cell(value: object) -> str:
    """The text that an import reads as this value."""
    if not value and value is not False:
        return ""
    if type(value) is str:
        return value.strip(AROUND)
    return written(tuple(cast("list[object]", value)) if isinstance(value, list) else value)


def defused(text: str) -> str:
    """The text with an apostrophe before it where it looks like a formula (CWE-1236).

    An import takes it off again.
    """
    return f"'{text}" if CALCULATED.match(text) else text
