"""How many pages the print of an edition has under its cover: counted once, and kept by what the
print is made from, so that what changes is counted anew.
"""

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa
import structlog
from sqlmodel import Session

from mailer import clock, database
from mailer.compose.letter import Letter
from mailer.compose.printing import press
from mailer.compose.printing.document import document_of
from mailer.compose.printing.flowing import Node
from mailer.compose.printing.pictures import pictures_in
from mailer.database import insert
from mailer.models import Rendition
from mailer.releases.files.printable import printable

log = structlog.get_logger(__name__)


def print_letter(session: Session, letter: Letter) -> press.Print:
    """The print of that letter with the pictures of its release. Raises CannotPrint."""
    return _printed(session, document_of(letter))


def counted(session: Session, letter: Letter) -> Letter:
    """The letter with its pages, where its office prints them and this installation can.

    Nothing is written: what was not counted before is counted, and forgotten.
    """
    if not _is_counted(letter):
        return letter
    document = document_of(letter)
    pages = _kept(session, press.digest_of(document))
    return replace(letter, pages=_count(session, document, letter) if pages is None else pages)


def keep_counts(session: Session, letters: Iterable[Letter]) -> None:
    """Count the pages of those letters and keep them, for those who hand over to look up."""
    new: dict[str, int] = {}
    for letter in filter(_is_counted, letters):
        document = document_of(letter)
        digest = press.digest_of(document)
        if digest not in new and _kept(session, digest) is None:
            pages = _count(session, document, letter)
            new |= {} if pages is None else {digest: pages}
    # In one order, so that two who count the same never wait for each other in a circle.
    for digest in sorted(new):
        row = insert(session, Rendition).values(
            digest=digest, pages=new[digest], created_at=clock.now()
        )
        session.execute(row.on_conflict_do_nothing(index_elements=["digest"]))


class Counts:
    """The counts that a worker looks up, in short transactions of its own."""

    def __init__(self, engine: sa.Engine) -> None:
        """Nothing is looked up yet."""
        self._engine = engine

    def counted(self, letter: Letter) -> Letter:
        """The letter with its pages. One that nobody has counted is counted here, and kept.

        Raises Unreachable when the database goes away.
        """
        if not _is_counted(letter):
            return letter
        digest = press.digest_of(document_of(letter))
        with database.reading(self._engine) as session:
            pages = _kept(session, digest)
        if pages is None:
            with database.writing(self._engine) as session:
                keep_counts(session, [letter])
                pages = _kept(session, digest)
        return replace(letter, pages=pages)


def _is_counted(letter: Letter) -> bool:
    return letter.full.office.prints_pages and press.is_there()


def _kept(session: Session, digest: str) -> int | None:
    row = session.get(Rendition, digest)
    return row.pages if row else None


def _printed(session: Session, document: Node) -> press.Print:
    return press.print_document(document, printable(session, {*pictures_in(document)}))


def _count(session: Session, document: Node, letter: Letter) -> int | None:
    """The pages; None where the print fails: a number that is missing holds up no release."""
    try:
        return _printed(session, document).pages
    except press.CannotPrint as cause:
        log.warning("pages not counted", release_id=letter.full.release.id, cause=str(cause))
        return None
