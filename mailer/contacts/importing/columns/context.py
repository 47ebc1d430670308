"""Words whose meaning depends on the columns beside them. What stays open is asked, not guessed."""

from collections.abc import Callable, Collection, Sequence

from mailer.contacts.importing.columns.header_words import OURS, key
from mailer.contacts.importing.columns.named import Found
from mailer.contacts.importing.columns.targets import PERSON
from mailer.contacts.suggesting import spelling

GIVEN, FAMILY, FULL = "person.given_name", "person.family_name", "person.full_name"
#: What says that a row is about an outlet, where no column is about a person.
ABOUT_OUTLETS = frozenset({"outlet.media_type", "outlet.url", "outlet.periodicity", "outlet.reach"})
#: Where no column names a person, the plain words are the outlet's.
OF_THE_OUTLET = {
    "role.country": "outlet.country",
    "role.city": "outlet.city",
    "role.region": "outlet.region",
    "role.postcode": "outlet.postcode",
    "role.addr1": "outlet.addr1",
    "role.addr2": "outlet.addr2",
    "role.beats": "outlet.beats",
    "role.email": "desk.email",
    "role.phone": "desk.phone",
    "role.mobile": "desk.mobile",
    "role.fax": "desk.fax",
    "person.languages": "outlet.publication_languages",
}
#: What each of these words means where no other column says more.
USUAL = {
    "title": "role.job_title",
    "newsroom": "outlet.name",
    "medium": "outlet.name",
    "name": FULL,
    "contact": FULL,
}
#: Said by the list keeper: beyond any rule of ours.
SAID = ("mapping", "remembered")
GERMAN_NAMES = frozenset({"vorname", "nachname", "familienname"})
#: What names whose address it is: beside one of these a plain "Email" may be anybody's.
OWNERS = ("contact", "journalist", "reporter", "person", "direct", "personal")


def settle(found: Sequence[Found]) -> tuple[list[Found], list[str]]:
    """The columns with every word settled that can be, and what was decided."""
    columns, notices = list(found), []
    for sense, decide in SENSES.items():
        for place, column in enumerate(columns):
            if column.sense == sense:
                columns[place] = decide(column, _others(columns, place))
                notices += _told(columns[place], (column.target, USUAL[sense]))
    return _of_outlets(_plain_emails(columns)), notices


def _others(columns: Sequence[Found], place: int) -> list[Found]:
    return [column for at, column in enumerate(columns) if at != place]


def _told(column: Found, expected: Collection[str]) -> list[str]:
    if not column.target or column.target in expected:
        return []
    told = f"column {column.header!r} is read as {column.target} because of the columns beside it"
    return [f"{told}: say otherwise in a mapping file"]


def _targets(columns: Sequence[Found]) -> set[str]:
    return {column.target for column in columns if column.target and not column.sense}


def _name(column: Found, others: Sequence[Found]) -> Found:
    """ "Name" and its sisters: a whole name, or the part that no other column has."""
    known = _targets(others)
    if GIVEN in known and FAMILY not in known:
        return column.meaning(FAMILY)
    if FAMILY in known and GIVEN not in known:
        return column.meaning(GIVEN)
    has_contact = FULL in known or any(other.sense == "contact" for other in others)
    about_outlets = not PERSON & known and bool(ABOUT_OUTLETS & known)
    if (
        "outlet.name" not in known
        and not any(other.sense in ("medium", "newsroom") for other in others)
        and (has_contact or about_outlets)
    ):
        return column.doubted("the person's, person.full_name, or the outlet's, outlet.name")
    return column.meaning(FULL)


def _title(column: Found, others: Sequence[Found]) -> Found:
    """ "Title": Dr. where another column has the job, else the job."""
    known = _targets(others)
    jobs = [other for other in others if other.target == "role.job_title" and not other.sense]
    # A set has several words for one thing, and a file of it has any of them.
    if any(not column.target or other.found_by != column.found_by for other in jobs):
        return column.meaning("person.title")
    if column.target:
        return column.meaning(column.target)
    german = GERMAN_NAMES & {key(other.header) for other in others}
    if german and "person.title" not in known:
        return column.meaning("person.title")
    return column.meaning("role.job_title")


def _contact(column: Found, others: Sequence[Found]) -> Found:
    """ "Contact": a person, where none is named otherwise."""
    if column.target:
        return column.meaning(column.target)
    if PERSON & _targets(others):
        return column.doubted("a person, person.full_name, or an address or a note")
    return column.meaning(FULL)


def _newsroom(column: Found, others: Sequence[Found]) -> Found:
    """ "Redaktion": the outlet's desk, where another column has the outlet."""
    named = "outlet.name" in _targets(others) or any(other.sense == "medium" for other in others)
    return column.meaning("desk.name" if named else "outlet.name")


def _medium(column: Found, others: Sequence[Found]) -> Found:
    """ "Medium": the outlet, or its kind where another column has the name."""
    known = _targets(others)
    if "outlet.name" in known and "outlet.media_type" not in known:
        return column.meaning("outlet.media_type")
    return column.meaning("outlet.name")


#: In the order in which one decides about the next.
SENSES: dict[str, Callable[[Found, Sequence[Found]], Found]] = {
    "title": _title,
    "newsroom": _newsroom,
    "medium": _medium,
    "name": _name,
    "contact": _contact,
}


def _plain_emails(columns: list[Found]) -> list[Found]:
    """A plain "Email" beside a "Contact email" may be the outlet's, or a second one: ask."""
    owned = any(column.target == "role.email" and _has_owner(column) for column in columns)
    if not owned:
        return columns
    doubt = "the person's, role.email, or the outlet's, desk.email"
    return [
        column.doubted(doubt)
        if column.target == "role.email" and column.found_by not in SAID and not _has_owner(column)
        else column
        for column in columns
    ]


def _has_owner(column: Found) -> bool:
    return spelling(column.header).replace("_", " ").startswith(OWNERS)


def _of_outlets(columns: list[Found]) -> list[Found]:
    """In a list of outlets without persons, "Country" is the outlet's."""
    known = _targets(columns)
    if "outlet.name" not in known or PERSON & known or "role.job_title" in known:
        return columns
    return [_of_outlet(column, known) for column in columns]


def _of_outlet(column: Found, known: Collection[str]) -> Found:
    """The outlet's own, unless another column has that: "Email" beside "Outlet email" is not."""
    target = OF_THE_OUTLET.get(column.target, "")
    if not target or target in known or _has_owner(column):
        return column
    return column if column.found_by in (*SAID, f"set {OURS}") else column.meaning(target)
