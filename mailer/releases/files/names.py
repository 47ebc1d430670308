"""The name of a file: as a manuscript, the end of a link and the disk of a reader have it."""

import re
import unicodedata
from typing import Final

from mailer.errors import BadInput

LONGEST: Final = 120
#: What some disk refuses, or what would lead out of a folder.
UNUSABLE = re.compile(r'[\\/:*?"<>|]')
#: Names that Windows keeps for its devices, whatever ending they have.
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def clean_name(typed: str) -> str:
    """The name in normal form. Raises BadInput for one that not every disk can take.

    A letter that turns the direction of a name is refused: with it gpj.exe looks like exe.jpg.
    """
    name = unicodedata.normalize("NFC", typed.strip())
    if not name or name.startswith((".", "-")) or name.endswith("."):
        raise BadInput(f"the file name {typed!r} is none: begin and end it with a letter")
    if any(unicodedata.category(sign)[0] == "C" for sign in name):
        raise BadInput(f"the file name {name!r} holds signs that are not seen: type it anew")
    if UNUSABLE.search(name):
        raise BadInput(f'the file name {name!r} holds one of \\ / : * ? " < > |: leave it out')
    if len(name) > LONGEST or len(name.encode()) > 2 * LONGEST:
        raise BadInput(f"the file name {name[:40]!r}… is longer than {LONGEST} letters: shorten it")
    if DEVICES.fullmatch(name):
        raise BadInput(f"the file name {name!r} is a device of Windows: choose another")
    return name
