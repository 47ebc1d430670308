"""Whether there is something to send, somebody to call, and an address that takes answers."""

from typing import Final

from mailer import clock, languages
from mailer.models import EditionStatus, PressContact
from mailer.releases.readiness.findings import Found, finding
from mailer.releases.readiness.known import known
from mailer.releases.readiness.reading import Reading, Subject
from mailer.releases.readiness.tongues import hours

#: Whose mail nobody may send but they themselves: a From of theirs is refused (standards H-5).
FREE_MAIL: Final = known("free mail")
NO_REPLY = ("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "nepasrepondre")


def check(subject: Subject) -> Found:
    """Editions, contacts, the sender, the occasions and what every edition should carry."""
    yield from _editions(subject)
    yield from _contacts(subject)
    yield from _sender(subject)
    yield from _occasions(subject)
    for reading in subject.readings:
        yield from _untold_occasions(reading)
    for reading in subject.readings:
        yield from _standing_texts(reading)


def _editions(subject: Subject) -> Found:
    if not subject.full.revisions:
        yield finding(
            "no-edition",
            "",
            "editions",
            "no edition is ready",
            "import a text of this release in one of its languages",
        )
    for language, status in subject.full.statuses.items():
        if status is EditionStatus.STALE:
            name = languages.name(language, written_in="en")
            yield finding(
                "stale-edition",
                language,
                "edition",
                f"the {name} text is older than the source it was made from, and stays behind",
                "import it mended, or say `mailer releases still-valid` if it still holds",
            )


def _contacts(subject: Subject) -> Found:
    full = subject.full
    if not (full.contacts or full.release.names_duty):
        yield finding(
            "no-contact",
            "",
            "contacts",
            "the release names no press contact",
            "add contacts: with a key or a record to the file and import it again",
        )
    for contact in full.contacts:
        if not _is_reachable(contact):
            yield finding(
                "contact-unreachable",
                "",
                f"contact {contact.key}",
                f"{contact.name} has neither a telephone number nor an e-mail address to print",
                "add phone: or email: to the contact's record",
            )


def _is_reachable(contact: PressContact) -> bool:
    return bool(contact.phone or contact.email or (contact.mobile and contact.shows_mobile))


def _sender(subject: Subject) -> Found:
    office = subject.full.office
    domain = office.from_address.rpartition("@")[2].lower()
    if domain in FREE_MAIL:
        yield finding(
            "free-mail-sender",
            "",
            f"from address {office.from_address}",
            f"the office writes from {domain}, whose mail others refuse when we send it",
            "give the office a from_address in a domain of its own",
        )
    answers = office.reply_to or office.from_address
    if answers.lower().partition("@")[0].startswith(NO_REPLY):
        yield finding(
            "no-reply-address",
            "",
            f"reply address {answers}",
            f"answers would go to {answers}, which nobody reads",
            "give the office a reply_to that somebody on duty reads",
        )


def _occasions(subject: Subject) -> Found:
    for occasion in subject.full.occasions:
        zone = clock.zone(occasion.zone)
        last = (occasion.ends_at or occasion.starts_at).astimezone(zone).date()
        where = f"occasion “{occasion.title}”"
        if last < subject.full.release.dated_on and occasion.cancelled_at is None:
            said = languages.long_date(last, "en")
            yield finding(
                "occasion-past",
                "",
                where,
                f"“{occasion.title}” ends on {said}, before the date of the release",
                "mend the date of the occasion or of the release, or take the occasion out",
            )
        for moment in (occasion.starts_at, occasion.ends_at):
            if moment and hours.is_doubled(moment, zone):
                shown = f"{moment.astimezone(zone):%H:%M}"
                yield finding(
                    "doubled-hour",
                    "",
                    where,
                    f"clocks in {occasion.zone} show {shown} twice that day: summer time ends",
                    "choose an hour that comes once, or say in the text which one is meant",
                )


def _untold_occasions(reading: Reading) -> Found:
    """What is said by language is missed where it is not said in that of an edition."""
    language = reading.language
    name = languages.name(language, written_in="en")
    for occasion in reading.full.occasions:
        missing = [
            f"“{plain}”"
            for plain, spoken in occasion.wordings.items()
            if languages.closest(language, spoken) is None
        ]
        if missing and occasion.cancelled_at is None:
            told = ", ".join(missing)
            yield finding(
                "occasion-language",
                language,
                f"occasion “{occasion.title}”",
                f"readers of the {name} text would read {told} in another language",
                f"add a line {language}: … beside the other languages",
            )


def _standing_texts(reading: Reading) -> Found:
    """What the office prints in other languages is missed only where this one lacks it."""
    office, language = reading.full.office, reading.language
    name = languages.name(language, written_in="en")
    if reading.full.release.kind.replaces and not reading.revision.change_note.strip():
        yield finding(
            "no-change-note",
            language,
            "change note",
            f"the {name} text does not say what changed, and its first line must",
            "add change_note: with one or two sentences to the file and import it again",
        )
    if office.boilerplates and reading.full.release.carries_boilerplate and not reading.boilerplate:
        yield finding(
            "no-boilerplate",
            language,
            "boilerplate",
            f"the office has no text about itself in {name}, and the release goes out without one",
            "add it to the office, or set boilerplate: no in the file",
        )
    if office.end_marks and not languages.closest(language, office.end_marks):
        yield finding(
            "no-end-mark",
            language,
            "end mark",
            f"the office closes its texts with a mark such as ENDS, but has none in {name}",
            "add it to the office, or leave it",
        )
