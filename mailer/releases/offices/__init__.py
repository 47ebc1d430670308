"""The sending office as its file describes it."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from mailer import addresses, clock, languages
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import LegalProfile, Office, TrackingMode
from mailer.releases.described import read_described
from mailer.releases.manuscripts.front_matter import is_blank, one_line, unknown
from mailer.releases.numbering import read_pattern
from mailer.releases.offices.press_contacts import find_press_contact
from mailer.releases.offices.wordings import read_wordings

#: The logo is a file beside the description; its number is ours.
KEYS: Final = tuple(name for name in Office.model_fields if name not in {"id", "logo_id"})
REQUIRED: Final = ("key", "name", "postal_address", "from_name", "from_address")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
#: In an address they end it, or are read by browsers as something else.
NOT_IN_ADDRESSES = re.compile(r'[\s"<>\\\u200b-\u200f\u2060\ufeff]')


def read_office(path: Path) -> dict[str, Any]:
    """The description of an office that a TOML file holds; `save_office` checks it.

    Raises BadInput when the file cannot be read or says nothing.
    """
    description = read_described(path)
    if not description:
        needed = ", ".join(REQUIRED)
        raise BadInput(f"{path.name} is empty: describe the office with lines for {needed}")
    return description


def save_office(session: Session, description: Mapping[str, Any]) -> Office:
    """The office so described: a new one, or the one there is with the given values changed.

    Raises BadInput for an unknown, missing or wrong value, Refused for a second office.
    """
    given: dict[str, Any] = {key: _checked(key, value) for key, value in description.items()}
    office = _first(session)
    _refuse_unknown_fallback(session, given.get("duty_fallback", ""))
    for key in REQUIRED:
        if is_blank(given.get(key, getattr(office, key) if office else "")):
            raise BadInput(f"office: {key} is missing: add a line {key} = …")
    if office is None:
        office = Office(**({"reply_to": given["from_address"]} | given))
    elif given.get("key", office.key) != office.key:
        raise Refused(f"the office here is {office.key!r}: give its key, there is room for one")
    else:
        office.sqlmodel_update(given)
    if office.default_language not in office.languages:
        office.languages = [office.default_language, *office.languages]
    session.add(office)
    session.flush()
    return office


def _refuse_unknown_fallback(session: Session, key: str) -> None:
    """Who is to stand in for those on duty must be somebody whom the press can call."""
    try:
        if key:
            find_press_contact(session, key)
    except NotFound as nobody:
        raise BadInput(
            f"office: duty_fallback: unknown press contact {key!r}: save the contact first, with"
            " `mailer office contacts save`"
        ) from nobody


def the_office(session: Session) -> Office:
    """The office that sends; NotFound while there is none."""
    if (office := _first(session)) is None:
        raise NotFound("there is no office yet: run `mailer init` and describe it")
    return office


def _first(session: Session) -> Office | None:
    return session.exec(select(Office).order_by(col(Office.id))).first()


def masthead_name(office: Office, language: str) -> str:
    """The office's name as its masthead writes it for readers of that language."""
    match = languages.closest(language, office.names)
    return office.names[match] if match else office.name


def list_name(office: Office, language: str) -> str:
    """What the office's mailing list is called for readers of that language."""
    match = languages.closest(language, office.list_names)
    return office.list_names[match] if match else office.list_name


def _checked(key: str, value: object) -> object:
    if key not in KEYS:
        raise BadInput(f"office: {unknown('key', key, KEYS)}")
    try:
        return _READERS.get(key, _line)(value)
    except BadInput as wrong:
        raise BadInput(f"office: {key}: {wrong}") from wrong


def _line(value: object) -> str:
    if not isinstance(value, str):
        raise BadInput("must be text in quotes")
    return one_line(value, where="the value")


def _lines(value: object) -> str:
    """Several lines as one, as a footer prints a postal address."""
    lines = str(value).splitlines() if isinstance(value, str) else [_line(value)]
    return ", ".join(line for line in map(_line, lines) if line)


