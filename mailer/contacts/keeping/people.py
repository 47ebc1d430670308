"""Who is meant: a person or a desk, by address or number; and never one of two by chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from mailer.contacts.directory import find_address
from mailer.contacts.keeping.numbers import row_number
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput, NotFound
from mailer.models import Address, Desk, Journalist, Outlet, Role
from mailer.models.ending import lasts

FREELANCE = "freelance"


@dataclass(frozen=True)
class Job:
    """A role, with the outlet that it is at; a freelance's has none."""

    role: Role
    outlet: Outlet | None

    @property
    def at(self) -> str:
        """Where it is, in words."""
        return self.outlet.name if self.outlet else FREELANCE

    def is_current(self, day: date) -> bool:
        """Whether the person still has it on that day."""
        return lasts(self.role.ended_on, day)


def find_person(session: Session, text: str) -> Journalist:
    """The person who reads that address, or who has that number.

    Raises NotFound, and BadInput when several read it: their numbers are told.
    """
    if (number := row_number(text)) is not None:
        person = session.get(Journalist, number)
        if person is None:
            raise NotFound(
                f"there is no person {text}: `mailer contacts history ADDRESS` tells numbers"
            )
        return person
    people = people_at(session, known_address(session, text))
    if not people:
        raise NotFound(f"no person reads {text}: see `mailer contacts show {text}`")
    if len(people) > 1:
        raise BadInput(f"several people read {text}: say which by number: {numbered(people)}")
    return people[0]


def known_address(session: Session, text: str) -> Address:
    """The row of that address. Raises NotFound for one that we do not know."""
    address = find_address(session, text)
    if address is None:
        raise NotFound(f"nobody is known at {text}: see `mailer contacts import`")
    return address


def people_at(session: Session, address: Address) -> Sequence[Journalist]:
    """Who reads an address, or read it in a job that has ended."""
    readers = select(Role.journalist_id).where(Role.address_id == address.id)
    return session.exec(
        select(Journalist).where(col(Journalist.id).in_(readers)).order_by(col(Journalist.id))
    ).all()


def desks_at(session: Session, address: Address) -> Sequence[Desk]:
    """The desks whose address it is."""
    return session.exec(
        select(Desk).where(Desk.address_id == address.id).order_by(col(Desk.id))
    ).all()


def jobs_of(session: Session, person: Journalist) -> list[Job]:
    """All jobs of a person, those that have ended too, in the order in which we knew them."""
    rows = session.exec(
        select(Role, Outlet)
        .outerjoin(Outlet, col(Outlet.id) == Role.outlet_id)
        .where(Role.journalist_id == person.id)
        .order_by(col(Role.id))
    )
    return [Job(role, outlet) for role, outlet in rows]


def choose_job(jobs: Sequence[Job], *, said: str, at: str) -> Job:
    """The one job that is meant; `at` names its outlet where there are several.

    Raises BadInput that names the outlets to choose from.
    """
    fitting = [job for job in jobs if not at or spelling(job.at) == spelling(at)]
    places = ", ".join(dict.fromkeys(job.at for job in jobs))
    if not jobs:
        raise BadInput(f"{said} has no job now: nothing can end")
    if not fitting:
        raise BadInput(f"{said} has no job at {at!r}: there is one at {places}")
    if len(fitting) > 1:
        raise BadInput(f"{said} has several jobs: say which one ends with --from: {places}")
    return fitting[0]


def numbered(people: Sequence[Journalist]) -> str:
    """People with their numbers: 7 Karen Holm, 9 Kim Holm."""
    return ", ".join(f"{person.id} {person.full_name}" for person in people)
