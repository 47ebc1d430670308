"""`mailer releases note`: a few words to one recipient, above the text of a release."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from mailer.cli.context import AsJson, Context
from mailer.errors import BadInput
from mailer.releases.personal_notes import NoteLine, notes_of, remove_note, write_note

Reference = Annotated[str, typer.Argument(help="The reference of the release.")]


def note(
    context: typer.Context,
    reference: Reference,
    to: Annotated[str, typer.Option(help="The address of a contact; none: list the notes.")] = "",
    text: Annotated[str, typer.Option(help="The words; an empty line begins a paragraph.")] = "",
    file: Annotated[Path | None, typer.Option(help="A file that holds them, in UTF-8.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the note away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a few words to one recipient above the text, or list those of a release.

    They stand in that one message, and are frozen when the audience is.
    """
    desk: Context = context.obj
    words = _words(text, file, to=to, remove=remove)
    if not to:
        with desk.reading() as session:
            lines = notes_of(session, reference)
        desk.answer(lines, as_json=as_json, told=lambda: _tell(desk, lines))
        return
    with desk.writing() as session:
        if remove:
            remove_note(session, reference, to)
        else:
            write_note(session, reference, to, text=words, by=getpass.getuser())
        lines = notes_of(session, reference)
    desk.answer(lines, as_json=as_json, told=lambda: _tell(desk, lines))


def _words(text: str, file: Path | None, *, to: str, remove: bool) -> str:
    """The words of the note. Raises BadInput for options that do not go together."""
    given = [option for option in (text, file, remove or None) if option]
    if len(given) > 1:
        raise BadInput("give one of --text, --file and --remove")
    if given and not to:
        raise BadInput("whom is it to? Name the address with --to")
    if to and not given:
        raise BadInput("give the words with --text or --file, or --remove the note")
    if file is None:
        return text
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as away:
        raise BadInput(f"cannot read {file}: {away.strerror}") from away
    except UnicodeDecodeError as wrong:
        raise BadInput(f"{file.name} is not UTF-8: {wrong}") from wrong


def _tell(desk: Context, lines: list[NoteLine]) -> None:
    if not lines:
        desk.say("no notes: every recipient gets the release as it is")
    for line in lines:
        desk.say(f"{line.address} (by {line.written_by}, {desk.at(line.written_at)}):")
        desk.say("\n".join(f"  {one}".rstrip() for one in line.text.splitlines()))
