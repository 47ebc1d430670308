"""What goes with a text: the pictures that it shows, the documents that come with the message or
are linked to, and the logo.

A link to a file is the same for all readers: nothing is counted by it, and nobody told apart.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from babel.units import format_unit

from mailer.compose.text.figures import Picture
from mailer.languages import closest, locale
from mailer.models import AttachmentKind, ReleaseStatus
from mailer.releases.editions import FullRelease
from mailer.releases.files.carried import CarriedFile, HeldFile, in_language
from mailer.releases.files.links import SMALL, WHOLE, file_url
from mailer.tokens import Keyring, Purpose

#: Beyond this a size is told in MB, in bytes.
MEGABYTE = 1_000_000
KILOBYTE = 1_000
#: The logo is no larger than this beside the name of the office, in pixels.
LOGO_WIDTH, LOGO_HEIGHT = 200, 64


@dataclass(frozen=True)
class Enclosed:
    """A file that stands in the message itself."""

    held: HeldFile
    name: str
    media_type: str


@dataclass(frozen=True)
class FileLink:
    """A document that the reader fetches if she likes, as templates see it."""

    name: str
    href: str
    #: Such as `PDF, 1.2 MB`, in the words of the cover's language.
    told: str


@dataclass(frozen=True)
class LogoImage:
    """The logo as templates see it."""

    href: str
    #: In pixels.
    width: str
    height: str


@dataclass(frozen=True)
class Enclosures:
    """All files of one letter."""

    attached: tuple[Enclosed, ...] = ()
    linked: tuple[FileLink, ...] = ()
    logo: Enclosed | None = None
    logo_image: LogoImage | None = None
    #: By the name that the manuscript gives each.
    pictures: dict[str, Picture] = field(default_factory=dict)

    @property
    def held(self) -> tuple[HeldFile, ...]:
        """What stands in the message, each file once."""
        inside = [*self.attached, *([self.logo] if self.logo else [])]
        return tuple({one.held.file_id: one.held for one in inside}.values())


NOTHING = Enclosures()


@dataclass(frozen=True)
class Enclosing:
    """Says what goes with the letters of an office."""

    public_url: str
    mail_domain: str
    keyring: Keyring
    #: So many bytes of documents stand in a message at most; larger ones are linked to.
    message_bytes: int

    def enclosures(
        self,
        full: FullRelease,
        *,
        edition_language: str,
        cover_language: str,
        attaches: bool,
        shows_logo: bool,
    ) -> Enclosures:
        """What goes with the edition in that language under that cover."""
        files = in_language(full.files, edition_language)
        # What was taken back is not handed out any more.
        is_over = full.release.status is ReleaseStatus.WITHDRAWN
        documents = [] if is_over else [one for one in files if one.is_document]
        attached = self._attached(full, documents) if attaches else ()
        logo, image = self._logo(full) if shows_logo else (None, None)
        links = () if attached else tuple(self._link(one, cover_language) for one in documents)
        return Enclosures(
            attached=attached,
            linked=links,
            logo=logo,
            logo_image=image,
            pictures=dict(self._pictures(files, edition_language, is_over=is_over)),
        )

    def _attached(
        self, full: FullRelease, documents: Sequence[CarriedFile]
    ) -> tuple[Enclosed, ...]:
        """All of them or none: whoever has some looks for no links to the others."""
        is_held = all(one.file_id in full.held for one in documents)
        if not is_held or sum(one.size for one in documents) > self.message_bytes:
            return ()
        return tuple(
            Enclosed(full.held[one.file_id], one.name, one.media_type) for one in documents
        )

    def _link(self, file: CarriedFile, language: str) -> FileLink:
        told = f"{file.short_type}, {told_size(file.size, language)}"
        return FileLink(file.name, self._href(file), told)

    def _href(self, file: CarriedFile, *, form: int = WHOLE) -> str:
        purpose, number = Purpose.MAILED_FILE, file.attachment_id
        return file_url(self.public_url, self.keyring, number, file.name, purpose, form=form)

    def _pictures(
        self, files: Sequence[CarriedFile], language: str, *, is_over: bool
    ) -> Iterator[tuple[str, Picture]]:
        for file in files:
            if file.kind is AttachmentKind.PICTURE:
                small = self._href(file, form=SMALL) if file.has_small else ""
                yield (
                    file.name,
                    Picture(
                        name=file.name,
                        href=self._href(file),
                        alt=_in(language, file.alts),
                        caption=_in(language, file.captions),
                        credit=file.credit,
                        rights=_in(language, file.rights_said) or file.rights,
                        width=file.width,
                        height=file.height,
                        small_href=small,
                        digest="" if is_over else file.digest,
                    ),
                )

    def _logo(self, full: FullRelease) -> tuple[Enclosed, LogoImage] | tuple[None, None]:
        """The logo, and where the message finds it in itself (RFC 2392)."""
        if (logo := full.logo) is None:
            return None, None
        scale = min(1.0, LOGO_WIDTH / max(logo.width, 1), LOGO_HEIGHT / max(logo.height, 1))
        width, height = (max(1, round(side * scale)) for side in (logo.width, logo.height))
        content_id = f"logo.{logo.digest[:16]}@{self.mail_domain}"
        ending = logo.media_type.partition("/")[2]
        return (
            Enclosed(logo.held, f"logo.{ending}", logo.media_type),
            LogoImage(f"cid:{content_id}", str(width), str(height)),
        )


def with_logo(html: str, enclosures: Enclosures) -> str:
    """The HTML with the logo in it: a browser finds nothing within a message."""
    logo, image = enclosures.logo, enclosures.logo_image
    if logo is None or image is None:
        return html
    coded = b64encode(logo.held.octets).decode("ascii")
    return html.replace(image.href, f"data:{logo.media_type};base64,{coded}")


def told_size(size: int, language: str) -> str:
    """Such as `1.2 MB`, as that language writes it."""
    is_large = size >= MEGABYTE
    unit = "digital-megabyte" if is_large else "digital-kilobyte"
    number = round(size / MEGABYTE, 1) if is_large else max(1, round(size / KILOBYTE))
    return format_unit(number, unit, length="short", locale=locale(language))


def _in(language: str, said: dict[str, str]) -> str:
    """What is said in that language; in another language it is said to nobody."""
    match = closest(language, said) if said else None
    return said[match] if match else ""
