"""Small real files, made here: good ones, and such as somebody who means harm would send."""

import io
import struct
import zipfile
import zlib

from PIL import ExifTags, Image, PngImagePlugin

from mailer.settings import DEFAULTS, load
from mailer.settings.sections import FileSettings

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    'syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Credit="Harbour &amp; Sea"'
    ' xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="49,36.6N">'
    '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© Harbour Forum</rdf:li></rdf:Alt>'
    "</dc:rights></rdf:Description></rdf:RDF></x:xmpmeta>"
).encode()
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CONTENT_TYPES = (
    '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
CORE = (
    "<cp:coreProperties><dc:creator>Anna Keller</dc:creator><dc:title>Harbours</dc:title>"
    "<cp:lastModifiedBy>Anna Keller</cp:lastModifiedBy></cp:coreProperties>"
)
TEXT = "<w:document><w:body><w:p><w:r><w:t>Harbours</w:t></w:r></w:p></w:body></w:document>"


def limits(**given: int) -> FileSettings:
    """The usual limits, but for those given."""
    return load(DEFAULTS).files.model_copy(update=given)


def picture(width: int = 40, height: int = 20, kind: str = "PNG", **options: object) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def photograph(*, orientation: int = 1, width: int = 40, height: int = 20) -> bytes:
    """A JPEG as a camera writes it: with its place, its number and its owner."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = "Mia Brandt"
    exif[ExifTags.Base.Copyright] = "Harbour Forum"
    exif[ExifTags.Base.Make] = "Kamera AG"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (49.0, 36.0, 36.0)})
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {ExifTags.Base.BodySerialNumber: "SN4711", ExifTags.Base.CameraOwnerName: "Otto Owner"}
    )
    return picture(width, height, "JPEG", exif=exif, xmp=XMP)


def document(**parts: str | bytes) -> bytes:
    """A Word document; parts by their names, with __ for a slash and _dot_ for a dot."""
    entries: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "word/document.xml": TEXT,
        "docProps/core.xml": CORE,
    }
    renamed = {n.replace("__", "/").replace("_dot_", "."): held for n, held in parts.items()}
    return zipped({**entries, **renamed})


def zipped(entries: dict[str, str | bytes]) -> bytes:
    """A zip of them."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in entries.items():
            archive.writestr(name, held)
    return written.getvalue()


def pdf(body: bytes = b"", *, end: bytes = b"%%EOF\n") -> bytes:
    """A PDF of one empty page, with more objects in it."""
    objects = (
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    )
    return b"%PDF-1.7\n" + objects + body + b"trailer<</Root 1 0 R>>\n" + end


def packed(content: bytes) -> bytes:
    """A PDF that hides its objects in a packed stream."""
    held = zlib.compress(content)
    head = b"4 0 obj<</Type/ObjStm/Filter/FlateDecode/Length %d>>stream\n" % len(held)
    return pdf(head + held + b"\nendstream endobj\n")


def trap(held: bytes) -> bytes:
    """The same PDF, with a title in which a stream seems to begin that never was one."""
    return held.replace(b"1 0 obj", b"9 0 obj<</Title(stream\n)>>endobj\n1 0 obj", 1)


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few octets that says it is that large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, held: bytes) -> bytes:
    checked = kind + held
    return struct.pack(">I", len(held)) + checked + struct.pack(">I", zlib.crc32(checked))


def commented_png() -> bytes:
    """A PNG with texts of whoever drew it."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "Otto Owner")
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return picture(pnginfo=texts)
