"""The files of a release: what goes with it, one more brought in, and one taken away."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from mailer.errors import BadInput, MailerError, NotFound, Refused
from mailer.models import Edition, Release
from mailer.releases.files.carried import carried_by
from mailer.releases.files.links import file_url
from mailer.releases.files.preparing import Prepared, prepared, read_file
from mailer.releases.files.storing import Brought, Said, attach, detach, said_of
from mailer.releases.references import found
from mailer.tokens import Purpose
from mailer.web.dependencies import Door, Parts, Submitted, page, signed_in
from mailer.web.failures import status_of
from mailer.web.forms import Bound, bind, blank
from mailer.web.importing import receiving
from mailer.web.importing.disk import disk_told
from mailer.web.importing.receiving import Upload

router = APIRouter(dependencies=[Depends(signed_in), Depends(disk_told)])


class FileForm(BaseModel):
    """What is said about a file; the file itself comes beside it."""

    language: str = ""
    alt: str = ""
    caption: str = ""
    credit: str = ""
    rights: str = ""


class NameForm(BaseModel):
    """Which file it is."""

    name: str = ""
    language: str = ""


async def _uploaded(request: Request) -> AsyncIterator[Upload]:
    """The form with its file, which is on disk for as long as the page works with it."""
    folder = await run_in_threadpool(TemporaryDirectory)
    try:
        yield await receiving.receive(request, Path(folder.name) / "upload")
    finally:
        await run_in_threadpool(folder.cleanup)


Uploaded = Annotated[Upload, Depends(_uploaded)]


@router.get("/releases/{reference:path}/files")
def show_files(request: Request, door: Parts, reference: str) -> Response:
    """All files of the release, and a form for one more."""
    with door.reading() as session:
        return _page(request, door, session, reference, blank(FileForm))


@router.post("/releases/{reference:path}/files")
def bring_in(request: Request, door: Parts, reference: str, upload: Uploaded) -> Response:
    """Look through a file and let the release carry it; what stands in the way is said there."""
    bound = bind(FileForm, upload.form)
    try:
        file = _prepared(door, upload)
        with door.writing() as session:
            release = found(session, reference)
            said = _said(bound.values, release, known=_languages(session, release))
            attach(session, release, [Brought(file, said)], limits=door.settings.files)
    except (BadInput, Refused) as wrong:
        return _again(request, door, reference, bound, wrong)
    with door.reading() as session:
        return _page(request, door, session, reference, blank(FileForm), brought=file)


@router.post("/releases/{reference:path}/files/remove")
def take_away(request: Request, door: Parts, reference: str, form: Submitted) -> Response:
    """Take a file away; links to it end."""
    values = bind(NameForm, form).values
    try:
        with door.writing() as session:
            release = found(session, reference)
            detach(session, release, values["name"], language=values["language"])
    except (NotFound, Refused) as wrong:
        return _again(request, door, reference, blank(FileForm), wrong)
    with door.reading() as session:
        return _page(request, door, session, reference, blank(FileForm), gone=values["name"])


def _prepared(door: Door, upload: Upload) -> Prepared:
    limits = door.settings.files
    if not upload.file_name:
        raise BadInput("choose a file")
    if upload.is_too_large:
        raise BadInput("the file is far too large: make it smaller, or link to it")
    octets = read_file(upload.path, limits=limits)
    # Some browsers of old tell where on the disk it was.
    name = upload.file_name.replace("\\", "/").rpartition("/")[2]
    return prepared(octets, name=name, limits=limits)


def _said(values: Any, release: Release, *, known: Sequence[str]) -> Said:
    words = {
        name: " ".join(values[name].split()) for name in ("alt", "caption", "credit", "rights")
    }
    language = values["language"]
    if language and language not in known:
        raise BadInput("the release has no edition in that language: choose one of those listed")
    return said_of(words, language=language, said_in=language or release.source_language)


def _again(
    request: Request, door: Door, reference: str, bound: Bound[FileForm], wrong: MailerError
) -> Response:
    """The form as it was typed, with what stands in the way."""
    with door.reading() as session:
        found(session, reference)
        form, status = bound.with_error("file", str(wrong)), status_of(wrong)
        return _page(request, door, session, reference, form, status=status)


def _page(
    request: Request,
    door: Door,
    session: Session,
    reference: str,
    form: Bound[FileForm],
    *,
    brought: Prepared | None = None,
    gone: str = "",
    status: int = 200,
) -> Response:
    release = found(session, reference)
    files, keyring = carried_by(session, release.id or 0), door.identity.keyring
    context: dict[str, Any] = {
        "reference": release.reference,
        "files": files,
        # On this very host: the officer looks at it before anybody else can.
        "links": {
            one.attachment_id: file_url(
                "", keyring, one.attachment_id, one.name, Purpose.MAILED_FILE
            )
            for one in files
        },
        "languages": _languages(session, release),
        "form": form,
        "brought": brought,
        "gone": gone,
        "most_megabytes": door.settings.files.largest_bytes // 1_000_000,
    }
    return page(request, "web/files.html", context, status=status)


def _languages(session: Session, release: Release) -> list[str]:
    editions = select(Edition.language).where(Edition.release_id == release.id)
    return sorted(session.exec(editions))
