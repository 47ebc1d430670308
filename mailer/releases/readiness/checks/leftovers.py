"""What is left of another release, of a draft, of tracked changes or of another program."""

import re
from functools import cache
from typing import Final

from mailer.contacts.letters import unmarked
from mailer.releases.readiness.findings import Found, finding
from mailer.releases.readiness.reading import Passage, Reading, Subject
from mailer.releases.readiness.tongues.words import either, terms

CONTEXT: Final = 24
#: CriticMarkup, the marks of a merge, struck text, and comments that Word prints with a text.
TRACKED: Final = re.compile(
    r"\{\+\+.*?\+\+\}|\{--.*?--\}|\{~~.*?~>.*?~~\}|\{>>.*?<<\}|\{==.*?==\}"
    r"|<{7}(?!<)|>{7}(?!>)|\[?(?:Comment(?:ed)?|Kommentar|Commentaire|Comentario|Commento)"
    r" \[[A-Z]{1,4}\d{1,3}\]|\bFormatted: (?:Font|Normal|English)\b|(?<!\w)Deleted: [“\"]"
)
#: What Word, a web page or a wrong encoding leave in a text.
BROKEN: Final = re.compile(
    r"\bError! (?:Reference source|Bookmark|No text)|\bErreur ! (?:Source|Signet)"
    r"|\bFehler! (?:Verweisquelle|Textmarke|Hyperlink)|\bErrore\. (?:L'origine|Il segnalibro)"
    r"|¡?Error! (?:Marcador|No se encuentra)"
    r"|Ошибка! (?:Источник|Закладка)|\bBłąd! Nie"
    r"|</?(?:p|div|br|span|b|i|u|strong|em|table|t[drh]|[uo]l|li|font|o:p|ins|del|h[1-6]|img|a)"
    r"(?:\s[^<>\n]{0,200})?/?>"
    r"|&(?:nbsp|amp|quot|lt|gt|#\d{2,5}|[lr]squo|[lr]dquo|ndash|mdash);"
    r"|â€(?:™|œ|\x9d|“|”|˜|¦|–|—|¢)|Ã[©¨§ª«®¯´¶¹¼¡¢£¤¥±³]|Â[«»°§]|ï»¿|\ufffd+"
)


def check(subject: Subject) -> Found:
    """Every passage of every edition, and what the database knows of other releases."""
    for reading in subject.readings:
        for passage in reading.passages:
            yield from _draft(passage, reading)
            yield from _marks(passage, reading)
        yield from _struck(reading)
        yield from _others(reading, subject)


def _draft(passage: Passage, reading: Reading) -> Found:
    marks = _draft_pattern(reading.language)
    is_copy = passage.place == "title" and passage.folded.startswith(tuple(terms("copy")))
    match = marks.search(passage.words)
    if match or is_copy:
        shown = match[0].strip() if match else passage.words[:CONTEXT].strip()
        yield finding(
            "draft-mark",
            reading.language,
            f"{passage.place} “{shown}”",
            f"the {passage.place} still calls itself a draft or a copy: “{shown}”",
            "take the mark away if this is the text that goes out",
        )


@cache
def _draft_pattern(language: str) -> re.Pattern[str]:
    """Draft as a mark: alone, in brackets, with a number, or in capitals before a colon or dash."""
    own = terms("draft", language) | terms("draft", "en")
    words = "|".join((either(own), either(map(str.upper, own)), either(map(str.title, own))))
    number = r"(?:\s*(?:v(?:ersion)?\.?\s*)?\d+(?:\.\d+)*)?"
    large = [word.upper() for word in own if word.upper() != word.lower()]
    # Greek capitals lose their accents.
    capitals = either([*large, *(unmarked(word).upper() for word in own if word.upper() in large)])
    colon = rf"|^\W*(?:{capitals}){number}\s*[:–—-]\s" if capitals else ""
    alone = rf"^\W*(?:{words}){number}\W*$"
    version = rf"(?<!\w)(?:{words})\s+(?:v|version|V)\.?\s*\d"
    return re.compile(rf"{alone}|[\[(]\s*(?:{words}){number}\s*[\])]|{version}{colon}")


def _marks(passage: Passage, reading: Reading) -> Found:
    for match in TRACKED.finditer(passage.words):
        yield finding(
            "tracked-changes",
            reading.language,
            f"{passage.place} “{_around(passage.words, match)}”",
            f"a mark of a change or a comment was left in: “{match[0][:60]}”",
            "take the change in or leave it out, and delete the comment",
        )
    for match in BROKEN.finditer(passage.words):
        yield finding(
            "broken-text",
            reading.language,
            f"{passage.place} “{_around(passage.words, match)}”",
            f"“{match[0][:60]}” comes from another program or a wrong encoding, and is printed so",
            "write what was meant; save the file as UTF-8",
        )


def _struck(reading: Reading) -> Found:
    for struck in reading.struck:
        yield finding(
            "tracked-changes",
            reading.language,
            f"text “{struck}”",
            f"“{struck}” is struck through, as a text that is being changed",
            "delete it, or take the ~~ away",
        )


def _others(reading: Reading, subject: Subject) -> Found:
    around, language = subject.around, reading.language
    if reference := around.same_titles.get(reading.revision.title):
        yield finding(
            "same-title",
            language,
            "title",
            f"release {reference} has the very same title",
            "write the title of this one, or waive this if it comes again and again",
        )
    for passage in reading.passages:
        words = set(re.split(r"[\s()\[\]«»“”\"',;:!?]+", passage.words))
        bare = {word.rstrip(".") for word in words}
        for reference in around.other_references:
            if reference in bare:
                yield finding(
                    "other-reference",
                    language,
                    f"{passage.place} “{reference}”",
                    f"{reference} is the reference of another release",
                    f"write {reading.full.release.reference}, or leave it if the other is meant",
                )
        for sentence in around.private_sentences:
            if sentence in passage.folded:
                yield finding(
                    "private-note",
                    language,
                    f"{passage.place} “{sentence}”",
                    "these words stand in the private note of a contact, and must not go out",
                    "take them out; waive this only if the note was copied from the text",
                )


def _around(words: str, match: re.Match[str]) -> str:
    return words[max(0, match.start() - CONTEXT) : match.end() + CONTEXT].strip()
