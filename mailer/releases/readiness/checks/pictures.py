"""Whether every picture says what it shows, who took it and how it may be used, and has a size that
serves print and mail; and whether a file is of a kind that newsrooms take (PF-11, PF-15).
"""

from collections.abc import Sequence
from typing import Final

from mailer import languages
from mailer.models import Attachment, AttachmentKind
from mailer.releases.files.carried import CarriedFile, in_language
from mailer.releases.readiness.findings import Found, finding
from mailer.releases.readiness.known import known
from mailer.releases.readiness.reading import Reading, Subject
from mailer.releases.readiness.wording import Link

#: Mail servers strip them, or refuse the whole message.
RISKY: Final = known("risky endings")
#: The longer side of a picture that a newspaper can print one column wide, 8.5 cm, in pixels.
LEAST_PIXELS: Final = 1000
DOTS_PER_CM: Final = 118
#: So many bytes of pictures a reader on the road loads with a message without a grudge.
MOST_LOADED: Final = 2_000_000


def check(subject: Subject) -> Found:
    """The files of the release, and the pictures that a text shows by a link."""
    for file in subject.around.files:
        yield from _file(file)
    for reading in subject.readings:
        for file in subject.around.files:
            if file.kind is AttachmentKind.PICTURE and file.language in {"", reading.language}:
                yield from _said_in(file, reading)
        yield from _linked(reading)
        yield from _weighed(in_language(subject.full.files, reading.language), reading)
    for stored in subject.full.files:
        yield from _measured(stored)


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
    """A picture reaches the readers of an edition only where its text shows it."""
    shown = [one for one in reading.links if one.is_picture and one.target == file.name]
    name = languages.name(reading.language, written_in="en")
    said = (
        ("picture-alt", "alt", file.alts, "tells nobody who cannot see it what it shows"),
        ("picture-caption", "caption", file.captions, "has no caption"),
    )
    for check_id, key, texts, what in said:
        own = languages.closest(reading.language, [tag for tag in texts if texts[tag].strip()])
        if shown and own is None and not _says_itself(shown, key):
            yield finding(
                check_id,
                reading.language,
                f"picture {file.name}",
                f"in {name}, {file.name} {what}",
                f"add {key}: in {name} to the picture",
            )


def _says_itself(shown: Sequence[Link], key: str) -> bool:
    """Whether the text says it wherever it shows the picture."""
    return all(link.has_alt if key == "alt" else bool(link.caption) for link in shown)


def _measured(file: CarriedFile) -> Found:
    longer = max(file.width, file.height)
    if file.kind is AttachmentKind.PICTURE and 0 < longer < LEAST_PIXELS:
        yield finding(
            "picture-small",
            file.language,
            f"picture {file.name}",
            f"{file.name} has {file.width} by {file.height} pixels:"
            f" in print it is {longer / DOTS_PER_CM:.1f} cm long",
            "bring the original; leave a logo or a drawing for screens as it is",
        )


def _weighed(files: Sequence[CarriedFile], reading: Reading) -> Found:
    """What a reader's program loads of the pictures that the text shows."""
    named = {link.target for link in reading.links if link.is_picture}
    shown = [one for one in files if one.kind is AttachmentKind.PICTURE and one.name in named]
    loaded = sum(one.shown_size for one in shown)
    if loaded >= MOST_LOADED:
        heaviest = max(shown, key=lambda one: one.shown_size)
        yield finding(
            "heavy-pictures",
            reading.language,
            f"picture {heaviest.name}",
            f"readers load {loaded / 1_000_000:.1f} MB of pictures,"
            f" of which {heaviest.shown_size / 1_000_000:.1f} MB are {heaviest.name}",
            "save a photograph as JPEG, let nothing move, or show fewer pictures",
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
