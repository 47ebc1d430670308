"""What a file says of each outlet, person, job and desk, gathered from all its rows before anything
is written; so that two rows of one person never overwrite each other in turn.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mailer.contacts.importing.report import UnusableRow
from mailer.contacts.suggesting import spelling
from mailer.models import Desk, Journalist, Role, TrackingMode
from mailer.models.ending import lasts


@dataclass(frozen=True)
class Said:
    """A value, and the row that said it."""

    value: Any
    row: int


class Facts(dict[str, Said]):
    """What is said of one thing, by the attribute that will hold it."""

    def __init__(self) -> None:
        super().__init__()
        #: What was said first, in which row, and then otherwise: to repeat it is no news.
        self._overruled: dict[str, dict[Any, int]] = {}

    def clear(self) -> None:
        """Forget all of it."""
        super().clear()
        self._overruled.clear()

    def say(self, row: int, **values: Any) -> bool:
        """Add what a row says; blank says nothing. True when the file had not said it before."""
        news = False
        for attribute, value in values.items():
            if value is None or value in ("", (), []):
                continue
            value = tuple(value) if isinstance(value, list) else value  # noqa: PLW2901
            kept = self.get(attribute)
            merged = _merged(attribute, kept.value, value) if kept else value
            if kept is None or merged != kept.value:
                first = self._said_before(attribute, value, instead_of=kept) if kept else 0
                self[attribute] = Said(merged, first or row)
                news |= not first
        return news

    def said_first(self, attribute: str) -> Any:
        """What an earlier row of the file said of it; None when none said otherwise."""
        return next(iter(self._overruled.get(attribute, {})), None)

    def _said_before(self, attribute: str, value: Any, *, instead_of: Said) -> int:
        """The row that said it before another said something else; 0 when none has."""
        overruled = self._overruled.setdefault(attribute, {})
        overruled.setdefault(instead_of.value, instead_of.row)
        return overruled.get(value, 0)


def _merged(attribute: str, kept: Any, said: Any) -> Any:
    """Several words add up; of flags the careful side wins; of the rest the later row."""
    if isinstance(kept, tuple):
        return tuple(dict.fromkeys(kept + said))
    if attribute == "do_not_contact":
        return kept or said
    if attribute == "embargo_trusted":
        return kept and said
    if attribute == "tracking":
        return TrackingMode.strictest(kept, said)
    return said


@dataclass(eq=False)
class OutletPlan:
    """An outlet in the file; it gets its number once a row that uses it is written."""

    name: str
    country: str
    outlet_id: int | None = None
    external_id: str = ""
    #: The word by which the rows of the file name it.
    ref: str = ""
    facts: Facts = field(default_factory=Facts)
    #: The line that brought it; 0: it was there before.
    row: int = 0
    #: Whether a line speaks of it alone.
    is_alone: bool = False


@dataclass(eq=False)
class RolePlan:
    """A person's job in the file, or one that we know at an address in the file."""

    #: Normalised; empty for somebody who cannot be e-mailed.
    address: str
    row: int
    outlet: OutletPlan | None = None
    role: Role | None = None
    role_id: int | None = None
    #: The line that moves the job to another address.
    moved_by: int = 0
    facts: Facts = field(default_factory=Facts)
    #: By the spelling of the list's name: the name, and the row that said it.
    lists: dict[str, Said] = field(default_factory=dict)
    is_touched: bool = False

    def is_at(self, outlet: OutletPlan | None) -> bool:
        """Whether it is the job at that outlet; None asks for the freelance's."""
        if self.role is not None:
            at = outlet.outlet_id if outlet else None
            return self.role.outlet_id == at and (outlet is None or at is not None)
        return self.outlet is outlet

    def ended_before(self, day: date) -> bool:
        """Whether the person has left that job."""
        return self.role is not None and not lasts(self.role.ended_on, day)


@dataclass(eq=False)
class PersonPlan:
    """A person in the file; `row` is the first that names her."""

    given_name: str
    family_name: str
    row: int
    person: Journalist | None = None
    person_id: int | None = None
    roles: list[RolePlan] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    is_claimed: bool = False
    is_touched: bool = False

    def name_parts(self) -> tuple[str, set[str]]:
        """The given name, and the spellings of the family name with and without its particle."""
        particle = self.person.particle if self.person else ""
        families = {spelling(self.family_name), spelling(f"{particle} {self.family_name}")}
        return spelling(self.given_name), families


@dataclass(eq=False)
class DeskPlan:
    """A desk in the file."""

    name: str
    #: Normalised.
    address: str
    row: int
    outlet: OutletPlan | None = None
    desk: Desk | None = None
    desk_id: int | None = None
    facts: Facts = field(default_factory=Facts)
    #: By the spelling of the list's name: the name, and the row that said it.
    lists: dict[str, Said] = field(default_factory=dict)
    is_claimed: bool = False
    is_touched: bool = False

    def is_at(self, outlet: OutletPlan) -> bool:
        """Whether it is a desk of that outlet."""
        if self.desk is not None:
            return self.desk.outlet_id == outlet.outlet_id
        return self.outlet is outlet

    def ended_before(self, day: date) -> bool:
        """Whether the desk is closed."""
        return self.desk is not None and not lasts(self.desk.ended_on, day)


@dataclass
class Placement:
    """What some rows say, thing by thing, and the rows that cannot be placed."""

    people: list[PersonPlan] = field(default_factory=list)
    desks: list[DeskPlan] = field(default_factory=list)
    #: By the line that names it, an outlet without anybody there.
    outlets: dict[int, OutletPlan] = field(default_factory=dict)
    #: The lines that say something that no line before them said.
    telling: set[int] = field(default_factory=set)
    unusable: list[UnusableRow] = field(default_factory=list)
    #: By line.
    notices: list[tuple[int, str]] = field(default_factory=list)
