"""Numbers in digits as each language writes them: 1,234.5 and 1.234,5 and 1 234,5 are one."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Final

from babel.numbers import get_decimal_symbol

from mailer.languages import known_locale
from mailer.releases.readiness.tongues.hours import clock_times
from mailer.releases.readiness.wording import WRITTEN_ADDRESS

#: Spaces and marks that divide thousands; a plain space does so before exactly three digits.
SPACES = "  \u00a0\u2009\u202f"
MARKS = "'’·٬"
WRITTEN: Final = re.compile(
    rf"(?<![A-Za-z\u00c0-\u052f\d.,])\d+(?:[.,٫{MARKS}]\d+|[{SPACES}]\d{{3}}(?!\d))*"
)
#: Telephone numbers are the same in all editions, or they are another contact's.
TELEPHONE: Final = re.compile(
    # A 0 after a digit and a space goes on with a number: 1 000 000.
    r"(?:\+|\(0|(?<![\d.,])(?<!\d[ \u00a0\u2009\u202f])0)[\d ()/.\u00a0-]{6,}\d"
    r"|(?<!\d)\d\d(?:[ .\u00a0]\d\d){3,}(?!\d)"
)
MAIL_ADDRESS: Final = re.compile(r"\S+@\S+")
#: Up to here a language may write the number as a word.
WORDS_UP_TO: Final = 12
#: Two billion are 2 000 millions, and 12,000 are 1.2万: they differ by a word for the zeros.
ZEROS: Final = tuple(Decimal(10) ** power for power in (2, 3, 4, 5, 6, 7, 8, 9, 12))
#: The calendar of Thailand counts from 543 before ours.
BUDDHIST: Final = 543


def numbers(text: str, language: str) -> set[Decimal]:
    """The numbers of a text in digits, without its clock times, telephones and addresses."""
    plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in text)
    for moment in clock_times(plain):
        plain = plain[: moment.start] + " " * (moment.end - moment.start) + plain[moment.end :]
    for other in (WRITTEN_ADDRESS, MAIL_ADDRESS, TELEPHONE):
        plain = other.sub(" ", plain)
    return {_value(match[0], decimal_sign(language)) for match in WRITTEN.finditer(plain)}


@cache
def decimal_sign(language: str) -> str:
    """What that language writes before the tenths."""
    known = known_locale(language)
    return str(get_decimal_symbol(known)) if known else "."


def _value(written: str, point: str) -> Decimal:
    """What that number is; a sign that may be either is read as the language does."""
    marks = [sign for sign in written if not sign.isdigit()]
    head, _, tail = written.rpartition(marks[-1]) if marks else (written, "", "")
    divides = marks and (
        marks[-1] in {*SPACES, *MARKS}
        or marks.count(marks[-1]) > 1
        or (len(tail) == 3 and marks[-1] != point and len(set(marks)) == 1)
    )
    if not marks or divides:
        return Decimal("".join(sign for sign in written if sign.isdigit()))
    whole = "".join(sign for sign in head if sign.isdigit())
    return Decimal(f"{whole}.{tail}").normalize()


def missing(ours: set[Decimal], theirs: set[Decimal]) -> set[Decimal]:
    """The numbers of ours that the other text does not have in any form."""
    return {number for number in ours - theirs if not _is_said(number, theirs)}


def _is_said(number: Decimal, theirs: set[Decimal]) -> bool:
    forms: Iterator[Decimal] = (
        form for zeros in ZEROS for form in (number * zeros, number / zeros)
    )
    years = {number - BUDDHIST, number + BUDDHIST}
    return (
        any(form in theirs for form in forms) or bool(years & theirs) or _is_short(number, theirs)
    )


def _is_short(number: Decimal, theirs: Iterable[Decimal]) -> bool:
    """Whether it is 18 where the other has 2018, or the other way round: 2017-18."""

    def is_pair(short: Decimal, long: Decimal) -> bool:
        return short < 100 and 1900 <= long < 2100 and long % 100 == short

    return any(is_pair(number, other) or is_pair(other, number) for other in theirs)


def differences(ours: set[Decimal], theirs: set[Decimal]) -> tuple[list[Decimal], list[Decimal]]:
    """What each text has alone; small numbers only where both have one, as one of them may have
    written it in words.
    """
    left, right = missing(ours, theirs), missing(theirs, ours)
    small_left, small_right = filter_small(left), filter_small(right)
    if not (small_left and small_right):
        left, right = left - small_left, right - small_right
    return sorted(left), sorted(right)


def filter_small(found: set[Decimal]) -> set[Decimal]:
    """The whole numbers that a text may write in words."""
    return {number for number in found if number <= WORDS_UP_TO and number == int(number)}
