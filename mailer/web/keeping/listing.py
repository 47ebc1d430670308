"""What is typed about a list, and the transactions in which it changes."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel, ConfigDict, field_validator
from sqlmodel import Session

from mailer.contacts import list_members
from mailer.contacts.history import Recording, operation
from mailer.errors import BadInput, Refused
from mailer.models import ListPurpose, OperationKind
from mailer.web.dependencies import Door
from mailer.web.keeping.whose import SOURCE


class NewList(BaseModel):
    """What a new list is called, and for whom it is."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    name: str = ""
    purpose: ListPurpose = ListPurpose.PRESS
    note: str = ""

    @field_validator("name")
    @classmethod
    def _is_given(cls, value: str) -> str:
        if not value:
            raise ValueError("Give the list a name.")
        return value


class Addition(BaseModel):
    """Addresses to put on a list, a rule, or another name."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    addresses: str = ""
    rule: str = ""
    name: str = ""


@contextmanager
def keeping(door: Door, officer_id: int, note: str) -> Iterator[tuple[Session, Recording]]:
    """One transaction that the history of the address book keeps."""
    with (
        door.writing() as session,
        operation(
            session, OperationKind.EDIT, source=SOURCE, officer_id=officer_id, note=note
        ) as done,
    ):
        yield session, done


@contextmanager
def changing(
    door: Door, officer_id: int, list_id: int, what: str
) -> Iterator[tuple[Session, str, Recording]]:
    """The same for one list, by its name. Raises NotFound for one that is gone."""
    with door.reading() as session:
        name = list_members.list_of(session, list_id).name
    with keeping(door, officer_id, f"list {name}: {what}") as (session, done):
        yield session, name, done


def addresses_in(text: str) -> list[str]:
    """The addresses in a text, whatever stands between them. Raises BadInput for none."""
    given = text.replace(",", " ").replace(";", " ").split()
    if not given:
        raise BadInput("type the addresses of contacts, one in a line")
    return given


def refuse_nothing(added: object) -> None:
    """What changes nothing is no operation of the history."""
    if not added:
        raise Refused("that stands on the list already: nothing was changed")
