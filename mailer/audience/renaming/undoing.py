"""Taking an operation back where lists have other names since: criteria that come back name them as
they are called now, and criteria that stand there follow a list that gets its name back. What would
lead nowhere then is left as it is (`leading`).
"""

from collections import Counter

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.audience.renaming.criteria_lines import COMING, RULES, Names, follow
from mailer.audience.renaming.leading import added, leave_out, needed
from mailer.contacts.book_lock import lock_book
from mailer.contacts.keeping import undoing
from mailer.contacts.keeping.undoing import Undone
from mailer.contacts.keeping.undoing.conflicts import Conflicts
from mailer.contacts.suggesting import spelling
from mailer.errors import Refused
from mailer.models import ChangeAction, ContactChange, MediaList, MediaListEntry
from mailer.tokens import Keyring


def undo(
    session: Session,
    operation_id: int,
    *,
    keyring: Keyring,
    source: str,
    officer_id: int | None = None,
) -> Undone:
    """Take an operation back as `keeping.undoing.undo` does, and let criteria follow.

    Raises what that raises, and Refused where two lists would have one name.
    """
    lock_book(session)
    before = _names(session)

    def afterwards(undo_id: int, conflicts: Conflicts) -> int:
        now = _names(session)
        _refuse_same(before, now)
        renamed = {
            spelling(name): now[number]
            for number, name in before.items()
            if number in now and now[number] != name
        }
        returned = col(MediaListEntry.id).in_(added(undo_id, MediaListEntry))
        follow(session, renamed, RULES.where(~returned))
        follow(session, renamed, COMING)
        follow(session, _called_then(session, operation_id, now), RULES.where(returned))
        return leave_out(session, undo_id, conflicts)

    return undoing.undo(
        session,
        operation_id,
        keyring=keyring,
        source=source,
        officer_id=officer_id,
        needed_lists=needed(session, operation_id),
        afterwards=afterwards,
    )


def _names(session: Session) -> dict[int, str]:
    rows = session.execute(sa.select(col(MediaList.id), col(MediaList.name)))
    return {row.id: row.name for row in rows}


def _refuse_same(before: dict[int, str], now: dict[int, str]) -> None:
    """A list that comes back, or gets its name back, must not be taken for one made since."""
    spelled = Counter(map(spelling, now.values()))
    for number, name in now.items():
        if before.get(number) != name and spelled[spelling(name)] > 1:
            raise Refused(
                f"there would be two lists {name!r} then: give the one that is there another name"
                " with `mailer lists rename`, then take it back"
            )


def _called_then(session: Session, operation_id: int, now: dict[int, str]) -> Names:
    """What lists are called now, by what they were called before the operation."""
    rows = session.execute(
        sa.select(col(ContactChange.subject_id), col(ContactChange.before))
        .where(
            col(ContactChange.subject) == str(MediaList.__tablename__),
            col(ContactChange.action) == ChangeAction.CHANGED,
            col(ContactChange.operation_id) >= operation_id,
        )
        .order_by(col(ContactChange.id).desc())
    )
    # The earliest change since comes last, and holds.
    called = {number: before["name"] for number, before in rows if "name" in before}
    return {spelling(name): now[number] for number, name in called.items() if number in now}
