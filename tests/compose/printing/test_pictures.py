"""Pictures of a release stand in its print, and none of them can keep it from being printed."""

import ctypes
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium
import pytest
from PIL import Image
from pypdfium2 import raw
from sqlmodel import Session

from mailer.compose.letter import Letter
from mailer.compose.printing import press
from mailer.compose.printing.document import document_of
from mailer.compose.printing.pages import counted, print_letter
from mailer.compose.printing.pictures import pictures_in
from mailer.compose.printing.press import Print, print_document
from mailer.models import ReleaseStatus
from mailer.releases.files import printable as paper
from mailer.releases.files.carried import CarriedFile
from mailer.releases.files.preparing import Octets, prepared
from mailer.releases.files.storing import store
from tests.compose.files import picture, with_files
from tests.compose.printing.paper import pages_in, tags_in, text_in
from tests.releases.files import samples

MakeLetter = Callable[..., Letter]
Show = Callable[..., Letter]
BODY = "Before.\n\n![](harbour.jpg)\n\nAfter."
#: What PDFium says of a picture.
IMAGE = raw.FPDF_PAGEOBJ_IMAGE
SAID = "A harbour at dawn – The harbour of Example – Mia Brandt – free for the press"


@pytest.fixture
def show(session: Session, make_letter: MakeLetter) -> Show:
    """A letter whose text shows a picture of its release, stored as officers store it."""

    def made(octets: bytes, *, body: str = BODY, name: str = "harbour.jpg", **given: Any) -> Letter:
        ready = prepared(octets, name=name, limits=samples.limits())
        store(session, ready.whole, small=ready.small)
        return letter_with(
            make_letter,
            picture(
                name,
                digest=ready.whole.digest,
                media_type=ready.whole.media_type,
                width=ready.whole.width,
                height=ready.whole.height,
                has_small=ready.small is not None,
                **given,
            ),
            body=body,
        )

    return made


def letter_with(
    make_letter: MakeLetter, file: CarriedFile, *, body: str = BODY, **given: Any
) -> Letter:
    bare = make_letter("en", texts={"en": ("Title", "", body)}, **given)
    full = with_files(bare.full, file)
    enclosures = bare.identity.enclosing.enclosures(
        full, edition_language="en", cover_language="en", attaches=True, shows_logo=False
    )
    return replace(bare, full=full, enclosures=enclosures)


def images_in(one: Print) -> list[tuple[float, float]]:
    """The width and the height of each picture on the first page, in millimetres."""
    with pdfium.PdfDocument(one.pdf) as document:
        boxes = [each.get_bounds() for each in document[0].get_objects(filter=[IMAGE])]
        return [((r - l) / 72 * 25.4, (t - b) / 72 * 25.4) for l, b, r, t in boxes]  # noqa: E741


def alts_in(one: Print) -> list[str]:
    """What each figure of the first page tells who does not see it."""
    with pdfium.PdfDocument(one.pdf) as document:
        tree = raw.FPDF_StructTree_GetForPage(document[0])
        roots = raw.FPDF_StructTree_CountChildren(tree)
        heads = [raw.FPDF_StructTree_GetChildAtIndex(tree, number) for number in range(roots)]
        found = [alt for head in heads for alt in _alts(head)]
        raw.FPDF_StructTree_Close(tree)
        return found


def _alts(element: Any) -> Iterator[str]:
    if not element:
        return
    room = ctypes.create_string_buffer(400)
    used = raw.FPDF_StructElement_GetAltText(element, ctypes.cast(room, ctypes.c_void_p), 400)
    if used > 2:
        yield room.raw[: used - 2].decode("utf-16-le")
    for number in range(raw.FPDF_StructElement_CountChildren(element)):
        yield from _alts(raw.FPDF_StructElement_GetChildAtIndex(element, number))


def test_a_picture_of_the_release_is_printed_with_all_that_is_said_about_it(
    session: Session, show: Show
) -> None:
    one = print_letter(session, show(samples.photograph(width=2400, height=1200)))
    ((width, height),) = images_in(one)
    assert (width, height) == pytest.approx((160, 80), abs=0.5)
    assert "A harbour at dawn" in alts_in(one)
    assert "The harbour of Example Mia Brandt – free for the press After." in text_in(one.pdf)
    tags = [tag for tag, _ in tags_in(one.pdf)]
    assert {"Figure", "Caption", "Link"} <= set(tags)
    assert b"pdfuaid:part>1<" in one.pdf or b'pdfuaid:part="1"' in one.pdf
    # The picture of the message is fine enough for the page: the whole one is a link away.
    assert len(one.pdf) < 100_000


@pytest.mark.parametrize(
    ("size", "printed"),
    [((2400, 4800), (55, 110)), ((400, 200), (105.8, 52.9)), ((40, 20), (10.6, 5.3))],
)
def test_it_keeps_its_shape_and_leaves_room_for_the_text(
    session: Session, show: Show, size: tuple[int, int], printed: tuple[float, float]
) -> None:
    letter = show(samples.picture(*size, "JPEG"))
    (found,) = images_in(print_letter(session, letter))
    assert found == pytest.approx(printed, abs=0.5)


