"""Languages and countries in criteria: by their codes, so that each is said in one way only. Who
writes another word for one is told the code, where a file with that word would be understood.
"""

from babel.languages import get_official_languages

from mailer import languages
from mailer.contacts.importing.values.country_names import find_country
from mailer.contacts.importing.values.language_names import find_language
from mailer.contacts.places import country_name, parse_country
from mailer.errors import BadInput

#: In which language the commands and the pages speak.
ENGLISH = "en"


def language_tag(text: str) -> str:
    """The tag. Raises BadInput, with the tag for a name of the language or a country's code."""
    try:
        return languages.parse(text)
    except BadInput as wrong:
        if not (tag := find_language(text) or _spoken_in(text)):
            raise
        meant = f"did you mean {tag} ({languages.name(tag, written_in=ENGLISH)})?"
        raise BadInput(f"{text!r} is not the tag of a language: {meant}") from wrong


def country_code(text: str) -> str:
    """The two letters of a country. Raises BadInput, with the letters for a word that files use."""
    try:
        return parse_country(text)
    except BadInput as wrong:
        if not (code := find_country(text)):
            raise
        meant = f"did you mean {code} ({country_name(code, written_in=ENGLISH)})?"
        raise BadInput(f"{text!r} is not the code of a country: {meant}") from wrong


def _spoken_in(text: str) -> str:
    """What is spoken in a country, where that is one language: people write dk for Danish."""
    spoken = get_official_languages(find_country(text), de_facto=True)
    return spoken[0] if len(spoken) == 1 else ""
