"""The preview of a file that waits, and its import: one call, so that the one equals the other."""

import shlex
from collections.abc import Mapping
from dataclasses import replace

import structlog

from mailer.contacts.importing import Given, ImportReport, import_contacts
from mailer.contacts.importing.columns import UnknownColumns
from mailer.contacts.importing.sheets import TooManyLines
from mailer.errors import BadInput, Refused
from mailer.web.dependencies import Door
from mailer.web.importing.waiting import Found, Waiting

log = structlog.get_logger(__name__)

#: A page waits for an answer, and SQLite's other writers wait with it: some seconds, no minutes.
MOST_LINES = 10_000


def preview(
    door: Door, waiting: Waiting, *, officer_id: int, mapping: Mapping[str, str] | None = None
) -> Found:
    """See what the file would change, and keep that; nothing else is written.

    `mapping` is what was said of some of its columns now, beside what was said before.
    """
    with waiting.held():
        found = waiting.found()
        if found is not None and found.import_id is not None:
            return found
        if mapping is not None:
            said = waiting.said
            waiting.say(said.model_copy(update={"mapping": {**said.mapping, **mapping}}))
        return _looked(door, waiting, officer_id=officer_id)


def _looked(door: Door, waiting: Waiting, *, officer_id: int, has_changed: bool = False) -> Found:
    try:
        with door.writing() as session:
            report = import_contacts(
                session,
                waiting.file,
                keyring=door.identity.keyring,
                given=_given(waiting, officer_id),
            )
            session.rollback()
        found = Found(report=report, has_changed=has_changed)
    except UnknownColumns as asked:
        found = Found(unknown=asked.columns)
    except TooManyLines as wrong:
        found = Found(is_too_long=True, problem=str(wrong))
    except BadInput as wrong:
        found = Found(problem=str(wrong))
    waiting.find(found)
    return found


def take(door: Door, waiting: Waiting, *, officer_id: int, seen: str) -> Found:
    """Import the file if that does exactly what the preview said, else see it anew.

    A second call finds it done. Raises Refused for a preview that is not the latest one.
    """
    with waiting.held():
        found = waiting.found()
        if found is not None and found.import_id is not None:
            return found
        if found is None or found.report is None or waiting.seen() != seen:
            raise Refused("somebody has looked at this file anew: open its preview again")
        taken = _taken(door, waiting, found.report, officer_id=officer_id)
        if taken is None:
            return _looked(door, waiting, officer_id=officer_id, has_changed=True)
        _keep(waiting, taken)
        return taken


def _keep(waiting: Waiting, taken: Found) -> None:
    """Keep what came of it for the page that tells it. The import stands, whatever the disk says:
    then the file goes, so that nobody takes it twice.
    """
    try:
        waiting.find(taken)
        waiting.empty()
    except OSError as wrong:
        log.warning("what came of an import is not kept", why=wrong.strerror, key=waiting.key)
        waiting.discard()


def _taken(door: Door, waiting: Waiting, seen: ImportReport, *, officer_id: int) -> Found | None:
    """The import; None, and nothing written, when it is not what was seen."""
    with door.writing() as session:
        try:
            report = import_contacts(
                session,
                waiting.file,
                keyring=door.identity.keyring,
                given=_given(waiting, officer_id),
            )
        except BadInput:
            session.rollback()
            return None
        import_id, operation_id = seen.import_id, seen.operation_id
        if replace(report, import_id=import_id, operation_id=operation_id) != seen:
            session.rollback()
            return None
    return Found(report=report, import_id=report.import_id)


def command(waiting: Waiting) -> str:
    """How the command line takes the file as it waits, with all that was said of it."""
    said = waiting.said
    words = ["mailer", "contacts", "import", str(waiting.file), "--preview"]
    words += ["--basis", said.legal_basis.value]
    for option, value in (("--source", said.source), ("--language", said.language)):
        words += [option, value] if value else []
    if said.mapping:
        words += ["--mapping", str(waiting.mapping_file)]
    return shlex.join(words)


def _given(waiting: Waiting, officer_id: int) -> Given:
    said = waiting.said
    return Given(
        source=said.source,
        legal_basis=said.legal_basis,
        language=said.language,
        mapping=said.mapping,
        officer_id=officer_id,
        most_lines=MOST_LINES,
    )
