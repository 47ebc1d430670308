"""vCards 2.1, 3.0 and 4.0, card by card: one sheet whose header holds names of targets."""

import re
from collections.abc import Iterator

import vobject
from vobject.base import VObjectError

from mailer.contacts.importing.files.card_fields import TARGETS, fields_of
from mailer.contacts.importing.files.sheets import NO_ROWS, NUL, Line, broken

#: Characters of a card, without its pictures and sounds.
LONGEST_CARD = 100_000
BEGIN, END = "BEGIN:VCARD", "END:VCARD"
#: Large and of no use here: left out before a card is parsed.
LEFT_OUT = re.compile(r"(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY|X-MS-CARDPICTURE)[;:]", re.IGNORECASE)
AGENT = re.compile(r"(?:[\w-]+\.)?AGENT[;:]", re.IGNORECASE)
#: Name and parameters of a property, RFC 6350 3.3. The parser's own pattern takes exponential time
#: for a line that does not match, so it is given only lines that do.
HEAD = re.compile(
    r"""(?:[\w-]+\.)?[\w-]+;?
    (?:;[\w-]+(?:=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)?)*:""",
    re.VERBOSE | re.ASCII,
)
QUOTED_PRINTABLE = re.compile(r"^[^:]*quoted-printable", re.IGNORECASE)
NEVER_ENDS = "the card has no END:VCARD"
TOO_LONG = f"the card is longer than {LONGEST_CARD:,} characters"


def read_cards(lines: Iterator[str], *, notices: list[str]) -> Iterator[Line]:
    """The header (row 0), then a line for each card; the first card is line 1."""
    yield Line(0, TARGETS)
    number = 0
    for number, (card, problem) in enumerate(_cards(lines, notices), start=1):
        text = "\n".join(card)
        yield broken(number, text, problem) if problem else _read(number, text)
    if not number:
        notices.append(NO_ROWS)


def _read(number: int, text: str) -> Line:
    try:
        return Line(number, fields_of(vobject.readOne(text)))
    except (VObjectError, ValueError, LookupError, TypeError, AttributeError) as wrong:
        why = " ".join(str(wrong).split())[:120]
        return broken(number, text, f"it cannot be read as a vCard: {why}")


def _cards(lines: Iterator[str], notices: list[str]) -> Iterator[tuple[list[str], str]]:
    """The lines of each card, with what is wrong with it as a whole."""
    card: list[str] = []
    outside = 0
    for line in _without_agents(_logical(lines)):
        word = line.strip().upper()
        if card and word == BEGIN:
            yield card, NEVER_ENDS
            card = []
        if card or word == BEGIN:
            card.append(line)
        else:
            outside += bool(word)
        if card and word == END:
            yield card, _problem(card)
            card = []
    if card:
        yield card, NEVER_ENDS
    if outside:
        which = "1 line" if outside == 1 else f"{outside} lines"
        notices.append(f"{which} outside BEGIN:VCARD and END:VCARD left out")


def _problem(card: list[str]) -> str:
    if sum(map(len, card)) > LONGEST_CARD:
        return TOO_LONG
    if any("\0" in line for line in card):
        return NUL
    wrong = next((line for line in card if not HEAD.match(line)), None)
    return "" if wrong is None else f"“{wrong[:60]}” is no line of a vCard: NAME:value is"


def _without_agents(lines: Iterator[str]) -> Iterator[str]:
    """Lines without the card of an assistant inside the card of a person (vCard 2.1)."""
    agent = inside = False
    for line in lines:
        word = line.strip().upper()
        if inside or (agent and word == BEGIN):
            inside = word != END
        elif word:
            if not AGENT.match(line):
                yield line
            agent = bool(AGENT.match(line))


def _logical(lines: Iterator[str]) -> Iterator[str]:
    """Lines unfolded (RFC 6350 3.2) and joined over soft line breaks of quoted-printable."""
    current, wanted = "", True
    for line in lines:
        text = line.rstrip("\r\n")
        if current and text[:1] in {" ", "\t"}:
            # Of a picture, and of a card that is too long anyhow, the rest is not kept.
            if wanted and len(current) <= LONGEST_CARD:
                current += text[1:]
        elif current.endswith("=") and QUOTED_PRINTABLE.match(current):
            current = current[:-1] + text if len(current) <= LONGEST_CARD else current
        else:
            if wanted and current.strip():
                yield _for_the_parser(current)
            current, wanted = text, not LEFT_OUT.match(text)
    if wanted and current.strip():
        yield _for_the_parser(current)


def _for_the_parser(line: str) -> str:
    """The line as it is; it knows quoted-printable in capitals only."""
    return QUOTED_PRINTABLE.sub(lambda found: found[0].upper(), line)
