"""The same person twice: proposed with a score and the reasons, decided by the list keeper.

A name alone proposes nobody: there are many Jensens. It takes a second sign: the same outlet or
group of outlets, the same phone, the same address.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session, col, select

from mailer.contacts.inserting import chunked
from mailer.contacts.keeping.duplicates.blocks import Blocks, Person, read_people
from mailer.contacts.keeping.duplicates.names import NEARLY, likeness
from mailer.models import Address, DifferentPeople, Journalist, Outlet, Role

#: By the first letter of a sign: how much of the likeness of the names it lets count, how unlike
#: their words may be, and what it is called. The strongest come first.
SIGNS = {
    "p": (1.0, 85.0, "phone"),
    "a": (1.0, 85.0, "address"),
    "o": (0.95, NEARLY, "outlet"),
    "g": (0.85, NEARLY, "group of outlets"),
}
#: Below this a pair is not worth the list keeper's time.
WORTH_A_LOOK = 70
SHOWN = 100


@dataclass(frozen=True)
class Half:
    """One of the two, as the list keeper knows them."""

    id: int
    name: str
    emails: tuple[str, ...]
    outlets: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two who may be one, and why."""

    score: int
    first: Half
    second: Half
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """The likeliest pairs, and how many there are in all."""

    pairs: tuple[Pair, ...]
    count: int


#: Score below nothing, the two numbers, what their names have in common and the signs they share:
#: so sorted, the likeliest and then the oldest come first.
_Found = tuple[int, int, int, tuple[str, ...]]


def find_duplicates(session: Session, *, limit: int = SHOWN) -> Proposal:
    """The pairs that may be one person, the likeliest first; never two marked as different."""
    search = _Search(different=_different(session))
    blocks = Blocks()
    try:
        blocks.fill(read_people(session))
        best = heapq.nsmallest(limit, search.found(blocks))
    finally:
        blocks.close()
    halves = _halves(session, {number for _, one, other, _ in best for number in (one, other)})
    signs = _in_words(session, {sign for *_, (_, *shared) in best for sign in shared})
    return Proposal(
        pairs=tuple(
            Pair(
                score=-score,
                first=halves[one],
                second=halves[other],
                reasons=(how, *(signs[sign] for sign in shared)),
            )
            for score, one, other, (how, *shared) in best
        ),
        count=search.count,
    )


class _Search:
    """One comparing of everyone who is worth it."""

    def __init__(self, *, different: set[tuple[int, int]]) -> None:
        self.different = different
        self.count = 0

    def found(self, blocks: Blocks) -> Iterator[_Found]:
        """Each pair that is likely enough."""
        for one, other in blocks.pairs():
            if (one.id, other.id) in self.different:
                continue
            score, reasons = compare(one, other)
            if score >= WORTH_A_LOOK:
                self.count += 1
                yield -score, one.id, other.id, reasons


def compare(one: Person, other: Person) -> tuple[int, tuple[str, ...]]:
    """How likely the two are one person, of 100, and why: what their names have in common, and the
    signs that they share, by their short forms.
    """
    shared = one.signs & other.signs
    if not shared or (one.suffix and other.suffix and one.suffix != other.suffix):
        return 0, ()
    kinds = [kind for kind in SIGNS if any(sign[0] == kind for sign in shared)]
    weight, nearly, _ = SIGNS[kinds[0]]
    name = likeness(one.words, other.words, nearly=nearly)
    signs = [sign for kind in kinds for sign in sorted(shared) if sign[0] == kind]
    return round(name.score * weight), (name.how, *signs)


def _different(session: Session) -> set[tuple[int, int]]:
    rows = session.exec(select(DifferentPeople.first_id, DifferentPeople.second_id))
    return {(first, second) for first, second in rows}


def _halves(session: Session, numbers: set[int]) -> dict[int, Half]:
    """Those people as the list keeper knows them."""
    names: dict[int, str] = {}
    emails: dict[int, list[str]] = {}
    outlets: dict[int, list[str]] = {}
    for chunk in chunked(sorted(numbers)):
        for person in session.exec(select(Journalist).where(col(Journalist.id).in_(chunk))):
            names[person.id or 0] = person.full_name
        jobs = session.exec(
            select(Role.journalist_id, Address.email, Outlet.name)
            .outerjoin(Address, col(Address.id) == Role.address_id)
            .outerjoin(Outlet, col(Outlet.id) == Role.outlet_id)
            .where(col(Role.journalist_id).in_(chunk))
            .order_by(col(Role.id))
        )
        for number, email, outlet in jobs:
            emails.setdefault(number, []).extend([email] if email else [])
            outlets.setdefault(number, []).extend([outlet] if outlet else [])
    return {
        number: Half(
            number,
            names.get(number, ""),
            tuple(dict.fromkeys(emails.get(number, ()))),
            tuple(dict.fromkeys(outlets.get(number, ()))),
        )
        for number in numbers
    }


def _in_words(session: Session, signs: set[str]) -> dict[str, str]:
    """Signs in words: o12 is `same outlet: Havnebladet`."""
    shown = {sign: sign[1:] for sign in signs}
    for letter, number, name in (
        ("o", Outlet.id, Outlet.name),
        ("a", Address.id, Address.email),
    ):
        wanted = [int(sign[1:]) for sign in signs if sign[0] == letter]
        for chunk in chunked(wanted):
            rows = session.exec(select(number, name).where(col(number).in_(chunk)))
            shown |= {f"{letter}{found}": told for found, told in rows}
    return {sign: f"same {SIGNS[sign[0]][2]}: {told}" for sign, told in shown.items()}
