"""How a cover says something in its language: words of the catalogs, signs between them, and names
and numbers that run the other way.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import quote

from mailer.compose.wire import END_ISOLATE, ISOLATE, ISOLATE_LTR
from mailer.languages import catalog, closest, cover_words, digit_date, direction, long_date
from mailer.models import Office

#: Between a label and its value, where the language does not write a plain colon (standards C-5).
COLONS = {"fr": "\u00a0:", "hy": "՝"}
COMMAS = {"ar": "،"}
#: The digits of a number as far as a word, an extension or a second number.
DIALLED = re.compile(r"\+?[\d\s().–-]*")


@dataclass(frozen=True)
class Way:
    """A way to reach someone: its label, what is printed, and where a tap leads."""

    label: str
    shown: str
    #: The same for plain text; a number is kept from being turned round in a text to the left.
    plain: str
    href: str


def words_for(office: Office, language: str) -> "Words":
    """The words in that language, with those that the office has its own for."""
    match = closest(language, office.wordings) if office.wordings else None
    return Words(language, office.wordings[match] if match else {})


def written_date(day: date, language: str, *, office: Office) -> str:
    """The day with its month as a word; in digits where the office asks for it in that language."""
    match = closest(language, office.numeric_dates) if office.numeric_dates else None
    return digit_date(day) if match else long_date(day, language)


@dataclass(frozen=True)
class Words:
    """The fixed words of one language, and how it puts them together."""

    language: str
    #: The office's own words, by ours in English.
    own: Mapping[str, str] = field(default_factory=dict)

    def say(self, english: str, **values: object) -> str:
        """What the office says for it, else the catalog, with the values in their places."""
        said = self.own.get(english) or catalog(self.language).pgettext("cover", english)
        return said.format(**values) if values else said

    def known(self, label: str) -> str:
        """A label of the office's in this language where there is a word for it, else as it is."""
        return self.say(label) if label in cover_words() else label

    @property
    def colon(self) -> str:
        """Between a label and its value."""
        return COLONS.get(self.language, ":")

    @property
    def comma(self) -> str:
        """Between two things that are told one after the other."""
        return COMMAS.get(self.language, ",")

    def apart(self, text: str) -> str:
        """A name or a number as it stands within a sentence that may run the other way."""
        is_rtl = direction(self.language) == "rtl"
        return f"{ISOLATE}{text}{END_ISOLATE}" if is_rtl else text

    def way(
        self, label: str, shown: str, href: str, *, colon: str | None = None
    ) -> tuple[Way, ...]:
        """A way, unless there is nothing to show."""
        if not shown:
            return ()
        turns = direction(self.language) == "rtl" and href.startswith("tel:")
        plain = f"{ISOLATE_LTR}{shown}{END_ISOLATE}" if turns else shown
        written = self.say(label) + (self.colon if colon is None else colon)
        return (Way(label=written, shown=shown, plain=plain, href=href),)

    def number(self, label: str, number: str, *, colon: str | None = None) -> tuple[Way, ...]:
        """A number to dial: the (0) of a national call is printed, never dialled."""
        digits = DIALLED.match(number.replace("(0)", "").strip())
        dialled = re.sub(r"[^\d+]", "", digits.group() if digits else "")
        return self.way(label, number, f"tel:{dialled}", colon=colon)

    def mailbox(self, address: str) -> tuple[Way, ...]:
        """An address to write to."""
        return self.way("E-mail", address, f"mailto:{quote(address, safe='@+')}")
