"""The example of an office's file tells every key there is, and its examples can be used."""

import re
import tomllib
from pathlib import Path

from sqlmodel import Session

from mailer.releases.offices import KEYS, save_office
from mailer.releases.offices.press_contacts import save_described

EXAMPLE = Path(__file__).parents[3] / "config" / "office.example.toml"
#: A line of the file, or the heading of a table, that waits behind a #.
WAITING = re.compile(r"^# (?=(?:\[\w+|\"?[\w ]+\"? = ))", re.MULTILINE)


def test_the_example_tells_of_every_key() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    whole = tomllib.loads(WAITING.sub("", text))
    assert set(whole) == {*KEYS, "logo"}


def test_the_example_is_an_office_as_it_stands_and_with_all_its_examples(session: Session) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    office = save_office(session, tomllib.loads(text))
    assert (office.daily_limit, office.reference_pattern) == (None, "{year}-{number:03}")
    save_described(session, {"anna.keller": {"name": "Anna Keller"}}, office=office)
    whole = tomllib.loads(WAITING.sub("", text))
    del whole["logo"]
    again = save_office(session, whole)
    assert again.duty_fallback == "anna.keller"
    assert again.boilerplates["en"].startswith("The Example Office **exists**")
    assert again.end_marks == {"en": "ENDS", "fr": "FIN"}
