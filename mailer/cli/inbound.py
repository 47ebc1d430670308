"""`mailer inbound`: mail that comes back."""

import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Annotated, Any

import typer

from mailer import clock
from mailer.cli.context import AsJson, Context
from mailer.errors import BadInput
from mailer.feedback.returned import listener, processing
from mailer.feedback.returned.reports import read_report
from mailer.processes import POLL_SECONDS, StopRequest

app = typer.Typer(no_args_is_help=True, help="Bounces, complaints and auto-replies.")


@app.command("classify")
def classify(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Messages, or folders of them.")],
    _as_json: AsJson = False,
) -> None:
    """Say what each message is; no database is needed, nothing is kept. One line of JSON each."""
    desk: Context = context.obj
    desk.lines(_classified(path) for path in _files(paths))


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise BadInput(f"there is no file or folder {path}")
        yield from (
            sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        )


def _classified(path: Path) -> dict[str, Any]:
    report = read_report(_bytes_of(path))
    return {
        "path": str(path),
        "kind": report.kind,
        "token": next(iter(report.tokens), None),
        "original_message_id": report.original_message_id,
        "recipients": report.recipients,
        "note": report.note,
    }


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as refused:
        raise BadInput(f"cannot read {path}: {refused.strerror}") from refused


@app.command("read")
def read(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A message; else standard input.")] = None,
    recipient: Annotated[
        str, typer.Option(help="The envelope recipient; else the message's own headers tell.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Take one message (from a pipe transport of the mail server), keep it, and act upon it."""
    desk: Context = context.obj
    raw = _bytes_of(file) if file else sys.stdin.buffer.read()
    with desk.writing() as session:
        kept = processing.store(session, envelope_recipient=recipient, raw=raw, now=clock.now())
    if kept is not None and kept.id is not None:
        processing.process_one(desk.engine, kept.id, keyring=desk.keyring)
    document = {"inbound_id": kept and kept.id, "is_new": kept is not None}
    desk.answer(
        document, as_json=as_json, told=lambda: desk.say("kept" if kept else "known already")
    )


@app.command("serve")
def serve(context: typer.Context) -> None:
    """Listen for returned mail over SMTP: the MX of the bounce domain leads here."""
    desk: Context = context.obj
    if not desk.settings.bounces.listen_port:
        raise BadInput("bounces.listen_port is 0, which means not to listen: set a port")
    stop, stopping = StopRequest(), threading.Event()
    with ThreadPoolExecutor(max_workers=1) as server:
        listening = server.submit(
            listener.serve,
            desk.engine,
            settings=desk.settings.bounces,
            keyring=desk.keyring,
            stopping=stopping,
        )
        while not stop() and not listening.done():
            wait([listening], timeout=POLL_SECONDS)
        stopping.set()
        listening.result()
