"""Which fields of whom a list keeper may correct by hand, and what they are called."""

from sqlmodel import SQLModel

from mailer.contacts.importing.values import Kind
from mailer.models import Desk, Journalist, Outlet, Role

#: Preferences and facts that a person and a desk have alike.
SHARED: dict[str, Kind | None] = {
    "languages": Kind.LANGUAGES,
    "country": Kind.COUNTRY,
    "city": Kind.TEXT,
    "zone": Kind.ZONE,
    "public_note": None,
    "private_note": None,
    "do_not_contact": Kind.FLAG,
    "embargo_trusted": Kind.FLAG,
    "topics": Kind.BEATS,
    "kinds": None,
    "plain_text_only": Kind.FLAG,
    "wants_attachments": Kind.FLAG,
    "wants_translations": Kind.FLAG,
    "urgent_only": Kind.FLAG,
    "quiet_from": None,
    "quiet_until": None,
    "paused_until": None,
    "tracking": Kind.TRACKING,
}
#: The person's own numbers: as in a file, those without the word are the job's.
OWN_NUMBERS: dict[str, Kind | None] = {"person.phone": Kind.PHONES, "person.mobile": Kind.PHONES}
#: What can be set on whom, and how its text is read; None: by a reader of our own.
FIELDS: dict[type[SQLModel], dict[str, Kind | None]] = {
    Journalist: {
        "title": Kind.TEXT,
        "given_name": Kind.NAME,
        "family_name": Kind.NAME,
        "particle": Kind.TEXT,
        "patronymic": Kind.TEXT,
        "suffix": Kind.TEXT,
        "vocative": Kind.TEXT,
        "salutation_form": None,
        "salutations": None,
        "accredited_until": Kind.DATE,
        **OWN_NUMBERS,
        **SHARED,
    },
    Role: {
        "job_title": Kind.TEXT,
        "beats": Kind.BEATS,
        "phone": Kind.PHONES,
        "mobile": Kind.PHONES,
    },
    Desk: {"name": Kind.TEXT, "beats": Kind.BEATS, "phone": Kind.PHONES, **SHARED},
    Outlet: {
        "name": Kind.TEXT,
        "group_name": Kind.TEXT,
        "media_type": None,
        "publication_languages": Kind.LANGUAGES,
        "country": Kind.COUNTRY,
        "city": Kind.TEXT,
        "zone": Kind.ZONE,
        "website": Kind.URL,
        "public_note": None,
    },
}
#: The columns of an import that are called otherwise.
CALLED = {"note": "public_note", "notes_public": "public_note", "notes_private": "private_note"}
CALLED_OF_OUTLETS = {
    "note": "public_note",
    "outlet": "name",
    "group": "group_name",
    "outlet_country": "country",
    "outlet_languages": "publication_languages",
    "languages": "publication_languages",
}


def field_of(row: SQLModel, name: str) -> str:
    """The field that is meant by a name of ours or by that of an import's column."""
    if isinstance(row, Outlet):
        return CALLED_OF_OUTLETS.get(name, name)
    if name in OWN_NUMBERS:
        return name
    plain = name.removeprefix("person.").removeprefix("role.")
    return CALLED.get(plain, plain)


def column_of(field: str) -> str:
    """The column that holds what the field says."""
    return field.removeprefix("person.")
