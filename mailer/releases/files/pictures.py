"""Pictures: drawn anew without what the camera wrote about its owner and its place, upright, with
credit and copyright kept, and once more in the size of a message.

What is drawn anew holds nothing but its pixels, so nothing hides behind or inside of it either.
"""

import io
import warnings
from dataclasses import dataclass
from typing import Any, Final

from PIL import (
    ExifTags,
    Image,
    ImageOps,
    IptcImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
)

from mailer.errors import BadInput
from mailer.releases.files.owners import Owner, owner_in, packet

#: The width of the picture that a message shows: twice its sheet, for sharp screens.
SHOWN_WIDTH: Final = 1200
#: Of a picture that is drawn anew, on the scale of JPEG; and of the small one.
QUALITY: Final = 92
SMALL_QUALITY: Final = 82
#: The frames of a moving picture count as one picture: all of them are in memory at once.
MOST_FRAMES: Final = 500
#: Of a frame that tells no time, in milliseconds.
FRAME_TIME: Final = 100
#: How GIF says that a frame goes before the next one comes.
REPLACED: Final = 2
FORMATS: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
}
#: Ways to store colours that no browser shows as they are.
PRINTERS_MODES: Final = ("CMYK", "YCCK", "LAB")
IPTC_BYLINE, IPTC_CREDIT, IPTC_RIGHTS = (2, 80), (2, 110), (2, 116)


@dataclass(frozen=True)
class Drawn:
    """A picture drawn anew."""

    octets: bytes
    width: int
    height: int
    owner: Owner
    #: As a message shows it; None where the picture itself is small enough.
    small: "Drawn | None" = None


def drawn(octets: bytes, *, name: str, media_type: str, largest_pixels: int) -> Drawn:
    """The picture without private data. Raises BadInput for one that is damaged or too large."""
    broken = f"{name} is damaged: save it anew"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # Only the reader of what it is: no other may be talked into opening it.
            with Image.open(io.BytesIO(octets), formats=[FORMATS[media_type]]) as picture:
                _refuse_large(picture, name=name, largest_pixels=largest_pixels)
                return _drawn(picture, media_type=media_type)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as wrong:
        raise BadInput(f"{name} has too many pixels: make it smaller") from wrong
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as wrong:
        raise BadInput(broken) from wrong


def _refuse_large(picture: Image.Image, *, name: str, largest_pixels: int) -> None:
    frames = getattr(picture, "n_frames", 1)
    if frames > MOST_FRAMES or picture.width * picture.height * frames > largest_pixels:
        raise BadInput(f"{name} has more than {largest_pixels:,} pixels: make it smaller")


def _drawn(picture: Image.Image, *, media_type: str) -> Drawn:
    owner = _owner(picture)
    if getattr(picture, "is_animated", False):
        return Drawn(_moving(picture), picture.width, picture.height, owner)
    is_turned = picture.getexif().get(ExifTags.Base.Orientation, 1) not in {0, 1}
    upright = ImageOps.exif_transpose(picture) if is_turned else picture
    whole = _written(upright, media_type, owner, quality=QUALITY, is_untouched=not is_turned)
    small = _small(upright, media_type, owner) if upright.width > SHOWN_WIDTH else None
    return Drawn(whole, upright.width, upright.height, owner, small)


def _small(picture: Image.Image, media_type: str, owner: Owner) -> Drawn:
    size = SHOWN_WIDTH, max(1, round(picture.height * SHOWN_WIDTH / picture.width))
    mode = "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"
    shrunk = picture.convert(mode).resize(size, Image.Resampling.LANCZOS)
    shrunk.info = {key: held for key, held in picture.info.items() if key == "icc_profile"}
    if picture.mode in PRINTERS_MODES:
        shrunk.info = {}
    octets = _written(shrunk, media_type, owner, quality=SMALL_QUALITY, is_untouched=False)
    return Drawn(octets, *size, owner)


def _written(
    picture: Image.Image, media_type: str, owner: Owner, *, quality: int, is_untouched: bool
) -> bytes:
    """The picture as a file; an upright JPEG keeps its fineness, so that printers lose nothing."""
    written, options = io.BytesIO(), _options(picture, owner)
    if media_type == "image/jpeg":
        fineness = "keep" if is_untouched and picture.format == "JPEG" else quality
        picture.save(written, "JPEG", quality=fineness, exif=_exif(owner), **options)
    elif media_type == "image/png":
        texts = PngImagePlugin.PngInfo()
        if owner:
            texts.add_itxt("XML:com.adobe.xmp", packet(owner).decode())
        options.pop("xmp", None)
        picture.save(written, "PNG", pnginfo=texts, exif=b"", **options)
    elif media_type == "image/webp":
        picture.save(written, "WEBP", quality=quality, exif=b"", **options)
    else:
        picture.info.pop("comment", None)
        picture.save(written, "GIF", comment=b"")
    return written.getvalue()


def _options(picture: Image.Image, owner: Owner) -> dict[str, Any]:
    options: dict[str, Any] = {"xmp": packet(owner) if owner else b""}
    if profile := picture.info.get("icc_profile"):
        options["icc_profile"] = profile
    return options


def _exif(owner: Owner) -> Image.Exif:
    exif = Image.Exif()
    if owner.maker:
        exif[ExifTags.Base.Artist] = owner.maker
    if owner.rights:
        exif[ExifTags.Base.Copyright] = owner.rights
    return exif


def _moving(picture: Image.Image) -> bytes:
    """Frame by frame, with their times."""
    written, times, frames = io.BytesIO(), [], []
    for number in range(getattr(picture, "n_frames", 1)):
        picture.seek(number)
        frames.append(picture.convert("RGBA"))
        times.append(picture.info.get("duration", FRAME_TIME))
    kind = str(picture.format)
    # Each frame takes the place of the one before it: they are whole now.
    own = {"disposal": REPLACED} if kind == "GIF" else {}
    frames[0].info = {}
    frames[0].save(
        written, kind, save_all=True, append_images=frames[1:], duration=times, loop=0, **own
    )
    return written.getvalue()


def _owner(picture: Image.Image) -> Owner:
    """Whose it is, as any of the three ways to write it says."""
    exif = picture.getexif()
    iptc = None
    if isinstance(picture, JpegImagePlugin.JpegImageFile):
        iptc = IptcImagePlugin.getiptcinfo(picture)
    said = {pair: _text(held) for pair, held in (iptc or {}).items()}
    found = owner_in(picture.info.get("xmp", b""))
    return Owner(
        maker=found.maker or said.get(IPTC_BYLINE, "") or _text(exif.get(ExifTags.Base.Artist)),
        credit=found.credit or said.get(IPTC_CREDIT, ""),
        rights=found.rights
        or said.get(IPTC_RIGHTS, "")
        or _text(exif.get(ExifTags.Base.Copyright)),
    )


def _text(held: object) -> str:
    if isinstance(held, list):
        return ", ".join(filter(None, map(_text, held)))
    text = held.decode("utf-8", "replace") if isinstance(held, bytes) else str(held or "")
    return " ".join(text.replace("\0", " ").split())
