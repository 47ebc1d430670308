"""Fields that a command sets, and what is told of those that it has set."""

from collections.abc import Iterable
from typing import Annotated

import typer

from mailer.cli.context import Context
from mailer.contacts.keeping.editing import Edited
from mailer.contacts.keeping.telling.outcomes import edited_in_words
from mailer.errors import BadInput

Given = Annotated[
    list[str], typer.Option("--set", help="field=value, such as languages=da,en; city= clears.")
]


def fields_in(given: Iterable[str]) -> dict[str, str]:
    """The fields with their texts. Raises BadInput for what is not written like one."""
    return dict(map(_field, given))


def _field(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise BadInput(f"cannot read --set {text!r}: write it like --set languages=da,en")
    return name.strip(), value


def tell_edited(desk: Context, edited: Edited, *, dry_run: bool) -> None:
    """Each field that has another value now, and the way back."""
    for line in edited_in_words(edited.changes, zone=desk.zone):
        desk.say(line)
    if not edited.changes:
        desk.say("nothing changes: it says so already")
    elif dry_run:
        desk.say("a dry run: nothing was written")
    else:
        desk.say(f"to take that back: mailer contacts undo {edited.operation_id}")
