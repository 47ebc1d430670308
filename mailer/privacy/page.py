"""The same document as a page that its reader can open anywhere: one file, no scripts, nothing
loaded from elsewhere.
"""

from datetime import UTC, date
from enum import Enum
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from mailer import languages
from mailer.privacy import record_words
from mailer.settings import TEMPLATES

LANGUAGE = "en"


def write_page(document: dict[str, Any]) -> str:
    """The document as HTML."""
    return _environment().get_template("privacy/record.html").render(record=document)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "told": _told,
        "label": record_words.label,
        "done": record_words.done,
        "subject": record_words.subject,
        "in_history": record_words.in_history,
    }
    environment.tests |= {"plain": _is_plain, "given": _is_given}
    return environment


def _is_plain(value: Any) -> bool:
    """Whether it stands in one line: a word, a number, a time, or a few words."""
    if isinstance(value, dict):
        return False
    return not isinstance(value, list) or not any(isinstance(one, dict | list) for one in value)


def _is_given(value: Any) -> bool:
    """Whether there is anything to read; the JSON document has the empty fields, too."""
    return value is not None and value not in ("", [], {})


def _told(value: Any) -> str:
    """A value as a reader wants it; what is not there is a dash."""
    if not _is_given(value):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    moment = record_words.moment_in(value)
    if moment is not None:
        at = moment.astimezone(UTC)
        return f"{languages.long_date(at.date(), LANGUAGE)}, {at:%H:%M} UTC"
    if isinstance(value, date):
        return languages.long_date(value, LANGUAGE)
    if isinstance(value, list):
        return ", ".join(_told(one) for one in value)
    return str(value).replace("_", " ") if isinstance(value, Enum) else str(value)
