"""`mailer run` and its parts one by one: web, worker, scheduler."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import typer

from mailer import valkey
from mailer.cli.context import Context
from mailer.delivery.transport.inspection.review import refuse_what_cannot_send
from mailer.errors import Refused
from mailer.processes import Family, Part, StopRequest, part

WEB = part("web", "mailer.web")
WORKER = part("worker", "workers", "worker")
SCHEDULER = part("scheduler", "workers", "scheduler")
INBOUND = part("inbound", "mailer", "inbound", "serve")


def run(context: typer.Context) -> None:
    """Run everything on this machine: web, worker, scheduler, listener for returned mail."""
    desk: Context = context.obj
    stop = StopRequest()
    refuse_what_cannot_send(desk.settings)
    desk.engine.dispose()
    broker = valkey.start(desk.settings)
    family = Family(environment=_environment(desk))
    parts = [WEB, WORKER, SCHEDULER, *([INBOUND] if desk.settings.bounces.listen_port else [])]
    try:
        family.start(parts)
        desk.err.print(f"Press Mailer starts at {desk.settings.web.public_url}; Ctrl-C ends it.")
        if (ended := family.wait(until=stop)) is not None:
            raise Refused(f"the {ended} part ended by itself ({family.how(ended)}); all parts end")
    finally:
        family.stop()
        if broker is not None:
            broker.stop()


def web(context: typer.Context) -> None:
    """Run the web server: pages, links, unsubscribe."""
    _become(WEB, context.obj)


def worker(context: typer.Context) -> None:
    """Run a worker: it composes messages and hands them to the relay."""
    refuse_what_cannot_send(context.obj.settings)
    _become(WORKER, context.obj)


def scheduler(context: typer.Context) -> None:
    """Run the scheduler: it finds what is due. Two of them do no harm."""
    _become(SCHEDULER, context.obj)


COMMANDS = {"run": run, "web": web, "worker": worker, "scheduler": scheduler}


def _become(one: Part, desk: Context) -> NoReturn:
    """Turn into that part, so that signals reach it and no parent is in between."""
    desk.engine.dispose()
    os.execve(sys.executable, one.command, {**os.environ, **_environment(desk)})


def _environment(desk: Context) -> dict[str, str]:
    """What a part needs to find the same settings: those of `--config`, else as we found them."""
    chosen = desk.config
    return {"MAILER_CONFIG": str(Path(chosen).resolve())} if chosen else {}
