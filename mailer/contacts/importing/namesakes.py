"""Two people of one name in one place: which of them a row means, by what else it says."""

from collections.abc import Sequence

from mailer.contacts.importing.contact_row import ContactRow
from mailer.contacts.importing.plans import OutletPlan, PersonPlan, RolePlan
from mailer.errors import BadInput

#: What tells two people apart, of the person and of the job.
OF_THE_PERSON = (
    "title",
    "patronymic",
    "suffix",
    "city",
    "country",
    "phone",
    "phone_e164",
    "mobile",
    "mobile_e164",
)
OF_THE_JOB = ("job_title", "phone", "phone_e164", "mobile", "mobile_e164")


def the_one_meant(
    namesakes: Sequence[PersonPlan], row: ContactRow, outlet: OutletPlan | None
) -> PersonPlan:
    """The one whom more of the row fits than any other.

    Raises BadInput when there is none such: to change the first of them would be a guess.
    """
    likeness = {number: _likeness(plan, row, outlet) for number, plan in enumerate(namesakes)}
    most = max(likeness.values())
    nearest = [plan for number, plan in enumerate(namesakes) if likeness[number] == most]
    if len(nearest) > 1:
        where = "at that address" if row.mailbox else "there"
        raise BadInput(
            f"{len(nearest)} people of that name are known {where}, and none of them was changed:"
            " give role.external_id, a job title or a phone that only one of them has"
        )
    return nearest[0]


def _likeness(plan: PersonPlan, row: ContactRow, outlet: OutletPlan | None) -> int:
    """How much of what the row says is so with the person and the job that it fits best."""
    person = sum(_is_said(row.person.get(name), plan.person, name) for name in OF_THE_PERSON)
    return person + max((_job_likeness(job, row, outlet) for job in plan.roles), default=0)


def _job_likeness(job: RolePlan, row: ContactRow, outlet: OutletPlan | None) -> int:
    said = sum(_is_said(row.job.get(name), job.role, name) for name in OF_THE_JOB)
    return said + job.is_at(outlet) + (job.address == row.mailbox)


def _is_said(value: object, of: object, name: str) -> bool:
    return bool(value) and value == getattr(of, name, None)
