"""Writing what a file says into the address book, kind by kind."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from mailer.addresses import MailAddress
from mailer.contacts import history, media_lists, suppressions
from mailer.contacts.directory import find_addresses
from mailer.contacts.history import Recording
from mailer.contacts.importing.changing import Applied, Changing
from mailer.contacts.importing.drafts import Draft, draft, insert_drafts
from mailer.contacts.importing.known import Known
from mailer.contacts.importing.naming import note_entries, note_named
from mailer.contacts.importing.plans import (
    DeskPlan,
    OutletPlan,
    PersonPlan,
    Placement,
    RolePlan,
    Said,
)
from mailer.contacts.importing.values import clean
from mailer.contacts.keeping.leaves import carry
from mailer.contacts.suggesting import spelling
from mailer.database import insert
from mailer.models import (
    Address,
    AddressState,
    Desk,
    Journalist,
    LegalBasis,
    MediaList,
    MediaListEntry,
    Outlet,
    Role,
)
from mailer.tokens import Keyring


@dataclass(frozen=True)
class Origin:
    """Where a file comes from, and what holds for the new ones in it unless it says otherwise."""

    source: str
    legal_basis: LegalBasis = LegalBasis.LEGITIMATE_INTEREST
    language: str = ""
    #: Whether the very same file was taken before, and holds: it stands for nobody once more.
    is_repeated: bool = False


class Applying:
    """One import's writing: where it writes, and what it has to tell."""

    def __init__(
        self,
        session: Session,
        recording: Recording,
        *,
        keyring: Keyring,
        origin: Origin,
        at: datetime,
    ) -> None:
        self.session, self.keyring, self.source = session, keyring, origin.source
        self.is_repeated = origin.is_repeated
        self.provenance: dict[str, Any] = {
            "source": origin.source,
            "legal_basis": origin.legal_basis,
            "first_seen_at": at,
            "languages": [origin.language] if origin.language else [],
        }
        self.at = at
        self.addresses: dict[str, Address] = {}
        self.changing = Changing(recording, at=at)

    def apply(
        self, placement: Placement, *, emails: Mapping[str, MailAddress], known: Known
    ) -> Applied:
        """Write the placement of some rows. `emails` are the addresses in those rows."""
        self.changing.applied = Applied()
        self._carry_leaves(placement, known=known)
        self._save_addresses(placement, emails=emails, known=known)
        self._save_outlets(placement)
        self._save_people(placement.people)
        self._save_desks(placement.desks)
        self._save_roles(placement.people)
        self.session.flush()
        self._save_lists(placement)
        if not self.is_repeated:
            note_named(self.session, placement)
        return self.changing.applied

    def tell_outlets(self, plans: Iterable[tuple[OutletPlan, Outlet]]) -> Applied:
        """Write what the whole file says of some outlets."""
        self.changing.applied = Applied()
        for plan, outlet in plans:
            # The rows that bring an outlet bring a contact or a job; that is told there.
            self.changing.write(Outlet, outlet, plan.facts, told=not plan.row)
        self.session.flush()
        return self.changing.applied

    def _carry_leaves(self, placement: Placement, *, known: Known) -> None:
        """What she wished at an address holds for the one to which the file moves her (F6)."""
        moves: dict[str, set[str]] = {}
        lines: dict[str, int] = {}
        for job in (job for person in placement.people for job in person.roles if job.moved_by):
            old = known.mailboxes.get(job.role.address_id or 0) if job.role else None
            if old is not None and old != job.address:
                moves.setdefault(old, set()).add(job.address)
                lines[job.address] = job.moved_by
        if not moves:
            return
        carry(self.session, moves, keyring=self.keyring, source=self.source)
        closed = suppressions.reasons_among(self.session, list(lines), keyring=self.keyring)
        # Their rows are made or closed with those that were suppressed before.
        known.suppressed.update(closed)
        for address, reason in closed.items():
            self.changing.applied.closed_rows[lines[address]] = reason

    def _save_addresses(
        self, placement: Placement, *, emails: Mapping[str, MailAddress], known: Known
    ) -> None:
        """Make a row for each address; one that came back suppressed is closed again."""
        used = {role.address for person in placement.people for role in person.roles}
        used |= {desk.address for desk in placement.desks}
        missing = [
            {"email": read.typed, "normalised": email, "domain": read.domain}
            | suppressions.born_state(known.suppressed.get(email))
            for email, read in emails.items()
            if email in used and email not in known.addresses
        ]
        if missing:
            # Another door may be adding one of them at the same moment.
            statement = insert(self.session, Address).on_conflict_do_nothing()
            self.session.connection().execute(statement, missing)
        added = find_addresses(self.session, [str(row["normalised"]) for row in missing])
        history.note_added(self.session, Address, [row.id or 0 for row in added.values()])
        self.addresses = known.addresses | added
        for email, reason in known.suppressed.items():
            row = self.addresses.get(email)
            if row is not None and row.state in (AddressState.OK, AddressState.SOFT):
                for column, value in suppressions.born_state(reason).items():
                    setattr(row, column, value)

    def _save_outlets(self, placement: Placement) -> None:
        """Give the outlets that are used for the first time their rows."""
        members: list[RolePlan | DeskPlan] = [job for one in placement.people for job in one.roles]
        used: dict[str, OutletPlan] = {}
        for line, alone in placement.outlets.items():
            if alone.outlet_id is None and alone.ref not in used:
                used[alone.ref], alone.row = alone, line
                self.changing.applied.new_rows.add(line)
        for member in members + placement.desks:
            outlet = member.outlet
            if outlet is not None and outlet.outlet_id is None and outlet.ref not in used:
                used[outlet.ref], outlet.row = outlet, member.row
        made = [draft(Outlet, name=plan.name, country=plan.country) for plan in used.values()]
        insert_drafts(self.session, Outlet, made)
        for plan, row in zip(used.values(), made, strict=True):
            plan.outlet_id = row.id

    def _save_people(self, plans: Sequence[PersonPlan]) -> None:
        """Make or change the people."""
        drafts: list[tuple[PersonPlan, Draft]] = []
        for plan in plans:
            if plan.person is not None:
                plan.person_id = plan.person.id
                self.changing.write(Journalist, plan.person, plan.facts)
                continue
            made = draft(Journalist, **self.provenance)
            self.changing.applied.new_rows.add(plan.row)
            self.changing.write(Journalist, made, plan.facts, new_row=plan.row)
            drafts.append((plan, made))
        insert_drafts(self.session, Journalist, [made for _, made in drafts])
        for plan, made in drafts:
            plan.person_id = made.id

    def _save_desks(self, plans: Sequence[DeskPlan]) -> None:
        """Make or change the desks."""
        drafts: list[tuple[DeskPlan, Draft]] = []
        for plan in plans:
            if plan.desk is not None:
                plan.desk_id = plan.desk.id
                self.changing.write(Desk, plan.desk, plan.facts)
                continue
            made = draft(
                Desk,
                name=plan.name,
                outlet_id=_outlet_id(plan.outlet),
                address_id=self.addresses[plan.address].id,
                **self.provenance,
            )
            self.changing.applied.new_rows.add(plan.row)
            self.changing.write(Desk, made, plan.facts, new_row=plan.row)
            drafts.append((plan, made))
        insert_drafts(self.session, Desk, [made for _, made in drafts])
        for plan, made in drafts:
            plan.desk_id = made.id

    def _save_roles(self, people: Sequence[PersonPlan]) -> None:
        """Make or change the jobs of those people; the first current one is the primary."""
        drafts: list[tuple[RolePlan, Draft]] = []
        for plan in people:
            has_job = any(
                job.role is not None and not job.ended_before(self.at.date()) for job in plan.roles
            )
            for job in plan.roles:
                if job.role is not None:
                    job.role_id = job.role.id
                    self._move(job, job.role)
                    self.changing.write(Role, job.role, job.facts)
                    continue
                drafts.append((job, self._new_role(plan, job, is_primary=not has_job)))
                has_job = True
        insert_drafts(self.session, Role, [made for _, made in drafts])
        for job, made in drafts:
            job.role_id = made.id

    def _new_role(self, plan: PersonPlan, job: RolePlan, *, is_primary: bool) -> Draft:
        made = draft(
            Role,
            journalist_id=plan.person_id,
            outlet_id=_outlet_id(job.outlet),
            address_id=self.addresses[job.address].id if job.address else None,
            is_primary=is_primary,
        )
        if job.row != plan.row:
            self.changing.tell(
                job.row, "outlet", "", job.outlet.name if job.outlet else "freelance"
            )
        self.changing.write(Role, made, job.facts, new_row=job.row)
        return made

    def _move(self, job: RolePlan, role: Role) -> None:
        if job.moved_by and role.address_id != (to := self.addresses[job.address].id):
            role.address_id = to
            self.changing.tell(job.moved_by, "email", "", job.address)

    def _save_lists(self, placement: Placement) -> None:
        """Put the jobs and desks on the lists that the file names; nobody is taken off one."""
        members = [job for person in placement.people for job in person.roles] + placement.desks
        named = [said for member in members for said in member.lists.values()]
        # A new list is called as the first line calls it.
        names = [said.value for said in sorted(named, key=_line, reverse=True)]
        lists = self._lists(names) if names else {}
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
        if not self.is_repeated:
            note_entries(self.session, [there[entry] for entry in wanted if entry in there])
        self.session.add_all(
            MediaListEntry(list_id=list_id, role_id=role_id, desk_id=desk_id)
            for list_id, role_id, desk_id in missing
        )
        self.session.flush()
        for said, member in (wanted[entry] for entry in missing):
            if said.row != member.row:
                self.changing.tell(said.row, "lists", "", said.value)

    def _lists(self, names: Collection[str]) -> dict[str, MediaList]:
        media_lists.refuse_twins(self.session, map(spelling, names))
        known = media_lists.all_lists(self.session)
        # A name of old times may hold what nobody can see; from a file it comes without.
        seen = {spelling(clean(row.name)): row for row in known.values()} | known
        there = {key: seen[key] for key in map(spelling, names) if key in seen}
        made = media_lists.save_lists(
            self.session, [name for name in names if spelling(name) not in there]
        )
        return there | made


def _line(said: Said) -> int:
    return said.row


def _outlet_id(plan: OutletPlan | None) -> int | None:
    return plan.outlet_id if plan is not None else None


def _entry(list_id: int, member: RolePlan | DeskPlan) -> media_lists.Entry:
    if isinstance(member, RolePlan):
        return list_id, member.role_id, None
    return list_id, None, member.desk_id
