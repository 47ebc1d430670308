"""One manuscript: a Markdown file in one language, read into a draft of an edition."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from mailer import addresses, clock, languages
from mailer.errors import BadInput
from mailer.models import ReleaseKind
from mailer.releases.manuscripts.front_matter import Record, is_blank, read_parts, unknown

KEYS: Final = (
    "reference",
    "kind",
    "language",
    "title",
    "subtitle",
    "place",
    "date",
    "beats",
    "contacts",
    "occasions",
    "embargo_until",
    "publish_at",
)
CONTACT_KEYS: Final = ("key", "name", "role", "phone", "mobile", "email")
OCCASION_KEYS: Final = ("title", "place", "starts", "ends", "zone", "open_to_press")
#: Letters and digits, joined by single signs: it stands in file names, addresses and headers.
REFERENCE = re.compile(r"[A-Za-z0-9]+(?:[._/-][A-Za-z0-9]+)*")
LONGEST_REFERENCE = 64
#: The addresses of our own pages behind that of a release: a reference that ended like one
#: would hide that page of the release before the slash.
OUR_PAGES = re.compile(
    r"/(?P<page>report(?:\.csv)?|recipients|message/[^/]+|distribute(?:/(?:audience|review|change))?)\Z",
    re.IGNORECASE,
)
#: Beyond these a text is no press release, and would keep the reader of Markdown for seconds.
LONGEST_BODY = 500_000
MOST_BRACKETS = 5_000
MOST_LINKS = 2_000
HEADING = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+?)[ \t]*#*[ \t]*(?:\n|\Z)")
#: The word that takes an embargo or a publishing time away; leaving the line out changes nothing.
LIFTED: Final = "none"
#: A day without a time lasts until its last minute.
LAST_MINUTE = time(23, 59)


@dataclass(frozen=True)
class ContactRecord:
    """A press contact as a release file writes one out."""

    name: str
    key: str = ""
    role: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""


@dataclass(frozen=True)
class OccasionDraft:
    """A press event as a release file describes it; naive times are meant in `zone`."""

    title: str
    starts: datetime
    ends: datetime | None = None
    place: str = ""
    #: Empty: the office's zone.
    zone: str = ""
    is_open_to_press: bool = True


#: A moment, the word "none", or None where the file says nothing.
Stated = datetime | str | None


@dataclass(frozen=True)
class EditionDraft:
    """One language of a release as its file has it, with the shared facts that the file states."""

    file: str
    language: str
    title: str
    body: str
    dated_on: date
    subtitle: str = ""
    place: str = ""
    reference: str = ""
    kind: ReleaseKind | None = None
    beats: tuple[str, ...] = ()
    contacts: tuple[str | ContactRecord, ...] = ()
    occasions: tuple[OccasionDraft, ...] = ()
    embargo_until: Stated = None
    publish_at: Stated = None

    @property
    def shared_facts(self) -> int:
        """How many facts beyond its own text the file states."""
        facts = (self.reference, self.kind, self.place, self.beats, self.contacts)
        times = (self.occasions, self.embargo_until, self.publish_at)
        return sum(bool(fact) for fact in facts + times)


def read_manuscript(path: Path) -> EditionDraft:
    """The draft that the file holds.

    Raises BadInput, naming the file, the key and what to do.
    """
    record, text = read_parts(path)
    record.refuse_unknown(KEYS)
    _refuse_too_much(record, text)
    title, body = _title_and_body(record, text)
    return EditionDraft(
        file=path.name,
        reference=_reference(record),
        kind=_kind(record),
        language=_language(record),
        title=title,
        subtitle=record.line("subtitle"),
        place=record.line("place"),
        dated_on=record.day("date"),
        beats=record.words("beats"),
        contacts=tuple(_contact(item) for item in record.items("contacts") if item),
        occasions=tuple(_occasion(record, item) for item in record.items("occasions") if item),
        embargo_until=_stated(record, "embargo_until"),
        publish_at=_stated(record, "publish_at"),
        body=body,
    )


def _refuse_too_much(record: Record, text: str) -> None:
    """Counted in the plain text: Markdown is not read before it is known to be cheap."""
    address, lower = "http", text.lower()
    links = lower.count("](") + lower.count(address) - lower.count(f"]({address}")
    counts = (
        (len(text), LONGEST_BODY, "characters"),
        (text.count("["), MOST_BRACKETS, "brackets ["),
        (links, MOST_LINKS, "links"),
    )
    for count, most, what in counts:
        if count > most:
            said = f"body holds {count:,} {what}, more than {most:,}"
            raise BadInput(f"{record.where}: {said}: shorten it, or link to a page with the rest")


def _title_and_body(record: Record, text: str) -> tuple[str, str]:
    """The title of the front matter, else the heading of the text; a text never repeats it."""
    title = record.line("title")
    title = "" if is_blank(title) else title
    heading = HEADING.match(text)
    if heading and title in {"", " ".join(heading["title"].split())}:
        title, text = " ".join(heading["title"].split()), text[heading.end() :]
    if is_blank(title):
        raise BadInput(f"{record.where}: title is missing: add a line title: …")
    lines = text.rstrip().split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    if is_blank("".join(lines)):
        raise BadInput(f"{record.where}: body is missing: write the text below the front matter")
    return title, "\n".join(lines)


def _reference(record: Record) -> str:
    reference = record.line("reference")
    if reference and not REFERENCE.fullmatch(reference):
        raise record.wrong("reference", "must be letters and digits with . _ - or / between them")
    if len(reference) > LONGEST_REFERENCE:
        raise record.wrong("reference", f"must have at most {LONGEST_REFERENCE} signs")
    if ours := OUR_PAGES.search(reference):
        raise record.wrong("reference", f"must not end in /{ours['page']}, a page of ours")
    return reference


def _kind(record: Record) -> ReleaseKind | None:
    word = record.line("kind").lower().replace("_", "-").replace(" ", "-")
    if not word:
        return None
    try:
        return ReleaseKind(word)
    except ValueError as wrong:
        known = [kind.value for kind in ReleaseKind]
        raise BadInput(f"{record.where}: {unknown('kind', word, known)}") from wrong


def _language(record: Record) -> str:
    tag = record.required("language")
    try:
        return languages.parse(tag)
    except BadInput as wrong:
        raise BadInput(f"{record.where}: language {wrong}") from wrong


def _contact(item: str | Record) -> str | ContactRecord:
    if isinstance(item, str):
        return item
    item.refuse_unknown(CONTACT_KEYS)
    item.required("name")
    contact = ContactRecord(**{key: item.line(key) for key in CONTACT_KEYS})
    if contact.email:
        try:
            addresses.parse(contact.email)
        except BadInput as wrong:
            raise BadInput(f"{item.where}: {wrong}") from wrong
    return contact


def _occasion(record: Record, item: str | Record) -> OccasionDraft:
    if isinstance(item, str):
        raise record.wrong("occasions", "must be records with title: and starts:")
    item.refuse_unknown(OCCASION_KEYS)
    zone, starts = item.line("zone"), _at(item.moment("starts"), time.min)
    if starts is None:
        raise BadInput(f"{item.where}: starts is missing: add a line starts: 2007-06-11T09:30")
    try:
        if zone:
            clock.zone(zone)
    except BadInput as wrong:
        raise BadInput(f"{item.where}: {wrong}") from wrong
    return OccasionDraft(
        title=item.required("title"),
        place=item.line("place"),
        starts=starts,
        ends=_at(item.moment("ends"), LAST_MINUTE),
        zone=zone,
        is_open_to_press=item.claim("open_to_press", default=True),
    )


def _at(moment: date | datetime | None, time_of_day: time) -> datetime | None:
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time_of_day)


def _stated(record: Record, key: str) -> Stated:
    if record.line(key).lower() == LIFTED:
        return LIFTED
    moment = record.moment(key)
    if moment is None or isinstance(moment, datetime):
        return moment
    raise record.wrong(key, "needs a time of day too, such as 2007-06-11T09:30")
