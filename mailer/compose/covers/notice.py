"""The notice to people whose data we have from somebody else (GDPR Art. 14, and its equals): what a
delivery keeps of it, and what does not depend on the language.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from mailer.compose.wire import BIDI_MARKS, one_line, quoted_printable
from mailer.models import LegalBasis, LegalProfile

#: A longer source is cut off: the notice is short, and stands in a foot.
LONGEST_SOURCE = 300
#: What an import without a source is called by: it tells a reader nothing, and may tell too much.
FILE_NAME = re.compile(r"[^;]*\.(?:csv|tsv|txt|xlsx?|ods|vcf)", re.IGNORECASE)
#: How the inliner writes what it has read.
AS_INLINED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\u00a0": "&nbsp;"})
#: For each profile the act that holds, and its authority: names that every language writes alike.
ACTS = {
    LegalProfile.COE: "CM/Res(2022)14",
    LegalProfile.EUDPR: "(EU) 2018/1725",
    LegalProfile.GDPR: "(EU) 2016/679",
    LegalProfile.UK: "UK GDPR",
}
AUTHORITIES = {
    LegalProfile.EUDPR: "EDPS, edps.europa.eu",
    LegalProfile.UK: "ICO, ico.org.uk",
}


@dataclass(frozen=True)
class Terms:
    """What the settings say that a notice tells."""

    #: So many months after the last job the data go; 0: nothing goes by itself.
    months: int = 0
    #: The act and the authority of an office with a profile of its own; empty: not named.
    regulation: str = ""
    authority: str = ""


#: Of an office of which the settings say nothing.
NO_TERMS = Terms()


@dataclass(frozen=True)
class Notice:
    """The notice of one letter: on which basis we have the data, and from whom; empty: unknown."""

    basis: LegalBasis
    source: str


def notice_of(basis: LegalBasis | None, source: str) -> Notice | None:
    """The notice that a delivery has frozen; None when it has none."""
    return None if basis is None else Notice(basis, told_source(source))


@lru_cache(maxsize=4096)
def told_source(text: str) -> str:
    """The source on one line, as a reader is told it; told once more it stays the same."""
    plain = "".join(letter for letter in text if letter not in BIDI_MARKS)
    lines = [one_line(line) for line in plain.splitlines()]
    named = dict.fromkeys(line for line in lines if line and not FILE_NAME.fullmatch(line))
    told = "; ".join(named)
    if len(told) <= LONGEST_SOURCE:
        return told
    return f"{told[: LONGEST_SOURCE - 1].rstrip()}…"


@lru_cache(maxsize=4096)
def source_lines(source: str) -> tuple[bytes, bytes]:
    """The line of the source in the text and in the HTML of a message, as they are on the wire.

    The templates give each a line of its own, so that nothing around it breaks elsewhere.
    """
    shown = f"<bdi>{source.translate(AS_INLINED)}</bdi><br>"
    text, html = (
        quoted_printable(line).replace("\n", "\r\n").encode("ascii") for line in (source, shown)
    )
    return text, html
