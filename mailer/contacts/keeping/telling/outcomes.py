"""What became of a move, an edit, a merge or an undo, in the words of shell and pages alike."""

from collections.abc import Iterable, Iterator, Mapping

from mailer.contacts.keeping.editing import FieldSet
from mailer.contacts.keeping.leaving import Moved
from mailer.contacts.keeping.merging import FieldOfTwo, Merged
from mailer.contacts.keeping.telling.wording import in_words
from mailer.contacts.keeping.undoing import Conflict, Kept, Undone
from mailer.models import ChangeAction

#: What an undo does to a row, and what the rows of each table are, one and many.
VERBS = {
    ChangeAction.REMOVED: "taken away",
    ChangeAction.CHANGED: "put back as before",
    ChangeAction.ADDED: "made again",
}
NAMES = {
    "journalist": ("person", "people"),
    "address": ("address", "addresses"),
    "outlet": ("outlet", "outlets"),
    "role": ("job", "jobs"),
    "desk": ("desk", "desks"),
    "media_list": ("list", "lists"),
    "media_list_entry": ("entry of a list", "entries of lists"),
    "different_people": ("decision that two are different", "decisions that two are different"),
}


def edited_in_words(changes: Iterable[FieldSet | FieldOfTwo]) -> Iterator[str]:
    """Each field that has another value now."""
    for change in changes:
        yield f"{change.field}: {in_words(change.before)} becomes {in_words(change.after)}"


def moved_in_words(moved: Moved) -> Iterator[str]:
    """What she left, where she went, and what it means for lists and mail."""
    yield f"{moved.name} leaves {moved.left} on {moved.ended_on}"
    if moved.lists_left:
        yield f"and with it the lists {', '.join(moved.lists_left)}"
    if moved.new:
        at = f" ({moved.email})" if moved.email else ", of which we know no address"
        yield f"goes to {moved.new}{at}"
    if moved.lists_kept:
        yield f"stands there on the lists {', '.join(moved.lists_kept)}"
    if moved.closed:
        yield f"nobody may write to {moved.email}: {moved.closed}"


def merged_in_words(merged: Merged) -> Iterator[str]:
    """Who went into whom, what came along, and what became stricter."""
    yield f"{merged.going_id} is merged into {merged.staying_id} {merged.name}"
    for job in merged.jobs:
        yield f"comes with it: {job}"
    yield from edited_in_words(merged.changes)
    yield from merged.notices


def undone_in_words(undone: Undone) -> str:
    """What was taken back, as the list keeper counts: people, addresses, outlets, jobs."""
    what = f"{undone.kind} {undone.operation_id} ({undone.source})".replace(" ()", "")
    parts = [
        f"{verb} {counted}"
        for action, verb in VERBS.items()
        if (counted := _counted(undone.rows.get(action, {})))
    ]
    if undone.conflict_count:
        parts.append(f"left alone {undone.conflict_count} fields or rows that changed since")
    parts += kept_in_words(undone.kept)
    return f"{what} is undone: {'; '.join(parts) or 'nothing of it was left to take back'}"


def kept_in_words(kept: Iterable[Kept]) -> Iterator[str]:
    """How many people, desks and other rows stay that it had brought, for each reason."""
    by_why: dict[str, dict[str, int]] = {}
    for one in kept:
        by_why.setdefault(one.why, {})[one.subject] = one.number
    for why, rows in by_why.items():
        yield f"kept {_counted(rows)}: {why}"


def _counted(rows: Mapping[str, int]) -> str:
    """Rows by table, in the words of the trade."""
    return ", ".join(
        f"{rows[table]} {one if rows[table] == 1 else many}"
        for table, (one, many) in NAMES.items()
        if rows.get(table)
    )


def conflict_in_words(conflict: Conflict) -> str:
    """What an undo left as it stands, why, and who changed it since."""
    what = f"{conflict.subject.replace('_', ' ')} {conflict.subject_id}"
    if conflict.field:
        what = f"{what}, {conflict.field}: {in_words(conflict.now)}"
    told = f"{what}: {conflict.why}"
    if later := conflict.later:
        by = later.who or later.source
        told = f"{told}, by {later.kind} {later.operation_id} ({by}, {later.at})"
    return f"left alone: {told}"
