"""Lists kept by hand. They hold desks, and roles rather than persons: a move changes them."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from mailer.contacts import history
from mailer.contacts.inserting import chunked, insert_missing
from mailer.contacts.suggesting import spelling
from mailer.database import among
from mailer.errors import BadInput
from mailer.models import ListPurpose, MediaList, MediaListEntry

#: One entry that names a member: (list id, role id, desk id).
Entry = tuple[int, int | None, int | None]


def save_list(
    session: Session,
    name: str,
    *,
    purpose: ListPurpose = ListPurpose.PRESS,
    note: str = "",
) -> MediaList:
    """The list of that name, found (whatever its case) or made.

    Raises BadInput for a name that is blank.
    """
    return save_lists(session, [name], purpose=purpose, note=note)[spelling(name)]


def save_lists(
    session: Session,
    names: Iterable[str],
    *,
    purpose: ListPurpose = ListPurpose.PRESS,
    note: str = "",
) -> dict[str, MediaList]:
    """The lists of those names by spelling, found or made.

    Raises BadInput for a blank name, and for one that two lists have.
    """
    wanted = {spelling(name): " ".join(name.split()) for name in names}
    if "" in wanted:
        raise BadInput("a list needs a name")
    refuse_twins(session, wanted)
    known = all_lists(session)
    missing = {key: name for key, name in wanted.items() if key not in known}
    rows = [{"name": name, "purpose": purpose, "note": note} for name in missing.values()]
    if insert_missing(session, MediaList, rows):
        known = all_lists(session)
        history.note_added(session, MediaList, [known[key].id or 0 for key in missing])
    return {key: known[key] for key in wanted}


def all_lists(session: Session) -> dict[str, MediaList]:
    """Every list by the spelling that does not mind case; the older one of two."""
    return {key: rows[0] for key, rows in by_spelling(session).items()}


def by_spelling(session: Session) -> dict[str, list[MediaList]]:
    """All lists by the spelling that does not mind case. Two of one are of old times: none of our
    ways makes them any more.
    """
    found: dict[str, list[MediaList]] = {}
    for row in session.exec(select(MediaList).order_by(col(MediaList.id))):
        found.setdefault(spelling(row.name), []).append(row)
    return found


def the_one(rows: Sequence[MediaList]) -> MediaList:
    """The only one of a spelling. Raises BadInput for two: who is left out, or goes into the post,
    must not hang on which of them was found first.
    """
    if len(rows) > 1:
        names = " and ".join(repr(row.name) for row in rows)
        raise BadInput(
            f"several lists are called {names}, and which is meant is not sure: give them names"
            " that differ in more than their letters' case with `mailer lists rename`"
        )
    return rows[0]


def refuse_twins(session: Session, keys: Iterable[str]) -> None:
    """Raise BadInput where one of these spellings leads to two lists."""
    known = by_spelling(session)
    for key in keys:
        if key in known:
            the_one(known[key])


def add_entries(session: Session, wanted: Sequence[Entry]) -> int:
    """Put roles and desks on lists, as (list id, role id, desk id); how many were not there."""
    there = standing(
        session, roles=[r for _, r, _ in wanted if r], desks=[d for _, _, d in wanted if d]
    )
    missing = [entry for entry in dict.fromkeys(wanted) if entry not in there]
    session.add_all(
        MediaListEntry(list_id=list_id, role_id=role_id, desk_id=desk_id)
        for list_id, role_id, desk_id in missing
    )
    session.flush()
    return len(missing)


def standing(session: Session, *, roles: Sequence[int], desks: Sequence[int]) -> dict[Entry, int]:
    """The entries of those roles and desks, as (list id, role id, desk id), with their numbers."""
    found: dict[Entry, int] = {}
    for column, ids in ((MediaListEntry.role_id, roles), (MediaListEntry.desk_id, desks)):
        for chunk in chunked(ids):
            chosen = among(session, col(column), chunk)
            rows = session.exec(select(MediaListEntry).where(chosen))
            found |= {(row.list_id, row.role_id, row.desk_id): row.id or 0 for row in rows}
    return found
