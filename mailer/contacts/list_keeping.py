"""Lists as their keeper works with them: what stands on each, and who is put on or taken off by the
address at which a job or a desk is read.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import addresses
from mailer.contacts import media_lists
from mailer.contacts.directory import find_address
from mailer.contacts.importing.values import clean, is_blank
from mailer.contacts.suggesting import did_you_mean, spelling
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import (
    Address,
    Desk,
    Journalist,
    ListPurpose,
    MediaList,
    MediaListEntry,
    Outlet,
    Role,
)
from mailer.models.ending import is_lasting, lasts

LONGEST_NAME = 200


@dataclass(frozen=True)
class ListLine:
    """One list in the overview."""

    name: str
    purpose: ListPurpose
    note: str
    #: Jobs and desks that last: what an audience may find.
    roles: int
    desks: int
    rules: int
    list_id: int
    #: Jobs and desks that are over; their entries only leave out, with a minus.
    ended: int


@dataclass(frozen=True)
class Member:
    """A job or a desk on a list."""

    email: str
    name: str
    job_title: str
    outlet: str
    #: "role" or "desk".
    kind: str
    ended_on: date | None


@dataclass(frozen=True)
class ListCard:
    """A list with all that stands on it."""

    name: str
    purpose: ListPurpose
    note: str
    members: tuple[Member, ...]
    rules: tuple[str, ...]


def find(session: Session, name: str) -> MediaList:
    """The list of that name, whatever its case.

    Raises NotFound with the nearest known one; BadInput where two are called so, and none exactly.
    """
    known = media_lists.by_spelling(session)
    found = known.get(spelling(name), [])
    if not found:
        names = sorted(row.name for rows in known.values() for row in rows)
        told = did_you_mean(name, names) if names else "there are none, `mailer lists make` does"
        raise NotFound(f"there is no list {name!r}: {told}")
    exactly = [row for row in found if row.name == " ".join(name.split())]
    return media_lists.the_one(exactly or found)


def overview(session: Session, *, today: date) -> list[ListLine]:
    """All lists by name, with what stands on them on that day."""
    works = is_lasting(col(Role.ended_on), today)
    is_open = is_lasting(col(Desk.ended_on), today)
    over = sa.or_(
        sa.and_(col(Role.id).is_not(None), ~works), sa.and_(col(Desk.id).is_not(None), ~is_open)
    )
    rows = session.execute(
        sa.select(
            col(MediaList.name),
            col(MediaList.purpose),
            col(MediaList.note),
            sa.func.count(sa.case((works, col(Role.id)))),
            sa.func.count(sa.case((is_open, col(Desk.id)))),
            sa.func.count(sa.case((col(MediaListEntry.criteria) != "", 1))),
            col(MediaList.id),
            sa.func.count(sa.case((over, 1))),
        )
        .outerjoin(MediaListEntry, col(MediaListEntry.list_id) == col(MediaList.id))
        .outerjoin(Role, col(Role.id) == col(MediaListEntry.role_id))
        .outerjoin(Desk, col(Desk.id) == col(MediaListEntry.desk_id))
        .group_by(col(MediaList.id), col(MediaList.name), col(MediaList.purpose), MediaList.note)
        .order_by(col(MediaList.name))
    )
    return [ListLine(*row) for row in rows]


def card(session: Session, name: str) -> ListCard:
    """Everything that stands on that list. Raises NotFound."""
    media_list = find(session, name)
    return ListCard(
        name=media_list.name,
        purpose=media_list.purpose,
        note=media_list.note,
        members=tuple(_members(session, media_list)),
        rules=tuple(row.criteria for row in _entries(session, media_list) if row.criteria),
    )


def make(session: Session, name: str, *, purpose: ListPurpose, note: str = "") -> MediaList:
    """A new list. Raises BadInput for a blank or odd name, Refused for one that there is."""
    _refuse_odd(name)
    if spelling(name) in media_lists.all_lists(session):
        raise Refused(f"there is a list {name!r} already: `mailer lists show` tells what is on it")
    return media_lists.save_list(session, name, purpose=purpose, note=note)


def rename(session: Session, media_list: MediaList, name: str) -> None:
    """Call a list otherwise: what names it in criteria does not follow here (`audience.renaming`).

    Raises BadInput for a blank or odd name, Refused for one that another list has.
    """
    _refuse_odd(name)
    after = " ".join(name.split())
    if not after:
        raise BadInput("a list needs a name")
    other = media_lists.all_lists(session).get(spelling(after))
    if other is not None and other.id != media_list.id:
        raise Refused(f"there is a list {other.name!r} already: choose another name")
    media_list.name = after
    session.flush()


def _refuse_odd(name: str) -> None:
    """Raise BadInput for a name that is too long to show, or would not come back from a file."""
    plain = unicodedata.normalize("NFC", " ".join(name.split()))
    if len(plain) > LONGEST_NAME:
        told = f"the name of a list has {LONGEST_NAME} characters at most, this one {len(plain)}"
        raise BadInput(f"{told}: put the rest into its note")
    if clean(plain) != plain:
        told = f"the name {plain!r} holds a character that nobody can see"
        raise BadInput(f"{told} and no file keeps: write {clean(plain)!r}")
    if plain and is_blank(plain):
        raise BadInput(f"{plain!r} says in a file that there is no list: choose another name")


def add(session: Session, name: str, given: Iterable[str], *, today: date) -> list[str]:
    """Put all current jobs and desks at these addresses on the list; the addresses that are new.

    Raises NotFound for a list or an address that we do not know, BadInput for what is none.
    """
    media_list = find(session, name)
    added = []
    for text in given:
        entries = [
            (media_list.id or 0, role_id, desk_id)
            for role_id, desk_id, ended_on in _read_at(session, text)
            if lasts(ended_on, today)
        ]
        if not entries:
            raise NotFound(f"nobody has a job or a desk at {text} now: see `mailer contacts show`")
        if media_lists.add_entries(session, entries):
            added.append(text)
    return added


def remove(session: Session, name: str, given: Iterable[str]) -> list[str]:
    """Take all jobs and desks at these addresses off the list; the addresses that stood on it.

    Raises NotFound for a list or an address that we do not know.
    """
    media_list = find(session, name)
    removed = []
    for text in given:
        read = {(role_id, desk_id) for role_id, desk_id, _ in _read_at(session, text)}
        theirs = [
            row for row in _entries(session, media_list) if (row.role_id, row.desk_id) in read
        ]
        for row in theirs:
            session.delete(row)
        session.flush()
        if theirs:
            removed.append(text)
    return removed


def remove_rule(session: Session, name: str, line: str) -> None:
    """Take a rule off the list. Raises NotFound, also for a rule that is not on it."""
    media_list = find(session, name)
    for row in _entries(session, media_list):
        if row.criteria == line:
            session.delete(row)
            session.flush()
            return
    raise NotFound(f"the list {media_list.name!r} has no rule {line!r}: `mailer lists show` it")


def delete(session: Session, name: str) -> int:
    """Delete a list, not the contacts on it; how many entries it had. Raises NotFound."""
    media_list = find(session, name)
    entries = _entries(session, media_list)
    for row in entries:
        session.delete(row)
    session.flush()
    session.delete(media_list)
    session.flush()
    return len(entries)


def _entries(session: Session, media_list: MediaList) -> Sequence[MediaListEntry]:
    rows = select(MediaListEntry).where(MediaListEntry.list_id == media_list.id)
    return session.exec(rows.order_by(col(MediaListEntry.id))).all()


def _read_at(session: Session, text: str) -> list[tuple[int | None, int | None, date | None]]:
    """The jobs and desks at that address: the numbers of role and desk, and the last day."""
    address = find_address(session, text)
    if address is None:
        known = addresses.parse(text).normalised
        raise NotFound(f"no contact has the address {known}: `mailer contacts import` brings it")
    roles = sa.select(col(Role.id), sa.null(), col(Role.ended_on)).where(
        col(Role.address_id) == address.id
    )
    desks = sa.select(sa.null(), col(Desk.id), col(Desk.ended_on)).where(
        col(Desk.address_id) == address.id
    )
    return [tuple(row) for rows in (roles, desks) for row in session.execute(rows)]


def _members(session: Session, media_list: MediaList) -> list[Member]:
    people = session.exec(
        select(Address.email, Journalist, Role, Outlet.name)
        .select_from(MediaListEntry)
        .join(Role, col(Role.id) == MediaListEntry.role_id)
        .join(Journalist, col(Journalist.id) == Role.journalist_id)
        .outerjoin(Address, col(Address.id) == Role.address_id)
        .outerjoin(Outlet, col(Outlet.id) == Role.outlet_id)
        .where(MediaListEntry.list_id == media_list.id)
    )
    desks = session.exec(
        select(Address.email, Desk, Outlet.name)
        .select_from(MediaListEntry)
        .join(Desk, col(Desk.id) == MediaListEntry.desk_id)
        .join(Address, col(Address.id) == Desk.address_id)
        .join(Outlet, col(Outlet.id) == Desk.outlet_id)
        .where(MediaListEntry.list_id == media_list.id)
    )
    found = [
        Member(email or "", one.full_name, role.job_title, outlet or "", "role", role.ended_on)
        for email, one, role, outlet in people
    ]
    found += [
        Member(email, desk.name, "", outlet, "desk", desk.ended_on) for email, desk, outlet in desks
    ]
    return sorted(found, key=lambda member: (member.outlet, member.name, member.email))
