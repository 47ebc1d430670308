"""The document that the press sets: the cover and the text of a letter as one JSON value.

Nothing of it is personal, but for the clock of an embargo and of occasions: all who get the edition
under the same cover get the same print.
"""

from dataclasses import replace
from functools import partial

from mailer.compose.covers.cover import ContactCard, Cover, make_cover
from mailer.compose.covers.occasions import OccasionCard, occasion_cards
from mailer.compose.covers.saying import Way
from mailer.compose.letter import Letter
from mailer.compose.printing.flowing import Node, clean, flow, is_seen
from mailer.compose.rendering import INVITING
from mailer.compose.text.edition import EditionText, edition_text
from mailer.compose.text.figures import Pictures
from mailer.compose.thread import told_kind
from mailer.compose.wire import one_line
from mailer.languages import direction
from mailer.models import Release
from mailer.releases.references import printed_reference

#: Stands in the cover where the press puts the number of pages, which it alone knows.
UNKNOWN_PAGES = 987_654_321
#: The faces of the text: the first that has a letter sets it.
SERIF = "Libertinus Serif"
FONTS = (
    SERIF,
    "Amiri",
    "Noto Sans Hebrew",
    "Noto Sans Armenian",
    "Noto Sans Georgian",
    "Sarabun",
    "Noto Sans S Chinese",
    "Noto Sans Japanese",
    "Noto Emoji",
)
#: Japanese and Chinese write many characters of one number in two ways.
JAPANESE = (SERIF, "Noto Sans Japanese", *FONTS[1:])


def document_of(letter: Letter) -> Node:
    """What is printed for that letter; the same for all letters that are printed alike."""
    cover, said = make_cover(replace(letter, pages=UNKNOWN_PAGES)), edition_text(letter)
    release, office = letter.full.release, letter.full.office
    return {
        "title": _title(said, release),
        "author": clean(one_line(office.name)),
        "date": [release.dated_on.year, release.dated_on.month, release.dated_on.day],
        "fonts": list(JAPANESE if said.language.startswith("ja") else FONTS),
        "masthead": _masthead(cover),
        "cover": _head(cover),
        "text": _text(said, letter.enclosures.pictures),
        # Before the text or at its end, as in the message.
        "opens": told_kind(letter) in INVITING,
        "occasions": [*map(_occasion, occasion_cards(letter))],
        "contacts": {
            "heading": clean(cover.contact_heading),
            "cards": [*map(_card, cover.contacts)],
        },
        "foot": {
            "address": _language(office.default_language)
            | {"words": clean(cover.foot.postal_address)},
            "reference": clean(_printed(letter)),
        },
    }


def _printed(letter: Letter) -> str:
    """The reference as the message has it."""
    return printed_reference(
        letter.full.release.reference,
        language=letter.edition_language,
        revision=letter.revision.number,
    )


def _title(said: EditionText, release: Release) -> str:
    """A file must have a name (ISO 14289-1 section 7.1), also where the title cannot be seen."""
    title = clean(said.title)
    return title if is_seen(title) else clean(release.reference)


def _text(said: EditionText, pictures: Pictures) -> Node:
    """The parts of the edition, in the order of the message."""
    placed = partial(flow, direction=said.direction, pictures=pictures)
    labels = _language(said.label_language)
    change, notes = placed(said.change_note, heading=3), placed(said.notes, heading=3)
    return _language(said.language) | {
        "subtitle": clean(said.subtitle),
        "change": labels | {"label": clean(said.change_label), "blocks": change},
        "blocks": placed(said.body, dateline=said.dateline),
        "end_mark": clean(said.end_mark),
        "notes": labels | {"label": clean(said.notes_label), "blocks": notes},
        "boilerplate": placed(said.boilerplate),
    }


def _language(tag: str) -> Node:
    """How the press knows a language: two or three letters, and perhaps a country."""
    subtags = tag.split("-")
    region = next((part for part in subtags[1:] if len(part) == 2 and part.isalpha()), None)
    return {"language": subtags[0], "region": region, "direction": direction(tag)}


def _masthead(cover: Cover) -> Node:
    head = cover.masthead
    lines = [[*map(_way, line)] for line in (head.calls, head.writes) if line]
    return {"name": _language(head.language) | {"words": clean(head.name)}, "lines": lines}


def _head(cover: Cover) -> Node:
    return _language(cover.language) | {
        "comma": cover.comma,
        "kicker": clean(cover.kicker),
        "medium": clean(cover.medium),
        "date_line": clean(cover.date_line).split(str(UNKNOWN_PAGES)),
        "notes": [*map(clean, cover.notes)],
        "embargo": clean(cover.embargo_line),
    }


def _occasion(card: OccasionCard) -> Node:
    return _language(card.language) | {
        "title": clean(card.title),
        "cancelled": clean(card.cancelled),
        "facts": [{"label": clean(one.label), "shown": clean(one.shown)} for one in card.facts],
        "parts": [
            _language(one.language)
            | {"when": clean(one.when), "title": clean(one.title), "access": clean(one.access)}
            for one in card.parts
        ],
    }


def _card(card: ContactCard) -> Node:
    return {
        "name": clean(card.name),
        "role": clean(card.role),
        "ways": [*map(_way, card.ways)],
    }


def _way(way: Way) -> Node:
    return {"label": clean(way.label), "shown": clean(way.shown), "href": way.href}
