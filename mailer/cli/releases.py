"""`mailer releases`: from a Markdown file to a release that is fit to go out."""

import getpass
import sys
from base64 import b64encode
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from mailer import clock
from mailer.cli import editions, files, personal_notes
from mailer.cli.context import AsJson, Context
from mailer.compose.enclosing import with_logo
from mailer.compose.letter import Letter, write_letter
from mailer.compose.message import compose
from mailer.compose.printing.pages import counted, print_letter
from mailer.compose.proofreading import proofread
from mailer.compose.rendering import render
from mailer.distribution.following.previewing import foresee
from mailer.distribution.planning.preflight import preflight
from mailer.errors import BadInput
from mailer.releases import readiness
from mailer.releases.editions import load
from mailer.releases.editions.drafting import import_release, read_release
from mailer.releases.files.bringing import bring_files
from mailer.releases.files.storing import attach
from mailer.releases.listing import ReleaseCard, describe, list_releases
from mailer.releases.offices import the_office

app = typer.Typer(no_args_is_help=True, help="Releases and their language editions.")

Reference = Annotated[str, typer.Argument(help="The reference of the release.")]


class Form(StrEnum):
    """In which form a preview is printed."""

    EML = "eml"
    HTML = "html"
    TEXT = "text"
    PDF = "pdf"


