"""One manuscript: a Markdown file in one language, read into a draft of an edition."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

from mailer import addresses, languages
from mailer.errors import BadInput
from mailer.models import ReleaseKind
from mailer.releases.manuscripts.files import FileDraft, by_language, files_of
from mailer.releases.manuscripts.front_matter import Record, is_blank, read_parts, unknown
from mailer.releases.manuscripts.occasions import OccasionDraft, read_occasions

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
    "corrects",
    "change_note",
    "notes",
    "boilerplate",
    "translated_from",
    "files",
)
CONTACT_KEYS: Final = ("key", "name", "role", "phone", "mobile", "email")
#: Letters and digits, joined by single signs: it stands in file names, addresses and headers.
REFERENCE = re.compile(r"[A-Za-z0-9]+(?:[._/-][A-Za-z0-9]+)*")
LONGEST_REFERENCE = 64
#: The addresses of our own pages behind that of a release: a reference that ended like one
#: would hide that page of the release before the slash.
OUR_PAGES = re.compile(
    r"/(?P<page>report(?:\.csv)?|recipients|message/[^/]+|changes/[^/]+|still-valid|(?:notes|files)(?:/remove)?"
    r"|distribute(?:/(?:audience|review|change))?)\Z",
    re.IGNORECASE,
)
#: Beyond these a text is no press release, and would keep the reader of Markdown for seconds.
LONGEST_BODY = 500_000
MOST_BRACKETS = 5_000
MOST_LINKS = 2_000
HEADING = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+?)[ \t]*#*[ \t]*(?:\n|\Z)")
#: The word that takes an embargo or a publishing time away; leaving the line out changes nothing.
LIFTED: Final = "none"
#: Stands among the contacts for whoever is on duty when the text goes out.
DUTY: Final = "duty"


@dataclass(frozen=True)
class ContactRecord:
    """A press contact as a release file writes one out."""

    name: str
    key: str = ""
    role: str = ""
    #: The role by language, where the file gives it so.
    roles: Mapping[str, str] = field(default_factory=dict)
    phone: str = ""
    mobile: str = ""
    email: str = ""


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
    #: The reference of the release that this one corrects or withdraws.
    corrects: str = ""
    #: What changed, in this language.
    change_note: str = ""
    #: Notes to editors, in Markdown.
    notes: str = ""
    #: Whether the text about the office stands below it: yes, no, or empty where nothing is said.
    boilerplate: str = ""
    #: The number of the source's revision that it was made from; None: the file does not say.
    translated_from: int | None = None
    #: What lies beside it and goes with the release.
    files: tuple[FileDraft, ...] = ()

    @property
    def shared_facts(self) -> int:
        """How many facts beyond its own text the file states."""
        facts = (self.reference, self.kind, self.place, self.beats, self.contacts, self.corrects)
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
        occasions=read_occasions(record, language=_language(record)),
        embargo_until=_stated(record, "embargo_until"),
        publish_at=_stated(record, "publish_at"),
        corrects=record.line("corrects"),
        change_note=record.line("change_note"),
        notes=record.block("notes"),
        boilerplate=_yes_or_no(record, "boilerplate"),
        translated_from=_revision_number(record, "translated_from"),
        files=files_of(record, language=_language(record)),
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
    if not reference:
        return ""
    try:
        return refuse_unusable_reference(reference)
    except BadInput as wrong:
        raise record.wrong("reference", str(wrong)) from wrong


def refuse_unusable_reference(reference: str) -> str:
    """The reference as it is. Raises BadInput with what it must be like."""
    if not REFERENCE.fullmatch(reference):
        raise BadInput("must be letters and digits with . _ - or / between them")
    if len(reference) > LONGEST_REFERENCE:
        raise BadInput(f"must have at most {LONGEST_REFERENCE} signs")
    if ours := OUR_PAGES.search(reference):
        raise BadInput(f"must not end in /{ours['page']}, a page of ours")
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
        language = languages.parse(tag)
    except BadInput as wrong:
        raise BadInput(f"{record.where}: language {wrong}") from wrong
    if language.startswith("x-"):
        known = "known to no reader's program: name it like da or pt-BR"
        raise BadInput(f"{record.where}: language {tag!r} is {known}")
    return language


def _contact(item: str | Record) -> str | ContactRecord:
    if isinstance(item, str):
        return item
    item.refuse_unknown(CONTACT_KEYS)
    item.required("name")
    roles = by_language(item, "role")
    lines = (key for key in CONTACT_KEYS if not (key == "role" and roles))
    contact = ContactRecord(**{key: item.line(key) for key in lines}, roles=roles)
    if contact.key.lower() == DUTY:
        raise item.wrong("key", "must be another word: that one stands for whoever is on duty")
    if contact.email:
        try:
            addresses.parse(contact.email)
        except BadInput as wrong:
            raise BadInput(f"{item.where}: {wrong}") from wrong
    return contact


def _yes_or_no(record: Record, key: str) -> str:
    if not record.line(key):
        return ""
    return "yes" if record.claim(key, default=True) else "no"


def _revision_number(record: Record, key: str) -> int | None:
    word = record.line(key)
    if not word:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,5}", word):
        raise record.wrong(key, "must be the number of a revision of the source, such as 2")
    return int(word)


def _stated(record: Record, key: str) -> Stated:
    if record.line(key).lower() == LIFTED:
        return LIFTED
    moment = record.moment(key)
    if moment is None or isinstance(moment, datetime):
        return moment
    raise record.wrong(key, "needs a time of day too, such as 2007-06-11T09:30")
