"""Which person, job or desk each row speaks of. Pure: it looks at the rows and at what is known,
and writes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from mailer.contacts.importing.contact_row import ContactRow
from mailer.contacts.importing.known import Known
from mailer.contacts.importing.matching import Desks, People
from mailer.contacts.importing.plans import (
    DeskPlan,
    OutletPlan,
    PersonPlan,
    Placement,
    RolePlan,
    Said,
)
from mailer.contacts.importing.report import UnusableRow
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput


def place(
    rows: Sequence[ContactRow], *, known: Known, outlets: Mapping[str, OutletPlan], today: date
) -> Placement:
    """Gather what the rows say of each person, job and desk."""
    placing = _Placing(known, outlets=outlets, today=today)
    people = [row for row in rows if row.is_person and not row.is_beside]
    elsewhere = [row for row in rows if row.is_person and row.is_beside]
    desks = [row for row in rows if row.is_desk]
    outlets_alone = [row for row in rows if row.is_outlet]
    nameless = [r for r in rows if not (r.is_person or r.is_desk or r.is_outlet)]
    for step, these in (
        (placing.match_person, people),
        (placing.add_person, people),
        (placing.match_desk, desks),
        (placing.add_desk, desks),
        (placing.put_person, people),
        (placing.put_elsewhere, elsewhere),
        (placing.put_desk, desks),
        (placing.put_nameless, nameless),
        (placing.put_outlet, outlets_alone),
    ):
        placing.take(step, these)
    return placing.result()


class _Placing:
    """The state of one placement: who is where, and which row was found to be whom."""

    def __init__(self, known: Known, *, outlets: Mapping[str, OutletPlan], today: date) -> None:
        self.today = today
        self.outlets = outlets
        self.people, self.desks = People(known), Desks(known)
        self.person_of: dict[ContactRow, PersonPlan] = {}
        self.person_of_line: dict[int, PersonPlan] = {}
        self.desk_of: dict[ContactRow, DeskPlan] = {}
        self.placement = Placement()
        self.failed: set[ContactRow] = set()

    def take(self, step: Callable[[ContactRow], None], rows: Sequence[ContactRow]) -> None:
        """Do one step with every row that is still good."""
        for row in rows:
            if row in self.failed:
                continue
            try:
                step(row)
            except BadInput as wrong:
                self.failed.add(row)
                self._refuse(row, str(wrong))

    def _refuse(self, row: ContactRow, reason: str) -> None:
        if row.is_beside:
            # The line is good for the one it speaks of in the first place.
            self._note(row, f"its desk is left out: {reason}")
        else:
            self.placement.unusable.append(UnusableRow(row.row, reason))

    def result(self) -> Placement:
        """What was gathered, without what no row touched."""
        self.placement.people = [plan for plan in self.people.plans if plan.is_touched]
        self.placement.desks = [plan for plan in self.desks.plans if plan.is_touched]
        return self.placement

    def match_person(self, row: ContactRow) -> None:
        """Find the row's person by number or name."""
        if (plan := self.people.match(row, self._outlet(row))) is not None:
            self.person_of[row] = plan

    def add_person(self, row: ContactRow) -> None:
        """Find the row's person by half a name, else add her."""
        if row not in self.person_of:
            outlet = self._outlet(row)
            plan = self.people.match(row, outlet) or self.people.match_renamed(row)
            self.person_of[row] = plan or self.people.add(row, outlet)

    def match_desk(self, row: ContactRow) -> None:
        """Find the row's desk by name."""
        outlet = self._outlet(row)
        if outlet is not None and (plan := self.desks.match(row, outlet)) is not None:
            self.desk_of[row] = plan

    def add_desk(self, row: ContactRow) -> None:
        """Find the row's desk under its older name, else add it."""
        if row in self.desk_of:
            return
        outlet = self._outlet(row)
        plan = self.desks.match(row, outlet)
        if plan is None and outlet is not None:
            plan = self.desks.match_renamed(row, outlet) or self.desks.add(row, outlet)
        if plan is not None:
            self.desk_of[row] = plan

    def put_person(self, row: ContactRow) -> None:
        """Take down what the row says of its person."""
        plan, outlet = self.person_of[row], self._outlet(row)
        self.person_of_line.setdefault(row.row, plan)
        role = self._role(plan, row, outlet)
        if role is None and self._has_ended(plan, row, outlet):
            self._leave(plan, row)
            return
        news = plan.facts.say(
            row.row,
            given_name=row.given_name,
            # A name with its particle is the name we hold in two parts.
            family_name=row.family_name if not _holds_name(plan, row) else "",
            **row.person,
        )
        if role is not None:
            news |= role.facts.say(row.row, external_id=row.role_external_id, **row.job)
            # That she has this job is news by itself, the first time the file says so.
            news |= _say_lists(role, row) or not role.is_touched
            role.is_touched = True
        self._close(plan, row, news=news)

    def put_elsewhere(self, row: ContactRow) -> None:
        """Take down a second address of the person in the same line."""
        plan = self.person_of_line.get(row.row)
        if plan is not None:
            self.person_of[row] = plan
            self.put_person(row)

    def put_desk(self, row: ContactRow) -> None:
        """Take down what the row says of its desk."""
        plan = self.desk_of[row]
        if plan.ended_before(self.today):
            self._note(row, "the desk is closed here and stays closed")
            return
        news = plan.facts.say(row.row, name=row.desk, **row.person)
        news |= _say_lists(plan, row)
        self._close(plan, row, news=news)

    def put_nameless(self, row: ContactRow) -> None:
        """Give a row without any name to the only one who reads its address, else to a desk."""
        people, desks = self.people.at.get(row.mailbox, []), self.desks.at.get(row.mailbox, [])
        if not people and not row.outlet and not desks:
            raise BadInput("nobody is named: fill in given_name and family_name, or desk")
        if not people and len(desks) != 1:
            desk = _as_desk(row)
            for step in (self.match_desk, self.add_desk, self.put_desk):
                step(desk)
            return
        if len(people) + len(desks) > 1:
            raise BadInput("several contacts read that address: name the one that is meant")
        if people:
            self.person_of[row] = people[0]
            self.put_person(row)
        else:
            desk = _as_desk(row)
            self.desk_of[desk] = desks[0]
            self.put_desk(desk)

    def put_outlet(self, row: ContactRow) -> None:
        """Take down that the row names an outlet."""
        outlet = self._outlet(row)
        if outlet is not None and not outlet.is_alone:
            outlet.is_alone = True
            self.placement.outlets[row.row] = outlet
            self.placement.telling.add(row.row)

    def _outlet(self, row: ContactRow) -> OutletPlan | None:
        return self.outlets.get(row.outlet_ref)

    def _role(
        self, plan: PersonPlan, row: ContactRow, outlet: OutletPlan | None
    ) -> RolePlan | None:
        """The job that the row speaks of, a new one if need be; None when it has ended, and for
        somebody known without any job of whom the row tells none.
        """
        if plan.person is not None and not plan.roles and _tells_no_job(row, outlet):
            return None
        same = self._meant(plan, row, outlet)
        current = [role for role in same if not role.ended_before(self.today)]
        if same and not current:
            return None
        if current:
            return current[0]
        if (moved := self._moved(plan, row, outlet)) is not None:
            return moved
        role = RolePlan(row.mailbox, row.row, outlet)
        plan.roles.append(role)
        return role

    def _has_ended(self, plan: PersonPlan, row: ContactRow, outlet: OutletPlan | None) -> bool:
        """Whether the row speaks of a job that is over."""
        return any(role.ended_before(self.today) for role in self._meant(plan, row, outlet))

    def _leave(self, plan: PersonPlan, row: ContactRow) -> None:
        """What a file says with a job that is over is older than what we know of the person; but
        that nobody may write to her is heard.
        """
        self._note(row, "that job has ended here and stays ended: the person is not changed")
        self.placement.telling.add(row.row)
        if row.person.get("do_not_contact"):
            plan.facts.say(row.row, do_not_contact=True)
            plan.is_touched = True

    def _meant(
        self, plan: PersonPlan, row: ContactRow, outlet: OutletPlan | None
    ) -> list[RolePlan]:
        """The jobs that the row may speak of."""
        same = self._jobs(plan, row, outlet)
        return _meant(same, row) or same

    def _jobs(self, plan: PersonPlan, row: ContactRow, outlet: OutletPlan | None) -> list[RolePlan]:
        """The jobs of the person at the row's address, or wherever a row without one may mean."""
        here = [role for role in plan.roles if not row.mailbox or role.address == row.mailbox]
        same = [role for role in here if role.is_at(outlet)]
        if outlet is None and not row.is_freelance:
            # A row that names no outlet speaks of the job at that address, whichever it is.
            same = same or here
        return same

    def _moved(
        self, plan: PersonPlan, row: ContactRow, outlet: OutletPlan | None
    ) -> RolePlan | None:
        """A job of hers whose address the row changes: one without any, or that of its number."""
        for role in plan.roles:
            number = role.role.external_id if role.role else ""
            is_hers = not role.address or (number and number == row.role_external_id)
            if is_hers and role.is_at(outlet) and not (role.is_touched and role.address):
                role.address, role.moved_by = row.mailbox, row.row
                self.people.at.setdefault(row.mailbox, []).append(plan)
                return role
        return None

    def _close(self, plan: PersonPlan | DeskPlan, row: ContactRow, *, news: bool) -> None:
        if news or not plan.is_touched:
            self.placement.telling.add(row.row)
        plan.is_touched = True

    def _note(self, row: ContactRow, notice: str) -> None:
        self.placement.notices.append((row.row, notice))


