"""The kinds of value that a cell can hold, whatever column it stands in."""

from enum import StrEnum


class Kind(StrEnum):
    """What the text of a cell is read as, and what comes of it."""

    #: One line of text: str.
    TEXT = "text"
    #: A part of a name, where "Keiner" is somebody: str.
    NAME = "name"
    #: Free words such as tags: a tuple of str.
    WORDS = "words"
    #: Subjects covered, in lower case; the top terms of IPTC stay whole: a tuple of str.
    BEATS = "beats"
    #: Names of media lists, which may hold commas: a tuple of str.
    LISTS = "lists"
    #: A number in another database, as text: str.
    NUMBER_ID = "number_id"
    #: A whole name of a person: PersonName.
    FULL_NAME = "full_name"
    #: A family name, sometimes "Family, Given": PersonName.
    FAMILY_NAME = "family_name"
    #: A tuple of MailAddress.
    EMAILS = "emails"
    #: A tuple of Phone.
    PHONES = "phones"
    #: Tags of BCP 47, in order: a tuple of str.
    LANGUAGES = "languages"
    #: Two letters of ISO 3166-1: str.
    COUNTRY = "country"
    #: MediaType.
    MEDIA_TYPE = "media_type"
    #: Frequency.
    FREQUENCY = "frequency"
    #: Yes or no: bool.
    FLAG = "flag"
    #: date.
    DATE = "date"
    #: A name of the tz database: str.
    ZONE = "zone"
    #: One web address: str.
    URL = "url"
    #: Web addresses, or names at a social network: a tuple of str.
    PROFILES = "profiles"
    #: TrackingMode.
    TRACKING = "tracking"
    #: ContactState.
    STATE = "state"
    #: A column that is left out: nothing.
    IGNORE = "ignore"
