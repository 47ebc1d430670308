"""An erasure in words: what goes, what stays as a figure, and what is kept of her."""

from collections.abc import Iterator, Mapping

from mailer.privacy.erasing import Erased


def erased_in_words(erased: Erased, *, dry_run: bool, waiting: int = 0) -> Iterator[str]:
    """What an erasure took away, or would; and how many files wait that it does not look into."""
    yield f"{'would forget' if dry_run else 'forgotten'}: {erased.called}"
    rows = ", ".join(f"{number} {name}" for name, number in worded(erased.rows).items())
    yield f"from the address book: {rows or 'nothing'}"
    yield (
        f"made anonymous: {erased.deliveries} of the deliveries, {erased.withheld} of which were"
        f" withheld before they were handed over; cleaned: {erased.events} of the events,"
        f" {erased.inbound} of the returned messages, {erased.swept} of the texts"
    )
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


def worded(rows: Mapping[str, int]) -> dict[str, int]:
    """The names of tables as words."""
    return {name.replace("_", " "): number for name, number in rows.items()}
