"""The lists that criteria name: each by its name, with its rules, and what it is for."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from mailer.audience.criteria import Criteria, parse
from mailer.audience.terms import Key
from mailer.contacts import media_lists
from mailer.contacts.suggesting import did_you_mean, spelling
from mailer.errors import BadInput
from mailer.models import ListPurpose, MediaList, MediaListEntry


class NamedLists:
    """All lists, looked up once."""

    def __init__(self, session: Session) -> None:
        self._by_name = media_lists.by_spelling(session)
        self._rules: dict[int, list[Criteria]] = {}
        with_rules = select(MediaListEntry.list_id, MediaListEntry.criteria).where(
            col(MediaListEntry.criteria) != ""
        )
        for list_id, line in session.exec(with_rules.order_by(col(MediaListEntry.id))):
            self._rules.setdefault(list_id, []).append(parse(line))

    def get(self, name: str) -> MediaList:
        """The list of that name. Raises BadInput with the nearest one, and where two have it."""
        found = self._by_name.get(spelling(name))
        if found is None:
            names = sorted(known.name for known in self._all())
            raise BadInput(f"there is no list {name!r}: {did_you_mean(name, names)}")
        return media_lists.the_one(found)

    def number(self, name: str) -> int:
        """The number of the list of that name. Raises BadInput."""
        return self.get(name).id or 0

    def rules(self, list_id: int) -> list[Criteria]:
        """The rules that stand on that list."""
        return self._rules.get(list_id, [])

    def of_purpose(self, purpose: ListPurpose) -> list[int]:
        """The numbers of the lists for that purpose."""
        return [row.id or 0 for row in self._all() if row.purpose is purpose]

    def _all(self) -> Iterable[MediaList]:
        return (row for rows in self._by_name.values() for row in rows)

    def is_internal(self, criteria: Criteria) -> bool:
        """Whether the criteria name internal lists.

        Raises BadInput for an audience that mixes them with press lists, be it through a rule.
        """
        named: dict[ListPurpose, str] = {}
        for row in self._reached(criteria, seen=set()):
            named.setdefault(row.purpose, row.name)
        if len(named) > 1:
            raise BadInput(
                f"the audience mixes the internal list “{named[ListPurpose.INTERNAL]}” with the"
                f" press list “{named[ListPurpose.PRESS]}”: internal lists never go together with"
                " press lists; decide on two distributions"
            )
        return ListPurpose.INTERNAL in named

    def _reached(self, criteria: Criteria, *, seen: set[int]) -> Iterable[MediaList]:
        """The lists that bring people in, by name or through the rules of a list."""
        for term in criteria.wanted:
            if term.key != Key.LIST:
                continue
            row = self.get(term.value)
            if (row.id or 0) in seen:
                continue
            seen.add(row.id or 0)
            yield row
            for rule in self.rules(row.id or 0):
                yield from self._reached(rule, seen=seen)
