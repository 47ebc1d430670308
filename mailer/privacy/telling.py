"""An erasure in words: what goes, what stays as a figure, and what is kept of her."""

from collections.abc import Iterator, Mapping

from mailer.contacts.keeping.telling.outcomes import NAMES as BOOK
from mailer.privacy.erasing import Erased

#: What the rows of each table are, one and many; the history has no table of its own there.
NAMES = BOOK | {"history": ("change in the history", "changes in the history")}


def erased_in_words(erased: Erased, *, dry_run: bool, waiting: int = 0) -> Iterator[str]:
    """What an erasure took away, or would; and how many files wait that it does not look into."""
    yield f"{'would forget' if dry_run else 'forgotten'}: {erased.called}"
    yield f"from the address book: {_rows(erased.rows)}"
    if erased.deliveries:
        withheld = f", {erased.withheld} of them withheld before they were handed over"
        told = many(erased.deliveries, "delivery", "deliveries")
        yield f"made anonymous: {told}{withheld if erased.withheld else ''}"
    if cleaned := _cleaned(erased):
        yield f"cleaned: {cleaned}"
    yield f"addresses refused from now on, by a keyed hash: {erased.hashes}"
    for address in erased.shared:
        yield f"{address} stays: somebody else reads it too, so only this reader's part goes"
    for number, name in erased.renamed.items():
        yield f"list {number} is called “{name}” from now on, in all rules and audiences, too"
    for place in erased.remaining:
        yield f"the name still stands in {place}"
    for place in erased.doubtful:
        yield f"perhaps the same person: {place}"
    if erased.doubtful:
        yield (
            "who is meant there only a reader can tell: change it by hand, or say the same command"
            " with --name and that word, which takes it out everywhere, of the history too"
        )
    if waiting:
        yield (
            f"files that wait to be imported, a day at most, and may hold the name: {waiting};"
            " import them or throw them away"
        )
    if not erased.hashes:
        yield (
            "no address had this reader alone: an import may bring the name again, tell its source"
        )


def _rows(rows: Mapping[str, int]) -> str:
    """Rows by table, in the words of the trade; none of which there is none."""
    told = (many(n, *NAMES.get(table, (table, table))) for table, n in rows.items() if n)
    return ", ".join(told) or "nothing"


def _cleaned(erased: Erased) -> str:
    parts = (
        (erased.events, "event", "events"),
        (erased.inbound, "returned message", "returned messages"),
        (erased.swept, "text in which the name stood", "texts in which the name stood"),
    )
    return ", ".join(many(*part) for part in parts if part[0])


def many(number: int, one: str, more: str) -> str:
    """So many of them: 1 person, 2 people."""
    return f"{number:,} {one if number == 1 else more}"


def worded(rows: Mapping[str, int]) -> dict[str, int]:
    """The names of tables as words."""
    return {name.replace("_", " "): number for name, number in rows.items()}
