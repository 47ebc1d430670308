"""The files that were imported: who did it, when, what came of it, and whether it was undone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from mailer.contacts.fallen import fallen
from mailer.errors import NotFound
from mailer.models import ContactImport, ContactOperation, PressOfficer


@dataclass(frozen=True)
class Undoing:
    """That an import was taken back."""

    operation_id: int
    at: datetime
    #: Empty for the command line.
    who: str
    #: That was taken back in turn: the import counts again.
    is_undone: bool
    #: How many fields and rows stay, since something has changed there.
    left_alone: int = 0


@dataclass(frozen=True)
class PastImport:
    """One file that was imported."""

    import_id: int
    #: What it is called by: the history and `contacts undo` know it by this number. None: it is
    #: older than the history, and cannot be undone.
    operation_id: int | None
    file_name: str
    imported_at: datetime
    #: Empty for the command line.
    who: str
    source: str
    counts: dict[str, int]
    undoing: Undoing | None

    @property
    def can_be_undone(self) -> bool:
        """Whether somebody may take it back, or what an undo left of it."""
        if self.operation_id is None or self.undoing is None:
            return self.operation_id is not None
        return self.undoing.left_alone > 0 and not self.undoing.is_undone


def past_imports(session: Session, *, limit: int, before: int = 0) -> list[PastImport]:
    """The latest first; after a page, those with a number smaller than `before`."""
    query = _query().order_by(col(ContactImport.id).desc()).limit(limit)
    if before:
        query = query.where(col(ContactImport.id) < before)
    down = fallen(session)
    return [_told(row, down) for row in session.execute(query)]


def past_import(session: Session, import_id: int) -> PastImport:
    """The import of that number. Raises NotFound."""
    row = session.execute(_query().where(col(ContactImport.id) == import_id)).first()
    if row is None:
        raise NotFound(f"there is no import {import_id}: see the list of imports")
    return _told(row, fallen(session))


def _query() -> sa.Select[ContactImport, str, str, ContactOperation, str]:
    undo, undoer = aliased(ContactOperation), aliased(PressOfficer)
    return (
        sa.select(
            ContactImport,
            col(ContactOperation.source),
            col(PressOfficer.name),
            undo,
            col(undoer.name),
        )
        .outerjoin(ContactOperation, col(ContactOperation.id) == ContactImport.operation_id)
        .outerjoin(PressOfficer, col(PressOfficer.id) == ContactImport.officer_id)
        .outerjoin(undo, col(undo.id) == ContactOperation.undone_by_id)
        .outerjoin(undoer, col(undoer.id) == undo.officer_id)
    )


def _told(row: Sequence[Any], down: Collection[int]) -> PastImport:
    record, source, who, undo, undoer = row
    return PastImport(
        import_id=record.id,
        operation_id=record.operation_id,
        file_name=record.file_name,
        imported_at=record.imported_at,
        who=who or "",
        source=source or "",
        counts=record.counts,
        undoing=_undoing(undo, undoer, stands=record.operation_id not in down) if undo else None,
    )


def _undoing(undo: ContactOperation, who: str | None, *, stands: bool) -> Undoing:
    left_alone = undo.left_alone if undo.undone_by_id is None else 0
    return Undoing(undo.id or 0, undo.done_at, who or "", stands, left_alone=left_alone)
