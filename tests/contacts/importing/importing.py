"""Contact files for tests, and what tests ask of a report."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session, select

from mailer.contacts.importing import ImportReport

HEADER = (
    "email,given_name,family_name,job_title,desk,outlet,media_type,outlet_languages,outlet_country,"
    "city,zone,languages,beats,lists,phone,mobile,do_not_contact,embargo_trusted,tracking,note"
)
FULL = f"""{HEADER}
karen@havn.example,Karen,Holm,Reporter,,Havnebladet,daily,da,DK,Aarhus,Europe/Copenhagen,da|en,\
crime|ports,Ports|Press day,+45 1,+45 2,no,yes,individual,Prefers calls
redaktion@havn.example,,,,Redaktionen,Havnebladet,daily,da,DK,Aarhus,,da,crime,Ports,+45 3,,,,,
free@example.org,Ida,Lund,,,,freelance,,IS,Reykjavik,,is|en,culture,,,,yes,,none,
"""
#: Imports a file with that text.
Importing = Callable[[str], ImportReport]


def counts(report: ImportReport) -> dict[str, int]:
    return {name: count for name, count in report.counts.items() if count}


def only(session: Session, table: type[Any]) -> Any:
    return session.exec(select(table)).one()


def changes(report: ImportReport) -> list[tuple[int, str, str, str]]:
    return [(c.row, c.field, c.before, c.after) for c in report.changes]
