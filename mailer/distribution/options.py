"""How a distribution goes out: what the officer may set beside the audience and the start.

Each option is read from one line of text, the same on the command line and on the pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import clock
from mailer.distribution.rates import parse_rate, plain
from mailer.distribution.timing import Hours, Timing, parse_clock_time, parse_hours
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import Batch, Clock, Distribution, LanguagePolicy, UnknownPolicy

Value = TypeVar("Value")


class BadOption(BadInput):
    """An option that cannot be used; `option` names it, so that a form can point to it."""

    def __init__(self, message: str, *, option: str) -> None:
        super().__init__(message)
        self.option = option


class OptionRefused(Refused):
    """An option that a rule of the trade forbids here; `option` names it."""

    def __init__(self, message: str, *, option: str) -> None:
        super().__init__(message)
        self.option = option


@dataclass(frozen=True)
class Options:
    """What is set for one distribution; the defaults send to all at once, as fast as it goes."""

    #: Nothing is handed over from this moment on.
    not_after: datetime | None = None
    #: Ahead of all other traffic, also for those who want only what is urgent.
    is_urgent: bool = False
    unknown_policy: UnknownPolicy = UnknownPolicy.HOLD
    #: Such as 1.667 for 100 an hour.
    rate_per_minute: float | None = None
    local_time: str = ""
    #: The day of each recipient's calendar for the local time; None: the office's day of the start.
    local_date: date | None = None
    sending_hours: str = ""
    sending_clock: Clock = Clock.OFFICE
    #: What those get whose own edition is expected and not ready yet.
    language_policy: LanguagePolicy = LanguagePolicy.FALLBACK
    #: Whether documents come with the message to those who take them; else all get links.
    attaches_files: bool = True

    @property
    def asks_their_clocks(self) -> bool:
        """Whether it matters where a recipient lives."""
        by_hers = self.sending_hours and self.sending_clock is Clock.RECIPIENT
        return bool(self.local_time or by_hers)

    def timing(self, at: datetime) -> Timing:
        """When it goes if it starts at that moment."""
        return Timing(
            scheduled_at=at,
            local_time=self.local_time,
            local_date=self.local_date,
            sending_hours=self.sending_hours,
            sending_clock=self.sending_clock,
        )


#: Nothing set.
AT_ONCE = Options()


def options_of(row: Distribution) -> Options:
    """What was set for that distribution."""
    return Options(
        not_after=row.not_after,
        is_urgent=row.is_urgent,
        unknown_policy=row.unknown_policy,
        rate_per_minute=plain(row.rate_per_minute) if row.rate_per_minute else None,
        local_time=row.local_time,
        local_date=row.local_date,
        sending_hours=row.sending_hours,
        sending_clock=row.sending_clock,
        language_policy=row.language_policy,
        attaches_files=row.attaches_files,
    )


@dataclass(frozen=True)
class Terms:
    """On which terms a distribution goes out, and what it waits for: what its status tells."""

    is_urgent: bool
    options: Options
    #: When the next of those that wait is due, be it to come or past; None: nothing waits.
    next_due_at: datetime | None

    @property
    def is_staggered(self) -> bool:
        """Whether the clock, and not the rate, says when it is done."""
        return bool(self.options.local_time or self.options.sending_hours)


def terms_of(session: Session, distribution_id: int) -> Terms:
    """The terms of that distribution. Raises NotFound."""
    row = session.get(Distribution, distribution_id, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no distribution {distribution_id}")
    due = sa.select(sa.func.min(col(Batch.due_at))).where(
        col(Batch.distribution_id) == distribution_id
    )
    return Terms(
        is_urgent=row.is_urgent,
        options=options_of(row),
        next_due_at=session.execute(due).scalar_one(),
    )


def read(  # noqa: PLR0913 – each is one field of a form
    *,
    unknown: UnknownPolicy,
    office_zone: str,
    not_after: str = "",
    rate: str = "",
    local_time: str = "",
    local_date: date | None = None,
    hours: str = "",
    hours_of: Clock = Clock.OFFICE,
    languages: LanguagePolicy = LanguagePolicy.FALLBACK,
) -> Options:
    """The options as they were typed; an empty one is not set. Raises BadOption with an example."""

    def moment(text: str) -> datetime:
        return clock.parse_moment(text, zone_name=office_zone)

    read_hours: Hours | None = _read("hours", parse_hours, hours)
    wall = _read("local_time", parse_clock_time, local_time)
    return Options(
        not_after=_read("not_after", moment, not_after),
        unknown_policy=unknown,
        rate_per_minute=_read("rate", parse_rate, rate),
        local_time=f"{wall:%H:%M}" if wall is not None else "",
        local_date=local_date if wall is not None else None,
        sending_hours=str(read_hours or ""),
        sending_clock=hours_of if read_hours else Clock.OFFICE,
        language_policy=languages,
    )


def _read(option: str, parse: Callable[[str], Value], text: str) -> Value | None:
    if not text.strip():
        return None
    try:
        return parse(text)
    except BadInput as wrong:
        raise BadOption(str(wrong), option=option) from wrong


def refuse_staggered(options: Options, *, at: datetime, embargo_until: datetime | None) -> None:
    """Under an embargo all get it at the same instant (J8): nobody shall know it hours before.

    Raises OptionRefused.
    """
    if embargo_until is None or at >= embargo_until:
        return
    rule = "this release is under embargo, so all recipients get it at the same instant"
    if options.local_time:
        raise OptionRefused(
            f"{rule}: leave out the local time, or schedule it after the embargo has lifted",
            option="local_time",
        )
    if options.sending_hours and options.sending_clock is Clock.RECIPIENT:
        raise OptionRefused(
            f"{rule}: take the sending hours by the office's clock, or leave them out",
            option="hours",
        )
