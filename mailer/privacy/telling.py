"""An erasure in words: what goes, what stays as a figure, and what is kept of her."""

from collections.abc import Iterator, Mapping

from mailer.privacy.erasing import Erased


def erased_in_words(erased: Erased, *, dry_run: bool, waiting: int = 0) -> Iterator[str]:
    """What an erasure took away, or would; and how many files wait that it does not look into."""
    yield f"{'would forget' if dry_run else 'forgotten'}: {erased.called}"
    rows = ", ".join(f"{number} {name}" for name, number in worded(erased.rows).items())
    yield f"from the address book: {rows or 'nothing'}"
    yield (
        f"{erased.deliveries} deliveries anonymised, {erased.withheld} of them withheld before"
        f" they were handed over; {erased.events} events, {erased.inbound} returned messages and"
        f" {erased.swept} texts cleaned"
    )
    yield f"{erased.hashes} addresses are refused from now on, by a keyed hash"
    for address in erased.shared:
        yield f"{address} stays: somebody else reads it too, so only her part of it goes"
    for number, name in erased.renamed.items():
        yield f"list {number} is called “{name}” from now on, in all rules and audiences, too"
    for place in erased.remaining:
        yield f"the name still stands in {place}"
    if waiting:
        yield (
            f"{waiting} files wait to be imported, a day at most, and may hold the name: import"
            " them or throw them away"
        )
    if not erased.hashes:
        yield "no address was hers alone: an import may bring her again, tell its source"


def worded(rows: Mapping[str, int]) -> dict[str, int]:
    """The names of tables as words."""
    return {name.replace("_", " "): number for name, number in rows.items()}
