"""Whether decimals have the sign that the language writes: 2.1 in English is 2,1 in German."""

import re
from collections.abc import Iterator
from typing import Final

from mailer import languages
from mailer.releases.readiness.findings import Found, finding
from mailer.releases.readiness.reading import Reading, Subject
from mailer.releases.readiness.tongues.numbers import decimal_sign

#: Where Spanish, Arabic and Persian are read both are right, and in South Africa in English.
EITHER: Final = ("es", "ar", "fa", "en-ZA")
OTHER: Final = {".": ",", ",": "."}
#: Three digits behind a sign may be thousands. What stands between other signs or letters is the
#: number of a chapter, a day or a version.
DECIMAL = r"(?<![\w.,:/-])\d{{1,3}}(?:[ .,'’\u00a0\u202f]\d{{3}})*[{sign}](?:\d{{1,2}}|\d{{4,}})"
MONEY = r"[€$£¥]|EUR|USD|GBP|CHF"
#: What is measured is no chapter and no hour.
MEASURE = rf"(?:%|‰|{MONEY}|°C|(?:k[mg]|[MGT]?Wh?|kWh?|km²|m²|m³|ha)(?!\w))"
SPACE = "[ \u00a0\u202f]?"
MEASURED: Final = {
    sign: re.compile(
        rf"(?:(?:{MONEY}){SPACE}(?P<paid>{DECIMAL.format(sign=sign)})(?![\w]|[.,]\d)"
        rf"|(?P<counted>{DECIMAL.format(sign=sign)}){SPACE}{MEASURE})"
    )
    for sign in OTHER
}
#: A cell that is nothing but a decimal, or one with a sign before it.
ALONE: Final = {sign: re.compile(rf"[+−–-]?({DECIMAL.format(sign=sign)})") for sign in OTHER}


def check(subject: Subject) -> Found:
    """Every edition whose language writes the one or the other."""
    for reading in subject.readings:
        sign = decimal_sign(reading.language)
        if reading.language not in EITHER and sign in OTHER:
            yield from _wrong(reading, sign)


def _wrong(reading: Reading, sign: str) -> Found:
    name = languages.name(reading.language, written_in="en")
    for place, written in dict.fromkeys([*_measured(reading, sign), *_in_tables(reading, sign)]):
        mended = written.translate(str.maketrans(".,", ",."))
        yield finding(
            "decimal-sign",
            reading.language,
            f"{place} {written}",
            f"{written} stands in the {place}, and {name} writes such a number as {mended}",
            f"write {mended} if that is meant",
        )


def _measured(reading: Reading, sign: str) -> Iterator[tuple[str, str]]:
    for passage in reading.passages:
        for found in MEASURED[OTHER[sign]].finditer(passage.words):
            yield passage.place, found["paid"] or found["counted"]


def _in_tables(reading: Reading, sign: str) -> Iterator[tuple[str, str]]:
    """A dot in a column may divide a chapter or an hour; only beside a decimal it is one."""
    for table in reading.tables:
        for column in table.columns:
            has_right = any(ALONE[sign].fullmatch(cell) for cell in column)
            for cell in column:
                found = ALONE[OTHER[sign]].fullmatch(cell)
                if found and (has_right or sign == "."):
                    yield f"table “{table.name}”", found[1]
