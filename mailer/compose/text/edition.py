"""What an edition says, in its own language, before it is set as HTML, as plain text or in print:
what changed, the text, what closes it, the notes to editors, and what the office says about itself.
"""

from dataclasses import dataclass

from mailer.compose.covers.saying import COMMAS, words_for, written_date
from mailer.compose.letter import Letter
from mailer.compose.thread import change_word, tells_change
from mailer.compose.wire import one_line
from mailer.languages import closest, cover_languages, direction


@dataclass(frozen=True)
class EditionText:
    """All that an edition says; the texts are Markdown, what is empty is left out."""

    language: str
    direction: str
    title: str
    subtitle: str
    #: The words before the first sentence of the body.
    dateline: str
    change_note: str
    body: str
    end_mark: str
    notes: str
    boilerplate: str
    #: The language of the two below: the cover's where no catalog speaks the edition's.
    label_language: str
    change_label: str
    notes_label: str


def edition_text(letter: Letter) -> EditionText:
    """What the edition of that letter says, whoever reads it."""
    revision, language = letter.revision, letter.edition_language
    release, office = letter.full.release, letter.full.office
    words = words_for(office, closest(language, cover_languages()) or letter.cover_language)
    return EditionText(
        language=language,
        direction=direction(language),
        title=one_line(revision.title),
        subtitle=one_line(revision.subtitle),
        dateline=dateline(letter),
        change_note=revision.change_note if tells_change(letter) else "",
        body=revision.body,
        end_mark=one_line(_in(language, office.end_marks)),
        notes=revision.notes,
        boilerplate=_in(language, office.boilerplates) if release.carries_boilerplate else "",
        label_language=words.language,
        change_label=words.say(change_word(letter)) + words.colon,
        notes_label=words.say("Notes to editors"),
    )


def dateline(letter: Letter) -> str:
    """The words before the first sentence, in the language of the edition."""
    release, language = letter.full.release, letter.edition_language
    place = letter.revision.place or release.place
    where = f"{place}{COMMAS.get(language, ',')} " if place else ""
    date = written_date(release.dated_on, language, office=letter.full.office)
    return f"{where}{date} –"


def _in(language: str, texts: dict[str, str]) -> str:
    """The text in that language; one in another language is none."""
    match = closest(language, texts) if texts else None
    return texts[match].strip() if match else ""
