"""The words for what a column of a file can mean, and the kind of value that its cells hold."""

from collections.abc import Iterable

from mailer.contacts.importing.values.kinds import Kind
from mailer.contacts.suggesting import did_you_mean
from mailer.errors import BadInput

IGNORE = "ignore"
#: What a column can mean: `outlet` and `desk` for the title and its desks, `person` for the
#: journalist, `role` for the job there, `state` for what another system says of the address.
TARGETS: dict[str, Kind] = {
    "outlet.name": Kind.TEXT,
    "outlet.external_id": Kind.NUMBER_ID,
    "outlet.group": Kind.TEXT,
    "outlet.media_type": Kind.MEDIA_TYPE,
    "outlet.type_detail": Kind.TEXT,
    "outlet.product_type": Kind.TEXT,
    "outlet.notes_public": Kind.TEXT,
    "outlet.scope": Kind.TEXT,
    "outlet.periodicity": Kind.FREQUENCY,
    "outlet.market": Kind.TEXT,
    "outlet.reach": Kind.TEXT,
    "outlet.beats": Kind.BEATS,
    "outlet.publication_languages": Kind.LANGUAGES,
    "outlet.preferred_channel": Kind.TEXT,
    "outlet.url": Kind.URL,
    "outlet.zone": Kind.ZONE,
    "outlet.addr1": Kind.TEXT,
    "outlet.addr2": Kind.TEXT,
    "outlet.postcode": Kind.TEXT,
    "outlet.city": Kind.TEXT,
    "outlet.region": Kind.TEXT,
    "outlet.country": Kind.COUNTRY,
    "desk.name": Kind.TEXT,
    "desk.email": Kind.EMAILS,
    "desk.phone": Kind.PHONES,
    "desk.mobile": Kind.PHONES,
    "desk.fax": Kind.PHONES,
    "person.full_name": Kind.FULL_NAME,
    "person.title": Kind.NAME,
    "person.given_name": Kind.NAME,
    "person.particle": Kind.NAME,
    "person.family_name": Kind.FAMILY_NAME,
    "person.patronymic": Kind.NAME,
    "person.suffix": Kind.NAME,
    "person.salutation": Kind.NAME,
    "person.gender": Kind.TEXT,
    "person.languages": Kind.LANGUAGES,
    "person.country": Kind.COUNTRY,
    "person.zone": Kind.ZONE,
    "person.phone": Kind.PHONES,
    "person.mobile": Kind.PHONES,
    "person.preferred_channel": Kind.TEXT,
    "person.rating": Kind.TEXT,
    "person.notes_public": Kind.TEXT,
    "person.notes_private": Kind.TEXT,
    "person.social.x": Kind.PROFILES,
    "person.social.linkedin": Kind.PROFILES,
    "person.social.facebook": Kind.PROFILES,
    "person.social.instagram": Kind.PROFILES,
    "person.social.other": Kind.PROFILES,
    "person.url": Kind.PROFILES,
    "person.do_not_contact": Kind.FLAG,
    "person.embargo_trusted": Kind.FLAG,
    "person.accredited_until": Kind.DATE,
    "person.tracking": Kind.TRACKING,
    "person.open_tracking": Kind.TRACKING,
    "role.external_id": Kind.NUMBER_ID,
    "role.job_title": Kind.TEXT,
    "role.role_type": Kind.TEXT,
    "role.desk": Kind.TEXT,
    "role.beats": Kind.BEATS,
    "role.email": Kind.EMAILS,
    "role.phone": Kind.PHONES,
    "role.mobile": Kind.PHONES,
    "role.fax": Kind.PHONES,
    "role.addr1": Kind.TEXT,
    "role.addr2": Kind.TEXT,
    "role.postcode": Kind.TEXT,
    "role.city": Kind.TEXT,
    "role.region": Kind.TEXT,
    "role.country": Kind.COUNTRY,
    "role.started_on": Kind.DATE,
    "role.ended_on": Kind.DATE,
    "lists": Kind.LISTS,
    "tags": Kind.WORDS,
    "list.status": Kind.STATE,
    "state": Kind.STATE,
    "state.bounced": Kind.FLAG,
    "state.unsubscribed": Kind.FLAG,
    "state.complained": Kind.FLAG,
    "coverage.title": Kind.TEXT,
    "coverage.url": Kind.URL,
    "coverage.author": Kind.TEXT,
    "coverage.date": Kind.TEXT,
    "coverage.snippet": Kind.TEXT,
    "coverage.topics": Kind.WORDS,
    "coverage.from_release": Kind.TEXT,
    IGNORE: Kind.IGNORE,
}
#: Kinds of which one contact may have several values, so that two columns add up.
ADDING_UP = frozenset(
    {Kind.EMAILS, Kind.PHONES, Kind.WORDS, Kind.BEATS, Kind.LISTS, Kind.LANGUAGES, Kind.PROFILES}
)


def kind_of(target: str) -> Kind:
    """How the cells of that column are read."""
    return TARGETS[target]


def takes_several(target: str) -> bool:
    """Whether two columns that mean it are both kept."""
    return target == IGNORE or TARGETS[target] in ADDING_UP


def parse_target(text: str) -> str:
    """The target of that name. Raises BadInput for none, with the nearest."""
    word = text.strip().casefold()
    if word in TARGETS:
        return word
    raise BadInput(f"{text!r} is nothing that a column can mean: {did_you_mean(word, TARGETS)}")


def names_somebody(targets: Iterable[str]) -> bool:
    """Whether a file with these columns says whom or what a row is about."""
    wanted = {"outlet.name", "outlet.external_id", "desk.email", "role.email", *PERSON}
    return not wanted.isdisjoint(targets)


PERSON = frozenset({"person.full_name", "person.given_name", "person.family_name"})
