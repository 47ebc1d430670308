"""The data subject: all numbers, addresses and names under which one person, or a desk, is kept or
was kept; and the addresses that somebody else reads too, which are not hers alone.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from mailer import addresses
from mailer.contacts.directory import find_address
from mailer.contacts.inserting import chunked
from mailer.contacts.keeping.numbers import row_number
from mailer.contacts.keeping.people import desks_at, numbered, people_at
from mailer.contacts.keeping.telling.subjects import Subjects, find_subjects
from mailer.contacts.privacy.spelling import folded, is_short
from mailer.contacts.privacy.wording import Words
from mailer.errors import BadInput, NotFound
from mailer.models import (
    Address,
    ContactChange,
    Desk,
    DifferentPeople,
    Journalist,
    MediaListEntry,
    Outlet,
    Role,
)
from mailer.models.contacts import written_name
from mailer.models.ending import is_lasting

Row = dict[str, Any]
#: Numbers of rows by table.
Numbers = dict[str, set[int]]
NAMES = ("given_name", "particle", "family_name", "family_name_first")


@dataclass
class DataSubject:
    """A person or a desk, with everything that leads to her."""

    #: The person as she stands now; None when only traces are left, and for a desk.
    journalist: Journalist | None = None
    desks: list[Desk] = field(default_factory=list)
    #: Rows by table and number, as they stand or as the history kept them last.
    rows: dict[str, dict[int, Row]] = field(default_factory=dict)
    #: Addresses that she reads alone, and those that somebody else reads too; as we compare them.
    own: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    #: Every spelling of her addresses and every form of her name that we kept.
    spellings: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def numbers(self, model: type[SQLModel]) -> set[int]:
        """The numbers of her rows in that table, gone ones too."""
        return set(self.rows.get(str(model.__tablename__), {}))

    @property
    def addresses(self) -> set[str]:
        """All her addresses."""
        return self.own | self.shared

    @property
    def own_spellings(self) -> set[str]:
        """How the addresses that only she reads are spelt."""
        kept = self.rows.get("address", {}).values()
        shared = {str(row["email"]) for row in kept if row["normalised"] in self.shared}
        return (self.spellings | self.own) - shared - self.shared

    @property
    def own_numbers(self) -> set[int]:
        """The numbers of the addresses that nobody else reads."""
        kept = self.rows.get("address", {})
        return {number for number, row in kept.items() if row.get("normalised") in self.own}

    @property
    def called(self) -> str:
        """Whom it is about, in words."""
        if self.journalist is not None:
            return f"{self.journalist.full_name} ({self.journalist.id})"
        if self.desks:
            return ", ".join(f"the desk {desk.name}" for desk in self.desks)
        return "somebody of whom only traces are left"


def find_data_subject(session: Session, text: str, *, today: date) -> DataSubject:
    """Whom that address or number of a person leads to; somebody unknown has only the address.

    Raises BadInput for what is no address, and when several people read it: who is meant is said
    by number. Raises NotFound for a number that we never gave.
    """
    found = DataSubject()
    if (number := row_number(text)) is not None:
        subjects = find_subjects(session, text)
        found.journalist = session.get(Journalist, number)
    else:
        subjects = _at_address(session, text, found)
    _leave_what_is_others(session, subjects)
    found.journalist = found.journalist or _only_person(session, text, subjects)
    take_earlier_addresses(session, subjects)
    found.rows = subjects.rows
    _sort_addresses(session, found, today=today)
    _name(session, found)
    return found


def _at_address(session: Session, text: str, found: DataSubject) -> Subjects:
    normalised = addresses.parse(text).normalised
    found.own.add(normalised)
    found.spellings |= {text.strip(), normalised}
    address = find_address(session, text)
    people = people_at(session, address) if address else []
    if len(people) > 1:
        raise BadInput(f"several people read {text}: say which by number: {numbered(people)}")
    if people:
        found.journalist = people[0]
        return find_subjects(session, str(people[0].id))
    if address and (desks := desks_at(session, address)):
        found.desks = list(desks)
        return _of_desks(session, desks=found.desks)
    try:
        return find_subjects(session, text)
    except NotFound:
        return Subjects(session)


def _of_desks(session: Session, *, desks: list[Desk]) -> Subjects:
    subjects = Subjects(session)
    numbers = subjects.take(Desk, "id", [desk.id for desk in desks])
    subjects.take(Address, "id", subjects.column(Desk, "address_id"))
    subjects.take(MediaListEntry, "desk_id", numbers)
    return subjects


def _leave_what_is_others(session: Session, subjects: Subjects) -> None:
    """A job that was hers once, was removed and came back to somebody else is not hers now."""
    people, roles = subjects.rows["journalist"], subjects.rows["role"]
    for number in sorted(roles):
        role = session.get(Role, number)
        if role is not None and role.journalist_id not in people:
            del roles[number]


def _only_person(session: Session, text: str, subjects: Subjects) -> Journalist | None:
    """The person whom an address that nobody reads now leads to through the history."""
    numbers = sorted(subjects.rows["journalist"])
    people = session.exec(
        select(Journalist).where(col(Journalist.id).in_(numbers)).order_by(col(Journalist.id))
    ).all()
    if len(people) > 1:
        raise BadInput(f"several people read {text}: say which by number: {numbered(people)}")
    return people[0] if people else None


def take_earlier_addresses(session: Session, subjects: Subjects) -> None:
    """A job or a desk may have had another address once, which only the history remembers."""
    earlier: set[int] = set()
    for model in (Role, Desk):
        for chunk in chunked(sorted(subjects.rows[str(model.__tablename__)])):
            changes = session.exec(
                select(ContactChange.before, ContactChange.after).where(
                    ContactChange.subject == str(model.__tablename__),
                    col(ContactChange.subject_id).in_(chunk),
                )
            )
            documents = [document for pair in changes for document in pair]
            earlier |= {one["address_id"] for one in documents if one.get("address_id")}
    subjects.take(Address, "id", earlier)


def _sort_addresses(session: Session, found: DataSubject, *, today: date) -> None:
    for number, row in found.rows["address"].items():
        normalised = str(row["normalised"])
        found.spellings |= {normalised, str(row["email"])}
        if _is_read_by_others(session, number, found, today=today):
            found.shared.add(normalised)
        else:
            found.own.add(normalised)
    found.own -= found.shared


def _is_read_by_others(session: Session, number: int, found: DataSubject, *, today: date) -> bool:
    """Whether another person's present job, or another desk, has that address.

    A job that has ended is nobody's reading: its address goes with the one who reads it now.
    """
    role = select(Role.id).where(
        Role.address_id == number,
        col(Role.journalist_id).not_in(found.numbers(Journalist)),
        is_lasting(col(Role.ended_on), today),
    )
    desk = select(Desk.id).where(
        Desk.address_id == number, col(Desk.id).not_in(found.numbers(Desk))
    )
    return any(session.exec(query.limit(1)).first() is not None for query in (role, desk))


def _name(session: Session, found: DataSubject) -> None:
    """Every name she had: as the record stands, and as changes tell that it stood before."""
    people = [dict(row) for row in found.rows["journalist"].values()]
    told = [dict(row) for row in people]
    for chunk in chunked(sorted(found.rows["journalist"])):
        changes = session.exec(
            select(ContactChange.before, ContactChange.after).where(
                ContactChange.subject == "journalist", col(ContactChange.subject_id).in_(chunk)
            )
        )
        told += [
            {**person, **{name: said[name] for name in NAMES if name in said}}
            for pair in changes
            for said in pair
            for person in people
        ]
    for row in told:
        found.names |= _forms(row)
    singles = {name for name in found.names if " " not in name}
    found.names -= {name for name in singles if is_short(name)}
    # The name of a desk, such as Redaktionen, or of a paper is nobody's own.
    for column in (Desk.name, Outlet.name):
        names = session.exec(select(column).where(Words(singles).condition(column)))
        taken = set(map(folded, names))
        found.names = {name for name in found.names if folded(name) not in taken}


def _forms(row: Row) -> set[str]:
    given, particle, family = (str(row.get(name) or "") for name in NAMES[:3])
    if not given or not family:
        return {given or family} - {""}
    whole = " ".join(part for part in (particle, family) if part)
    return {
        written_name(given, particle, family, family_first=False),
        written_name(given, particle, family, family_first=True),
        f"{whole}, {given}",
        f"{given} {family}",
        f"{family} {given}",
        f"{family}, {given}",
    }


#: Rows that are hers wherever they stand: children before their parents.
HERS: tuple[type[SQLModel], ...] = (MediaListEntry, DifferentPeople, Role, Desk, Journalist)
