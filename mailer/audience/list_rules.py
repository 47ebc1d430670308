"""The rules on lists: criteria that stand there beside the contacts, read anew each time."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.audience.criteria import Criteria, parse
from mailer.audience.finding.conditions import Conditions
from mailer.audience.finding.counting import count
from mailer.audience.finding.sources import ROLES
from mailer.audience.terms import Key, Term
from mailer.contacts.lengths import refuse_long_rule
from mailer.contacts.list_keeping import find
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput, Refused
from mailer.models import Distribution, DistributionStatus, ListPurpose, MediaList, MediaListEntry

#: Distributions that will still read the lists their criteria name.
COMING = (DistributionStatus.DRAFT, DistributionStatus.SCHEDULED, DistributionStatus.PAUSED)


def add_rule(session: Session, name: str, rule: Criteria) -> bool:
    """Let the list also hold whom the rule finds; True when it was not there.

    Raises NotFound for the list, BadInput for a rule that is too long, cannot be read or leads back
    to its list, Refused for an internal list: it holds people by name, and a rule would bring the
    press in.
    """
    media_list = find(session, name)
    if media_list.purpose is ListPurpose.INTERNAL:
        raise Refused(
            f"the list {media_list.name!r} is internal: put its people on it by their addresses,"
            " a rule would bring journalists in"
        )
    line, list_id = rule.line(), media_list.id or 0
    refuse_long_rule(line)
    there = select(MediaListEntry).where(
        MediaListEntry.list_id == list_id, MediaListEntry.criteria == line
    )
    if session.exec(there).first() is not None:
        return False
    session.add(MediaListEntry(list_id=list_id, criteria=line))
    session.flush()
    _try(session, media_list)
    return True


def found_by(session: Session, line: str, *, at: datetime) -> int | None:
    """How many addresses a rule finds now; None when it cannot be read any more."""
    try:
        return count(session, parse(line), at=at)
    except BadInput:
        return None


def refuse_used(session: Session, name: str) -> None:
    """Raise Refused while a rule of another list, or a distribution to come, names that list."""
    media_list = find(session, name)
    for rule in _rules_naming(session, media_list):
        raise Refused(f"{rule} names it: take that rule off first")
    for number in _distributions_naming(session, media_list):
        raise Refused(f"distribution {number} goes to it: wait for it, or cancel it first")


def named_by(session: Session, media_list: MediaList) -> str:
    """What names the list: a rule of another list, or a distribution to come; empty for nothing."""
    for rule in _rules_naming(session, media_list):
        return f"is named by {rule}"
    for number in _distributions_naming(session, media_list):
        return f"is named by distribution {number}, which goes to it"
    return ""


def _rules_naming(session: Session, media_list: MediaList) -> Iterator[str]:
    for other, line in session.execute(
        sa.select(col(MediaList.name), col(MediaListEntry.criteria))
        .join(MediaListEntry, col(MediaListEntry.list_id) == col(MediaList.id))
        .where(col(MediaListEntry.criteria) != "", col(MediaList.id) != media_list.id)
        .order_by(col(MediaListEntry.id))
    ):
        if _names(line, media_list):
            yield f"the rule {line!r} of list {other!r}"


def _distributions_naming(session: Session, media_list: MediaList) -> Iterator[int | None]:
    for number, line in session.execute(
        sa.select(col(Distribution.id), col(Distribution.criteria))
        .where(col(Distribution.status).in_(COMING), col(Distribution.fanned_out_at).is_(None))
        .order_by(col(Distribution.id))
    ):
        if _names(line, media_list):
            yield number


def _try(session: Session, media_list: MediaList) -> None:
    """Read the list once with its rules: what cannot be read is refused before it is kept."""
    conditions = Conditions(session)
    line = Criteria(wanted=(Term(Key.LIST, media_list.name),))
    conditions.lists.is_internal(line)
    conditions.matching(line, ROLES)


def _names(line: str, media_list: MediaList) -> bool:
    try:
        rule = parse(line)
    except BadInput:
        return False  # it was kept under older rules, and leads nowhere any more
    return any(
        term.key == Key.LIST and spelling(term.value) == spelling(media_list.name)
        for term in (*rule.wanted, *rule.unwanted)
    )
