"""`mailer contacts export`: the address book as a file that any office's import takes."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from mailer import clock
from mailer.audience.criteria import parse
from mailer.audience.found import found
from mailer.audience.selection import in_chunks
from mailer.cli.context import AsJson, Context
from mailer.contacts.exporting import Chosen, Form, form_of, write_file, write_text
from mailer.contacts.exporting.reading import ROWS_AT_ONCE
from mailer.errors import BadInput


def export_file(
    context: typer.Context,
    criteria: Annotated[
        str, typer.Argument(help="Whom, as in `audience show`; without them everybody.")
    ] = "",
    to: Annotated[
        Path | None, typer.Option(help="A new file: .csv, .xlsx, .vcf. Else standard output.")
    ] = None,
    form: Annotated[
        Form | None, typer.Option("--format", help="What is written; else by the file's name.")
    ] = None,
    private_notes: Annotated[
        bool, typer.Option("--private-notes", help="Write the private notes, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Export contacts with their states; to import the file again changes nothing."""
    if as_json and to is None:
        raise BadInput("--json tells of a file: say which with --to FILE")
    desk: Context = context.obj
    form = form_of(to, form)
    with desk.reading() as session:
        chosen = _chosen(session, criteria) if criteria else None
        if to is None:
            write_text(session, sys.stdout, form, chosen=chosen, private_notes=private_notes)
            return
        count = write_file(session, to, form, chosen=chosen, private_notes=private_notes)
    desk.answer(
        {"file": to, "format": form, "contacts": count},
        as_json=as_json,
        told=lambda: desk.say(f"{to}: {count} jobs and desks, and outlets and people without"),
    )


def _chosen(session: Session, criteria: str) -> Iterator[Chosen]:
    everyone = found(session, parse(criteria), at=clock.now())
    for some in in_chunks(everyone, ROWS_AT_ONCE):
        yield Chosen(
            roles=[one.role_id for one in some if one.role_id is not None],
            desks=[one.desk_id for one in some if one.desk_id is not None],
        )
