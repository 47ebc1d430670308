"""Which outlet a row means: by name and market, and by name alone where there is only one."""

from collections.abc import Iterable

from mailer.contacts.importing.plans import OutletPlan
from mailer.contacts.importing.rows import ContactRow
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput
from mailer.models import Outlet


class OutletIndex:
    """The outlets that a file names, those that we know among them."""

    def __init__(self, rows: Iterable[ContactRow], *, known: dict[str, list[Outlet]]) -> None:
        self.plans: list[OutletPlan] = []
        self._by_name: dict[str, dict[str, OutletPlan]] = {}
        self._markets: dict[str, set[str]] = {}
        for name, outlets in known.items():
            for outlet in outlets:
                plan = OutletPlan(outlet.name, outlet.country, outlet=outlet)
                if self._by_name.setdefault(name, {}).setdefault(outlet.country, plan) is plan:
                    self.plans.append(plan)
        for row in rows:
            if row.outlet and row.outlet_country:
                self._markets.setdefault(spelling(row.outlet), set()).add(row.outlet_country)

    def find(self, row: ContactRow) -> OutletPlan | None:
        """The outlet that the row means; None when it names none.

        Raises BadInput when outlets of that name serve several markets and the row does not say
        which one is meant.
        """
        if not row.outlet:
            return None
        here = self._by_name.setdefault(spelling(row.outlet), {})
        country = row.outlet_country or self._only_market(row.outlet)
        if country in here:
            return here[country]
        if country and "" in here:
            # We knew the name and not the market; now the file tells it.
            plan = here[country] = here.pop("")
            plan.country = country
            plan.facts.say(row.row, country=country)
            return plan
        plan = here[country] = OutletPlan(row.outlet, country)
        self.plans.append(plan)
        return plan

    def _only_market(self, name: str) -> str:
        key = spelling(name)
        markets = {c for c in self._by_name.get(key, {}) if c} | self._markets.get(key, set())
        if len(markets) > 1:
            several = ", ".join(sorted(markets))
            raise BadInput(
                f"there are outlets called {name!r} in {several}: fill in outlet_country"
            )
        return next(iter(markets), "")
