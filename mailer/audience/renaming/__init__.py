"""A list is called otherwise, and all criteria that name it find it still: the rules on lists, and
the distributions that will read them.
"""

from dataclasses import dataclass

from sqlmodel import Session

from mailer.audience.renaming.criteria_lines import COMING, RULES, Names, follow
from mailer.contacts import list_keeping
from mailer.contacts.book_lock import lock_book
from mailer.contacts.history import operation
from mailer.contacts.suggesting import spelling
from mailer.models import MediaList, OperationKind


@dataclass(frozen=True)
class Renamed:
    """What a list is called now; no operation where it was called so already."""

    operation_id: int | None
    list_id: int
    before: str
    after: str
    #: How many rules of lists name it by the new name, and the numbers of the distributions.
    rules: int = 0
    distributions: tuple[int, ...] = ()


def rename(
    session: Session,
    media_list: MediaList,
    name: str,
    *,
    source: str,
    officer_id: int | None = None,
) -> Renamed:
    """Give the list that name, in criteria too. The caller commits, or rolls back.

    Distributions that have begun or are over stay as they were decided. Raises BadInput for a blank
    or odd name; Refused for one that another list has, and where criteria would become too long.
    """
    lock_book(session)
    number, before, after = media_list.id or 0, media_list.name, " ".join(name.split())
    if before == after:
        return Renamed(None, number, before, after)
    with operation(session, OperationKind.EDIT, source=source, officer_id=officer_id) as recording:
        list_keeping.rename(session, media_list, name)
        names: Names = {spelling(before): media_list.name}
        rules = follow(session, names, RULES)
        distributions = follow(session, names, COMING)
        renamed = Renamed(recording.id, number, before, after, len(rules), tuple(distributions))
        recording.operation.note = in_words(renamed)
    return renamed


def in_words(renamed: Renamed) -> str:
    """What became of it, in the words of shell and pages alike."""
    parts = [f"the list {renamed.before} is called {renamed.after} now"]
    if renamed.rules:
        name = "rule names" if renamed.rules == 1 else "rules name"
        parts.append(f"{renamed.rules} {name} it so, too")
    if renamed.distributions:
        told = ", ".join(map(str, renamed.distributions))
        parts.append(f"so do the criteria of the distributions to come: {told}")
    return "; ".join(parts)
