"""Writing what a file says into the address book, kind by kind, and telling field by field what
changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session, SQLModel

from mailer.addresses import MailAddress
from mailer.contacts import media_lists, suppressions
from mailer.contacts.directory import add_addresses
from mailer.contacts.importing.known import Known
from mailer.contacts.importing.plans import (
    DeskPlan,
    Facts,
    OutletPlan,
    PersonPlan,
    Placement,
    RolePlan,
)
from mailer.contacts.importing.report import FieldChange
from mailer.models import (
    Address,
    AddressState,
    Desk,
    Journalist,
    Outlet,
    Role,
    TrackingMode,
)
from mailer.tokens import Keyring

#: The file's column for an attribute that is called otherwise.
COLUMNS = {
    "country": "outlet_country",
    "publication_languages": "outlet_languages",
    "public_note": "note",
    "name": "desk",
}


@dataclass
class Applied:
    """What was written: the rows that brought a contact, and what changed in the known ones."""

    new_rows: set[int] = field(default_factory=set)
    changes: list[FieldChange] = field(default_factory=list)


def apply(
    session: Session,
    placement: Placement,
    *,
    emails: Mapping[int, MailAddress],
    known: Known,
    keyring: Keyring,
    source: str,
    at: datetime,
) -> Applied:
    """Write the placement. `emails` says which address stands in which row of the file."""
    applying = _Applying(session, emails=emails, source=source, at=at)
    applying.save_addresses(placement, known=known, keyring=keyring)
    for outlet in placement.outlets:
        applying.save_outlet(outlet)
    session.flush()
    for person in placement.people:
        applying.save_person(person)
    for desk in placement.desks:
        applying.save_desk(desk)
    session.flush()
    for person in placement.people:
        applying.save_roles(person)
    session.flush()
    applying.save_lists(placement)
    return applying.applied


class _Applying:
    """One import's writing: where it writes, and what it has to tell."""

    def __init__(
        self, session: Session, *, emails: Mapping[int, MailAddress], source: str, at: datetime
    ) -> None:
        self.session = session
        self.emails = emails
        self.provenance: dict[str, Any] = {"source": source, "first_seen_at": at}
        self.at = at
        self.addresses: dict[str, Address] = {}
        self.applied = Applied()

    def save_addresses(self, placement: Placement, *, known: Known, keyring: Keyring) -> None:
        """Make a row for each address; one that came back suppressed is closed again."""
        used = {role.address for person in placement.people for role in person.roles}
        used |= {desk.address for desk in placement.desks}
        read = {given.normalised: given for given in self.emails.values()}
        wanted = [read[email] for email in read if email in used]
        self.addresses = add_addresses(self.session, wanted, keyring=keyring)
        for email, reason in known.suppressed.items():
            row = self.addresses.get(email)
            if row is not None and row.state in (AddressState.OK, AddressState.SOFT):
                for column, value in suppressions.born_state(reason).items():
                    setattr(row, column, value)

    def save_outlet(self, plan: OutletPlan) -> None:
        """Make or change the outlet."""
        if plan.outlet is None:
            plan.outlet = Outlet(name=plan.name, country=plan.country)
            self.session.add(plan.outlet)
            # The rows that bring an outlet bring a contact or a job; that is told there.
            self._write(plan.outlet, plan.facts, told=False)
        else:
            self._write(plan.outlet, plan.facts)

    def save_person(self, plan: PersonPlan) -> None:
        """Make or change the person."""
        new_row = None
        if plan.person is None:
            plan.person, new_row = Journalist(**self.provenance), plan.row
            self.session.add(plan.person)
            self.applied.new_rows.add(plan.row)
        self._write(plan.person, plan.facts, new_row=new_row)

    def save_desk(self, plan: DeskPlan) -> None:
        """Make or change the desk."""
        new_row = None
        if plan.desk is None:
            new_row = plan.row
            plan.desk = Desk(
                name=plan.name,
                outlet_id=_outlet_id(plan.outlet) or 0,
                address_id=self.addresses[plan.address].id or 0,
                **self.provenance,
            )
            self.session.add(plan.desk)
            self.applied.new_rows.add(plan.row)
        self._write(plan.desk, plan.facts, new_row=new_row)

    def save_roles(self, plan: PersonPlan) -> None:
        """Make or change the person's jobs; the first current one is the primary."""
        for job in plan.roles:
            new_row = None
            if job.role is None:
                new_row = job.row
                job.role = self._new_role(plan, job)
                if job.row != plan.row:
                    at = job.outlet.name if job.outlet else "freelance"
                    self._tell(job.row, "outlet", "", at)
            self._write(job.role, job.facts, new_row=new_row)

    def save_lists(self, placement: Placement) -> None:
        """Put the jobs and desks on the lists that the file names; nobody is taken off one."""
        members = [job for person in placement.people for job in person.roles] + placement.desks
        names = {said.value for member in members for said in member.lists.values()}
        lists = media_lists.save_lists(self.session, names) if names else {}
        wanted = {
            _entry(lists[key].id or 0, member): (said, member)
            for member in members
            for key, said in member.lists.items()
        }
        there = media_lists.standing(
            self.session,
            roles=[role_id for _, role_id, _ in wanted if role_id],
            desks=[desk_id for _, _, desk_id in wanted if desk_id],
        )
        missing = [entry for entry in wanted if entry not in there]
        media_lists.add_entries(self.session, missing)
        for said, member in (wanted[entry] for entry in missing):
            if said.row != member.row:
                self._tell(said.row, "lists", "", said.value)

    def _new_role(self, plan: PersonPlan, job: RolePlan) -> Role:
        others = (other for other in plan.roles if other.role is not None)
        role = Role(
            journalist_id=(plan.person and plan.person.id) or 0,
            outlet_id=_outlet_id(job.outlet),
            address_id=self.addresses[job.address].id,
            is_primary=all(other.ended_before(self.at.date()) for other in others),
        )
        self.session.add(role)
        return role

    def _write(
        self, target: SQLModel, facts: Facts, *, new_row: int | None = None, told: bool = True
    ) -> None:
        """Set what is said; what the row that made the target says is no change."""
        for attribute, said in facts.items():
            before = getattr(target, attribute)
            after = list(said.value) if isinstance(said.value, tuple) else said.value
            # A file may say that nobody may write to someone; only an officer takes that back.
            if before == after or (attribute == "do_not_contact" and before):
                continue
            setattr(target, attribute, after)
            if isinstance(target, Desk | Journalist) and attribute == "tracking":
                consented = after == TrackingMode.INDIVIDUAL
                target.tracking_consented_at = self.at if consented else None
            if told and said.row != new_row:
                self._tell(said.row, COLUMNS.get(attribute, attribute), before, after)

    def _tell(self, row: int, column: str, before: object, after: object) -> None:
        email = self.emails[row].typed
        self.applied.changes.append(
            FieldChange(row, email, column, before=_shown(before), after=_shown(after))
        )


def _outlet_id(plan: OutletPlan | None) -> int | None:
    return plan.outlet.id if plan is not None and plan.outlet is not None else None


def _entry(list_id: int, member: RolePlan | DeskPlan) -> media_lists.Entry:
    if isinstance(member, RolePlan):
        return list_id, member.role.id if member.role else None, None
    return list_id, None, member.desk.id if member.desk else None


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "|".join(value)
    return value.value if isinstance(value, StrEnum) else str(value)
