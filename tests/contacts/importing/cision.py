"""A generated export in the Cision feed's layout, with every kind of dirt that real ones had, and
what an import has to make of it.
"""

import csv
import io
import random
from collections import Counter
from dataclasses import dataclass, field

HEADER = [
    "Outlet ID",
    "Outlet name",
    "Outlet type",
    "Outlet media type",
    "Outlet news focus",
    "Outlet frequency",
    "Outlet audience",
    "Outlet subjects",
    "Outlet working languages",
    "Outlet website",
    "Outlet email",
    "Outlet phone number",
    "Outlet city",
    "Outlet country",
    "Employee ID",
    "Contact name",
    "Contact prefix",
    "Contact first name",
    "Contact last name",
    "Job title",
    "Contact subjects",
    "Contact working languages",
    "Contact pitching profile",
    "Contact email",
    "Contact phone number",
    "Contact mobile number",
    "Contact twitter handle",
    "Contact city",
    "Contact country",
]
GIVEN = "Anna Björn Çağla Dörte Élodie François Giulia Håkon Íris José Katarzyna Łukasz Søren Ürün"
FAMILY = "Ågren Bąk Çelik Dupont Ørsted Ferrari García Hübner O'Brien Jørgensen Kowalska Şahin"
#: One value in the spellings of one feed, and what it means.
MEDIA = {
    "Newspaper - National": "daily",
    "Newspaper, National": "daily",
    "Newspaper National": "daily",
    "News Agency": "wire",
    "Magazine - Trade": "trade",
    "Radio": "radio",
    "Television|Online": "tv",
}
COUNTRIES = {
    "United StatesUnited States": "US",
    "Russia": "RU",
    "Ireland": "IE",
    "South Korea": "KR",
    "Brunei": "BN",
    "Syria": "SY",
    "Ivory Coast": "CI",
    "Palestinian Authority": "PS",
    "Moldova": "MD",
    "Denmark": "DK",
    "Deutschland": "DE",
}
BLANKS = ("", "n/a", ".", "-", "N/A")


@dataclass
class CisionFile:
    """The file, and what each of its lines is to become."""

    text: str
    counts: Counter[str]
    #: Addresses that are to be suppressed before the import.
    suppressed: list[str]
    people: int = 0
    outlets: int = 0
    #: The address, and what must be known of its reader.
    samples: dict[str, dict[str, object]] = field(default_factory=dict)


def make(rows: int, *, seed: int = 7) -> CisionFile:
    """A file of so many lines below the header, each with a part of the dirt."""
    return _Maker(random.Random(seed)).make(rows)


class _Maker:
    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.written = io.StringIO()
        self.writer = csv.writer(self.written)
        self.made = CisionFile("", Counter(), [])
        self.outlets: set[int] = set()
        self.previous: list[str] = []

    def make(self, rows: int) -> CisionFile:
        self.writer.writerow(["\ufeff" + HEADER[0], *HEADER[1:]])
        for number in range(1, rows + 1):
            if number == rows // 2:
                self.writer.writerow(HEADER)  # two exports glued together
            elif number % 50 == 0 and self.previous:
                self.writer.writerow(self.previous)
                self.made.counts["duplicate"] += 1
            else:
                self._person(number)
        self.made.text = self.written.getvalue()
        self.made.outlets = len(self.outlets)
        return self.made

    def _person(self, number: int) -> None:
        given = self.dice.choice(GIVEN.split())
        family = f"{self.dice.choice(FAMILY.split())}{_letters(number)}"
        email = f"p{number}@news{number % 97}.example"
        fate = "new"
        values = {
            "Employee ID": f"{number}.0",
            "Contact first name": f"{given}\u00a0",
            "Contact last name": family if number % 7 else f"{family}, {given}",
            "Job title": self.dice.choice(["Reporter", "Political  editor", "."]),
            "Contact subjects": "Politics|crime|n/a",
            "Contact working languages": self.dice.choice(["English|French", "Danish", "dansk|EN"]),
            "Contact email": email,
            "Contact phone number": self.dice.choice(["+45 33 12 00 00", "4533120000.0", "n/a"]),
            "Contact country": self.dice.choice(list(COUNTRIES)),
        }
        if number % 11 == 0:
            values["Contact email"] = f"{email.upper()}; second{number}@news.example"
        if number % 101 == 0:
            values["Contact email"], fate = "p.at.nowhere", "unusable"
        elif number % 103 == 0:
            values["Contact email"] = self.dice.choice(BLANKS)
        elif number % 107 == 0:
            self.made.suppressed.append(email)
            fate = "suppressed"
        if fate != "unusable":
            values |= self._outlet(number)
        self.made.counts[fate] += 1
        self.made.people += fate != "unusable"
        row = [values.get(column, self.dice.choice(BLANKS)) for column in HEADER]
        self.writer.writerow(row)
        self.previous = [] if fate != "new" else row

    def _outlet(self, number: int) -> dict[str, str]:
        if number % 29 == 0:
            return {
                "Outlet type": "Freelancer journalists outlet",
                "Outlet media type": "Freelancer",
                "Outlet name": "",
                "Outlet ID": "",
                "Outlet email": "",
            }
        which = number % 400
        self.outlets.add(which)
        countries = sorted(COUNTRIES)
        return {
            "Outlet ID": str(1000 + which),
            "Outlet name": f"The\u00a0Daily  {_letters(which)}",
            "Outlet media type": self.dice.choice(
                ["Newspaper - National", "Newspaper, National", "Newspaper National"]
            ),
            "Outlet frequency": "Daily",
            "Outlet working languages": "English",
            "Outlet website": f"www.daily{which}.example",
            "Outlet email": f"desk{which}@daily.example",
            "Outlet country": countries[which % len(countries)],
            "Outlet city": "Århus",
        }


def _letters(number: int) -> str:
    """A number in letters: names have no digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))
