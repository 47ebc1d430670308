"""Which person, job or desk each row of a file speaks of. Pure: it looks at the rows and at what is
known, and writes nothing.
"""

from collections.abc import Callable, Sequence
from datetime import date

from mailer.contacts.importing.known import Known
from mailer.contacts.importing.matching import Desks, People
from mailer.contacts.importing.outlets import OutletIndex
from mailer.contacts.importing.plans import (
    DeskPlan,
    OutletPlan,
    PersonPlan,
    Placement,
    RolePlan,
    Said,
)
from mailer.contacts.importing.report import UnusableRow
from mailer.contacts.importing.rows import ContactRow
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput
from mailer.models import MediaType


def place(rows: Sequence[ContactRow], *, known: Known, today: date) -> Placement:
    """Gather what the rows say of each person, job, desk and outlet."""
    placing = _Placing(rows, known=known, today=today)
    # Rows that say most come first: a row without an outlet joins the job that another one names.
    order = sorted(rows, key=lambda row: (not row.outlet, not row.is_person and not row.desk))
    people = [row for row in order if row.is_person]
    desks = [row for row in order if row.desk and not row.is_person]
    nameless = [row for row in order if not row.is_person and not row.desk]
    for step, these in (
        (placing.match_person, people),
        (placing.add_person, people),
        (placing.match_desk, desks),
        (placing.add_desk, desks),
        (placing.put_person, people),
        (placing.put_desk, desks),
        (placing.put_nameless, nameless),
    ):
        placing.take(step, these)
    return placing.result()


