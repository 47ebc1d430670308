"""`mailer releases files`, `attach` and `detach`: what goes with a release beside its text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mailer import languages
from mailer.cli.context import AsJson, Context
from mailer.cli.keeping.fields import fields_in
from mailer.errors import BadInput
from mailer.releases.files.carried import CarriedFile, carried_by
from mailer.releases.files.links import file_url
from mailer.releases.files.preparing import Prepared, prepared, read_file
from mailer.releases.files.storing import Brought, attach, detach, said_of
from mailer.releases.manuscripts.front_matter import one_line, unknown
from mailer.releases.references import found
from mailer.tokens import Purpose

#: What can be said about a file.
SAID = ("alt", "caption", "credit", "rights")

Reference = Annotated[str, typer.Argument(help="The reference of the release.")]
Language = Annotated[str, typer.Option(help="The edition that it belongs to; else all of them.")]


def list_files(context: typer.Context, reference: Reference, as_json: AsJson = False) -> None:
    """List the files of a release, with the link that the press uses once it is public."""
    desk: Context = context.obj
    with desk.reading() as session:
        files = carried_by(session, found(session, reference).id or 0)
    links = {file.attachment_id: _link(desk, file) for file in files}
    desk.answer(
        [
            {key: held for key, held in vars(file).items() if key != "file_id"}
            | {"link": links[file.attachment_id]}
            for file in files
        ],
        as_json=as_json,
        told=lambda: desk.table(
            "name", "type", "kB", "language", "kind", "link", rows=_rows(files, links)
        ),
    )


def _rows(files: Sequence[CarriedFile], links: dict[int, str]) -> list[tuple[str, ...]]:
    return [
        (
            file.name,
            file.short_type,
            f"{max(1, round(file.size / 1000)):,}",
            file.language or "all",
            file.kind,
            links[file.attachment_id],
        )
        for file in files
    ]


def _link(desk: Context, file: CarriedFile) -> str:
    return file_url(
        desk.settings.web.public_url, desk.keyring, file.attachment_id, file.name, Purpose.FILE
    )


def attach_files(
    context: typer.Context,
    reference: Reference,
    files: Annotated[list[Path], typer.Argument(help="Pictures and documents.")],
    language: Language = "",
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help="alt, caption, credit or rights, such as credit=M. Brandt."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let a release carry these files; one of the same name takes the place of the old one."""
    desk: Context = context.obj
    words = _words(given or [], number=len(files))
    limits = desk.settings.files
    ready = [prepared(read_file(one, limits=limits), name=one.name, limits=limits) for one in files]
    own = languages.parse(language) if language else ""
    with desk.writing() as session:
        release = found(session, reference)
        said = said_of(words, language=own, said_in=own or release.source_language)
        is_changed = attach(session, release, [Brought(one, said) for one in ready], limits=limits)
    desk.answer(
        {"changed": is_changed, "files": [{"name": f.name, "notes": f.notes} for f in ready]},
        as_json=as_json,
        told=lambda: desk.say("\n".join(f"attached: {line}" for line in told(ready))),
    )


def _words(given: Sequence[str], *, number: int) -> dict[str, str]:
    """What is said about the file. Raises BadInput for what nothing can be said by."""
    words = fields_in(given) if given else {}
    for name in words:
        if name not in SAID:
            raise BadInput(unknown("word for a file", name, SAID))
    if number > 1 and ("alt" in words or "caption" in words):
        raise BadInput("alt and caption tell of one file: attach the others one by one")
    return {name: one_line(text, where=f"--set {name}") for name, text in words.items()}


def told(files: Sequence[Prepared]) -> list[str]:
    """Each file by its name, with what the officer should know of it."""
    return [f"{one.name} ({'; '.join(one.notes)})" if one.notes else one.name for one in files]


def detach_file(
    context: typer.Context,
    reference: Reference,
    name: Annotated[str, typer.Argument(help="The name of the file.")],
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Take a file away from a release; links to it lead nowhere from now on."""
    desk: Context = context.obj
    with desk.writing() as session:
        own = languages.parse(language) if language else ""
        detach(session, found(session, reference), name, language=own)
    desk.answer({"detached": name}, as_json=as_json, told=lambda: desk.say(f"detached: {name}"))