def _mailbox(value: object) -> str:
    text = _line(value)
    return addresses.parse(text).typed if text else ""


def _web_address(value: object) -> str:
    """The address of a page on the web, with its scheme."""
    text = _one_address(value)
    if text and not _is_on_the_web(text):
        raise BadInput("must be a web address such as https://www.office.example/privacy")
    return text


def _website(value: object) -> str:
    """The same, or without a scheme, as a letterhead prints it."""
    text = _one_address(value)
    is_bare = not SCHEME.match(text)
    if text and not _is_on_the_web(f"https://{text}" if is_bare else text, is_public=is_bare):
        raise BadInput("must be a web address such as www.office.example")
    return text


def _one_address(value: object) -> str:
    if isinstance(value, str) and len(value.strip().splitlines()) > 1:
        raise BadInput("must be one line")
    return _line(value)


def _is_on_the_web(address: str, *, is_public: bool = False) -> bool:
    """Whether a browser finds it; with `is_public` its host has a dot, as javascript: has not."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - reading it raises ValueError for what is no number
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        return False
    host = parts.hostname or ""
    return bool(host) and not NOT_IN_ADDRESSES.search(address) and ("." in host or not is_public)


def _zone(value: object) -> str:
    return clock.zone(_line(value)).key


def _tracking(value: object) -> TrackingMode:
    word = _line(value).lower()
    if word not in list(TrackingMode):
        raise BadInput(unknown("tracking", word, [mode.value for mode in TrackingMode]))
    return TrackingMode(word)


def _legal_profile(value: object) -> str:
    word = _line(value).lower()
    known = [profile.value for profile in LegalProfile]
    if word not in known:
        raise BadInput(unknown("legal_profile", word, known))
    return word


def _tag(value: object) -> str:
    return languages.parse(_line(value))


def _tags(value: object) -> list[str]:
    if not isinstance(value, list):
        raise BadInput('must be a list such as ["en", "fr"]')
    return list(dict.fromkeys(map(_tag, value)))


def _claim(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadInput("must be true or false, without quotes")
    return value


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadInput("must be a number, without quotes; 0 for no limit")
    return value or None


def _pattern(value: object) -> str:
    text = _line(value)
    read_pattern(text)
    return text


def _texts_by_language(value: object) -> dict[str, str]:
    """Markdown by language, of as many lines as it has."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise BadInput('must be a table of languages, such as en = """About us …"""')
    texts = {_tag(tag): "\n".join(map(str.rstrip, text.split("\n"))) for tag, text in value.items()}
    for line in (line for text in texts.values() for line in text.split("\n")):
        one_line(line, where="the value")
    return {tag: text.strip("\n") for tag, text in texts.items() if text.strip()}


def _by_language(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise BadInput('must be a table of languages, such as da = "Presseafdelingen"')
    return {_tag(tag): _line(text) for tag, text in value.items()}


_READERS: Final[dict[str, Callable[[object], object]]] = {
    "postal_address": _lines,
    "email": _mailbox,
    "from_address": _mailbox,
    "reply_to": _mailbox,
    "website": _website,
    "privacy_url": _web_address,
    "zone": _zone,
    "tracking": _tracking,
    "legal_profile": _legal_profile,
    "default_language": _tag,
    "languages": _tags,
    "numeric_dates": _tags,
    "names": _by_language,
    "list_names": _by_language,
    "end_marks": _by_language,
    "boilerplates": _texts_by_language,
    "reference_pattern": _pattern,
    "duty_fallback": lambda value: _line(value).lower(),
    "one_at_outlet": _claim,
    "daily_limit": _number,
    "wordings": read_wordings,
    "greets": _claim,
    "attaches_files": _claim,
    "prints_pages": _claim,
    "prints_reference": _claim,
    "says_immediate": _claim,
}
