"""Which outlet a row means: by its number where the file comes from, by name and market, and by
name alone where there is only one. A number that several outlets have tells none of them apart.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlmodel import Session, col, select

from mailer.contacts.importing.plans import OutletPlan
from mailer.contacts.importing.spool import NamedOutlet, Spool
from mailer.contacts.inserting import chunked
from mailer.contacts.outlets import find_outlets
from mailer.errors import BadInput
from mailer.models import Outlet

#: So many names are looked up at once.
NAMES = 2000
#: So many numbers are told, and so many names of each: fewer than the spool gives.
NAMED = 3


@dataclass
class Decided:
    """What was decided of all the outlets in a file."""

    #: By the word that the rows carry.
    plans: dict[str, OutletPlan] = field(default_factory=dict)
    #: Why lines cannot be used.
    unusable: dict[int, str] = field(default_factory=dict)
    #: By number, the names of several outlets that have it: it leads to none of them.
    shared: dict[str, list[str]] = field(default_factory=dict)


def decide_outlets(session: Session, spool: Spool) -> Decided:
    """Find or plan each outlet that the file names, and tell the rows which one they mean."""
    decided = Decided(shared=spool.shared_numbers())
    groups = spool.outlets()
    while names := list(islice(groups, NAMES)):
        found: list[tuple[NamedOutlet, str]] = []
        known = _Known(session, [one for group in names for one in group])
        decided.shared = known.shared | decided.shared
        for group in names:
            found += _decide(group, known=known, spool=spool, decided=decided)
        spool.name_outlets(found)
    return decided


class _Known:
    """The outlets of the address book that some names may mean."""

    def __init__(self, session: Session, named: Sequence[NamedOutlet]) -> None:
        self.by_name = find_outlets(session, {one.name for one in named if one.name})
        numbers = list({one.external_id for one in named if one.external_id})
        numbered: dict[str, list[Outlet]] = {}
        for chunk in chunked(numbers):
            rows = select(Outlet).where(col(Outlet.external_id).in_(chunk))
            for outlet in session.exec(rows.order_by(col(Outlet.id))):
                numbered.setdefault(outlet.external_id, []).append(outlet)
        self.by_number = {number: having[0] for number, having in numbered.items()}
        self.shared = {
            number: [outlet.name for outlet in having]
            for number, having in numbered.items()
            if len(having) > 1
        }


def _decide(
    group: list[NamedOutlet], *, known: _Known, spool: Spool, decided: Decided
) -> Iterator[tuple[NamedOutlet, str]]:
    index = _Index(group, known=known, shared=decided.shared)
    for one in group:
        try:
            plan = index.find(one)
        except BadInput as wrong:
            decided.unusable |= dict.fromkeys(spool.lines_of(one), str(wrong))
            continue
        yield one, _kept(plan, decided)


def _kept(plan: OutletPlan, decided: Decided) -> str:
    """The word for a plan: a number known to the address book, or the order in which it came."""
    if not plan.ref:
        plan.ref = str(plan.outlet_id or f"new {len(decided.plans)}")
    # One that two names mean is one.
    return decided.plans.setdefault(plan.ref, plan).ref


class _Index:
    """The outlets of one name: those we know, and those that the file adds."""

    def __init__(
        self, group: Sequence[NamedOutlet], *, known: _Known, shared: Collection[str]
    ) -> None:
        self._known, self._shared = known, shared
        self._by_market: dict[str, OutletPlan] = {}
        for outlet in known.by_name.get(group[0].key, ()) if group[0].key else ():
            self._by_market.setdefault(outlet.country, _plan_of(outlet))
        self._by_number: dict[str, OutletPlan] = {}
        self._markets = {one.country for one in group if one.country}

    def find(self, named: NamedOutlet) -> OutletPlan:
        """The outlet that is meant.

        Raises BadInput when outlets of that name serve several markets and the row does not say
        which one is meant.
        """
        tells = bool(named.external_id) and named.external_id not in self._shared
        if tells and (plan := self._numbered(named.external_id)):
            return plan
        plan = self._in_market(named)
        if tells:
            self._by_number.setdefault(named.external_id, plan)
        return plan

    def _numbered(self, number: str) -> OutletPlan | None:
        outlet = self._known.by_number.get(number)
        if outlet is not None and number not in self._by_number:
            same = [one for one in self._by_market.values() if one.outlet_id == outlet.id]
            self._by_number[number] = next(iter(same), _plan_of(outlet))
        return self._by_number.get(number)

    def _in_market(self, named: NamedOutlet) -> OutletPlan:
        if not named.name:
            raise BadInput("an outlet is numbered and not named: fill in its name")
        here = self._by_market
        if not named.country and "" in here and len(here) > 1:
            # We know one whose market nobody told, beside those of other markets.
            return self._of_that_number(here[""], named)
        country = named.country or self._only_market(named.name)
        if country in here:
            return self._of_that_number(here[country], named)
        if country and "" in here:
            # We knew the name and not the market; now the file tells it.
            plan = here[country] = here.pop("")
            plan.country = country
            plan.facts.say(named.line, country=country)
            return plan
        plan = here[country] = OutletPlan(named.name, country, external_id=named.external_id)
        return plan

    def _of_that_number(self, plan: OutletPlan, named: NamedOutlet) -> OutletPlan:
        """The plan, unless the source has another number for it: then it is another outlet."""
        is_other = named.external_id and plan.external_id not in ("", named.external_id)
        if not is_other or named.external_id in self._shared:
            plan.external_id = plan.external_id or named.external_id
            return plan
        return OutletPlan(named.name, plan.country, external_id=named.external_id)

    def _only_market(self, name: str) -> str:
        markets = {country for country in self._by_market if country} | self._markets
        if len(markets) > 1:
            several = ", ".join(sorted(markets))
            raise BadInput(
                f"there are outlets called {name!r} in {several}: fill in outlet_country"
            )
        return next(iter(markets), "")


def shared_in_words(shared: Mapping[str, Sequence[str]]) -> str:
    """What to tell of numbers that lead to none; empty where there are none."""
    if not shared:
        return ""
    told = [
        f"{number.rpartition(':')[2]} ({', '.join(names[:NAMED])}{', …' * (len(names) > NAMED)})"
        for number, names in islice(shared.items(), NAMED)
    ]
    more = f" and {len(shared) - NAMED:,} more" if len(shared) > NAMED else ""
    return (
        f"several outlets have the same number: {', '.join(told)}{more}: such a number tells none"
        " of them apart, so their names decide; give each a number of its own, or none"
    )


def _plan_of(outlet: Outlet) -> OutletPlan:
    return OutletPlan(
        outlet.name, outlet.country, outlet_id=outlet.id, external_id=outlet.external_id
    )
