"""Whether the text is in the language of its edition: a paragraph may be left untranslated."""

import re
from collections.abc import Iterator
from typing import Final

from mailer import languages
from mailer.releases.readiness.findings import Found, finding
from mailer.releases.readiness.reading import Passage, Reading, Subject
from mailer.releases.readiness.tongues.telling import other_language, other_script

#: They are in Latin letters and in no language.
ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
SHOWN: Final = 40


def check(subject: Subject) -> Found:
    """The text as a whole, else each of its paragraphs alone."""
    for reading in subject.readings:
        whole = Passage("text", " ".join(reading.paragraphs))
        found = list(_told(whole, reading)) or [
            one for passage in reading.passages for one in _told(passage, reading)
        ]
        yield from found


def _told(passage: Passage, reading: Reading) -> Found:
    own = languages.name(reading.language, written_in="en")
    for told in _other(ADDRESS.sub(" ", passage.words), reading.language):
        opening = passage.words[:SHOWN].rpartition(" ")[0] or passage.words[:SHOWN]
        yield finding(
            "other-language",
            reading.language,
            f"{passage.place} “{opening}…”",
            f"this seems to be {told}, in the {own} edition",
            f"put the {own} text there, or mend language: in the file",
        )


def _other(words: str, language: str) -> Iterator[str]:
    if script := other_script(words, language):
        yield f"in another script ({script})"
    elif tag := other_language(words, language):
        yield f"in {languages.name(tag, written_in='en')}"
