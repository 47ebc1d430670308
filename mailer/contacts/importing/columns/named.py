"""What was found out about the columns of a file."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from mailer.contacts.importing.columns.targets import kind_of
from mailer.contacts.importing.values.kinds import Kind


@dataclass(frozen=True)
class Found:
    """One column: the header as it stands, what it means, and how that is known."""

    header: str
    target: str = ""
    found_by: str = ""
    #: For a word that means different things beside other columns: which of those words it is.
    sense: str = ""
    #: Why nobody can know what it means, with the choices.
    doubt: str = ""

    def meaning(self, target: str) -> "Found":
        """The same column with a meaning."""
        return replace(self, target=target, sense="")

    def doubted(self, doubt: str) -> "Found":
        """The same column without a meaning, and why."""
        return replace(self, target="", doubt=doubt)


@dataclass(frozen=True)
class UnknownColumn:
    """A column of which only a person knows what it means, and what it may be."""

    header: str
    #: The choices between which nobody can decide from outside.
    doubt: str = ""
    #: Targets, the nearest first.
    nearest: tuple[str, ...] = ()
    #: What stands there in the first row, where a file has no header.
    sample: str = ""
    #: The cell of the header row, from 0, and the first different values below it.
    place: int = 0
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Columns:
    """The columns of a file, one entry for each cell of its header row."""

    header: tuple[str, ...]
    targets: tuple[str, ...]
    #: "set NAME", "synonym", "similar", "mapping", "remembered"; empty for a column without a name.
    found_by: tuple[str, ...]
    #: What the maker of the file puts between several values of one cell; empty when not known.
    delimiter_inside_cell: str
    #: The same for each file with this header row.
    fingerprint: str
    notices: tuple[str, ...] = ()
    #: Whether the file has no header row: the first is a contact.
    is_unnamed: bool = False
    #: The header cells by which a line is recognised that repeats them.
    keys: frozenset[str] = field(default=frozenset(), repr=False)

    @cached_property
    def reading_order(self) -> tuple[tuple[int, Kind], ...]:
        """The places of the cells that say something, and how each is read.

        Telephone numbers come last: how one is dialled depends on the country of the row.
        """
        kinds = [(place, kind_of(target)) for place, target in enumerate(self.targets)]
        said = [one for one in kinds if one[1] is not Kind.IGNORE]
        return tuple(sorted(said, key=lambda one: one[1] is Kind.PHONES))

    @cached_property
    def source(self) -> str:
        """What is put before the numbers of the database that the file comes from.

        Another database has numbers of its own; ours, and a file by hand, have none.
        """
        found = next((how for how in self.found_by if how.startswith("set ")), "")
        name = found.removeprefix("set ")
        return "" if name in ("", "press_mailer") else f"{name}:"
