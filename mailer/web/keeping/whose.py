"""Whose page it is: a person or a desk, by the number in the address of the page."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Depends
from sqlmodel import Session

from mailer.contacts.book_lock import lock_book
from mailer.errors import NotFound
from mailer.models import Desk, Journalist
from mailer.web.dependencies import RowNumber

#: Who did it, beside the officer: the history tells it.
SOURCE = "pages"


class Kind(StrEnum):
    """As the address of the page has it."""

    PEOPLE = "people"
    DESKS = "desks"


@dataclass(frozen=True)
class Whose:
    """A person or a desk, before it is known whether there is one."""

    kind: Kind
    number: int

    @property
    def path(self) -> str:
        """The address of the page."""
        return f"/contacts/{self.kind}/{self.number}"

    @property
    def is_desk(self) -> bool:
        """Whether it is a desk."""
        return self.kind is Kind.DESKS


def whose(kind: Kind, number: RowNumber) -> Whose:
    """The one in the address of a request."""
    return Whose(kind, number)


WhosePage = Annotated[Whose, Depends(whose)]


def find(session: Session, asked: Whose, *, locks: bool = False) -> Journalist | Desk:
    """The record; with `locks`, nobody else changes it until the transaction is over.

    Raises NotFound, also for one who was erased or merged meanwhile.
    """
    if locks:
        lock_book(session)
    found: Journalist | Desk | None
    if asked.is_desk:
        found = session.get(Desk, asked.number, with_for_update=locks)
    else:
        found = session.get(Journalist, asked.number, with_for_update=locks)
    if found is None:
        word = "desk" if asked.is_desk else "person"
        raise NotFound(
            f"there is no {word} {asked.number} in the address book, or not any more:"
            " somebody may have merged or erased the record meanwhile"
        )
    return found


def name_of(row: Journalist | Desk) -> str:
    """What the person or the desk is called; the number where there is no name."""
    if isinstance(row, Desk):
        return row.name or f"desk {row.id}"
    return row.full_name or f"person {row.id}"
