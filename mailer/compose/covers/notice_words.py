"""The notice under Art. 14 in the language of the cover: who holds the data, why, from whom, on
which basis and for how long, and what the reader may do about it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from babel.dates import format_timedelta

from mailer.compose.covers.notice import ACTS, AUTHORITIES
from mailer.compose.covers.saying import Way, Words
from mailer.compose.letter import Letter
from mailer.languages import direction, locale
from mailer.models import LegalBasis, LegalProfile, Office
from mailer.releases.offices import masthead_name

WHO = (
    "Controller of your data: {office}."
    " We keep your name and your work contact details in order to send you press releases."
)
KEPT_FOR = "We keep the data while you work for the media; longest period after that: {time}."
KEPT = "We keep the data until you object or ask us to erase them."
RIGHTS = (
    "You can see, correct and erase your data, object to their use, and complain"
    " to the data protection authority{authority}."
)
#: What Babel takes for a month, in days, and a bound below which nothing is told in years.
DAYS: Final = 30
FAR: Final = 10_000
#: CLDR has only letters for it: Maltese counts from eleven on in the singular.
MONTHS: Final = {"mt": "{} xahar"}
#: On what we base that we hold somebody's data, as a notice says it.
BASES = {
    LegalBasis.CONSENT: "your consent",
    LegalBasis.LEGITIMATE_INTEREST: "our legitimate interest in informing the press",
    LegalBasis.PUBLIC_TASK: "our task in the public interest",
    LegalBasis.OTHER: "a ground that we name on request",
}


@dataclass(frozen=True)
class NoticeWords:
    """What somebody is told to whom we write for the first time."""

    who: str
    whence: str
    #: Between the two in plain text: in one to the left a name has a line of its own.
    gap: str
    #: It has a line of its own in the source of both parts: it is spliced for each reader.
    source: str
    rest: str
    #: Where to write to; the page of the office, if it has one, is linked to below.
    more: tuple[Way, ...]


def notice_words(letter: Letter, words: Words) -> tuple[NoticeWords, ...]:
    """The notice of that letter, if it has one."""
    if letter.notice is None:
        return ()
    office, terms = letter.full.office, letter.identity.terms
    profile = _profile(office)
    act = ACTS.get(profile, terms.regulation)
    basis = words.say(BASES[letter.notice.basis]) + (f" – {words.apart(act)}" if act else "")
    rest = (
        words.say("Legal basis: {basis}.", basis=basis),
        words.say(KEPT_FOR, time=_months(terms.months, words)) if terms.months else words.say(KEPT),
        words.say(RIGHTS, authority=_authority(profile, letter, words)),
    )
    return (
        NoticeWords(
            who=words.say(WHO, office=words.apart(masthead_name(office, words.language))),
            whence=words.say("We have these data from:"),
            gap="\n" if direction(words.language) == "rtl" else " ",
            source=letter.notice.source or words.say("public professional sources"),
            rest=" ".join(rest),
            more=()
            if office.privacy_url
            else words.mailbox(office.reply_to or office.from_address),
        ),
    )


def _profile(office: Office) -> LegalProfile:
    known = office.legal_profile in set(LegalProfile)
    return LegalProfile(office.legal_profile) if known else LegalProfile.CUSTOM


def _authority(profile: LegalProfile, letter: Letter, words: Words) -> str:
    """The name of the authority as it stands behind the word; empty where it has none here."""
    name = AUTHORITIES.get(profile, "")
    if profile is LegalProfile.COE:
        name = words.say("Council of Europe")
    elif profile is LegalProfile.CUSTOM:
        name = letter.identity.terms.authority
    return f" ({words.apart(name)})" if name else ""


def _months(number: int, words: Words) -> str:
    """So many months in the words of the language."""
    if words.language in MONTHS:
        return MONTHS[words.language].format(number)
    span = timedelta(days=DAYS * number)
    spoken = locale(words.language)
    return str(format_timedelta(span, granularity="month", threshold=FAR, locale=spoken))
