"""Which fields of whom a list keeper may correct by hand."""

from sqlmodel import SQLModel

from mailer.contacts.importing.values import Kind
from mailer.models import Desk, Journalist, Outlet, Role

#: Preferences and facts that a person and a desk have alike.
SHARED: dict[str, Kind | None] = {
    "languages": Kind.LANGUAGES,
    "country": Kind.COUNTRY,
    "city": Kind.TEXT,
    "zone": Kind.ZONE,
    "phone": Kind.PHONES,
    "public_note": None,
    "private_note": None,
    "do_not_contact": Kind.FLAG,
    "embargo_trusted": Kind.FLAG,
    "topics": Kind.BEATS,
    "kinds": None,
    "plain_text_only": Kind.FLAG,
    "wants_attachments": Kind.FLAG,
    "urgent_only": Kind.FLAG,
    "quiet_from": None,
    "quiet_until": None,
    "paused_until": None,
    "tracking": Kind.TRACKING,
}
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
        "mobile": Kind.PHONES,
        "accredited_until": Kind.DATE,
        **SHARED,
    },
    Role: {"job_title": Kind.TEXT, "beats": Kind.BEATS},
    Desk: {"name": Kind.TEXT, "beats": Kind.BEATS, **SHARED},
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
CALLED = {"note": "public_note"}
CALLED_OF_OUTLETS = CALLED | {
    "outlet": "name",
    "group": "group_name",
    "outlet_country": "country",
    "outlet_languages": "publication_languages",
    "languages": "publication_languages",
}


def column_of(row: SQLModel, name: str) -> str:
    """The field that is meant by a name of ours or by that of an import's column."""
    return (CALLED_OF_OUTLETS if isinstance(row, Outlet) else CALLED).get(name, name)
