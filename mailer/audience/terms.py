"""The terms of criteria: one value of one key, such as country:DK."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mailer.contacts.suggesting import spelling

EVERYONE = "everyone"


class Key(StrEnum):
    """What a term looks at; the order is that of the canonical line."""

    LANGUAGE = "language"
    OUTLET = "outlet"
    COUNTRY = "country"
    BEAT = "beat"
    LIST = "list"
    ADDRESS = "address"


@dataclass(frozen=True)
class Term:
    """One value of one key, such as country:DK."""

    key: Key
    value: str

    def phrase(self) -> str:
        """The term as the reason why somebody is in, such as: list “Cybercrime”."""
        return f"list “{self.value}”" if self.key == Key.LIST else f"{self.key} {self.value}"


def by_key(terms: Iterable[Term]) -> dict[Key, list[Term]]:
    """The alternatives of each key."""
    groups: dict[Key, list[Term]] = {}
    for term in terms:
        groups.setdefault(term.key, []).append(term)
    return groups


def ordered(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The terms by key, values in the order in which they were written, each once."""
    once: dict[tuple[Key, str], Term] = {}
    for term in terms:
        once.setdefault((term.key, spelling(term.value)), term)
    return tuple(sorted(once.values(), key=lambda term: list(Key).index(term.key)))
