"""A contact as the list keeper looks at it: jobs over time, addresses with their state, lists, and
what was sent there last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from mailer import clock
from mailer.contacts import scoped
from mailer.contacts.keeping.merging import former_numbers
from mailer.models import (
    Address,
    Delivery,
    Desk,
    Distribution,
    Journalist,
    MediaList,
    MediaListEntry,
    Outlet,
    Release,
    Role,
    SuppressionReason,
)
from mailer.models.ending import lasts
from mailer.tokens import Keyring
from mailer.web.keeping.whose import Whose, name_of

#: So many deliveries are shown.
LAST = 10


@dataclass(frozen=True)
class Job:
    """What somebody does at an outlet; the desk itself is one, too."""

    #: None for a desk.
    role: Role | None
    outlet: Outlet | None
    address: Address | None
    is_current: bool
    lists: tuple[MediaList, ...]


@dataclass(frozen=True)
class Mailbox:
    """An address, and of what it gets nothing."""

    address: Address
    #: What its reader has left by herself, and what was closed for her, in words.
    leaves: tuple[str, ...]
    closings: tuple[str, ...]


@dataclass(frozen=True)
class Contact:
    """All that the page of one contact is about."""

    whose: Whose
    row: Journalist | Desk
    name: str
    #: Those that last come first, then the latest.
    jobs: tuple[Job, ...]
    mailboxes: tuple[Mailbox, ...]

    @property
    def current(self) -> tuple[Job, ...]:
        """The jobs that last."""
        return tuple(job for job in self.jobs if job.is_current)


@dataclass(frozen=True)
class Sent:
    """A delivery, and the release that it was about."""

    delivery: Delivery
    reference: str


def read_contact(
    session: Session, asked: Whose, row: Journalist | Desk, *, keyring: Keyring
) -> Contact:
    """The contact of that record."""
    jobs = _jobs(session, row)
    mailboxes = {job.address.id: job.address for job in jobs if job.address is not None}
    return Contact(
        whose=asked,
        row=row,
        name=name_of(row),
        jobs=tuple(sorted(jobs, key=_latest_first)),
        mailboxes=tuple(
            _mailbox(session, address, keyring=keyring) for address in mailboxes.values()
        ),
    )


def _latest_first(job: Job) -> tuple[bool, int, int]:
    role = job.role
    if role is None:
        return (False, 0, 0)
    ended = role.ended_on.toordinal() if role.ended_on else 0
    return (not job.is_current, -ended, -(role.id or 0))


def _jobs(session: Session, row: Journalist | Desk) -> list[Job]:
    today = clock.now().date()
    if isinstance(row, Desk):
        lists = _lists(session, col(MediaListEntry.desk_id), [row.id])
        outlet, address = session.get(Outlet, row.outlet_id), session.get(Address, row.address_id)
        is_open = lasts(row.ended_on, today)
        return [Job(None, outlet, address, is_open, lists.get(row.id, ()))]
    rows = session.exec(
        select(Role, Outlet, Address)
        .outerjoin(Outlet, col(Outlet.id) == Role.outlet_id)
        .outerjoin(Address, col(Address.id) == Role.address_id)
        .where(Role.journalist_id == row.id)
    ).all()
    lists = _lists(session, col(MediaListEntry.role_id), [role.id for role, _, _ in rows])
    return [
        Job(role, outlet, address, lasts(role.ended_on, today), lists.get(role.id, ()))
        for role, outlet, address in rows
    ]


def _lists(
    session: Session, member: Any, numbers: Iterable[int | None]
) -> dict[int | None, tuple[MediaList, ...]]:
    rows = session.exec(
        select(member, MediaList)
        .join(MediaList, col(MediaList.id) == MediaListEntry.list_id)
        .where(member.in_(list(numbers)))
        .order_by(col(MediaList.name))
    )
    found: dict[int | None, tuple[MediaList, ...]] = {}
    for number, media_list in rows:
        found[number] = (*found.get(number, ()), media_list)
    return found


def _mailbox(session: Session, address: Address, *, keyring: Keyring) -> Mailbox:
    told: dict[bool, list[str]] = {True: [], False: []}
    for row in scoped.kept(session, address.normalised, keyring=keyring):
        has_left = row.reason is SuppressionReason.UNSUBSCRIBED
        told[has_left].append(scoped.Scope(row.scope, row.scope_value).told(row.reason))
    return Mailbox(address, leaves=tuple(told[True]), closings=tuple(told[False]))


def last_sent(session: Session, contact: Contact) -> Sequence[Sent]:
    """What was sent, or meant, for this contact last; the latest first.

    Deliveries are found by address: no index leads to them from a person.
    """
    number = contact.row.id or 0
    addresses = [mailbox.address.id for mailbox in contact.mailboxes]
    holder = (
        Delivery.desk_id == number
        if contact.whose.is_desk
        else col(Delivery.journalist_id).in_([number, *former_numbers(session, number)])
    )
    rows = session.exec(
        select(Delivery, Release.reference)
        .join(Distribution, col(Distribution.id) == Delivery.distribution_id)
        .join(Release, col(Release.id) == Distribution.release_id)
        .where(col(Delivery.address_id).in_(addresses), holder)
        .order_by(col(Delivery.distribution_id).desc(), col(Delivery.id).desc())
        .limit(LAST)
    )
    return [Sent(delivery, reference) for delivery, reference in rows]
