"""A file made ready to be kept: told by what it holds, cleaned, and judged in a few words."""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from mailer.errors import BadInput
from mailer.models import AttachmentKind
from mailer.releases.files import kinds, papers, pdfs
from mailer.releases.files.names import clean_name
from mailer.releases.files.owners import Owner
from mailer.releases.files.pictures import Drawn, drawn
from mailer.settings.sections import FileSettings

#: WebP is not shown by every mail program.
LOGO_TYPES = ("image/png", "image/jpeg", "image/gif")


@dataclass(frozen=True)
class Octets:
    """What is kept of a file, whatever it is called."""

    held: bytes
    media_type: str
    width: int | None = None
    height: int | None = None

    @property
    def digest(self) -> str:
        """What it is known by."""
        return sha256(self.held).hexdigest()


@dataclass(frozen=True)
class Prepared:
    """A file that may be kept."""

    name: str
    kind: AttachmentKind
    whole: Octets
    #: A picture in the size of a message; None where it is small enough, and for all others.
    small: Octets | None = None
    owner: Owner = field(default_factory=Owner)
    #: What the officer should know of it, in sentences without a full stop.
    notes: tuple[str, ...] = ()


def prepared(octets: bytes, *, name: str, limits: FileSettings) -> Prepared:
    """The file, clean. Raises BadInput, with what to do, for one that is not sent."""
    called = clean_name(name)
    if len(octets) > limits.largest_bytes:
        most = limits.largest_bytes / 1_000_000
        raise BadInput(f"{called} is larger than {most:g} MB: make it smaller, or link to it")
    found = kinds.told(octets, name=called)
    if found.group == kinds.PICTURE:
        return _picture(octets, called, found.media_type, limits=limits)
    notes: tuple[str, ...] = ()
    if found.group == kinds.PAPER:
        octets, notes = papers.cleaned(octets, name=called, media_type=found.media_type)
    elif found.group == kinds.PDF:
        notes = pdfs.looked_through(octets, name=called)
    return Prepared(called, AttachmentKind.DOCUMENT, Octets(octets, found.media_type), notes=notes)


def _picture(octets: bytes, name: str, media_type: str, *, limits: FileSettings) -> Prepared:
    picture = drawn(octets, name=name, media_type=media_type, largest_pixels=limits.largest_pixels)
    small = _kept(picture.small, media_type) if picture.small else None
    whole = _kept(picture, media_type)
    return Prepared(name, AttachmentKind.PICTURE, whole, small, picture.owner)


def _kept(picture: Drawn, media_type: str) -> Octets:
    return Octets(picture.octets, media_type, picture.width, picture.height)


def prepared_logo(octets: bytes, *, name: str, limits: FileSettings) -> Prepared:
    """The logo, clean. Raises BadInput for one that is no picture, or too large for each mail."""
    if len(octets) > limits.largest_bytes:
        raise BadInput(f"{name} is far too large for a logo: make it smaller")
    logo = prepared(octets, name=name, limits=limits)
    if logo.whole.media_type not in LOGO_TYPES:
        raise BadInput(f"{name} is no PNG, JPEG or GIF: save the logo as PNG")
    if len(logo.whole.held) > limits.logo_bytes:
        most = limits.logo_bytes // 1000
        raise BadInput(f"{name} is larger than {most} kB and stands in every message: shrink it")
    return replace(logo, small=None)


def read_file(path: Path, *, limits: FileSettings, beside: str = "the manuscript") -> bytes:
    """What a file holds, and no more of it than may be kept; `beside` is what names it.

    Raises BadInput for one that cannot be read, is none, or leads out of its folder.
    """
    if path.is_symlink() or not path.is_file():
        what = "leads elsewhere" if path.is_symlink() else "is not there"
        raise BadInput(f"the file {path.name} {what}: put it beside {beside}")
    try:
        with path.open("rb") as file:
            return file.read(limits.largest_bytes + 1)
    except OSError as away:
        raise BadInput(f"cannot read {path.name}: {away.strerror}") from away
