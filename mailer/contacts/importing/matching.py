"""Whether a row and a contact at the same address are the same: by name, and by half the name when
nobody else in the file claims that contact.
"""

from mailer.contacts.importing.known import Known
from mailer.contacts.importing.plans import DeskPlan, OutletPlan, PersonPlan, RolePlan
from mailer.contacts.importing.rows import ContactRow
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput

#: The row of what was known before the file.
BEFORE = 0


class People:
    """The people at each address: those we know, and those that the file adds."""

    def __init__(self, known: Known) -> None:
        self.plans: list[PersonPlan] = []
        self.at: dict[str, list[PersonPlan]] = {}
        by_id: dict[int, PersonPlan] = {}
        for email, roles in known.roles.items():
            for role in roles:
                person = known.people[role.journalist_id]
                plan = by_id.get(role.journalist_id)
                if plan is None:
                    plan = PersonPlan(person.given_name, person.family_name, BEFORE, person)
                    by_id[role.journalist_id] = plan
                    self.plans.append(plan)
                plan.roles.append(RolePlan(email, BEFORE, role=role))
                if plan not in self.at.setdefault(email, []):
                    self.at[email].append(plan)

    def match(self, row: ContactRow) -> PersonPlan | None:
        """The person of that name at the row's address; half a name will do if it fits only one.

        Raises BadInput when half a name fits several.
        """
        fitting = [plan for plan in self._at(row) if _fits(plan, row)]
        whole = [plan for plan in fitting if _is_whole(plan, row)]
        if not whole and len(fitting) > 1:
            raise BadInput("the name fits several people at that address: give both names")
        plan = next(iter(whole or fitting), None)
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

    def add(self, row: ContactRow) -> PersonPlan:
        """Somebody new at that address; several people may share one."""
        plan = PersonPlan(row.given_name, row.family_name, row.row, is_claimed=True)
        self.plans.append(plan)
        self.at.setdefault(row.email.normalised, []).append(plan)
        return plan

    def _at(self, row: ContactRow) -> list[PersonPlan]:
        return self.at.get(row.email.normalised, [])


class Desks:
    """The desks at each address: those we know, and those that the file adds."""

    def __init__(self, known: Known) -> None:
        self.at: dict[str, list[DeskPlan]] = {
            email: [DeskPlan(desk.name, email, BEFORE, desk=desk) for desk in desks]
            for email, desks in known.desks.items()
        }
        self.plans: list[DeskPlan] = [plan for plans in self.at.values() for plan in plans]

    def match(self, row: ContactRow, outlet: OutletPlan | None) -> DeskPlan | None:
        """The desk of that name at the row's address, and at the outlet when the row names one.

        Raises BadInput when it names none and there are several or none.
        """
        named = [plan for plan in self._at(row) if spelling(plan.name) == spelling(row.desk)]
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
        plan = DeskPlan(row.desk, row.email.normalised, row.row, outlet, is_claimed=True)
        self.plans.append(plan)
        self.at.setdefault(row.email.normalised, []).append(plan)
        return plan

    def _at(self, row: ContactRow) -> list[DeskPlan]:
        return self.at.get(row.email.normalised, [])


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
