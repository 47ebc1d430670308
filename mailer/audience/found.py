"""Whom criteria find, whatever keeps mail from them: who is suppressed, paused or wants no mail is
found like all others. A term with a minus still leaves out.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlmodel import Session

from mailer.audience.candidates import Candidate
from mailer.audience.criteria import Criteria
from mailer.audience.finding.conditions import Conditions
from mailer.audience.finding.searching import Search
from mailer.audience.finding.sources import Reach
from mailer.audience.leaving_out.exclusions import Looking, find_exclusions


def found(session: Session, criteria: Criteria, *, at: datetime) -> Iterator[Candidate]:
    """Every job and desk that the criteria mean, by address.

    Raises BadInput for a list or a beat that nobody knows, and for internal beside press lists.
    """
    conditions, today = Conditions(session), at.astimezone(UTC).date()
    reach = Reach(criteria.addresses())
    excluded = find_exclusions(Looking(session, conditions, reach, today), criteria)
    for one in Search(session, criteria, conditions, today, reach).everyone():
        if not (
            one.address_id in excluded.addresses
            or one.journalist_id in excluded.journalists
            or one.desk_id in excluded.desks
        ):
            yield one
