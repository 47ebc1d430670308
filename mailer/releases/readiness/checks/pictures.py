"""Whether every picture says what it shows, who took it and how it may be used; and whether a file
is of a kind that newsrooms take (PF-15).
"""

from typing import Final

from mailer import languages
from mailer.models import Attachment, AttachmentKind
from mailer.releases.readiness.findings import Found, finding
from mailer.releases.readiness.known import known
from mailer.releases.readiness.reading import Reading, Subject

#: Mail servers strip them, or refuse the whole message.
RISKY: Final = known("risky endings")


def check(subject: Subject) -> Found:
    """The files of the release, and the pictures that a text shows by a link."""
    for file in subject.around.files:
        yield from _file(file)
    for reading in subject.readings:
        for file in subject.around.files:
            if file.kind is AttachmentKind.PICTURE and file.language in {"", reading.language}:
                yield from _said_in(file, reading)
        yield from _linked(reading)


def _file(file: Attachment) -> Found:
    if file.name.rpartition(".")[2].lower() in RISKY:
        yield finding(
            "risky-file",
            file.language,
            f"file {file.name}",
            f"{file.name} can run on the reader's computer, and newsrooms refuse such mail",
            "send it as a PDF or in a form without macros",
        )
    if file.kind is AttachmentKind.PICTURE and not file.credit.strip():
        yield finding(
            "picture-credit",
            file.language,
            f"picture {file.name}",
            f"{file.name} does not say who made it, and so cannot be printed",
            "add credit: to the picture, and rights: with what may be done with it",
        )


def _said_in(file: Attachment, reading: Reading) -> Found:
    name = languages.name(reading.language, written_in="en")
    said = (
        ("picture-alt", "alt", file.alts, "tells nobody who cannot see it what it shows"),
        ("picture-caption", "caption", file.captions, "has no caption"),
    )
    for check_id, key, texts, what in said:
        own = languages.closest(reading.language, [tag for tag in texts if texts[tag].strip()])
        if own is None:
            yield finding(
                check_id,
                reading.language,
                f"picture {file.name}",
                f"in {name}, {file.name} {what}",
                f"add {key}: in {name} to the picture",
            )


def _linked(reading: Reading) -> Found:
    known = {link.target for link in reading.links if link.is_picture and link.is_dead}
    for link in reading.links:
        if link.is_picture and not link.has_alt and link.target not in known:
            yield finding(
                "picture-alt",
                reading.language,
                f"picture {link.target}",
                f"{link.target} tells nobody who cannot see it what it shows",
                "write what it shows between the brackets: ![what it shows](https://…)",
            )
