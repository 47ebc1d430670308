"""Lists kept by hand, and what stands on them."""

from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from mailer.database import one_of
from mailer.models.columns import NUMBERED_ONCE, only_where, reference, row_id


class ListPurpose(StrEnum):
    """Internal lists never mix with press lists."""

    PRESS = "press"
    INTERNAL = "internal"


class MediaList(SQLModel, table=True):
    """A list kept by hand."""

    __tablename__ = "media_list"
    __table_args__ = NUMBERED_ONCE

    id: int | None = row_id()
    name: str = Field(unique=True)
    purpose: ListPurpose = Field(default=ListPurpose.PRESS, sa_type=one_of(ListPurpose))
    note: str = ""


class MediaListEntry(SQLModel, table=True):
    """One entry of a list: a role, a desk, or a rule (criteria)."""

    __tablename__ = "media_list_entry"
    __table_args__ = (
        sa.UniqueConstraint("list_id", "role_id", "desk_id", "criteria"),
        sa.CheckConstraint(
            "(role_id IS NOT NULL) OR (desk_id IS NOT NULL) OR (criteria <> '')",
            name="names_something",
        ),
        # Of those alone: SQLite would take an index of many without a desk as useless for desks.
        sa.Index("ix_media_list_entry_role_id", "role_id", **only_where("role_id IS NOT NULL")),
        sa.Index("ix_media_list_entry_desk_id", "desk_id", **only_where("desk_id IS NOT NULL")),
        NUMBERED_ONCE,
    )

    id: int | None = row_id()
    list_id: int = reference("media_list.id")
    role_id: int | None = reference("role.id", index=False, default=None)
    desk_id: int | None = reference("desk.id", index=False, default=None)
    criteria: str = ""
