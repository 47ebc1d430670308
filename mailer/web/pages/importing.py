"""A contact file brought in: chosen, previewed, its columns explained, and taken exactly so.

What waits is on disk, so that a restart loses nothing; each step works without scripts.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer import clock, languages
from mailer.contacts.importing.columns import IGNORE, parse_target, wording
from mailer.contacts.importing.files.guards import LARGEST_FILE, MEGABYTE
from mailer.errors import DiskFull
from mailer.releases import offices
from mailer.web.dependencies import (
    Parts,
    SignedIn,
    Submitted,
    door_of,
    page,
    signed_in,
)
from mailer.web.forms import Bound, bind, blank
from mailer.web.importing import looking, receiving, waiting
from mailer.web.importing.asking import (
    BASES,
    ImportForm,
    Question,
    answers_in,
    questions_of,
    with_file_wanted,
)
from mailer.web.importing.disk import disk_told
from mailer.web.importing.receiving import Upload
from mailer.web.importing.waiting import Found, Said, Waiting
from mailer.web.pages.imports import IMPORTS, SHOWN

router = APIRouter(prefix=IMPORTS, dependencies=[Depends(signed_in), Depends(disk_told)])


async def received(request: Request) -> Upload:
    """The form with its file, on disk before the page's own work begins in its thread."""
    home = door_of(request).settings.home
    folder = await run_in_threadpool(waiting.make_folder, home)
    try:
        return await receiving.receive(request, folder / "upload")
    except BaseException:
        # Also when the browser went away in the middle.
        waiting.Waiting(folder).discard()
        raise


Received = Annotated[Upload, Depends(received)]


@router.get("/new")
def show_form(request: Request) -> Response:
    """The form, before a file is chosen."""
    return _show_form(request, blank(ImportForm))


@router.post("/new")
def send_in(request: Request, door: Parts, officer: SignedIn, upload: Received) -> Response:
    """Keep the file and preview it; what cannot be used is said beside its field."""
    bound = with_file_wanted(bind(ImportForm, upload.form), upload)
    folder = upload.path.parent
    if bound.model is None or bound.errors:
        Waiting(folder).discard()
        return _show_form(request, bound, status=400)
    said = Said(
        file_name=waiting.safe_name(upload.file_name),
        sent_at=clock.now(),
        officer=officer.name,
        source=bound.model.source,
        legal_basis=bound.model.basis,
        language=bound.model.language,
    )
    try:
        kept = waiting.keep(folder, upload.path, said)
        found = looking.preview(door, kept, officer_id=officer.id)
    except (OSError, DiskFull):
        Waiting(folder).discard()
        raise
    if found.problem and not found.is_too_long:
        kept.discard()
        return _show_form(request, bound.with_error("file", found.problem), status=400)
    return _to(kept)


@router.get("/waiting/{key}")
def show_waiting(request: Request, door: Parts, key: str, columns: str = "") -> Response:
    """What the file would change; with `columns=all` every column can be given another meaning."""
    kept = waiting.find_waiting(door.settings.home, key)
    found = kept.found()
    if found is not None and found.import_id is not None:
        return _to_result(kept, found)
    if found is not None and (found.unknown or (found.report and columns)):
        return _ask(request, kept, questions_of(found))
    with door.reading() as session:
        zone = offices.the_office(session).zone
    context = {
        "waiting": kept,
        "said": kept.said,
        "found": found,
        "seen": kept.seen(),
        "report": found.report if found else None,
        "shown": SHOWN,
        "zone": zone,
        "command": looking.command(kept),
        "basis": BASES[kept.said.legal_basis],
        "most_lines": looking.MOST_LINES,
        **WORDS,
    }
    return page(request, "web/importing/preview.html", context)


@router.post("/waiting/{key}/columns")
def explain_columns(
    request: Request, door: Parts, officer: SignedIn, key: str, form: Submitted
) -> Response:
    """Take what is said of the columns, and preview again."""
    kept = waiting.find_waiting(door.settings.home, key)
    answers = answers_in(kept.found(), form)
    if any(one.error for one in answers):
        return _ask(request, kept, answers, status=400)
    mapping = {one.header: parse_target(one.target) for one in answers if one.target != one.was}
    looking.preview(door, kept, officer_id=officer.id, mapping=mapping)
    return _to(kept)


@router.post("/waiting/{key}/preview")
def preview_again(door: Parts, officer: SignedIn, key: str) -> Response:
    """Look at the file once more."""
    kept = waiting.find_waiting(door.settings.home, key)
    looking.preview(door, kept, officer_id=officer.id)
    return _to(kept)


@router.post("/waiting/{key}/take")
def take(door: Parts, officer: SignedIn, key: str, form: Submitted) -> Response:
    """Import exactly what was previewed; if it would be something else, show that first."""
    kept = waiting.find_waiting(door.settings.home, key)
    seen = str(form.get("seen", ""))
    found = looking.take(door, kept, officer_id=officer.id, seen=seen)
    return _to_result(kept, found) if found.import_id is not None else _to(kept)


@router.post("/waiting/{key}/discard")
def discard(door: Parts, key: str) -> Response:
    """Import nothing of it, and delete the file; what has just been imported is shown instead."""
    kept = waiting.find_waiting(door.settings.home, key)
    with kept.held(at_once=True):
        found = kept.found()
        if found is not None and found.import_id is not None:
            return _to_result(kept, found)
        kept.discard()
    return RedirectResponse(IMPORTS, status_code=303)


WORDS = {
    "meaning": wording.meaning_in_words,
    "found_by": wording.found_in_words,
    "set_of": wording.set_in_words,
}


def _show_form(request: Request, form: Bound[ImportForm], *, status: int = 200) -> Response:
    offered = {tag: languages.name(tag, written_in="en") for tag in languages.cover_languages()}
    context = {
        "form": form,
        "bases": BASES,
        "languages": sorted(offered.items(), key=lambda one: one[1]),
        "most_megabytes": LARGEST_FILE // MEGABYTE,
        "most_lines": looking.MOST_LINES,
    }
    return page(request, "web/importing/new.html", context, status=status)


def _ask(
    request: Request, kept: Waiting, questions: list[Question], *, status: int = 200
) -> Response:
    context = {
        "waiting": kept,
        "said": kept.said,
        "questions": questions,
        "is_unknown": not all(one.was for one in questions),
        "meanings": wording.meanings(),
        "ignore": IGNORE,
        "left_out": wording.LEFT_OUT,
        **WORDS,
    }
    return page(request, "web/importing/columns.html", context, status=status)


def _to(kept: Waiting) -> Response:
    return RedirectResponse(f"{IMPORTS}/waiting/{kept.key}", status_code=303)


def _to_result(kept: Waiting, found: Found) -> Response:
    return RedirectResponse(f"{IMPORTS}/{found.import_id}?of={kept.key}", status_code=303)
