"""`mailer releases diff`, `expect` and `still-valid`: the languages of a release one by one."""

import getpass
from typing import Annotated

import typer
from rich.text import Text

from mailer.cli.context import AsJson, Context
from mailer.releases.editions import translating
from mailer.releases.editions.comparing import EditionDiff, TextDiff, diff
from mailer.releases.editions.translating import Awaited

Reference = Annotated[str, typer.Argument(help="The reference of the release.")]
REVISION = 1_000_000
STYLES = {"same": "", "added": "green", "removed": "red strike"}
#: In a file or a pipe, where there are no colours.
BRACKETS = {"same": ("", ""), "added": ("{+", "+}"), "removed": ("[-", "-]")}


def told_stale(reference: str, language: str) -> str:
    """What to do about a translation whose source has changed."""
    return (
        f"{language}: stale, its source has changed since: import it mended, or `mailer releases"
        f" still-valid {reference} {language}`"
    )


def show_diff(
    context: typer.Context,
    reference: Reference,
    language: Annotated[str, typer.Option(help="The language of the edition.")],
    begin: Annotated[
        int | None, typer.Option("--from", min=1, max=REVISION, help="The earlier revision.")
    ] = None,
    end: Annotated[
        int | None, typer.Option("--to", min=1, max=REVISION, help="The later one; the newest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two revisions of an edition, and what changed in its source."""
    desk: Context = context.obj
    with desk.reading() as session:
        found = diff(session, reference, language, from_revision=begin, to_revision=end)
    desk.answer(found, as_json=as_json, told=lambda: _tell(desk, found))


def _tell(desk: Context, found: EditionDiff) -> None:
    if found.text is None:
        desk.say("there is one revision of it: nothing to compare")
    else:
        _tell_text(desk, found.text, f"{found.text.language}")
    if found.source is not None:
        _tell_text(desk, found.source, f"its source, {found.source.language}, has changed since:")


def _tell_text(desk: Context, text: TextDiff, heading: str) -> None:
    desk.say(f"{heading} revision {text.from_revision} to {text.to_revision}")
    if not text.fields:
        desk.say("no difference")
    for field in text.fields:
        line = Text()
        for segment in field.segments:
            before, after = ("", "") if desk.out.is_terminal else BRACKETS[segment.kind]
            line.append(f"{before}{segment.text}{after}", style=STYLES[segment.kind])
        desk.say(f"{field.field.replace('_', ' ')}:")
        desk.out.print(line, highlight=False, soft_wrap=True)


def expect(
    context: typer.Context,
    reference: Reference,
    languages: Annotated[str, typer.Argument(help="Languages, such as fr,de.")],
    not_begun: Annotated[
        bool, typer.Option(help="Nobody is at it yet: missing, not in translation.")
    ] = False,
    no_longer: Annotated[bool, typer.Option(help="Wait for them no more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say which languages are to come; a translation that was begun is made from today's source."""
    desk: Context = context.obj
    tags = languages.split(",")
    with desk.writing() as session:
        if no_longer:
            standing = translating.expect_no_longer(session, reference, tags)
        else:
            standing = translating.expect(session, reference, tags, is_begun=not not_begun)
    desk.answer(standing, as_json=as_json, told=lambda: desk.say("\n".join(map(_line, standing))))


def _line(one: Awaited) -> str:
    return f"{one.language}: {one.status.replace('_', ' ')}"


def still_valid(
    context: typer.Context,
    reference: Reference,
    language: Annotated[str, typer.Argument(help="The language of the stale edition.")],
    by: Annotated[str, typer.Option(help="Who says so; you, if not said.")] = "",
    note: Annotated[str, typer.Option(help="Why it holds; it is kept.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say that a stale translation holds although its source has changed: it may go out."""
    desk: Context = context.obj
    with desk.writing() as session:
        said_by = by.strip() or getpass.getuser()
        said = translating.still_valid(session, reference, language, by=said_by, note=note)
    desk.answer(said, as_json=as_json, told=lambda: desk.say(_line(said)))
