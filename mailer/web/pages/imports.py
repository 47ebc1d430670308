"""The files that were imported and those that wait: the list, what came of one, and its undoing."""

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from mailer.audience.renaming.undoing import undo as undo_operation
from mailer.contacts.importing import ImportReport
from mailer.contacts.importing.past import past_import, past_imports
from mailer.contacts.keeping.telling.outcomes import left_in_words, undone_in_words
from mailer.contacts.keeping.undoing import Undone, operation_of_import
from mailer.errors import NotFound
from mailer.releases import offices
from mailer.web.dependencies import Door, Parts, RowNumber, SignedIn, page, signed_in
from mailer.web.importing import waiting
from mailer.web.importing.disk import disk_told
from mailer.web.keeping.whose import SOURCE

IMPORTS = "/contacts/imports"
ON_A_PAGE = 50
#: So many lines of each kind are told on a page.
SHOWN = 100

router = APIRouter(prefix=IMPORTS, dependencies=[Depends(signed_in), Depends(disk_told)])


@router.get("")
def show_imports(request: Request, door: Parts, before: RowNumber = 0) -> Response:
    """What was imported, the latest first, and above it what is not imported yet."""
    with door.reading() as session:
        found = past_imports(session, limit=ON_A_PAGE + 1, before=before)
        zone = offices.the_office(session).zone
    context = {
        "imports": found[:ON_A_PAGE],
        "next": found[ON_A_PAGE - 1].import_id if len(found) > ON_A_PAGE else None,
        "is_first": not before,
        "waiting": [] if before else waiting.all_waiting(door.settings.home),
        "zone": zone,
    }
    return page(request, "web/importing/imports.html", context)


@router.get("/{import_id}")
def show_import(request: Request, door: Parts, import_id: RowNumber, of: str = "") -> Response:
    """What came of one file; its lines one by one while they are still kept."""
    return _show(request, door, import_id, report=_report(door, import_id, of))


@router.post("/{import_id}/undo")
def undo(request: Request, door: Parts, officer: SignedIn, import_id: RowNumber) -> Response:
    """Take the import back, and tell what had to be left alone."""
    with door.writing() as session:
        undone = undo_operation(
            session,
            operation_of_import(session, import_id),
            keyring=door.identity.keyring,
            source=SOURCE,
            officer_id=officer.id,
        )
    return _show(request, door, import_id, undone=undone)


def _report(door: Door, import_id: int, key: str) -> ImportReport | None:
    """The lines of the import, as long as they are kept beside its file."""
    try:
        found = waiting.find_waiting(door.settings.home, key).found()
    except NotFound:
        return None
    return found.report if found is not None and found.import_id == import_id else None


def _show(
    request: Request,
    door: Door,
    import_id: int,
    *,
    report: ImportReport | None = None,
    undone: Undone | None = None,
) -> Response:
    with door.reading() as session:
        past = past_import(session, import_id)
        zone = offices.the_office(session).zone
    context = {
        "past": past,
        "report": report,
        "shown": SHOWN,
        "zone": zone,
        "undone": undone,
        "told": undone_in_words(undone) if undone else "",
        "conflicts": list(left_in_words(undone)) if undone else [],
    }
    return page(request, "web/importing/import.html", context)
