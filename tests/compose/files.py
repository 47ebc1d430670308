"""A release that carries files, for tests of what becomes of them in a message."""

from dataclasses import replace

from mailer.models import AttachmentKind
from mailer.releases.editions import FullRelease
from mailer.releases.files.carried import CarriedFile, HeldFile, Logo

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 3 + b"\n%%EOF\n"
LOGO = b"\x89PNG\r\n\x1a\n" + bytes(120)


def carried(name: str = "annex.pdf", **given: object) -> CarriedFile:
    """A document of the release."""
    values: dict[str, object] = {
        "attachment_id": 3,
        "file_id": 11,
        "name": name,
        "language": "",
        "kind": AttachmentKind.DOCUMENT,
        "media_type": "application/pdf",
        "size": len(PDF),
    }
    return CarriedFile(**(values | given))  # type: ignore[arg-type]


def picture(name: str = "harbour.jpg", **given: object) -> CarriedFile:
    """A large picture of the release."""
    values: dict[str, object] = {
        "attachment_id": 4,
        "file_id": 12,
        "kind": AttachmentKind.PICTURE,
        "media_type": "image/jpeg",
        "size": 900_000,
        "width": 2400,
        "height": 1200,
        "has_small": True,
        "alts": {"en": "A harbour at dawn", "fr": "Un port à l'aube"},
        "captions": {"en": "The harbour of Example"},
        "credit": "Mia Brandt",
        "rights": "free for the press",
    }
    return carried(name, **(values | given))


def with_files(full: FullRelease, *files: CarriedFile, logo: bool = False) -> FullRelease:
    """The release with these files."""
    documents = [one for one in files if one.is_document]
    held = {one.file_id: HeldFile(one.file_id, PDF) for one in documents}
    image = Logo(HeldFile(99, LOGO), "ab" * 32, "image/png", 400, 100) if logo else None
    return replace(full, files=files, held=held, logo=image)