@pytest.mark.parametrize(
    ("name", "kind", "mode"),
    [
        ("harbour.png", "PNG", "RGBA"),
        ("harbour.png", "PNG", "I;16"),
        ("harbour.png", "PNG", "P"),
        ("harbour.gif", "GIF", "P"),
        ("harbour.webp", "WEBP", "RGBA"),
        ("harbour.jpg", "JPEG", "CMYK"),
        ("harbour.jpg", "JPEG", "L"),
    ],
)
@pytest.mark.parametrize("width", [300, 2000])
def test_every_kind_that_is_taken_is_printed(
    session: Session, show: Show, name: str, kind: str, mode: str, width: int
) -> None:
    written = io.BytesIO()
    Image.new(mode, (width, 200)).save(written, kind)
    letter = show(written.getvalue(), name=name, body=f"![]({name})")
    assert len(images_in(print_letter(session, letter))) == 1


def test_a_picture_within_a_list_is_no_wider_than_its_item(session: Session, show: Show) -> None:
    letter = show(samples.picture(2400, 1200, "JPEG"), body="- - one\n\n    ![](harbour.jpg)")
    ((width, _),) = images_in(print_letter(session, letter))
    assert 120 < width < 158


def test_one_that_says_nothing_is_known_by_its_name(session: Session, show: Show) -> None:
    letter = show(samples.picture(900, 400), name="q.png", body="![](q.png)", alts={}, captions={})
    assert alts_in(print_letter(session, letter))[-1] == "q.png"


def test_a_picture_from_elsewhere_stays_a_link(session: Session, make_letter: MakeLetter) -> None:
    body = '![The port](https://a.example/p.jpg "At dawn")'
    letter = make_letter("en", texts={"en": ("Title", "", body)})
    one = print_letter(session, letter)
    assert images_in(one) == []
    assert "The port – At dawn" in text_in(one.pdf)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"no picture at all",
        samples.photograph(width=900, height=600)[:2000],
        samples.huge_png(60_000, 60_000),
        samples.huge_png(5_100, 5_000),
    ],
)
def test_a_damaged_or_huge_picture_is_told_in_words(
    session: Session, make_letter: MakeLetter, octets: bytes
) -> None:
    # As a disk or a restore may leave it: what comes in by the door is whole.
    held = Octets(octets, "image/jpeg", 900, 600)
    store(session, held)
    letter = letter_with(make_letter, picture(digest=held.digest, has_small=False))
    one = print_letter(session, letter)
    assert images_in(one) == []
    assert f"Before. {SAID} After." in text_in(one.pdf)


def test_what_is_gone_or_was_not_given_is_told_in_words(
    session: Session, make_letter: MakeLetter
) -> None:
    letter = letter_with(make_letter, picture(digest="0" * 64))
    assert SAID in text_in(print_letter(session, letter).pdf)
    assert SAID in text_in(print_document(document_of(letter)).pdf)


def test_one_that_only_the_press_refuses_costs_no_page(
    make_letter: MakeLetter,
) -> None:
    digest = "1" * 64
    letter = letter_with(make_letter, picture(digest=digest))
    one = print_document(document_of(letter), {digest: b"\x89PNG\r\n\x1a\n and no more"})
    assert SAID in text_in(one.pdf)


def test_the_pages_are_those_with_the_picture_on_them(session: Session, show: Show) -> None:
    body = "Line.\n\n" * 26 + "![](harbour.jpg)"
    letter = show(samples.picture(1200, 800, "JPEG"), body=body)
    plain = print_document(document_of(letter)).pages
    told = counted(session, letter).pages
    assert (plain, told) == (1, 2)
    assert len(pages_in(print_letter(session, letter).pdf)) == 2


def test_another_picture_is_another_print(show: Show) -> None:
    one, two = (show(samples.picture(900, 600, "JPEG", quality=quality)) for quality in (40, 90))
    assert press.digest_of(document_of(one)) != press.digest_of(document_of(two))
    assert [*pictures_in(document_of(one))] != [*pictures_in(document_of(two))]


def test_what_was_taken_back_is_not_printed_any_more(make_letter: MakeLetter) -> None:
    file = picture(digest="1" * 64)
    assert [*pictures_in(document_of(letter_with(make_letter, file)))] == [file.digest]
    taken_back = {"status": ReleaseStatus.WITHDRAWN}
    letter = letter_with(make_letter, file, release=taken_back)
    assert [*pictures_in(document_of(letter))] == []


def test_the_same_picture_is_the_same_file(session: Session, show: Show) -> None:
    letter = show(samples.picture(900, 600, "JPEG"))
    assert print_letter(session, letter).pdf == print_letter(session, letter).pdf


def test_a_photograph_for_paper_is_as_it_was_and_no_finer_than_paper() -> None:
    kept = samples.picture(1200, 800, "JPEG")
    assert paper.for_paper(kept) == kept
    drawn = paper.for_paper(samples.picture(1100, 4000, "JPEG"))
    assert drawn is not None
    with Image.open(io.BytesIO(drawn)) as made:
        assert (made.format, made.height) == ("JPEG", 1300)
