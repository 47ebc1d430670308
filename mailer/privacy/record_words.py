"""The words of the page about one person: what we call things among ourselves tells her nothing."""

from datetime import datetime
from typing import Any

from mailer.models import ChangeAction, OperationKind

#: Fields by their names in the document, where the name alone does not say it.
FIELDS = {
    "kind": "You are to us",
    "number": "Number of your record",
    "particle": "Part of the name, such as van",
    "suffix": "After the name, such as Jr.",
    "family_name_first": "Family name is written first",
    "vocative": "How a letter calls you",
    "salutation_form": "Form of address",
    "salutations": "Form of address by language",
    "languages": "Languages that you read",
    "zone": "Time zone",
    "do_not_contact": "Not to be contacted",
    "embargo_trusted": "Trusted to keep an embargo",
    "accredited_until": "Accredited until",
    "public_note": "Note",
    "private_note": "Note for ourselves",
    "details": "What a file told besides",
    "preferences": "What you asked for, or may ask for",
    "provenance": "Where we have it from",
    "topics": "Only these topics",
    "kinds": "Only these kinds of text",
    "plain_text_only": "Only plain text",
    "wants_attachments": "Attachments are welcome",
    "wants_translations": "A translation that comes later is welcome",
    "urgent_only": "Only what is urgent",
    "quiet_from": "Nothing from",
    "quiet_until": "Nothing until",
    "paused_until": "Paused until",
    "tracking": "Measuring whether messages are opened",
    "tracking_consented_at": "You agreed to be measured on",
    "legal_basis": "Why we may hold it",
    "first_seen_at": "Known to us since",
    "basis_source": "From whom we have it",
    "informed_at": "You were told that we hold it on",
    "verified_at": "Last checked on",
    "beats": "Subjects that you cover",
    "is_primary": "Your main job",
    "external_id": "Number in the file that it came from",
    "started_on": "First day",
    "ended_on": "Last day",
    "state": "What we know of the mailbox",
    "state_reason": "Why",
    "state_changed_at": "Since",
    "is_read_by_others_too": "Somebody else reads it, too",
    "purpose": "For whom the list is",
    "reason": "Why",
    "scope": "What it covers",
    "scope_value": "Which one",
    "created_at": "Since",
    "source": "Where it comes from",
    "journalist": "person",
}
#: Rows of the history.
SUBJECTS = {
    "journalist": "Your record",
    "role": "A job of yours",
    "desk": "The desk",
    "address": "An address of yours",
    "media list entry": "Your place on a list",
    "different people": "That you are not somebody else",
}
DONE = {
    OperationKind.IMPORT: "A file was read in",
    OperationKind.EDIT: "Corrected by hand",
    OperationKind.MOVE: "A job began or ended",
    OperationKind.MERGE: "Two records were put together",
    OperationKind.UNDO: "Something was taken back",
    OperationKind.OWNER: "You changed it yourself",
    OperationKind.ERASURE: "Somebody was erased",
    OperationKind.RETENTION: "What was kept too long was removed",
}


def label(name: str) -> str:
    """The name of a field as words: first_attempt_at becomes First attempt at."""
    plain = name.replace(" ", "_")
    told = FIELDS.get(plain) or plain.replace("_e164", ", as it is dialled").replace("_", " ")
    return told[:1].upper() + told[1:]


def in_history(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The operations that changed something about her: a file that names her again is none."""
    told = ({**one, "changes": _news(one["changes"])} for one in entries)
    return [one for one in told if one["changes"]]


def _news(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in changes if one["action"] != ChangeAction.NAMED]


def done(kind: str) -> str:
    """What somebody did to the address book."""
    return DONE.get(OperationKind(kind), kind)


def subject(what: str) -> str:
    """What of hers a change is about."""
    return SUBJECTS.get(what, what)


def moment_in(value: Any) -> datetime | None:
    """The moment that a value is; the history keeps it as ISO 8601. None for any other value."""
    if isinstance(value, datetime):
        return value
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
