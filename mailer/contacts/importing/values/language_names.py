"""Languages, from a tag, a code of ISO 639 or a name in any language that we write covers in."""

import re
from functools import cache

from babel import Locale

from mailer import languages
from mailer.contacts.importing.values import cldr_names
from mailer.contacts.importing.values.cleaning import clean
from mailer.contacts.importing.values.country_names import find_country
from mailer.contacts.importing.values.splitting import STRONG, each_once, split
from mailer.contacts.importing.values.words import folded, spellings, vocabulary
from mailer.errors import BadInput

#: "English and French", "English/French", "English + French".
BETWEEN = re.compile(
    r"\s*[/+&,]\s*|\s+(?:{})\s+".format("|".join(map(re.escape, spellings("between_languages")))),
    re.IGNORECASE,
)
#: "Serbian (Latin)", "Portuguese - Brazil", "Chinese, Simplified".
QUALIFIED = re.compile(r"(?P<language>[^(,\-–]+?)\s*(?:\(\s*|[,–-]\s*)(?P<more>[^()]+?)\s*\)?")
CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


def read_languages(text: str, delimiter: str = "") -> tuple[str, ...]:
    """The languages of a cell in order, each once, as tags of BCP 47.

    Raises BadInput for what is no language, with the nearest name.
    """
    if not STRONG.search(text) and (tag := find_language(clean(text))):
        return (tag,)
    found = [tag for part in split(text, delimiter=delimiter) for tag in _tags(part)]
    return each_once(found, by=str)


def _tags(text: str) -> list[str]:
    try:
        return [read_language(text)]
    except BadInput:
        parts = [part for part in BETWEEN.split(text) if part]
        if len(parts) < 2:
            raise
        return [read_language(part) for part in parts]


@cache
def _english() -> dict[str, str]:
    """The names that decide when several languages use one word: ours, then English ones."""
    english = cldr_names.agreed((name, code) for code, name in Locale("en").languages.items())
    ours = {folded(name): tag for tag, names in vocabulary("language").items() for name in names}
    return english | ours


@cache
def _covers() -> dict[str, str]:
    return cldr_names.agreed(cldr_names.from_cover_languages("languages"))


def read_language(text: str) -> str:
    """The tag of one language. Raises BadInput for what is none, or means two."""
    if tag := find_language(text):
        return tag
    near = cldr_names.nearest(text, _english() | _covers())
    raise BadInput(
        f"{text!r} is not a language that we know: write its tag or its English name, such as"
        f" pt-BR or Danish{'; ' + near if near else ''}"
    )


def find_language(text: str) -> str:
    """The tag of a language by its tag, code or name; empty when it is none."""
    # A code comes before a name: GA is Irish, although a language of Ghana is called Ga.
    if CODE.fullmatch(text) and (tag := _canonical(text)):
        return tag
    name = folded(text)
    if found := _english().get(name):
        return _canonical(found)
    if found := _covers().get(name):
        return _canonical(found)
    if tag := _qualified(text):
        return tag
    found = cldr_names.own_names().get(name)
    return _canonical(found) if found else ""


def _canonical(tag: str) -> str:
    try:
        return languages.parse(tag)
    except BadInput:
        return ""


def _qualified(text: str) -> str:
    """A language with its script or country, such as "Serbian (Latin)" or "Latin Serbian"."""
    if match := QUALIFIED.fullmatch(text):
        return _with(match["language"], match["more"])
    words = text.split()
    return (_with(*words) or _with(*reversed(words))) if len(words) == 2 else ""


def _with(language: str, more: str) -> str:
    script, country = _scripts().get(folded(more)), find_country(more)
    tag = _one_word(language) if script or country else ""
    return _canonical(f"{tag.split('-')[0]}-{script or country}") if tag else ""


def _one_word(text: str) -> str:
    name = folded(text)
    return _canonical(_english().get(name) or _covers().get(name) or text)


@cache
def _scripts() -> dict[str, str]:
    english = cldr_names.agreed((name, code) for code, name in Locale("en").scripts.items())
    return cldr_names.agreed(cldr_names.from_cover_languages("scripts")) | english
