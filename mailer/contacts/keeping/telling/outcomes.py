"""What became of a move, an edit, a merge or an undo, in the words of shell and pages alike."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mailer.contacts.keeping.editing import FieldSet
from mailer.contacts.keeping.leaving import Moved
from mailer.contacts.keeping.merging import FieldOfTwo, Merged
from mailer.contacts.keeping.telling.wording import in_words
from mailer.contacts.keeping.undoing import Conflict, Kept, Later, Undone
from mailer.models import ChangeAction, OperationKind

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
#: So many rows are called by their names, and so many operations.
NAMED = 5
#: Nobody takes back what the law made us forget, nor a wish of hers without asking her.
NOT_OURS = {OperationKind.ERASURE, OperationKind.RETENTION, OperationKind.OWNER}


def edited_in_words(changes: Iterable[FieldSet | FieldOfTwo], *, zone: str) -> Iterator[str]:
    """Each field that has another value now; times by the clock of that zone."""
    for change in changes:
        before, after = (in_words(one, zone=zone) for one in (change.before, change.after))
        yield f"{change.field}: {before} becomes {after}"


def moved_in_words(moved: Moved) -> Iterator[str]:
    """What she left, where she went, and what it means for lists and mail."""
    yield f"{moved.name} leaves {moved.left} on {moved.ended_on}"
    if moved.lists_left:
        yield (
            f"and from that day the lists {', '.join(moved.lists_left)}: the job's entry stays, but"
            " counts only where the list is left out with a minus"
        )
    if moved.new:
        yield f"goes to {moved.new}{f' ({moved.email})' if moved.email else ''}"
    if moved.new and not moved.email:
        told = "no address of the person there is known"
        mailed = "" if moved.is_reachable else ", and nothing can be e-mailed until one is"
        yield f"{told}{mailed}: an import brings it, or take this back and say it with --email"
    if moved.lists_kept:
        yield f"stands there on the lists {', '.join(moved.lists_kept)}"
    if moved.closed:
        yield f"nobody may write to {moved.email}: {moved.closed}"


def merged_in_words(merged: Merged, *, zone: str) -> Iterator[str]:
    """Who went into whom, what came along, and what became stricter."""
    yield f"{merged.going_id} is merged into {merged.staying_id} {merged.name}"
    for job in merged.jobs:
        yield f"comes with it: {job}"
    yield from edited_in_words(merged.changes, zone=zone)
    yield from merged.notices


def undone_in_words(undone: Undone) -> str:
    """What was taken back, as the list keeper counts: people, addresses, outlets, jobs."""
    what = f"{undone.kind} {undone.operation_id} ({undone.source})".replace(" ()", "")
    parts = [
        f"{verb} {counted}"
        for action, verb in VERBS.items()
        if (counted := _counted(undone.rows.get(action, {}))) and undone.is_done
    ]
    if others := undone.conflict_count - sum(one.number for one in undone.kept):
        what_changed = "field or row" if others == 1 else "fields or rows"
        parts.append(f"left alone {others:,} {what_changed} that changed since")
    parts += kept_in_words(undone.kept)
    told = "; ".join(parts) or "nothing of it was left to take back"
    if not undone.is_done:
        return f"nothing of {what} can be taken back, and it holds: {told}{_first(undone)}"
    if undone.following:
        return f"{what} is undone in part: {told}{_again(undone)}"
    return f"{what} is undone: {told}"


def kept_in_words(kept: Iterable[Kept]) -> Iterator[str]:
    """How many people, desks and other rows stay that it had brought, for each reason."""
    by_why: dict[str, dict[str, int]] = {}
    for one in kept:
        by_why.setdefault(one.why, {})[one.subject] = one.number
    for why, rows in by_why.items():
        yield f"kept {_counted(rows)}: {why}"


def left_in_words(undone: Undone) -> Iterator[str]:
    """What an undo left as it stands, by name, why, and who changed it since, alike together."""
    numbers = {(one.subject, one.why): one.number for one in undone.kept}
    together: dict[tuple[str, str], list[Conflict]] = {}
    for one in undone.conflicts:
        if not one.field:
            together.setdefault((one.subject, one.why), []).append(one)
    told = 0
    # What holds a row comes before what stays with it.
    for (subject, why), some in sorted(together.items(), key=_is_untouched):
        number = numbers.get((subject, why), len(some))
        told += number
        yield f"left alone: {_counted({subject: number})}, {_named(some, number)}: {why}{_by(some)}"
    for one in undone.conflicts:
        if one.field:
            told += 1
            what = f"{one.name or _row(one)}, {one.field.replace('_', ' ')}: {in_words(one.now)}"
            yield f"left alone: {what}: {one.why}{_by([one])}"
    if undone.conflict_count > told:
        yield f"and {undone.conflict_count - told:,} more"


def _counted(rows: Mapping[str, int]) -> str:
    """Rows by table, in the words of the trade."""
    return ", ".join(
        f"{rows[table]:,} {one if rows[table] == 1 else many}"
        for table, (one, many) in NAMES.items()
        if rows.get(table)
    )


def _is_untouched(group: tuple[tuple[str, str], list[Conflict]]) -> bool:
    return not any(one.later for one in group[1])


def _named(some: Sequence[Conflict], number: int) -> str:
    names = list(dict.fromkeys(one.name or _row(one) for one in some))[:NAMED]
    more = f" and {number - len(names):,} more" if number > len(names) else ""
    return ", ".join(names) + more


def _row(conflict: Conflict) -> str:
    return f"no. {conflict.subject_id}"


def _by(some: Iterable[Conflict]) -> str:
    """Which operations have touched it since, with who did it or the file."""
    later = {one.later.operation_id: one.later for one in some if one.later}
    named = [
        f"{one.kind} {one.operation_id} ({one.who or one.source}, {one.at})"
        for one in sorted(later.values(), key=_number)[:NAMED]
    ]
    return f", by {', '.join(named)}" if named else ""


def _first(undone: Undone) -> str:
    """What is to be taken back before."""
    holding = _holding(undone)
    return f"; take back {holding} first" if holding else ""


def _again(undone: Undone) -> str:
    """What is to be taken back before the rest goes."""
    holding = _holding(undone, can_follow=True)
    once_more = f"undo {undone.kind} {undone.operation_id} once more for the rest"
    return f"; once {holding} is taken back, {once_more}" if holding else ""


def _holding(undone: Undone, *, can_follow: bool = False) -> str:
    """Who holds it; with `can_follow` only what waits for them, the rest goes back by itself."""
    told = [one for one in undone.conflicts if one.can_follow or not can_follow]
    later = {one.later.operation_id: one.later for one in told if one.later}
    open_to_us = [one for one in later.values() if one.kind not in NOT_OURS]
    return " and ".join(
        f"{one.kind} {one.operation_id} ({one.who or one.source})".replace(" ()", "")
        for one in sorted(open_to_us, key=_number, reverse=True)[:NAMED]
    )


def _number(later: Later) -> int:
    return later.operation_id
