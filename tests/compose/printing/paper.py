"""Prints as their readers see them: PDFium is what shows a PDF in most browsers."""

import ctypes
import re
import unicodedata
from collections.abc import Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from mailer.compose.letter import Letter
from mailer.compose.printing.document import document_of
from mailer.compose.printing.press import Print, print_document

#: Breaks within a word that stand in no text.
BREAKS = dict.fromkeys(map(ord, "\u200b\ufffe\u00ad"))
#: How the foot of the fictional office begins.
FOOT = "1 Quai des Exemples"
#: PDFium gives a Thai letter with two marks once more, somewhere behind it.
AGAIN = "[\u0e01-\u0e2e]?"


def printed(letter: Letter) -> Print:
    """The print of that letter."""
    return print_document(document_of(letter))


def pages_in(pdf: bytes) -> list[str]:
    """The words of each page."""
    with pdfium.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def text_in(pdf: bytes) -> str:
    """All words on one line."""
    return " ".join(" ".join(pages_in(pdf)).translate(BREAKS).split())


def letters(text: str) -> str:
    """The text without spaces and marks, which viewers put where they like."""
    return "".join(sign for sign in plain(text) if unicodedata.category(sign) not in {"Zs", "Cc"})


def words(text: str) -> set[str]:
    """The words of a text, each as `letters` leaves it."""
    return set(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", plain(text))))


def lost(said: str, pdf: bytes) -> list[str]:
    """The words that are not on paper."""
    # A word may go on over the page; the foot stands between its halves.
    told = letters("".join(page.split(FOOT)[0] for page in pages_in(pdf)))
    missing = [word for word in words(said) if word not in told]
    return [word for word in missing if not re.search(AGAIN.join(word), told)]


def plain(text: str) -> str:
    """The text without the marks on its letters."""
    apart = unicodedata.normalize("NFKD", text.translate(BREAKS))
    return "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")


def large_letters(pdf: bytes) -> list[tuple[float, float]]:
    """Where each letter of the title begins and ends on the first page, in points from the left."""
    with pdfium.PdfDocument(pdf) as document:
        text = document[0].get_textpage()
        large = [n for n in range(text.count_chars()) if raw.FPDFText_GetFontSize(text, n) > 16]
        boxes = [text.get_charbox(number) for number in large]
        return [(left, right) for left, _, right, _ in boxes if right > left]


def bars(pdf: bytes) -> list[tuple[int, int]]:
    """From where to where the bars beside quotes go, in points from the foot of the first page."""
    with pdfium.PdfDocument(pdf) as document:
        paths = document[0].get_objects(filter=[raw.FPDF_PAGEOBJ_PATH])
        boxes = [path.get_bounds() for path in paths]
        upright = [box for box in boxes if box[2] - box[0] < 5 < box[3] - box[1]]
        return [(round(low), round(high)) for _, low, _, high in upright]


def language_of(pdf: bytes) -> str:
    """The language of the whole document."""
    with pdfium.PdfDocument(pdf) as document:
        room = ctypes.create_string_buffer(100)
        used = raw.FPDFCatalog_GetLanguage(
            document, ctypes.cast(room, ctypes.POINTER(ctypes.c_ushort)), 100
        )
        return room.raw[: used - 2].decode("utf-16-le")


def tags_in(pdf: bytes) -> list[tuple[str, str]]:
    """Each tag of the first page with the language that it says."""
    with pdfium.PdfDocument(pdf) as document:
        tree = raw.FPDF_StructTree_GetForPage(document[0])
        roots = raw.FPDF_StructTree_CountChildren(tree)
        found = [
            pair
            for number in range(roots)
            for pair in _tags(raw.FPDF_StructTree_GetChildAtIndex(tree, number))
        ]
        raw.FPDF_StructTree_Close(tree)
        return found


def _tags(element: object) -> Iterator[tuple[str, str]]:
    if not element:
        return
    yield (
        _said(raw.FPDF_StructElement_GetType, element),
        _said(raw.FPDF_StructElement_GetLang, element),
    )
    for number in range(raw.FPDF_StructElement_CountChildren(element)):
        yield from _tags(raw.FPDF_StructElement_GetChildAtIndex(element, number))


def _said(what: object, element: object) -> str:
    room = ctypes.create_string_buffer(200)
    used = what(element, ctypes.cast(room, ctypes.c_void_p), 200)  # type: ignore[operator]
    return room.raw[: max(used - 2, 0)].decode("utf-16-le")