@app.command("import")
def import_path(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A Markdown file, or a folder with one a language.")],
    dry_run: Annotated[bool, typer.Option(help="Say what would change; write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make or revise a release from Markdown with front matter; prints its reference."""
    desk: Context = context.obj
    drafts = read_release(path)
    limits = desk.settings.files
    brought = bring_files(path, drafts, limits=limits)
    with desk.writing() as session:
        imported = import_release(session, drafts, office=the_office(session))
        carrier = load(session, imported.reference).release
        attach(session, carrier, brought, limits=limits)
        if dry_run:
            session.rollback()
    lines = [
        f"{one.language}: revision {one.revision}{'' if one.changed else ' (unchanged)'}"
        for one in imported.editions
    ]
    lines += [editions.told_stale(imported.reference, one) for one in imported.stale]
    lines += [f"file: {line}" for line in files.told([one.file for one in brought])]
    desk.answer(
        asdict(imported)
        | {"files": [{"name": one.file.name, "notes": one.file.notes} for one in brought]},
        as_json=as_json,
        told=lambda: desk.say("\n".join([f"release {imported.reference}", *lines])),
    )


@app.command("list")
def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List the releases, the newest first."""
    desk: Context = context.obj
    with desk.reading() as session:
        rows = list_releases(session)
    desk.answer(
        rows,
        as_json=as_json,
        told=lambda: desk.table(
            "reference",
            "date",
            "status",
            "languages",
            "title",
            rows=(
                (r.reference, str(r.dated_on), r.status, " ".join(r.languages), r.title)
                for r in rows
            ),
        ),
    )


@app.command("show")
def show(context: typer.Context, reference: Reference, as_json: AsJson = False) -> None:
    """Show a release: its facts, its editions, its press contacts."""
    desk: Context = context.obj
    with desk.reading() as session:
        card = describe(session, reference)
    desk.answer(card, as_json=as_json, told=lambda: _tell_release(desk, card))


def _tell_release(desk: Context, card: ReleaseCard) -> None:
    desk.say(f"{card.reference} {card.kind}, {card.dated_on}, {card.status}")
    for edition in card.editions:
        state = f"revision {edition.revision}, {edition.status}"
        desk.say(f"{edition.language} ({state}): {edition.title}")
        for word in edition.words:
            why = f": {word.note}" if word.note else ""
            desk.say(f"  still valid, said {word.said_by} at {desk.at(word.said_at)}{why}")
    for line in card.awaited:
        desk.say(f"{line.language} ({line.status.replace('_', ' ')})")
    if card.corrects:
        desk.say(f"about release {card.corrects}")
    for reference in card.corrected_by:
        desk.say(f"corrected by release {reference}")
    for contact in card.contacts:
        duty = " (on duty now)" if contact.key in card.duty else ""
        desk.say(f"press contact: {contact.name}, {contact.phone or contact.email}{duty}")
    if card.names_duty and not card.duty:
        desk.say("press contact: whoever is on duty; now nobody is")


@app.command("lint")
def lint(
    context: typer.Context,
    reference: Reference,
    waive: Annotated[
        str, typer.Option(help="The reason to let the blocking findings pass; it is kept.")
    ] = "",
    only: Annotated[
        list[str] | None,
        typer.Option(help="Waive this finding alone, by its id or its name; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check whether a release is fit to go out; exit code 1 when a finding blocks."""
    desk: Context = context.obj
    if only and not waive.strip():
        raise BadInput("--only names what --waive lets pass: give a reason with --waive, too")
    at = clock.now()
    if waive:
        with desk.writing() as session:
            full = load(session, reference)
            more = proofread(full, identity=desk.unsigned, at=at, is_thorough=True)
            by = getpass.getuser()
            readiness.waive(session, full, only or None, reason=waive, by=by, more=more)
    with desk.reading() as session:
        full = load(session, reference)
        findings = preflight(session, full, identity=desk.unsigned, at=at, is_thorough=True)
    desk.answer(
        [asdict(found) | {"name": readiness.fingerprint(found)} for found in findings],
        as_json=as_json,
        told=lambda: _tell_findings(desk, findings),
    )
    if any(found.severity == "block" for found in findings):
        raise typer.Exit(1)


def _tell_findings(desk: Context, findings: list[readiness.Finding]) -> None:
    if not findings:
        desk.say("nothing found: fit to go out")
    for found in findings:
        where = f"{found.edition}, {found.where}" if found.edition else found.where
        desk.say(f"{found.severity}: {found.message} ({where}). {found.fix} [{found.id}]")


@app.command("preview")
def preview(
    context: typer.Context,
    reference: Reference,
    to: Annotated[str, typer.Option(help="The address of a contact.")],
    form: Annotated[Form, typer.Option("--as", help="eml, html, text or pdf.")] = Form.TEXT,
    after: Annotated[int | None, typer.Option(help="The distribution that it follows.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print exactly what an address would get: a reply, where they got an earlier text."""
    desk: Context = context.obj
    now = clock.now()
    with desk.reading() as session:
        keyring = desk.identity.keyring
        found = foresee(session, load(session, reference), to, at=now, keyring=keyring, after=after)
        delivery = found.delivery
        letter = write_letter(delivery, found.full, identity=desk.identity, at=now)
        letter = counted(session, letter)
        octets = _in_form(session, letter, form)
    document = {
        "to": to,
        "edition": delivery.edition_language,
        "edition_rule": delivery.edition_rule,
        "cover_language": delivery.cover_language,
        "pages": letter.pages,
        "relation": found.relation,
        "after": found.after,
        "left_out": found.left_out,
        "as": form,
        "content": octets.decode("utf-8", errors="surrogateescape")
        if form is not Form.PDF
        else b64encode(octets).decode("ascii"),
    }
    desk.answer(document, as_json=as_json, told=lambda: _write_as_it_is(octets, form))


def _in_form(session: Session, letter: Letter, form: Form) -> bytes:
    if form is Form.PDF:
        return print_letter(session, letter).pdf
    if form is Form.EML:
        return compose(letter).data
    rendered = render(letter)
    if form is Form.TEXT:
        return rendered.text.encode()
    return with_logo(rendered.html, letter.enclosures).encode()


def _write_as_it_is(octets: bytes, form: Form) -> None:
    """Past the console, which would wrap lines; CR LF of a message stays CR LF."""
    if form is Form.PDF and sys.stdout.isatty():
        raise BadInput("a PDF cannot be read on a terminal: send it to a file with > release.pdf")
    sys.stdout.buffer.write(octets)
    sys.stdout.buffer.flush()


app.command("diff")(editions.show_diff)
app.command("expect")(editions.expect)
app.command("still-valid")(editions.still_valid)
app.command("note")(personal_notes.note)
app.command("files")(files.list_files)
app.command("attach")(files.attach_files)
app.command("detach")(files.detach_file)
