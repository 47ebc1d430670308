"""How an office numbers its releases: by a pattern such as {year}-{number:03}."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from mailer.errors import BadInput
from mailer.releases.manuscripts.reading import refuse_unusable_reference

FIELD = re.compile(r"\{(?P<name>[^{}:]*)(?P<form>:[^{}]*)?\}")
WIDTH = re.compile(r":0[2-9]")
#: A field as it is written, and what it stands for on a day; all but the number.
DAYS: Final[dict[str, Callable[[date], str]]] = {
    "{year}": lambda day: f"{day.year:04d}",
    "{year:02}": lambda day: f"{day.year % 100:02d}",
    "{month:02}": lambda day: f"{day.month:02d}",
}
NUMBER: Final = "number"
EXAMPLE: Final = "such as {year}-{number:03} or PR{number}{year:02}"
KNOWN: Final = f"known are {', '.join(DAYS)}, {{number}} and {{number:03}}, {EXAMPLE}"
SOME_DAY: Final = date(2026, 11, 30)


@dataclass(frozen=True)
class Pattern:
    """What all references of an office have in common: the number, and the signs around it."""

    before: str
    after: str
    #: With fewer digits the number is filled up with zeros.
    width: int

    def reference(self, number: int, *, day: date) -> str:
        """The reference of that number on that day."""
        return f"{_dated(self.before, day)}{number:0{self.width}d}{_dated(self.after, day)}"

    def number(self, reference: str, *, day: date) -> int | None:
        """The number in a reference of that time; None for one that is not made like this."""
        before, after = (re.escape(_dated(text, day)) for text in (self.before, self.after))
        digits = rf"[0-9]{{{self.width},18}}"
        match = re.fullmatch(f"{before}({digits}){after}", reference, re.IGNORECASE)
        return int(match[1]) if match else None

    def beginning(self, day: date) -> str:
        """What stands before the number on that day."""
        return _dated(self.before, day)


def read_pattern(text: str) -> Pattern:
    """The pattern as it is written: fields in braces, all other signs stand for themselves.

    Raises BadInput, naming the fields there are, for any other field, for a pattern without the
    number or with two, and for one that makes no reference.
    """
    numbers = [match for match in FIELD.finditer(text) if match["name"] == NUMBER]
    for match in FIELD.finditer(text):
        if match["name"] != NUMBER and match[0] not in DAYS:
            raise BadInput(f"unknown field {match[0]}: {KNOWN}")
    if len(numbers) != 1:
        raise BadInput(f"needs {{number}} once, {EXAMPLE}")
    (number,) = numbers
    if number["form"] and not WIDTH.fullmatch(number["form"]):
        raise BadInput(f"unknown field {number[0]}: {KNOWN}")
    width = int(number["form"][1:]) if number["form"] else 1
    pattern = Pattern(text[: number.start()], text[number.end() :], width)
    _refuse_mingled(pattern)
    try:
        refuse_unusable_reference(pattern.reference(1, day=SOME_DAY))
    except BadInput as wrong:
        raise BadInput(f"makes no reference: it {wrong}, {EXAMPLE}") from wrong
    return pattern


def _refuse_mingled(pattern: Pattern) -> None:
    """Digits of the pattern's own beside a number of any length could be read as its digits."""
    for sign in (pattern.before[-1:], pattern.after[:1]):
        if sign.isdigit():
            raise BadInput(f"has the digit {sign} beside {{number}}: put a letter or - between")


def _dated(text: str, day: date) -> str:
    for field, written in DAYS.items():
        text = text.replace(field, written(day))
    return text
