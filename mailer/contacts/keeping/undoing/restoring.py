"""Fields get the value that the last change of them says which still stands: what the operation put
there goes, whatever others have changed since stays.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from mailer.contacts import history
from mailer.contacts.fallen import fallen
from mailer.contacts.keeping.undoing.chain import first_done
from mailer.contacts.keeping.undoing.conflicts import Conflicts
from mailer.contacts.keeping.undoing.layers import Layers
from mailer.contacts.keeping.undoing.page import Page
from mailer.contacts.keeping.undoing.rows import Change, changes, in_chunks, table_of
from mailer.models import ChangeAction, ContactChange, ContactOperation, OperationKind
from mailer.tokens import Keyring


def put_back(
    session: Session,
    operation: ContactOperation,
    *,
    undo_id: int,
    before: Sequence[int] = (),
    keyring: Keyring,
    conflicts: Conflicts,
) -> int:
    """Put the fields right that it changed, as they are without it; how many rows changed.

    Where it is itself an undo, that is as they are with what it took back. Those that one of the
    undos `before` has put back are done with. Rows that have just come back were away while others
    were undone, or done again: they are put right as well.
    """
    root = first_done(session, operation)
    restoring = _Restoring(session, root, before=before, keyring=keyring, conflicts=conflicts)
    restored = 0
    for changed in changes(session, root.id or 0, ChangeAction.CHANGED):
        by_table: dict[type[SQLModel], list[Change]] = defaultdict(list)
        for change in changed:
            by_table[history.TABLES[change.subject]].append(change)
        for model, some in by_table.items():
            restored += restoring.changed(model, some)
    for model, numbers in _overtaken(session, root, undo_id=undo_id).items():
        for chunk in in_chunks(sorted(numbers)):
            restoring.returned(model, chunk)
    return restored


def _overtaken(
    session: Session, root: ContactOperation, *, undo_id: int
) -> dict[type[SQLModel], list[int]]:
    """Which rows came back with values of others that may stand no more, or again; by table."""
    others = sa.select(col(ContactOperation.id)).where(
        col(ContactOperation.undone_by_id).is_not(None),
        col(ContactOperation.kind) != OperationKind.UNDO,
        col(ContactOperation.id) != root.id,
    )
    made, change = table_of(ContactChange).alias(), table_of(ContactChange)
    came_back = sa.select(sa.literal(1)).where(
        made.c.subject == change.c.subject,
        made.c.subject_id == change.c.subject_id,
        made.c.operation_id == undo_id,
        made.c.action == ChangeAction.ADDED,
    )
    rows = session.execute(
        sa.select(change.c.subject, change.c.subject_id)
        .where(
            change.c.operation_id.in_(others),
            change.c.action == ChangeAction.CHANGED,
            came_back.correlate(change).exists(),
        )
        .distinct()
    )
    found: dict[type[SQLModel], list[int]] = defaultdict(list)
    for subject, number in rows:
        found[history.TABLES[subject]].append(number)
    return found


def _put_back_before(
    session: Session, model: type[SQLModel], numbers: Sequence[int], before: Sequence[int]
) -> dict[int, set[str]]:
    """By row, the fields that those undos have put back."""
    found: dict[int, set[str]] = defaultdict(set)
    if before:
        rows = session.execute(
            sa.select(col(ContactChange.subject_id), col(ContactChange.after)).where(
                col(ContactChange.operation_id).in_(before),
                col(ContactChange.subject) == str(model.__tablename__),
                col(ContactChange.subject_id).in_(numbers),
                col(ContactChange.action) == ChangeAction.CHANGED,
            )
        )
        for number, after in rows:
            found[number].update(after)
    return found


def _taken(session: Session, model: type[SQLModel], numbers: Collection[int]) -> Iterator[int]:
    """Those of the rows that somebody took away. What went with the undo of what had brought it is
    no loss: when it comes back, it is put right.
    """
    for chunk in in_chunks(sorted(numbers)):
        change = table_of(ContactChange).c
        rows = session.execute(
            sa.select(change.subject_id, col(ContactOperation.kind))
            .join(ContactOperation, col(ContactOperation.id) == change.operation_id)
            .where(
                change.subject == str(model.__tablename__),
                change.subject_id.in_(chunk),
                change.action == ChangeAction.REMOVED,
            )
            .order_by(change.id)
        )
        last = {row.subject_id: row.kind for row in rows}
        yield from (one for one in chunk if last.get(one) is not OperationKind.UNDO)


class _Restoring:
    """One undo's putting right."""

    def __init__(
        self,
        session: Session,
        root: ContactOperation,
        *,
        before: Sequence[int],
        keyring: Keyring,
        conflicts: Conflicts,
    ) -> None:
        self.session = session
        self.before = before
        self.keyring = keyring
        self.conflicts = conflicts
        self.fallen = fallen(session)
        self.is_undone = root.id in self.fallen

    def changed(self, model: type[SQLModel], some: Sequence[Change]) -> int:
        """Put right what some of the operation's changes said; how many rows changed."""
        numbers = {change.subject_id for change in some}
        page = self._page(model, numbers)
        done = _put_back_before(self.session, model, list(page.found), self.before)
        fields = {
            (change.subject_id, name)
            for change in some
            for name in change.after
            if name in page.columns and name not in done.get(change.subject_id, ())
        }
        fields = {(number, name) for number, name in fields if number in page.found}
        page.put_right(fields, can_follow=True)
        for change in some:
            page.tell_later(change, fields, is_undone=self.is_undone)
        for number in _taken(self.session, model, numbers - page.found.keys()):
            self.conflicts.add(model, number, "is not there any more", can_follow=False)
        return page.write()

    def returned(self, model: type[SQLModel], numbers: Sequence[int]) -> None:
        """Put rows right that came back."""
        page = self._page(model, numbers)
        fields = {(number, name) for number in page.found for name in page.layers.names(number)}
        page.put_right(fields, can_follow=False)
        page.write()

    def _page(self, model: type[SQLModel], numbers: Collection[int]) -> Page:
        layers = Layers(self.session, model, numbers, fallen=self.fallen)
        return Page(self.session, model, layers, keyring=self.keyring, conflicts=self.conflicts)
