"""The cover: the localised head and foot of a message, in the reader's language whatever the text
is written in. Everything a template may see is a plain value made here or in rendering (R9).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailer.clock import zone
from mailer.compose.covers.clocks import city, on_clock
from mailer.compose.covers.greetings import closing
from mailer.compose.covers.notice_words import NoticeWords, notice_words
from mailer.compose.covers.saying import Way, Words, words_for, written_date
from mailer.compose.letter import Letter
from mailer.compose.thread import change_word, subject_word, tells_change, told_kind
from mailer.languages import (
    closest,
    direction,
    first_match,
    long_date,
    weekday_date,
)
from mailer.models import Office, PressContact, ReleaseKind
from mailer.releases.offices import list_name, masthead_name
from mailer.releases.references import printed_reference

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
NOT_BEFORE = "EMBARGO: not for publication before {datetime}"
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
    #: Stands before the subject of a reply, such as `Rettelse: `; may be empty.
    prefix: str
    kicker: str
    #: Short lines on what may be done with the text, such as `For immediate release`.
    notes: tuple[str, ...]
    date_line: str
    reference_line: str
    #: Empty when the text may be published now: then no template says the word either.
    embargo_line: str
    greeting: str
    #: The officer's words to this reader alone: the lines of each paragraph.
    note: tuple[tuple[str, ...], ...]
    #: Below the text of whoever is greeted; empty for all others.
    closing: str
    contact_heading: str
    contacts: tuple[ContactCard, ...]
    foot: Foot


def make_cover(letter: Letter) -> Cover:
    """The cover of that letter; what the office has not given is left out."""
    language, office = letter.cover_language, letter.full.office
    words = words_for(office, language)
    return Cover(
        language=language,
        direction=direction(language),
        colon=words.colon,
        comma=words.comma,
        masthead=_masthead(office, words),
        medium=words.known(office.medium_label),
        prefix=_prefix(letter, words),
        kicker=words.say(KICKERS[told_kind(letter)]),
        notes=tuple(map(words.say, _notes(letter))),
        date_line=_date_line(letter, words),
        reference_line=_reference_line(letter, words),
        embargo_line=_embargo_line(letter, words),
        greeting=letter.greeting,
        note=tuple(tuple(paragraph.split("\n")) for paragraph in letter.note),
        closing=closing(language) if letter.greeting else "",
        contact_heading=words.say("Press contact"),
        contacts=tuple(
            _card(contact, words, edition=letter.edition_language)
            for contact in letter.full.contacts_for(letter.edition_language)
        ),
        foot=_foot(letter, words),
    )


def _prefix(letter: Letter, words: Words) -> str:
    word = subject_word(letter)
    return f"{words.say(word)}{words.colon} " if word else ""


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
    office, day = letter.full.office, letter.full.release.dated_on
    date = written_date(day, words.language, office=office)
    date = _closed(words.say("Date: {date}", date=date))
    if letter.pages is None:
        return date
    pages = words.say("Number of pages (incl. this one): {n}", n=letter.pages)
    return full_stop_joined(date, pages)


def _notes(letter: Letter) -> Iterator[str]:
    """What the reader is told beside the kind of the text, in English."""
    kind = told_kind(letter)
    # The kicker of a correction says already that something has changed.
    if letter.revision.change_note and tells_change(letter) and not kind.replaces:
        yield change_word(letter)
    if letter.is_withdrawn:
        yield "Withdrawal"
    if kind is ReleaseKind.SPEECH:
        yield "Check against delivery"
    is_off = any(occasion.cancelled_at for occasion in letter.full.occasions)
    is_for_use = kind is not ReleaseKind.WITHDRAWAL and not is_off and not letter.is_withdrawn
    if letter.full.office.says_immediate and letter.embargo_until is None and is_for_use:
        yield "For immediate release"


def _reference_line(letter: Letter, words: Words) -> str:
    if not letter.full.office.prints_reference:
        return ""
    printed = printed_reference(
        letter.full.release.reference,
        language=letter.edition_language,
        revision=letter.revision.number,
    )
    return words.say("Reference: {reference}", reference=words.apart(printed))


def _embargo_line(letter: Letter, words: Words) -> str:
    if letter.embargo_until is None:
        return ""
    return words.say(NOT_BEFORE, datetime=_moment(letter.embargo_until, letter, words))


def _moment(until: datetime, letter: Letter, words: Words) -> str:
    """The moment on the reader's clock, then in brackets on the office's and in UTC (J4)."""
    office, language = letter.full.office, words.language
    here = until.astimezone(zone(letter.zone or office.zone))
    there = until.astimezone(zone(office.zone))
    own = on_clock(here, city(letter.zone, words, office=office), words)
    others: dict[timedelta | None, str] = {}
    for moment, place in ((there, words.known(office.city)), (until.astimezone(UTC), "")):
        if moment.utcoffset() != here.utcoffset():
            clock = on_clock(moment, place, words, names_place=True)
            day = "" if moment.date() == here.date() else f"{long_date(moment.date(), language)} "
            others.setdefault(moment.utcoffset(), f"{day}{clock}")
    told = f"{own}{words.comma} {weekday_date(here.date(), language)}"
    return f"{told} ({f'{words.comma} '.join(others.values())})" if others else told


def _role(contact: PressContact, words: Words, *, edition: str) -> str:
    """In the language of the cover, else of the text; else as it is for all, else our own word."""
    spoken = first_match((words.language, edition), contact.roles) if contact.roles else None
    return contact.roles[spoken[1]] if spoken else contact.role or words.say("Press officer")


def _card(contact: PressContact, words: Words, *, edition: str) -> ContactCard:
    mobile = contact.mobile if contact.shows_mobile else ""
    return ContactCard(
        name=contact.name,
        role=_role(contact, words, edition=edition),
        ways=words.number("Phone", contact.phone)
        + words.number("Mobile", mobile)
        + words.mailbox(contact.email),
    )


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
