"""The text of a cell without what is not seen, and what people write for nothing."""

import re
import unicodedata

from mailer.contacts.importing.values.words import spellings

#: Marks that are not seen and spell nothing: joiners of lines, byte order, direction.
UNSEEN = dict.fromkeys(
    [0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
#: Half a letter of UTF-16 is a damaged letter, as U+FFFD says.
HALF_LETTER = re.compile("[\ud800-\udfff]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LINE_BREAK = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
#: Any of these, or spaces other than one plain one between words: then more has to be done.
ODD = re.compile(
    rf"[{''.join(map(chr, UNSEEN))}]|{HALF_LETTER.pattern}|{CONTROL.pattern}|[^\S ]|  "
)
#: Marks that no program shows, such as the soft hyphen (Unicode, Default_Ignorable_Code_Point).
IGNORED = (
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
#: Where a spreadsheet begins to calculate, as it sees the text.
CALCULATED = re.compile(rf"{IGNORED}*[=+\-@\uff1d\uff0b\uff0d\uff20]")
#: What spreadsheets would calculate is put behind an apostrophe by careful exports.
DEFUSED = re.compile(rf"'(?={CALCULATED.pattern})")


def clean(cell: str) -> str:
    """One line of text in NFC: no control or unseen marks, single spaces. Cleaning twice is once.

    A formula such as =1+1 is text like any other; nothing is ever calculated.
    """
    if cell.isascii() and cell.isprintable():
        text = cell if cell == cell.strip() and "  " not in cell else " ".join(cell.split())
    else:
        text = _seen(cell)
    return text[1:] if text.startswith("'") and DEFUSED.match(text) else text


def _seen(cell: str) -> str:
    if not ODD.search(cell):
        return unicodedata.normalize("NFC", cell).strip(" ")
    text = HALF_LETTER.sub("\ufffd", cell.translate(UNSEEN))
    return " ".join(CONTROL.sub(" ", unicodedata.normalize("NFC", text)).split())


def is_blank(text: str, *, in_name: bool = False) -> bool:
    """Whether a whole clean cell says nothing, as "n/a", "." and "k.A." do.

    Words of some language, such as "keiner", say nothing too; but not where a name may stand.
    """
    if len(text) > LONGEST_BLANK:
        return False
    word = text.casefold()
    return not word or word in BLANKS or (not in_name and word in BLANK_WORDS)


BLANKS, BLANK_WORDS = spellings("blank"), spellings("blank_words")
LONGEST_BLANK = max(map(len, BLANKS | BLANK_WORDS))
