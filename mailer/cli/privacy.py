"""`mailer privacy`: what a person may ask of us, and what we let go of by ourselves."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from mailer import clock
from mailer.cli.context import AsJson, Context, counted, jsonable
from mailer.errors import BadInput
from mailer.privacy import erasing, exporting, retention, wiping
from mailer.privacy.erasing import Erased
from mailer.privacy.page import write_page
from mailer.privacy.telling import erased_in_words, worded

app = typer.Typer(no_args_is_help=True, help="Access, erasure, retention.")

Who = Annotated[str, typer.Argument(help="An address, or the number of a person.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell it all and write nothing.")]
SOURCE = "command line"


@app.command("export")
def export(
    context: typer.Context,
    address: Who,
    to: Annotated[
        Path | None, typer.Option(help="A folder for record.json and record.html.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell everything about one person and nothing of others, for her to have."""
    desk: Context = context.obj
    with desk.reading() as session:
        document = exporting.export(session, address, keyring=desk.keyring, now=clock.now())
    if to is None:
        desk.answer(document, as_json=True, told=lambda: None)
        return
    files = _write(to, document)
    desk.answer(
        {"files": files},
        as_json=as_json,
        told=lambda: desk.say(f"written for her eyes only: {', '.join(files)}"),
    )


def _write(folder: Path, document: dict[str, Any]) -> list[str]:
    """Both files, which only we can read: they are a person's."""
    texts = {
        "record.json": json.dumps(jsonable(document), ensure_ascii=False, indent=2) + "\n",
        "record.html": write_page(document),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, text in texts.items():
            path = folder / name
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")
    except OSError as refused:
        raise BadInput(f"cannot write into {folder}: {refused.strerror}") from refused
    return [str(folder / name) for name in texts]


@app.command("erase")
def erase(
    context: typer.Context,
    address: Who,
    note: Annotated[str, typer.Option(help="Who asked, when, and how we know it was she.")],
    name: Annotated[
        list[str] | None, typer.Option(help="Also this name: for once more, later.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Forget a person: all gone but a keyed hash, by which she is refused when she comes back."""
    desk: Context = context.obj
    with desk.writing() as session:
        erased = erasing.erase(
            session,
            address,
            keyring=desk.keyring,
            note=note,
            source=SOURCE,
            now=clock.now(),
            also=name or (),
        )
        if dry_run:
            session.rollback()
    is_wiped = dry_run or _wipe(desk, erased)
    document = {**_document(erased), "is_dry_run": dry_run, "is_wiped": is_wiped}
    desk.answer(
        document,
        as_json=as_json,
        told=lambda: _tell(desk, erased, dry_run=dry_run, is_wiped=is_wiped),
    )


def _wipe(desk: Context, erased: Erased) -> bool:
    return wiping.clear_files(desk.engine, home=desk.settings.home, words=erased.words)


def _document(erased: Erased) -> dict[str, Any]:
    kept = {name: value for name, value in vars(erased).items() if name != "words"}
    return kept | {"shared": list(erased.shared)}


def _tell(desk: Context, erased: Erased, *, dry_run: bool, is_wiped: bool) -> None:
    waiting = wiping.waiting_files(desk.settings.home)
    for line in erased_in_words(erased, dry_run=dry_run, waiting=waiting):
        desk.say(line)
    if dry_run:
        desk.say("a dry run: nothing was written")
    elif not is_wiped:
        desk.say("somebody reads the database file, which may hold deleted text until it is used")
        desk.say("again: run the same command once more when web, workers and scheduler rest")


@app.command("retention")
def retain(context: typer.Context, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Remove what is kept longer than [retention] allows; the scheduler does it once a day."""
    desk: Context = context.obj
    with desk.writing() as session:
        removed = retention.run(
            session, desk.settings.retention, keyring=desk.keyring, now=clock.now()
        )
        if dry_run:
            session.rollback()
    if not dry_run and removed.total:
        wiping.wipe(desk.engine)
    desk.answer(
        {"removed": removed.counts, "is_dry_run": dry_run},
        as_json=as_json,
        told=lambda: desk.say(
            f"{'would remove' if dry_run else 'removed'}: {counted(worded(removed.counts))}"
        ),
    )
