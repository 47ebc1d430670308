"""The cover: the localised head and foot of a message, in the reader's language whatever the text
is written in. Everything a template may see is a plain value made here or in rendering (R9).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from babel.dates import get_timezone_location

from mailer.clock import zone
from mailer.compose.letter import Letter
from mailer.compose.notice_words import NoticeWords, notice_words
from mailer.compose.saying import Way, Words
from mailer.languages import (
    clock_time,
    closest,
    direction,
    locale,
    long_date,
    weekday_date,
)
from mailer.models import Office, PressContact, ReleaseKind
from mailer.releases.offices import list_name, masthead_name

#: The line above the title: what kind of text this is.
KICKERS = {
    ReleaseKind.RELEASE: "Press release for the editorial desk",
    ReleaseKind.STATEMENT: "Statement",
    ReleaseKind.SPEECH: "Speech",
    ReleaseKind.ADVISORY: "Media advisory",
    ReleaseKind.INVITATION: "Invitation to the press",
    ReleaseKind.PHOTO: "Photo opportunity",
    ReleaseKind.OP_ED: "Op-ed",
    ReleaseKind.MEMO: "Background note",
    ReleaseKind.PLANNER: "Forward planner",
    ReleaseKind.CORRECTION: "Correction",
    ReleaseKind.WITHDRAWAL: "Withdrawal",
    ReleaseKind.EMBARGO_LIFTED: "Embargo lifted",
}
#: Medium labels that every language has a word for.
MEDIA = frozenset({"E-mail", "Fax", "Phone", "Website"})
REASON = "You receive this e-mail because your address is on the press distribution list “{list}”."


@dataclass(frozen=True)
class Masthead:
    """Whose letter this is. The name has its own language where it is not in the cover's."""

    name: str
    language: str
    direction: str
    calls: tuple[Way, ...]
    writes: tuple[Way, ...]


@dataclass(frozen=True)
class ContactCard:
    """Someone whom the press may call."""

    name: str
    role: str
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Foot:
    """Why the reader gets this, how to leave, and where we can be found."""

    reason: str
    view: str
    unsubscribe: str
    privacy: str
    stop_measuring: str
    postal_address: str
    #: One, or none for who was told before.
    notices: tuple[NoticeWords, ...]


@dataclass(frozen=True)
class Cover:
    """The head and foot of a message in one language."""

    language: str
    direction: str
    colon: str
    comma: str
    masthead: Masthead
    medium: str
    kicker: str
    note: str
    date_line: str
    #: Empty when the text may be published now: then no template says the word either.
    embargo_line: str
    contact_heading: str
    contacts: tuple[ContactCard, ...]
    foot: Foot


def make_cover(letter: Letter) -> Cover:
    """The cover of that letter; what the office has not given is left out."""
    language, office, release = letter.cover_language, letter.full.office, letter.full.release
    words = Words(language)
    return Cover(
        language=language,
        direction=direction(language),
        colon=words.colon,
        comma=words.comma,
        masthead=_masthead(office, words),
        medium=_medium(office.medium_label, words),
        kicker=words.say(KICKERS[release.kind]),
        note=words.say("Check against delivery") if release.kind is ReleaseKind.SPEECH else "",
        date_line=_date_line(letter, words),
        embargo_line=_embargo_line(letter, words),
        contact_heading=words.say("Press contact"),
        contacts=tuple(_card(contact, words) for contact in letter.full.contacts),
        foot=_foot(letter, words),
    )


def full_stop_joined(*sentences: str) -> str:
    """Short sentences on one line, each but the last closed by a full stop."""
    *closed, last = [sentence for sentence in sentences if sentence] or [""]
    return " ".join([*map(_closed, closed), last])


def _closed(sentence: str) -> str:
    """With a full stop; dates have one in many languages (`4. lipnja 2007.`, `4 июня 2007 г.`)."""
    return sentence if sentence.endswith(".") else f"{sentence}."


def _masthead(office: Office, words: Words) -> Masthead:
    in_cover = closest(words.language, office.names) if office.names else None
    language = in_cover or office.default_language
    website = office.website
    href = website if "://" in website else f"https://{website}"
    return Masthead(
        name=masthead_name(office, words.language),
        language=language,
        direction=direction(language),
        calls=words.number("Phone", office.phone) + words.number("Fax", office.fax, colon=""),
        writes=words.mailbox(office.email) + words.way("Website", website, href),
    )


def _date_line(letter: Letter, words: Words) -> str:
    written = long_date(letter.full.release.dated_on, words.language)
    date = _closed(words.say("Date: {date}", date=written))
    if letter.pages is None:
        return date
    pages = words.say("Number of pages (incl. this one): {n}", n=letter.pages)
    return full_stop_joined(date, pages)


def _embargo_line(letter: Letter, words: Words) -> str:
    until = letter.full.release.embargo_until
    if until is None:
        return ""
    return words.say("Embargoed until {datetime}", datetime=_moment(until, letter, words))


def _moment(until: datetime, letter: Letter, words: Words) -> str:
    """The moment on the reader's clock first, then on the office's, then in UTC (J4)."""
    office, language = letter.full.office, words.language
    here = until.astimezone(zone(letter.zone or office.zone))
    there = until.astimezone(zone(office.zone))
    clocks: dict[timedelta | None, str] = {}
    city = _city(letter.zone, office=office, language=language)
    for moment, place in ((here, city), (there, office.city), (until.astimezone(UTC), "")):
        day = "" if moment.date() == here.date() else f"{long_date(moment.date(), language)}, "
        clock = words.apart(f"{day}{_on_clock(moment, place, language)}")
        clocks.setdefault(moment.utcoffset(), clock)
    return f"{weekday_date(here.date(), language)}{words.comma} {' / '.join(clocks.values())}"


def _city(zone_name: str, *, office: Office, language: str) -> str:
    if zone_name in {"", office.zone}:
        return office.city
    return str(get_timezone_location(zone(zone_name), locale=locale(language), return_city=True))


def _on_clock(moment: datetime, place: str, language: str) -> str:
    where = ", ".join(part for part in (place, _offset(moment)) if part)
    return f"{clock_time(moment, language)} ({where})"


def _offset(moment: datetime) -> str:
    """Such as UTC+2; names of zones are known to few languages (standards 8 C-3)."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "\u2212"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "") if minutes else "UTC"


def _card(contact: PressContact, words: Words) -> ContactCard:
    mobile = contact.mobile if contact.shows_mobile else ""
    return ContactCard(
        name=contact.name,
        role=contact.role or words.say("Press officer"),
        ways=words.number("Phone", contact.phone)
        + words.number("Mobile", mobile)
        + words.mailbox(contact.email),
    )


def _medium(label: str, words: Words) -> str:
    """The medium in the cover's language where the catalogs know it, else as the office says it."""
    return words.say(label) if label in MEDIA else label


def _foot(letter: Letter, words: Words) -> Foot:
    office = letter.full.office
    return Foot(
        reason=words.say(REASON, list=words.apart(list_name(office, words.language))),
        view=words.say("View in browser"),
        unsubscribe=words.say("Unsubscribe"),
        privacy=words.say("Privacy and your rights"),
        stop_measuring=words.say("Stop measuring"),
        postal_address=" ".join(office.postal_address.split()),
        notices=notice_words(letter, words),
    )
