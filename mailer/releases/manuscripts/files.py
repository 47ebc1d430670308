"""The files that a manuscript names in its head, and the pictures that its text shows."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from mailer import languages
from mailer.errors import BadInput
from mailer.releases.files.names import clean_name
from mailer.releases.manuscripts.front_matter import Record, one_line

KEYS = ("name", "language", "alt", "caption", "credit", "rights")
#: So many files go with a release at most.
MOST_FILES = 200
#: A picture of the text: what it shows, and where it is.
PICTURE = re.compile(r"!\[(?P<alt>[^\]\n]{0,2000})\]\(\s*<?(?P<target>[^)\s>\n]+)")
#: What is no file beside the manuscript: an address, a path, or a part of the page.
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#|.*/", re.IGNORECASE)


@dataclass(frozen=True)
class FileDraft:
    """A file beside a manuscript, and what is said about it."""

    name: str
    #: The edition that it belongs to; empty: all of them.
    language: str = ""
    alts: dict[str, str] = field(default_factory=dict)
    captions: dict[str, str] = field(default_factory=dict)
    credit: str = ""
    rights: str = ""
    rights_said: dict[str, str] = field(default_factory=dict)


def files_of(record: Record, *, language: str) -> tuple[FileDraft, ...]:
    """The files that the head names. What it says in one line is said in the file's language.

    Raises BadInput, naming the entry.
    """
    found = [_file(item, language=language) for item in record.items("files") if item]
    if len(found) > MOST_FILES:
        raise BadInput(f"{record.where}: files holds more than {MOST_FILES}: name fewer")
    for number, file in enumerate(found):
        if any((one.name, one.language) == (file.name, file.language) for one in found[:number]):
            raise BadInput(f"{record.where}: files names {file.name} twice: leave one out")
    return tuple(found)


def pictures_of(body: str) -> tuple[str, ...]:
    """The files beside the manuscript that its text shows, each once."""
    targets = (unquote(found["target"]) for found in PICTURE.finditer(body))
    names = (target for target in targets if not ELSEWHERE.match(target))
    return tuple(dict.fromkeys(names))[:MOST_FILES]


def _file(item: str | Record, *, language: str) -> FileDraft:
    if isinstance(item, str):
        return FileDraft(clean_name(item))
    item.refuse_unknown(KEYS)
    try:
        name = clean_name(item.required("name"))
        own = languages.parse(item.line("language")) if item.line("language") else ""
    except BadInput as wrong:
        raise BadInput(f"{item.where}: {wrong}") from wrong
    rights = by_language(item, "rights")
    return FileDraft(
        name=name,
        language=own,
        alts=by_language(item, "alt", language=language),
        captions=by_language(item, "caption", language=language),
        credit=item.line("credit"),
        rights="" if rights else item.line("rights"),
        rights_said=rights,
    )


def by_language(item: Record, key: str, *, language: str = "") -> dict[str, str]:
    """What is said in each language: a record of languages, or one line in `language`;
    without that a line is said in none.
    """
    value = item.values.get(key)
    if not isinstance(value, dict):
        said = item.line(key) if language else ""
        return {language: said} if said else {}
    place = f"{item.where}: {key}"
    if not all(said is None or isinstance(said, str) for said in value.values()):
        raise item.wrong(key, "must be one line of text for each language")
    try:
        return {
            languages.parse(str(tag)): one_line(str(said), where=place)
            for tag, said in value.items()
            if said is not None
        }
    except BadInput as wrong:
        raise BadInput(f"{place}: {wrong}") from wrong
