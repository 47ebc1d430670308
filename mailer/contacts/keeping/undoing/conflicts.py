"""What an undo leaves alone, because something happened there later; it is told, never guessed."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from mailer.contacts.keeping.undoing.called import called
from mailer.models import ContactChange, ContactOperation, OperationKind, PressOfficer

#: So many are told one by one; all are counted.
TOLD = 200


@dataclass(frozen=True)
class Later:
    """The operation that has changed it since."""

    operation_id: int
    kind: str
    source: str
    who: str
    at: str


@dataclass(frozen=True)
class Conflict:
    """A field or a row that is not as the operation left it."""

    subject: str
    subject_id: int
    #: Empty when the whole row is meant.
    field: str
    #: What stands there now.
    now: Any
    why: str
    later: Later | None = None
    #: What the row is called; empty for one that is gone.
    name: str = ""
    #: Whether undoing the operation once more may take it back, when what holds it is undone.
    can_follow: bool = True


@dataclass(frozen=True)
class Kept:
    """Rows that an undo left in the address book, and why: so many of one table."""

    subject: str
    why: str
    number: int


@dataclass
class Conflicts:
    """Those of one undo: the first of them one by one, all of them as a number."""

    session: Session
    operation_id: int
    count: int = 0
    #: Those that the operation may take back when it is undone once more.
    following: int = 0
    #: Rows that something later has taken away: once that is undone, they are ours to take away.
    stood_so: int = 0
    told: list[Conflict] = field(default_factory=list)
    #: The operations that do not stand.
    fallen: Collection[int] = ()
    _seen: set[tuple[str, int, str]] = field(default_factory=set)
    _kept: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(
        self,
        table: type[SQLModel],
        row_id: int,
        why: str,
        *,
        name: str = "",
        now: Any = None,
        can_follow: bool = True,
    ) -> None:
        """Something is left as it stands."""
        subject = str(table.__tablename__)
        key = (subject, row_id, name)
        if key in self._seen:
            return
        self.count += 1
        self.following += can_follow
        if len(self.told) < TOLD:
            self._seen.add(key)
            later = self._later(subject, row_id, name)
            name_of_row = called(self.session, table, row_id)
            self.told.append(
                Conflict(subject, row_id, name, now, why, later, name_of_row, can_follow)
            )

    def keep(self, table: type[SQLModel], row_id: int, why: str) -> None:
        """A row that the operation added stays."""
        self._kept[str(table.__tablename__), why] += 1
        self.add(table, row_id, why)

    def kept(self) -> tuple[Kept, ...]:
        """How many rows stay, by table and reason."""
        return tuple(Kept(*what, number) for what, number in self._kept.items())

    def _later(self, subject: str, row_id: int, name: str) -> Later | None:
        """Who changed it after the operation that is undone, and stands. That is never an undo: it
        brought, or took, what somebody else had done.
        """
        rows = self.session.exec(
            select(ContactOperation, ContactChange, PressOfficer.email)
            .join(ContactChange, col(ContactChange.operation_id) == ContactOperation.id)
            .outerjoin(PressOfficer, col(PressOfficer.id) == ContactOperation.officer_id)
            .where(
                ContactChange.subject == subject,
                ContactChange.subject_id == row_id,
                ContactChange.operation_id > self.operation_id,
                col(ContactOperation.kind) != OperationKind.UNDO,
            )
            .order_by(col(ContactChange.id).desc())
        )
        for operation, change, officer in rows:
            if operation.id in self.fallen:
                continue
            if not name or name in change.after or not change.after:
                return Later(
                    operation.id or 0,
                    operation.kind.value,
                    operation.source,
                    officer or "",
                    operation.done_at.isoformat(timespec="seconds"),
                )
        return None
