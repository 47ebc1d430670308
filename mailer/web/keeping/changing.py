"""A correction by form. It carries what the officer saw: only what was typed otherwise is set, and
what a colleague has changed meanwhile is told before anybody writes over it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session, SQLModel
from starlette.datastructures import FormData

from mailer.contacts.keeping import editing
from mailer.contacts.keeping.editing import Edited
from mailer.contacts.keeping.outlets.correcting import correct
from mailer.contacts.keeping.telling.wording import in_words
from mailer.contacts.office_clock import office_zone
from mailer.errors import BadInput
from mailer.models import Outlet
from mailer.web.keeping import fields
from mailer.web.keeping.fields import Widget
from mailer.web.keeping.whose import SOURCE

#: The hidden field with what stood in the others when the page was made.
SEEN = "seen"


@dataclass(frozen=True)
class Correction:
    """What is typed in each field, what stood there when the officer looked, and what is wrong."""

    values: Mapping[str, str]
    seen: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    #: Whether a colleague was here meanwhile.
    is_outrun: bool = False

    @property
    def seen_text(self) -> str:
        """What the form carries along."""
        return json.dumps(self.seen, ensure_ascii=False)


def blank(session: Session, row: SQLModel) -> Correction:
    """The form as it is opened."""
    now = fields.typed(row, zone=office_zone(session))
    return Correction(values=now, seen=now)


def submitted(session: Session, row: SQLModel, form: FormData) -> Correction:
    """The form as it came back, with what is wrong in it, if anything."""
    now, seen = fields.typed(row, zone=office_zone(session)), _seen(form)
    values = {one.name: _given(form, one) for one in fields.fields_of(row)}
    changed = _changed(values, seen, now)
    outrun = [name for name in changed if seen.get(name, now[name]) != now[name] != values[name]]
    errors = editing.faults(session, (row,), changed) | {
        name: f"meanwhile a colleague has put {in_words(now[name])} here: save again to put yours"
        " in its place"
        for name in outrun
    }
    # What nobody typed is shown, and seen, as it stands now.
    return Correction(values=now | changed, seen=now, errors=errors, is_outrun=bool(outrun))


def save(session: Session, row: SQLModel, correction: Correction, *, officer_id: int) -> Edited:
    """Set what differs. The caller commits. Raises NameTaken of an outlet."""
    changed = _changed(correction.values, correction.seen, correction.seen)
    if isinstance(row, Outlet):
        return correct(session, row, changed, source=SOURCE, officer_id=officer_id)
    return editing.edit(session, (row,), changed, source=SOURCE, officer_id=officer_id)


def _changed(
    values: Mapping[str, str], seen: Mapping[str, str], now: Mapping[str, str]
) -> dict[str, str]:
    return {name: text for name, text in values.items() if text != seen.get(name, now[name])}


def _given(form: FormData, one: fields.Field) -> str:
    text = form.get(one.name)
    if one.widget is Widget.CHECK:
        return "yes" if text is not None else "no"
    # A browser sends the lines of a text with both marks.
    return text.replace("\r\n", "\n").strip() if isinstance(text, str) else ""


def _seen(form: FormData) -> dict[str, str]:
    """What the officer saw; a form that does not tell has seen what stands there now.

    Raises BadInput for what no form of ours carries.
    """
    try:
        seen = json.loads(str(form.get(SEEN, "")))
    except ValueError:
        return {}
    except RecursionError as wrong:
        raise BadInput("the form came back damaged: open the page once more") from wrong
    return {str(name): str(text) for name, text in seen.items()} if isinstance(seen, dict) else {}
