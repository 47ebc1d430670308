"""`mailer contacts import`: the list keeper's file, previewed or taken."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mailer import languages
from mailer.cli.context import AsJson, Context, counted
from mailer.contacts.importing import Given, ImportReport, import_contacts
from mailer.contacts.importing.columns import load_mapping
from mailer.models import LegalBasis

#: So many lines of each kind are told on a terminal; --json tells all that are kept.
SHOWN = 40


def import_file(  # noqa: PLR0913, PLR0917 – each is an option of the command
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV, XLSX, XLS, ODS or vCard file.")],
    preview: Annotated[bool, typer.Option(help="Say what would change; write nothing.")] = False,
    mapping: Annotated[
        Path | None,
        typer.Option(
            help="A YAML or JSON file: a line for each column that is not known, such as"
            " `Surname: person.family_name`. It is remembered for files with the same header."
        ),
    ] = None,
    source: Annotated[str, typer.Option(help="Where the data comes from; kept with it.")] = "",
    basis: Annotated[
        LegalBasis, typer.Option(help="Why we may hold those who are new.")
    ] = LegalBasis.LEGITIMATE_INTEREST,
    language: Annotated[
        str, typer.Option(help="What those read who are new, where the file does not say it: da.")
    ] = "",
    encoding: Annotated[
        str, typer.Option(help="Of a text file, when letters come out wrong: cp1252, mac-roman …")
    ] = "",
    delimiter: Annotated[str, typer.Option(help="Between the cells of a text file.")] = "",
    as_json: AsJson = False,
) -> None:
    """Import contacts; exit code 1 when rows were unusable (the others are imported)."""
    desk: Context = context.obj
    given = Given(
        source=source,
        legal_basis=basis,
        language=languages.parse(language) if language else "",
        mapping=load_mapping(mapping) if mapping is not None else {},
        encoding=encoding,
        delimiter=delimiter,
    )
    report = _take(desk, file, given, preview=preview)
    document = {name: value for name, value in vars(report).items() if name != "import_id"}
    desk.answer(document, as_json=as_json, told=lambda: _tell(desk, report, preview=preview))
    if report.unusable:
        raise typer.Exit(1)


def _take(desk: Context, file: Path, given: Given, *, preview: bool) -> ImportReport:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(
        *columns, TimeElapsedColumn(), console=desk.err, disable=not desk.err.is_terminal
    )
    with bar, desk.writing() as session:
        task = bar.add_task(file.name, total=None)
        report = import_contacts(
            session,
            file,
            keyring=desk.keyring,
            given=given,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )
        if preview:
            session.rollback()
    return report


def _tell(desk: Context, report: ImportReport, *, preview: bool) -> None:
    desk.say(f"{report.file_name}: {counted(report.counts)}")
    unusable = [
        f"row {one.row}{_of(one.sheet)}: not usable: {one.reason}" for one in report.unusable
    ]
    changes = [
        f"row {one.row}{_of(one.sheet)}: {_called(one.email)}{one.field}:"
        f" {one.before!r} becomes {one.after!r}"
        for one in report.changes
    ]
    closed = [f"row {one.row}{_of(one.sheet)}: suppressed: {one.reason}" for one in report.closed]
    for lines in (list(report.notices), unusable, closed, changes):
        for line in lines[:SHOWN]:
            desk.say(line)
        if len(lines) > SHOWN:
            desk.say(f"and {len(lines) - SHOWN} more such lines: --json tells them")
    undo = f"to take that back: mailer contacts undo {report.operation_id}"
    desk.say("a preview: nothing was written" if preview else undo)


def _called(contact: str) -> str:
    return f"{contact}, " if contact else ""


def _of(sheet: str) -> str:
    return f" of {sheet!r}" if sheet else ""
