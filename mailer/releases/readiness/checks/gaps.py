"""What was left to fill in, in the text and in what stands around it."""

from mailer.releases.readiness import wording
from mailer.releases.readiness.findings import Found, finding
from mailer.releases.readiness.reading import Passage, Subject


def check(subject: Subject) -> Found:
    """Placeholders block; what may be meant, as a room that nobody knows yet, is asked."""
    for reading in subject.readings:
        targets = [Passage("link target", link.target) for link in reading.links]
        for passage in reading.passages + targets:
            for written in wording.placeholders(passage.words):
                yield finding(
                    "placeholder",
                    reading.language,
                    f"{passage.place} “{written}”",
                    f"something is left to fill in: “{written}”",
                    "write what belongs there, or take it out",
                )
        for passage in reading.passages:
            for written in wording.perhaps_open(passage.words):
                yield finding(
                    "open-point",
                    reading.language,
                    f"{passage.place} “{written}”",
                    f"something may still be open: “{written}”",
                    "say it in words if it is meant to be open",
                )
