"""The title as a subject line, and the lead that stands in a list of messages below it."""

import re
from typing import Final

from mailer.releases.readiness import wording
from mailer.releases.readiness.findings import Found, finding
from mailer.releases.readiness.reading import Reading, Subject

#: Longer subjects are cut everywhere, and refused by some (standards PF-12).
LONGEST_TITLE: Final = 200
#: What programs put before the subject of an answer or of what they pass on.
ANSWERED: Final = re.compile(
    r"\s*(?:re|fwd?|aw|wg|sv|vs|vb|rv|tr|enc|res|antw|odp|pd|ynt|ilt|doorst|rif|hth|回复|答复|转发|返信)"
    r"\s*(?:\[\d+\])?\s*[:：]",
    re.IGNORECASE,
)
#: One long word in capitals is a name.
FEWEST_LETTERS, LEAST_SHARE = 12, 0.8
#: Before the lead nothing stands but a heading.
BEFORE_LEAD: Final = ("heading", "hr")


def check(subject: Subject) -> Found:
    """Title and lead of every edition."""
    for reading in subject.readings:
        yield from _title(reading)
        yield from _lead(reading)


def _title(reading: Reading) -> Found:
    title, language = " ".join(reading.revision.title.split()), reading.language
    if not title:
        yield finding(
            "no-title", language, "title", "the edition has no title", "add title: to the file"
        )
    if len(title) > LONGEST_TITLE:
        yield finding(
            "long-title",
            language,
            "title",
            f"the title has {len(title)} signs, and a subject line bears {LONGEST_TITLE}",
            "shorten it, and say the rest in subtitle:",
        )
    if ANSWERED.match(title):
        yield finding(
            "reply-prefix",
            language,
            "title",
            f"the title begins like an answer: “{title[:40]}”",
            "take away what the mail program put before it",
        )
    if _shouts(title):
        yield finding(
            "capitals",
            language,
            "title",
            "the title is written in capitals, which filters distrust and readers spell out",
            "write it as a sentence",
        )


def _shouts(title: str) -> bool:
    large, small = (sum(map(test, title)) for test in (str.isupper, str.islower))
    return (
        large + small >= FEWEST_LETTERS
        and large >= LEAST_SHARE * (large + small)
        and len(title.split()) > 1
    )


def _lead(reading: Reading) -> Found:
    if reading.revision.subtitle.strip():
        return
    blocks = wording.opening_blocks(reading.revision.body)
    first = next((block for block in blocks if block not in BEFORE_LEAD), "")
    if first != "paragraph":
        yield finding(
            "no-lead",
            reading.language,
            "text",
            "the text does not begin with a sentence, which lists of messages show below the title",
            "open with a paragraph that tells the news, or add subtitle: to the file",
        )