class _Placing:
    """The state of one placement: who is where, and which row was found to be whom."""

    def __init__(self, rows: Sequence[ContactRow], *, known: Known, today: date) -> None:
        self.today = today
        self.outlets = OutletIndex(rows, known=known.outlets)
        self.people, self.desks = People(known), Desks(known)
        self.person_of: dict[int, PersonPlan] = {}
        self.desk_of: dict[int, DeskPlan] = {}
        self.placement = Placement()
        self.failed: set[int] = set()

    def take(self, step: Callable[[ContactRow], None], rows: Sequence[ContactRow]) -> None:
        """Do one step with every row that is still good."""
        for row in rows:
            if row.row in self.failed:
                continue
            try:
                step(row)
            except BadInput as wrong:
                self.failed.add(row.row)
                self.placement.unusable.append(UnusableRow(row.row, str(wrong)))

    def result(self) -> Placement:
        """What was gathered, without what no row touched."""
        self.placement.outlets = [plan for plan in self.outlets.plans if plan.is_used]
        self.placement.people = [plan for plan in self.people.plans if plan.is_touched]
        self.placement.desks = [plan for plan in self.desks.plans if plan.is_touched]
        return self.placement

    def match_person(self, row: ContactRow) -> None:
        """Find the row's person by name."""
        self.outlets.find(row)  # a row whose outlet is in doubt must not claim anybody
        if (plan := self.people.match(row)) is not None:
            self.person_of[row.row] = plan

    def add_person(self, row: ContactRow) -> None:
        """Find the row's person by half a name, else add her."""
        if row.row not in self.person_of:
            plan = self.people.match(row) or self.people.match_renamed(row)
            self.person_of[row.row] = plan or self.people.add(row)

    def match_desk(self, row: ContactRow) -> None:
        """Find the row's desk by name."""
        outlet = self.outlets.find(row)
        if outlet is not None and (plan := self.desks.match(row, outlet)) is not None:
            self.desk_of[row.row] = plan

    def add_desk(self, row: ContactRow) -> None:
        """Find the row's desk under its older name, else add it."""
        if row.row in self.desk_of:
            return
        outlet = self.outlets.find(row)
        plan = self.desks.match(row, outlet)
        if plan is None and outlet is not None:
            plan = self.desks.match_renamed(row, outlet) or self.desks.add(row, outlet)
        if plan is not None:
            self.desk_of[row.row] = plan

    def put_person(self, row: ContactRow) -> None:
        """Take down what the row says of its person."""
        plan, outlet = self.person_of[row.row], self.outlets.find(row)
        news = plan.facts.say(
            row.row,
            given_name=row.given_name,
            # A name with its particle is the name we hold in two parts.
            family_name=row.family_name if not _holds_name(plan, row) else "",
            languages=row.languages or (row.outlet_languages if not row.outlet else ()),
            country="" if row.outlet else row.outlet_country,
            city=row.city,
            zone=row.zone,
            do_not_contact=row.do_not_contact,
            embargo_trusted=row.embargo_trusted,
            tracking=row.tracking,
            public_note=row.note,
        )
        if (role := self._role(plan, row, outlet)) is not None:
            news |= role.facts.say(
                row.row,
                job_title=row.job_title or row.desk,
                beats=row.beats,
                phone=row.phone,
                mobile=row.mobile,
            )
            # That she has this job is news by itself, the first time the file says so.
            news |= _say_lists(role, row) or not role.is_touched
            role.is_touched = True
        news |= self._say_outlet(outlet, row)
        self._close(plan, row, news=news)

    def put_desk(self, row: ContactRow) -> None:
        """Take down what the row says of its desk."""
        plan, outlet = self.desk_of[row.row], self.outlets.find(row)
        if plan.ended_before(self.today):
            self._note(row, "the desk is closed here and stays closed")
            return
        news = plan.facts.say(
            row.row,
            name=row.desk,
            languages=row.languages,
            beats=row.beats,
            city=row.city,
            zone=row.zone,
            phone=row.phone or row.mobile,
            do_not_contact=row.do_not_contact,
            embargo_trusted=row.embargo_trusted,
            tracking=row.tracking,
            public_note=row.note,
        )
        if row.job_title:
            self._note(row, "a desk has no job title: it is left out")
        news |= _say_lists(plan, row) | self._say_outlet(outlet, row)
        self._close(plan, row, news=news)

    def put_nameless(self, row: ContactRow) -> None:
        """Give a row without any name to the only one who reads its address."""
        email = row.email.normalised
        people, desks = self.people.at.get(email, []), self.desks.at.get(email, [])
        if not people and not desks:
            raise BadInput("nobody is named: fill in given_name and family_name, or desk")
        if len(people) + len(desks) > 1:
            raise BadInput("several contacts read that address: name the one that is meant")
        self.outlets.find(row)
        if people:
            self.person_of[row.row] = people[0]
            self.put_person(row)
        else:
            self.desk_of[row.row] = desks[0]
            self.put_desk(row)

    def _role(
        self, plan: PersonPlan, row: ContactRow, outlet: OutletPlan | None
    ) -> RolePlan | None:
        """The job that the row speaks of, a new one if need be; None when it has ended."""
        here = [role for role in plan.roles if role.address == row.email.normalised]
        same = [role for role in here if role.is_at(outlet)]
        if outlet is None and row.media_type != MediaType.FREELANCE:
            # A row that names no outlet speaks of the job at that address, whichever it is.
            same = same or here
        current = [role for role in same if not role.ended_before(self.today)]
        if same and not current:
            self._note(row, "that job has ended here and stays ended")
            return None
        if current:
            return current[0]
        role = RolePlan(row.email.normalised, row.row, outlet)
        plan.roles.append(role)
        return role

    def _say_outlet(self, outlet: OutletPlan | None, row: ContactRow) -> bool:
        if outlet is None:
            if row.media_type not in (None, MediaType.FREELANCE):
                self._note(row, "media_type says nothing without an outlet: fill in outlet")
            return False
        outlet.is_used = True
        return outlet.facts.say(
            row.row, media_type=row.media_type, publication_languages=row.outlet_languages
        )

    def _close(self, plan: PersonPlan | DeskPlan, row: ContactRow, *, news: bool) -> None:
        if plan.is_touched and not news:
            self.placement.silent.add(row.row)
        plan.is_touched = True

    def _note(self, row: ContactRow, notice: str) -> None:
        self.placement.notices.append(f"row {row.row}: {notice}")


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
