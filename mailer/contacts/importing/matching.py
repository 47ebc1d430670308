"""Whether a row and a contact are the same: by its number where the file comes from, by name at the
same address, by half the name when nobody else in the file claims that contact, and without an
address by the whole name at the same outlet.
"""

from mailer.contacts.importing.contact_row import ContactRow
from mailer.contacts.importing.known import Known
from mailer.contacts.importing.namesakes import the_one_meant
from mailer.contacts.importing.plans import DeskPlan, OutletPlan, PersonPlan, RolePlan
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput

#: The row of what was known before the file.
BEFORE = 0


class People:
    """The people at each address and outlet: those we know, and those that the file adds."""

    def __init__(self, known: Known) -> None:
        self.plans: list[PersonPlan] = []
        self.at: dict[str, list[PersonPlan]] = {}
        self._by_number: dict[str, PersonPlan] = {}
        self._by_name: dict[tuple[str, str], list[PersonPlan]] = {}
        by_id: dict[int, PersonPlan] = {}
        for role in known.roles:
            person = known.people[role.journalist_id]
            plan = by_id.get(role.journalist_id)
            if plan is None:
                plan = PersonPlan(person.given_name, person.family_name, BEFORE, person)
                by_id[role.journalist_id] = plan
                self.plans.append(plan)
            mailbox = known.mailboxes.get(role.address_id or 0, "")
            plan.roles.append(RolePlan(mailbox, BEFORE, role=role))
            self._place(plan, mailbox, role.external_id)

        for person_id in known.people.keys() - by_id.keys():
            person = known.people[person_id]
            self.plans.append(PersonPlan(person.given_name, person.family_name, BEFORE, person))
            self._place(self.plans[-1], "", "")

    def match(self, row: ContactRow, outlet: OutletPlan | None) -> PersonPlan | None:
        """The person whom the row means; half a name will do if it fits only one at its address.

        Raises BadInput when the name fits several, and nothing else tells which of them is meant.
        """
        plan = self._numbered(row) or self._at_address(row, outlet) or self._at_outlet(row, outlet)
        if plan is not None:
            plan.is_claimed = True
            plan.given_name = plan.given_name or row.given_name
            plan.family_name = plan.family_name or row.family_name
        return plan

    def match_renamed(self, row: ContactRow) -> PersonPlan | None:
        """The person whose name changed by half (a marriage, an initial), if nobody claims her."""
        similar = [p for p in self._at(row) if p.person and not p.is_claimed and _shares(p, row)]
        if len(similar) != 1:
            return None
        plan = similar[0]
        plan.is_claimed = True
        plan.given_name, plan.family_name = row.given_name, row.family_name
        return plan

    def add(self, row: ContactRow, outlet: OutletPlan | None) -> PersonPlan:
        """Somebody new at that address; several people may share one.

        Raises BadInput for whoever may be one who is not to be contacted, at a new address.
        """
        if not row.role_external_id and self._may_refuse(row, outlet):
            raise BadInput(
                "somebody of that name at that outlet is not to be contacted, and a new address"
                " changes nothing of that: give role.external_id if this is another person"
            )
        plan = PersonPlan(row.given_name, row.family_name, row.row, is_claimed=True)
        self.plans.append(plan)
        self._place(plan, row.mailbox, row.role_external_id)
        if not row.mailbox:
            # Her job is planned here, so that a second row without an address finds her.
            plan.roles.append(RolePlan("", row.row, outlet))
        return plan

    def _place(self, plan: PersonPlan, mailbox: str, number: str) -> None:
        if mailbox and plan not in self.at.setdefault(mailbox, []):
            self.at[mailbox].append(plan)
        if number:
            self._by_number.setdefault(number, plan)
        given, families = plan.name_parts()
        for family in families:
            named = self._by_name.setdefault((given, family), [])
            if plan not in named:
                named.append(plan)

    def _numbered(self, row: ContactRow) -> PersonPlan | None:
        plan = self._by_number.get(row.role_external_id) if row.role_external_id else None
        # The number of somebody who left may have been given again.
        return plan if plan is not None and (_fits(plan, row) or _shares(plan, row)) else None

    def _at_address(self, row: ContactRow, outlet: OutletPlan | None) -> PersonPlan | None:
        fitting = [plan for plan in self._at(row) if _fits(plan, row)]
        whole = [plan for plan in fitting if _is_whole(plan, row)]
        if not whole and len(fitting) > 1:
            raise BadInput("the name fits several people at that address: give both names")
        if len(whole) > 1:
            return the_one_meant(whole, row, outlet)
        return next(iter(whole or fitting), None)

    def _at_outlet(self, row: ContactRow, outlet: OutletPlan | None) -> PersonPlan | None:
        """One of the whole name at the outlet, when the row or what we know has no address.

        A freelance without an address is one whom we knew so before.
        """
        named = self._by_name.get((spelling(row.given_name), spelling(row.family_name)), [])
        if outlet is None:
            same = [] if row.mailbox else [plan for plan in named if _has_nothing(plan)]
        else:
            same = [plan for plan in named if _works_at(plan, outlet, row)]
        return the_one_meant(same, row, outlet) if same else None

    def _may_refuse(self, row: ContactRow, outlet: OutletPlan | None) -> bool:
        return outlet is not None and any(
            plan.person.do_not_contact and any(job.is_at(outlet) for job in plan.roles)
            for plan in self._by_name.get((spelling(row.given_name), spelling(row.family_name)), [])
            if plan.person is not None
        )

    def _at(self, row: ContactRow) -> list[PersonPlan]:
        return self.at.get(row.mailbox, [])


