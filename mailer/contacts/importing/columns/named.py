"""What was found out about the columns of a file."""

from dataclasses import dataclass, field, replace


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
    #: The header cells by which a line is recognised that repeats them.
    keys: frozenset[str] = field(default=frozenset(), repr=False)
