"""The people of the office whom the press may call: kept as records, printed on releases."""

import itertools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session, col, select

from mailer import addresses, languages
from mailer.errors import BadInput, NotFound
from mailer.models import Office, PressContact
from mailer.releases.described import read_described
from mailer.releases.manuscripts.front_matter import one_line, unknown
from mailer.releases.manuscripts.reading import DUTY, ContactRecord

TEXTS: Final = ("name", "role", "phone", "mobile", "email")
FIELDS: Final = (*TEXTS, "languages", "shows_mobile")
#: As it stands in release files, in commands and in the books.
KEY: Final = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")


@dataclass(frozen=True)
class SavedContact:
    """A press contact as it is kept now."""

    contact: PressContact
    is_new: bool


def all_press_contacts(session: Session) -> list[PressContact]:
    """All of them, by name."""
    return list(session.exec(select(PressContact).order_by(col(PressContact.name))))


def find_press_contact(session: Session, key: str) -> PressContact:
    """The press contact of that key; NotFound names the nearest one."""
    found = session.exec(select(PressContact).where(PressContact.key == key.lower())).first()
    if found is None:
        known = sorted(session.exec(select(PressContact.key)).all())
        hint = unknown("press contact", key, known) if known else f"unknown press contact {key!r}"
        raise NotFound(f"{hint}; or write the person out with name, phone and email")
    return found


def read_press_contacts(path: Path) -> dict[str, dict[str, Any]]:
    """What a TOML file says of press contacts, by key. Raises BadInput when it cannot be read."""
    described = read_described(path)
    if not described or not all(isinstance(one, dict) for one in described.values()):
        raise BadInput(
            f'{path.name} describes no press contact: begin each with a line ["anna.keller"], and'
            f" below it {', '.join(FIELDS)}"
        )
    return described


def save_described(
    session: Session, described: Mapping[str, Mapping[str, Any]], *, office: Office
) -> list[SavedContact]:
    """The press contacts so described, new or with the given values changed.

    Raises BadInput for a key or a value that cannot be used.
    """
    return [_save(session, key, values, office=office) for key, values in described.items()]


def _save(session: Session, key: str, values: Mapping[str, Any], *, office: Office) -> SavedContact:
    name = key.lower()
    if not KEY.fullmatch(name) or name == DUTY:
        raise BadInput(f"press contact {key!r}: call it like anna.keller, and not {DUTY}")
    found = session.exec(select(PressContact).where(PressContact.key == name)).first()
    contact = found or PressContact(office_id=office.id or 0, key=name, name="")
    for field, value in values.items():
        try:
            _take(contact, field, value)
        except BadInput as wrong:
            raise BadInput(f"press contact {key}: {wrong}") from wrong
    if not contact.name:
        raise BadInput(f"press contact {key}: name is missing: add a line name = …")
    session.add(contact)
    session.flush()
    return SavedContact(contact, is_new=found is None)


def _take(contact: PressContact, field: str, value: object) -> None:
    """One line for all languages takes the place of what was said in each."""
    if field == "role" and isinstance(value, dict):
        contact.roles = {
            languages.parse(tag): one_line(str(said), where=f"role.{tag}")
            for tag, said in value.items()
        }
        return
    setattr(contact, field, _checked(field, value))
    if field == "role":
        contact.roles = {}


def _checked(field: str, value: object) -> object:
    if field not in FIELDS:
        raise BadInput(unknown("key", field, FIELDS))
    if field == "shows_mobile":
        if not isinstance(value, bool):
            raise BadInput("shows_mobile must be true or false")
        return value
    if field == "languages":
        if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
            raise BadInput('languages must be a list such as ["en", "fr"]')
        return list(dict.fromkeys(map(languages.parse, value)))
    if not isinstance(value, str):
        raise BadInput(f"{field} must be text in quotes")
    line = one_line(value, where=field)
    return addresses.parse(line).typed if field == "email" and line else line


def show_mobile(session: Session, key: str, *, is_shown: bool) -> PressContact:
    """Print the mobile number of a contact from now on, or do not."""
    contact = find_press_contact(session, key)
    if is_shown and not contact.mobile:
        raise BadInput(f"{contact.key} has no mobile number: add mobile = … to the record first")
    contact.shows_mobile = is_shown
    session.add(contact)
    session.flush()
    return contact


def is_callable(contact: PressContact) -> bool:
    """Whether a number is printed that the press can call."""
    return bool(contact.phone or (contact.mobile and contact.shows_mobile))


def save_press_contact(
    session: Session, record: ContactRecord, *, office: Office, only_gaps: bool = False
) -> PressContact:
    """The press contact so written out, found by key, else by name and address.

    It is brought up to date; what the record leaves blank stays, and with `only_gaps` also what
    is known already.
    """
    contact = _known(session, record, office=office)
    if contact is None:
        key = record.key.lower() or _free_key(session, record)
        contact = PressContact(office_id=office.id or 0, key=key, name=record.name)
    for field in TEXTS:
        if (value := getattr(record, field)) and not (only_gaps and getattr(contact, field)):
            setattr(contact, field, value)
    if not (only_gaps and (contact.role or contact.roles)):
        # One line for all languages takes the place of what was said in each.
        contact.roles = {**({} if record.role else contact.roles), **record.roles}
    session.add(contact)
    session.flush()
    return contact


def _known(session: Session, record: ContactRecord, *, office: Office) -> PressContact | None:
    if record.key:
        same_key = select(PressContact).where(PressContact.key == record.key.lower())
        return session.exec(same_key).first()
    ours = select(PressContact).where(PressContact.office_id == office.id)
    for contact in session.exec(ours.order_by(col(PressContact.id))):
        same_name = contact.name.casefold() == record.name.casefold()
        same_email = contact.email.casefold() == record.email.casefold()
        # Two people may share a name or a desk's address, not both.
        if same_name and (same_email or not record.email or not contact.email):
            return contact
    return None


def _free_key(session: Session, record: ContactRecord) -> str:
    plain = unicodedata.normalize("NFKD", record.name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain) or [record.email.partition("@")[0] or "contact"]
    key = ".".join(words)
    taken = {*session.exec(select(PressContact.key)).all(), DUTY}
    numbered = (f"{key}.{number}" for number in itertools.count(2))
    return next(free for free in itertools.chain([key], numbered) if free not in taken)