def _has_nothing(plan: PersonPlan) -> bool:
    """Whether we knew her before, with no job, or one that has neither outlet nor address."""
    if plan.person is not None and not plan.roles:
        return True
    return any(job.role and not job.address and job.is_at(None) for job in plan.roles)


def _works_at(plan: PersonPlan, outlet: OutletPlan, row: ContactRow) -> bool:
    jobs = [job for job in plan.roles if job.is_at(outlet)]
    return any(not job.address for job in jobs) if row.mailbox else bool(jobs)


class Desks:
    """The desks at each address: those we know, and those that the file adds."""

    def __init__(self, known: Known) -> None:
        self.at: dict[str, list[DeskPlan]] = {}
        for desk in known.desks:
            mailbox = known.mailboxes[desk.address_id]
            self.at.setdefault(mailbox, []).append(DeskPlan(desk.name, mailbox, BEFORE, desk=desk))
        self.plans: list[DeskPlan] = [plan for plans in self.at.values() for plan in plans]

    def match(self, row: ContactRow, outlet: OutletPlan | None) -> DeskPlan | None:
        """The desk of that name at the row's address, and at the outlet when the row names one.

        Raises BadInput when it names none and there are several or none.
        """
        named = [plan for plan in self._at(row) if _is_called(plan, row)]
        if outlet is None and len(named) != 1:
            raise BadInput("a desk belongs to an outlet: fill in outlet")
        here = [plan for plan in named if outlet is None or plan.is_at(outlet)]
        for plan in here[:1]:
            plan.is_claimed = True
        return next(iter(here), None)

    def match_renamed(self, row: ContactRow, outlet: OutletPlan) -> DeskPlan | None:
        """The one desk of the outlet at that address that nobody in the file claims."""
        free = [p for p in self._at(row) if p.desk and not p.is_claimed and p.is_at(outlet)]
        if len(free) != 1:
            return None
        free[0].is_claimed = True
        free[0].name = row.desk
        return free[0]

    def add(self, row: ContactRow, outlet: OutletPlan) -> DeskPlan:
        """A new desk of the outlet."""
        # Until somebody names it, it is called as its outlet.
        name = row.desk or outlet.name
        plan = DeskPlan(name, row.mailbox, row.row, outlet, is_claimed=True)
        self.plans.append(plan)
        self.at.setdefault(row.mailbox, []).append(plan)
        return plan

    def _at(self, row: ContactRow) -> list[DeskPlan]:
        return self.at.get(row.mailbox, [])


def _is_called(plan: DeskPlan, row: ContactRow) -> bool:
    return not row.desk or spelling(plan.name) == spelling(row.desk)


def _fits(plan: PersonPlan, row: ContactRow) -> bool:
    """Whether no half of the name speaks against it; a blank half says nothing."""
    given, families = plan.name_parts()
    asked = spelling(row.given_name), spelling(row.family_name)
    given_fits = not given or not asked[0] or given == asked[0]
    return given_fits and (not plan.family_name or not asked[1] or asked[1] in families)


def _is_whole(plan: PersonPlan, row: ContactRow) -> bool:
    given, families = plan.name_parts()
    return given == spelling(row.given_name) and spelling(row.family_name) in families


def _shares(plan: PersonPlan, row: ContactRow) -> bool:
    given, families = plan.name_parts()
    asked = spelling(row.given_name), spelling(row.family_name)
    return bool(asked[0] and asked[0] == given) or bool(asked[1] and asked[1] in families)
