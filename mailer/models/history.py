"""What happened to the address book: each operation, each row that it touched and what stood there
before; and what the list keeper decided about files and people, so as not to be asked again.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from mailer.database import Json, UTCDateTime, one_of
from mailer.models.columns import BIG, NUMBERED_ONCE, document, reference, row_id


class OperationKind(StrEnum):
    """What somebody did to the address book in one go."""

    IMPORT = "import"
    EDIT = "edit"
    MOVE = "move"
    MERGE = "merge"
    UNDO = "undo"
    #: A journalist, through the link of a message.
    OWNER = "owner"
    ERASURE = "erasure"
    RETENTION = "retention"


class ChangeAction(StrEnum):
    """What became of one row."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    #: A file named it, and had nothing new to say.
    NAMED = "named"


#: By what a row that is gone is found again: what it held when it went, and into whom it went.
KEPT = {
    "normalised": "before",
    "address_id": "before",
    "journalist_id": "before",
    "role_id": "before",
    "desk_id": "before",
    "first_id": "before",
    "second_id": "before",
    "merged_into": "after",
}


def kept(name: str) -> sa.ColumnElement[str]:
    """A value out of the document of a change, as text: written so that its index is found."""
    return sa.literal_column(f"CAST(\"{KEPT[name]}\" ->> '{name}' AS TEXT)", sa.Text)


def is_kept(name: str) -> sa.TextClause:
    """The rows that are gone and held such a value: all that its index is about."""
    return sa.text(f"action = 'removed' AND {kept(name)} IS NOT NULL")


def _index(name: str) -> sa.Index:
    some = is_kept(name)
    return sa.Index(
        f"ix_contact_change_{name}", kept(name), sqlite_where=some, postgresql_where=some
    )


class ContactOperation(SQLModel, table=True):
    """One thing that was done, whole or not at all; it is what can be undone."""

    __tablename__ = "contact_operation"

    id: int | None = row_id()
    kind: OperationKind = Field(sa_type=one_of(OperationKind))
    #: The file, the page or the command it came by.
    source: str = ""
    note: str = ""
    officer_id: int | None = reference("press_officer.id", default=None)
    done_at: datetime = Field(sa_type=UTCDateTime, index=True)
    #: The undo that took it back; the latest one, where there was more than one.
    undone_by_id: int | None = reference("contact_operation.id", default=None)
    #: Of an undo: what it takes back, and how many fields and rows it had to leave as they stood.
    undoes_id: int | None = reference("contact_operation.id", default=None)
    left_alone: int = 0


class ContactChange(SQLModel, table=True):
    """One row of the address book that an operation added, changed or removed."""

    __tablename__ = "contact_change"
    __table_args__ = (
        sa.Index("ix_contact_change_subject", "subject", "subject_id"),
        # An undo goes through half a million of them in their order, some at a time.
        sa.Index("ix_contact_change_operation", "operation_id", "id"),
        # The history of one contact also tells of what is gone, among millions of changes.
        *(_index(name) for name in KEPT),
    )

    id: int | None = row_id()
    operation_id: int = reference("contact_operation.id", index=False)
    #: The table, such as journalist, and the number of its row.
    subject: str
    subject_id: int = Field(sa_type=BIG)
    action: ChangeAction = Field(sa_type=one_of(ChangeAction))
    #: The row of the file that said so, as a spreadsheet counts.
    file_row: int | None = None
    #: The columns that changed, as they were and as they became; a removed row is whole here.
    before: dict[str, Any] = document()
    after: dict[str, Any] = document()


class DifferentPeople(SQLModel, table=True):
    """Two journalists who look like one and are not: never proposed again."""

    __tablename__ = "different_people"
    __table_args__ = (sa.UniqueConstraint("first_id", "second_id"), NUMBERED_ONCE)

    id: int | None = row_id()
    #: The smaller number of the two.
    first_id: int = reference("journalist.id")
    second_id: int = reference("journalist.id")
    decided_at: datetime = Field(sa_type=UTCDateTime)


class ImportMapping(SQLModel, table=True):
    """Which column of a file means what, by the fingerprint of its header row."""

    __tablename__ = "import_mapping"

    id: int | None = row_id()
    fingerprint: str = Field(unique=True)
    #: The place of the column from one, and the target it means. No word of the row is kept: in a
    #: file without a header it is somebody's. Older ones have the header cell for the place.
    columns: dict[str, str] = document()
    #: What the list keeper calls such files.
    name: str = ""
    used_at: datetime = Field(sa_type=UTCDateTime)


class ContactImport(SQLModel, table=True):
    """One file that was imported: what it was and what came of it."""

    __tablename__ = "contact_import"

    id: int | None = row_id()
    file_name: str
    digest: str
    counts: dict[str, int] = Field(default_factory=dict, sa_type=Json)
    imported_at: datetime = Field(sa_type=UTCDateTime)
    officer_id: int | None = Field(default=None, sa_type=BIG, foreign_key="press_officer.id")
    #: What it did to the address book, and how it is undone.
    operation_id: int | None = reference("contact_operation.id", default=None)