def _meant(jobs: Sequence[RolePlan], row: ContactRow) -> list[RolePlan]:
    """Of several jobs at one place the one of that number, else of that title and last day."""
    if len(jobs) < 2:
        return []
    numbered = [job for job in jobs if job.role and job.role.external_id == row.role_external_id]
    if row.role_external_id and numbered:
        return numbered[:1]
    # A row that was spooled has its dates as text.
    said = row.job.get("job_title", ""), str(row.job.get("ended_on"))
    return [
        job for job in jobs if job.role and (job.role.job_title, str(job.role.ended_on)) == said
    ][:1]


def _tells_no_job(row: ContactRow, outlet: OutletPlan | None) -> bool:
    says = row.mailbox or row.role_external_id or row.is_freelance or any(row.job.values())
    return outlet is None and not says and not row.lists


def _as_desk(row: ContactRow) -> ContactRow:
    """The row of somebody without a name, as it speaks of a desk."""
    kept = ("phone", "phone_e164", "beats")
    facts = {name: value for name, value in row.job.items() if name in kept}
    return replace(row, is_desk=True, person={**row.person, **facts})


def _say_lists(plan: RolePlan | DeskPlan, row: ContactRow) -> bool:
    new = [name for name in row.lists if spelling(name) not in plan.lists]
    plan.lists |= {spelling(name): Said(name, row.row) for name in new}
    return bool(new)


def _holds_name(plan: PersonPlan, row: ContactRow) -> bool:
    if plan.person is None or not plan.person.particle:
        return False
    return spelling(f"{plan.person.particle} {plan.person.family_name}") == spelling(
        row.family_name
    )
