"""The address book's part of an access request (GDPR Art. 15): who she is to us, whence we know,
what she asked for, what we noted, and who changed what.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from mailer import clock
from mailer.contacts.inserting import chunked
from mailer.contacts.keeping.telling.wording import BESIDE, in_words
from mailer.contacts.keeping.undoing import MERGED_INTO
from mailer.contacts.privacy.sealing import suppressions_of
from mailer.contacts.privacy.subject import HERS, DataSubject
from mailer.models import (
    Address,
    ContactChange,
    ContactOperation,
    Desk,
    DifferentPeople,
    Journalist,
    MediaList,
    MediaListEntry,
    OperationKind,
    Outlet,
    Preferences,
    Provenance,
    Role,
)
from mailer.models.ending import lasts
from mailer.tokens import Keyring

Document = dict[str, Any]
#: What becomes of an entry when its job is over.
OVER = ", a job that is over: it counts only where the list is left out"
MISTAKEN = "two records were taken for one person"


def describe(session: Session, subject: DataSubject, *, keyring: Keyring) -> Document:
    """What the address book holds of her, by the words of the trade."""
    holders: list[Journalist | Desk] = [*subject.desks]
    if subject.journalist is not None:
        holders.insert(0, subject.journalist)
    return {
        "records": [_holder(session, one) for one in holders],
        "roles": _roles(session, subject),
        "addresses": [_address(session, one, subject) for one in sorted(subject.addresses)],
        "lists": _lists(session, subject),
        "former_numbers": sorted(
            subject.numbers(Journalist) - {subject.journalist and subject.journalist.id}
        ),
        "suppressions": _suppressions(session, subject, keyring=keyring),
        "history": _history(session, subject),
    }


def fields_of(row: SQLModel, *, without: Collection[str] = ()) -> Document:
    """The columns of a row in the order in which the model has them."""
    names = (name for name in type(row).model_fields if name not in without)
    return {name: getattr(row, name) for name in names}


def _holder(session: Session, row: Journalist | Desk) -> Document:
    own = fields_of(row, without={"outlet_id", "address_id"})
    preferences = {name: own.pop(name) for name in Preferences.model_fields}
    provenance = {name: own.pop(name) for name in Provenance.model_fields}
    kind = "person" if isinstance(row, Journalist) else "desk"
    document: Document = {"kind": kind, "number": own.pop("id"), **own}
    if isinstance(row, Desk):
        document["outlet"] = _outlet(session, row.outlet_id)
    return document | {"preferences": preferences, "provenance": provenance}


def _roles(session: Session, subject: DataSubject) -> list[Document]:
    rows = session.exec(
        select(Role).where(col(Role.id).in_(subject.numbers(Role))).order_by(col(Role.id))
    )
    return [
        {
            "outlet": _outlet(session, row.outlet_id),
            "address": _email(session, row.address_id),
            **fields_of(row, without={"id", "journalist_id", "outlet_id", "address_id"}),
        }
        for row in rows
    ]


def _outlet(session: Session, number: int | None) -> str:
    outlet = session.get(Outlet, number) if number is not None else None
    return outlet.name if outlet is not None else ""


def _email(session: Session, number: int | None) -> str:
    address = session.get(Address, number) if number is not None else None
    return address.email if address is not None else ""


def _address(session: Session, normalised: str, subject: DataSubject) -> Document:
    row = session.exec(select(Address).where(Address.normalised == normalised)).first()
    without = {"id", "normalised", "domain"}
    kept = fields_of(row, without=without) if row else {"email": normalised}
    return kept | {"is_read_by_others_too": normalised in subject.shared}


def _lists(session: Session, subject: DataSubject) -> list[Document]:
    """The lists she stands on by hand, and as what; a rule is read anew each time."""
    entries = session.exec(
        select(MediaListEntry, MediaList)
        .join(MediaList)
        .where(col(MediaListEntry.id).in_(subject.numbers(MediaListEntry)))
        .order_by(col(MediaList.name), col(MediaListEntry.id))
    )
    return [
        {"list": media_list.name, "purpose": media_list.purpose, "reason": _as(session, entry)}
        for entry, media_list in entries
    ]


def _as(session: Session, entry: MediaListEntry) -> str:
    role = session.get(Role, entry.role_id) if entry.role_id else None
    if role is None:
        return "put on it by hand as a desk"
    at = _outlet(session, role.outlet_id) or "freelance"
    over = "" if lasts(role.ended_on, clock.now().date()) else OVER
    return f"put on it by hand as {role.job_title or 'a job'} at {at}{over}"


def _suppressions(session: Session, subject: DataSubject, *, keyring: Keyring) -> list[Document]:
    found = suppressions_of(session, sorted(subject.addresses), keyring=keyring)
    return [
        {"address": address, **fields_of(row, without={"id", "address_hash"})}
        for address, row in found
    ]


def _history(session: Session, subject: DataSubject) -> list[Document]:
    """Each operation that touched her rows, the latest first. Officers go by their number."""
    told: dict[int, Document] = {}
    for operation, change in sorted(_changes(session, subject), key=_latest):
        entry = told.setdefault(operation.id or 0, _operation(session, operation, subject))
        entry["changes"].append(_change(session, change, subject))
    return list(told.values())


def _changes(
    session: Session, subject: DataSubject
) -> Iterable[tuple[ContactOperation, ContactChange]]:
    # That she was told apart from somebody is about that other person, too.
    tables: list[type[SQLModel]] = [*(one for one in HERS if one is not DifferentPeople), Address]
    for model in tables:
        numbers = subject.numbers(model) if model is not Address else subject.own_numbers
        for chunk in chunked(sorted(numbers)):
            yield from session.exec(
                select(ContactOperation, ContactChange)
                .join(ContactChange, col(ContactChange.operation_id) == ContactOperation.id)
                .where(
                    ContactChange.subject == str(model.__tablename__),
                    col(ContactChange.subject_id).in_(chunk),
                )
            )


def _latest(found: tuple[ContactOperation, ContactChange]) -> tuple[int, int]:
    operation, change = found
    return -(operation.id or 0), change.id or 0


def _operation(session: Session, operation: ContactOperation, subject: DataSubject) -> Document:
    return {
        "done_at": operation.done_at,
        "kind": operation.kind,
        "who": _who(operation),
        "source": operation.source,
        "note": _note(session, operation, subject),
        "changes": [],
    }


def _note(session: Session, operation: ContactOperation, subject: DataSubject) -> str:
    """Our own words of a merge name two people; when they were not one, only what was done."""
    if operation.kind is not OperationKind.MERGE:
        return operation.note
    # Of all kinds of rows: asked for one, SQLite goes through all changes of that kind instead.
    changes = session.exec(
        select(ContactChange.subject, ContactChange.subject_id, ContactChange.after).where(
            ContactChange.operation_id == operation.id
        )
    )
    parties = {
        one
        for subject_name, number, after in changes
        if subject_name == "journalist"
        for one in (number, after.get(MERGED_INTO, number))
    }
    return operation.note if parties <= subject.numbers(Journalist) else MISTAKEN


def _who(operation: ContactOperation) -> str:
    if operation.officer_id is not None:
        return f"press officer {operation.officer_id}"
    return "herself" if operation.kind is OperationKind.OWNER else "the press office"


def _change(session: Session, change: ContactChange, subject: DataSubject) -> Document:
    names = [*change.before, *(name for name in change.after if name not in change.before)]
    return {
        "what": change.subject.replace("_", " "),
        "action": change.action,
        "file_row": change.file_row,
        "fields": [
            {
                "field": name.removesuffix("_id").replace("_", " "),
                "before": _told(session, name, change.before.get(name), subject),
                "after": _told(session, name, change.after.get(name), subject),
            }
            for name in names
            if name not in BESIDE and name != "id"
        ],
    }


def _told(session: Session, name: str, value: Any, subject: DataSubject) -> str:
    """A value in words; a number of somebody else's row tells nothing of that person."""
    if value is None or (not name.endswith("_id") and name != MERGED_INTO):
        return in_words(value)
    if name == "outlet_id":
        return _outlet(session, value) or f"outlet {value}"
    if name == "list_id":
        media_list = session.get(MediaList, value)
        return media_list.name if media_list else f"list {value}"
    if name == "address_id":
        kept = subject.rows["address"].get(value)
        return str(kept["email"]) if kept else "an address that is not kept any more"
    if name == "external_id":
        return in_words(value)
    hers = {one for model in HERS for one in subject.numbers(model)}
    return f"number {value}" if value in hers else "somebody else"
