"""From a line of a file to the contacts that it speaks of: a person, the desk of the same outlet,
or both. Nothing is looked up here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from mailer.addresses import MailAddress
from mailer.contacts.importing.columns import Columns, kind_of, takes_several
from mailer.contacts.importing.contact_row import ContactRow
from mailer.contacts.importing.fields import CLOSED, DESK, JOB, OUTLET, PERSON, STATES
from mailer.contacts.importing.files import Line
from mailer.contacts.importing.tabs import NO_TAB, Tab
from mailer.contacts.importing.values import (
    ContactState,
    Kind,
    PersonName,
    Phone,
    clean,
    read_told,
)
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput
from mailer.models import MediaType, SuppressionReason

#: Said about whether and how we may write: what cannot be read here makes the row unusable.
STRICT = frozenset({Kind.FLAG, Kind.TRACKING, Kind.STATE})
#: Where the country stands whose telephone numbers need no country code, the nearest first.
REGIONS = ("role.country", "person.country", "outlet.country")
Said = dict[str, Any]


@dataclass
class TypedLine:
    """The contacts of a line, and what the list keeper should know of it."""

    rows: list[ContactRow] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    #: Words for a kind of outlet that nobody knows: told once for the whole file.
    unknown_kinds: list[str] = field(default_factory=list)


def type_line(
    line: Line,
    columns: Columns,
    *,
    row: int,
    today: date,
    tab: Tab = NO_TAB,
) -> TypedLine:
    """Read a line whose number in the whole file is `row`; what `tab` says holds, too.

    What is said beside the contact and cannot be read is left out with a notice. Raises BadInput
    for a line that cannot be used.
    """
    _refuse_damage(line, columns)
    typed = TypedLine()
    said = _read_cells(line, columns, typed)
    if not _is_of_outlet(said):
        tab.say(said)
    _take_name(said)
    typed.notices.extend(_left_out(said))
    typed.rows = list(_rows(said, row=row, today=today, source=columns.source))
    if not typed.rows and _is_of_outlet(said):
        typed.rows = [replace(_base(said, row=row, source=columns.source), is_outlet=True)]
        typed.notices.append("there is no contact in the row: its outlet is kept without one")
    if not typed.rows:
        raise BadInput("there is neither a name nor an e-mail address in the row")
    for one in typed.rows:
        one.refuse_long()
    return typed


def _refuse_damage(line: Line, columns: Columns) -> None:
    if line.problem:
        raise BadInput(line.problem)
    if any("\ufffd" in cell for cell in line.cells):
        raise BadInput("there are letters in no known encoding: save the file as UTF-8")
    width = len(columns.targets)
    if any(cell.strip() for cell in line.cells[width:]):
        wide = f"the row has {len(line.cells)} cells and the header {width}"
        raise BadInput(f"{wide}: put cells that hold the delimiter into quotation marks")


def _read_cells(line: Line, columns: Columns, typed: TypedLine) -> Said:
    """By target what the cells say; telephone numbers last, since they need the country."""
    said: Said = {}
    region = ""
    for place, kind in columns.reading_order:
        if place >= len(line.cells) or not line.cells[place]:
            continue
        if kind is Kind.PHONES and not region:
            region = next((said[target] for target in REGIONS if target in said), "")
        _read_cell(said, columns, place, line.cells[place], typed, region=region)
    return said


def _read_cell(
    said: Said, columns: Columns, place: int, text: str, typed: TypedLine, *, region: str
) -> None:
    header, target, delimiter = (
        columns.header[place],
        columns.targets[place],
        columns.delimiter_inside_cell,
    )
    kind = kind_of(target)
    try:
        reading = read_told(kind, text, delimiter=delimiter, region=region)
    except BadInput as wrong:
        if kind in STRICT or target == "role.email":
            raise BadInput(f"{header}: {wrong}") from wrong
        if kind is Kind.MEDIA_TYPE:
            typed.unknown_kinds.append(clean(text))
        else:
            typed.notices.append(f"{header} is left out: {wrong}")
        return
    typed.notices.extend(f"{header}: {notice}" for notice in reading.notices)
    if reading.value is None:
        return
    if target in said and takes_several(target):
        said[target] = tuple(dict.fromkeys((*said[target], *_several(reading.value))))
    else:
        said.setdefault(target, reading.value)


def _several(value: object) -> Sequence[Any]:
    return value if isinstance(value, tuple) else (value,)


def _take_name(said: Said) -> None:
    """Put the parts of whole names where they belong; what is typed apart counts before them."""
    for target in ("person.family_name", "person.full_name"):
        name = said.pop(target, None)
        if not isinstance(name, PersonName):
            continue
        if name.is_desk:
            said.setdefault("desk.name", name.typed)
            continue
        if target == "person.full_name" and _is_told_apart(name, said):
            continue
        said["person.family_name"] = name.family_name
        for part in ("given_name", "particle", "patronymic", "title", "suffix"):
            if value := getattr(name, part):
                said.setdefault(f"person.{part}", value)


def _is_told_apart(name: PersonName, said: Said) -> bool:
    """Whether the parts of the whole name are there already; somebody may have one name only."""
    alone = said.get("person.given_name", "")
    return "person.family_name" in said or (bool(alone) and spelling(alone) == spelling(name.typed))


def _names_person(said: Said) -> bool:
    return "person.given_name" in said or "person.family_name" in said


def _is_of_outlet(said: Said) -> bool:
    """Whether an outlet is named, and all that is said is about it."""
    about = (target.startswith("outlet.") or target == "desk.phone" for target in said)
    return "outlet.name" in said and all(about)


def _left_out(said: Said) -> Iterator[str]:
    """What is said and has no place."""
    if "role.job_title" in said and "desk.name" in said and not _names_person(said):
        yield "a desk has no job title: it is left out"
    kind = said.get("outlet.media_type", MediaType.FREELANCE)
    if "outlet.name" not in said and kind != MediaType.FREELANCE:
        yield "media_type says nothing without an outlet: fill in outlet"


def _rows(said: Said, *, row: int, today: date, source: str) -> Iterator[ContactRow]:
    base = _base(said, row=row, source=source)
    has_person, of_desk = _names_person(said), said.get("desk.email", ())
    if has_person:
        yield from _people(said, base, today=today, source=source)
    elif "desk.name" in said:
        of_desk = of_desk or said.get("role.email", ())
    elif "role.email" in said and not of_desk:
        yield _nameless(said, base, today=today)
    if of_desk:
        yield from _desks(said, base, of_desk, is_beside=has_person)


def _nameless(said: Said, base: ContactRow, *, today: date) -> ContactRow:
    """An address alone: only who is known there can tell whose it is."""
    person = _attributes(said, {t: name for t, name in DESK.items() if name != "beats"})
    return replace(base, email=said["role.email"][0], person=person, job=_job(said, today=today))


def _base(said: Said, *, row: int, source: str) -> ContactRow:
    """What is true of every contact in the line."""
    is_freelance = said.get("outlet.media_type") == MediaType.FREELANCE
    outlet = said.get("outlet.name", "")
    own_name = f"{said.get('person.given_name', '')} {said.get('person.family_name', '')}"
    if is_freelance and spelling(outlet) == spelling(own_name):
        # Some exports give a freelance an outlet of her own name.
        outlet = ""
    number = said.get("outlet.external_id", "") if outlet else ""
    facts = _attributes(said, OUTLET) if outlet else {}
    if "desk.phone" in said and "desk.email" not in said:
        facts["details.phone"] = said["desk.phone"][0].typed
    return ContactRow(
        row=row,
        outlet=outlet,
        outlet_country=said.get("outlet.country", "") if outlet else "",
        outlet_external_id=f"{source}{number}" if number else "",
        outlet_facts=facts,
        lists=said.get("lists", ()),
        is_freelance=is_freelance,
        closed_because=_closed(said),
    )


def _people(said: Said, base: ContactRow, *, today: date, source: str) -> Iterator[ContactRow]:
    person, number = _attributes(said, PERSON), said.get("role.external_id", "")
    person |= _phones(said, "person", ("phone", "mobile"))
    if not base.outlet:
        person.setdefault("country", said.get("outlet.country"))
        person.setdefault("languages", said.get("outlet.publication_languages", ()))
    mailboxes: Sequence[MailAddress | None] = said.get("role.email", ()) or (None,)
    first = replace(
        base,
        email=mailboxes[0],
        given_name=said.get("person.given_name", ""),
        family_name=said.get("person.family_name", ""),
        role_external_id=f"{source}{number}" if number else "",
        person=person,
        job=_job(said, today=today),
        # Without an outlet only the line tells that her addresses belong together.
        link=f"line {base.row}" if len(mailboxes) > 1 else "",
    )
    yield first
    for mailbox in mailboxes[1:]:
        yield replace(first, email=mailbox, role_external_id="", outlet_facts={}, is_beside=True)


def _job(said: Said, *, today: date) -> Said:
    job = _attributes(said, JOB) | _phones(said, "role", ("phone", "mobile"))
    job.setdefault("job_title", said.get("desk.name", ""))
    job["beats"] = tuple(dict.fromkeys((*job.get("beats", ()), *said.get("tags", ()))))
    if "role.fax" in said:
        job["details.fax"] = said["role.fax"][0].typed
    if ContactState.INACTIVE in (said.get("state"), said.get("list.status")):
        job.setdefault("ended_on", today)
    return job


def _desks(
    said: Said, base: ContactRow, mailboxes: Sequence[MailAddress], *, is_beside: bool
) -> Iterator[ContactRow]:
    of = "desk"
    facts: Said = {} if is_beside else _attributes(said, DESK)
    if not is_beside and "desk.phone" not in said:
        of = "role"
    facts |= _phones(said, of, ("phone",))
    if "phone" not in facts and (mobile := said.get(f"{of}.mobile")):
        facts |= {"phone": mobile[0].typed, "phone_e164": mobile[0].e164}
    facts.setdefault("beats", said.get("outlet.beats", ()))
    if "desk.fax" in said:
        facts["details.fax"] = said["desk.fax"][0].typed
    for place, mailbox in enumerate(mailboxes):
        yield replace(
            base,
            email=mailbox,
            is_desk=True,
            desk=said.get("desk.name", "") if not is_beside else "",
            person=facts,
            outlet_facts={} if is_beside or place else base.outlet_facts,
            lists=() if is_beside else base.lists,
            closed_because=None if is_beside else base.closed_because,
            is_beside=is_beside or place > 0,
        )


def _closed(said: Said) -> SuppressionReason | None:
    """Why the file says that nobody may write to the address."""
    for target, reason in STATES.items():
        if said.get(target):
            return reason
    told = [said.get("state"), said.get("list.status")]
    return next((CLOSED[state] for state in told if state in CLOSED), None)


def _attributes(said: Said, names: Mapping[str, str]) -> Said:
    return {name: said[target] for target, name in names.items() if target in said}


def _phones(said: Said, of: str, kinds: Sequence[str]) -> Said:
    """The first number of each kind, as it was typed and in E.164."""
    found: Said = {}
    for kind in kinds:
        phones: Sequence[Phone] = said.get(f"{of}.{kind}", ())
        if phones:
            found |= {kind: phones[0].typed, f"{kind}_e164": phones[0].e164}
            found |= {f"details.more_{kind}s": tuple(p.typed for p in phones[1:])}
    return found
