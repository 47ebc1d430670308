"""What goes with a message beside its words: pictures by link, documents in it or not, logos."""

import base64
import re
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailer.compose.enclosing import told_size
from mailer.compose.letter import Letter, write_letter
from mailer.compose.message import compose
from mailer.compose.parts import disposition
from mailer.compose.rendering import render
from mailer.errors import BadInput
from mailer.models import Delivery, ReleaseStatus
from mailer.releases.files.names import clean_name
from mailer.tokens import Purpose
from tests.compose import files
from tests.compose.conftest import NOW


def letter_with(make_letter: Any, *carried: Any, logo: bool = False, **given: Any) -> Letter:
    """The letter of the fictional release, which carries these files."""
    identity = replace(make_letter().identity, message_bytes=given.pop("most", 5_000_000))
    plain = make_letter(**given)
    full = files.with_files(plain.full, *carried, logo=logo)
    delivery = Delivery(
        id=7,
        distribution_id=1,
        address_id=9,
        email=plain.email,
        revision_id=plain.revision.id,
        edition_language=plain.edition_language,
        cover_language=plain.cover_language,
        plain_text_only=plain.plain_text_only,
        attaches_files=given.get("attaches_files", True),
    )
    return write_letter(delivery, full, identity=identity, at=NOW)


def read(letter: Letter) -> EmailMessage:
    parsed = message_from_bytes(compose(letter).data, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


def tree(part: MIMEPart) -> Any:
    """The types of a message and its parts, nested as they are."""
    kind = part.get_content_type()
    inner = [tree(one) for one in part.iter_parts()] if part.is_multipart() else []
    return (kind, inner) if inner else kind


WORDS = ("multipart/alternative", ["text/plain", "text/html"])
WITH_LOGO = (
    "multipart/alternative",
    ["text/plain", ("multipart/related", ["text/html", "image/png"])],
)


@pytest.mark.parametrize(
    ("document", "logo", "plain", "expected"),
    [
        (False, False, False, WORDS),
        (False, True, False, WITH_LOGO),
        (True, False, False, ("multipart/mixed", [WORDS, "application/pdf"])),
        (True, True, False, ("multipart/mixed", [WITH_LOGO, "application/pdf"])),
        (False, True, True, "text/plain"),
        (True, True, True, ("multipart/mixed", ["text/plain", "application/pdf"])),
    ],
)
def test_no_level_holds_one_part_only(
    make_letter: Any, *, document: bool, logo: bool, plain: bool, expected: Any
) -> None:
    carried = [files.carried()] if document else []

    letter = letter_with(make_letter, *carried, logo=logo, plain_text_only=plain)

    assert tree(read(letter)) == expected


def test_what_is_attached_comes_out_as_it_went_in(make_letter: Any) -> None:
    message = read(letter_with(make_letter, files.carried("bilag æ.pdf"), logo=True))

    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "bilag æ.pdf"
    assert attached.get_content() == files.PDF
    assert attached.get_content_disposition() == "attachment"


def test_the_logo_is_found_by_its_name_within_the_message(make_letter: Any) -> None:
    letter = letter_with(make_letter, logo=True)

    (logo,) = (part for part in read(letter).walk() if part.get_content_type() == "image/png")

    content_id = logo["Content-ID"].strip("<>")
    (image,) = re.findall(r'<img class="logo"[^>]*>', render(letter).html)
    assert f'src="cid:{content_id}" width="200" height="50"' in image
    assert logo.get_content_disposition() == "inline"
    assert logo.get_payload(decode=True) == files.LOGO


def test_who_wants_no_files_gets_links_to_them_in_both_parts(make_letter: Any) -> None:
    letter = letter_with(
        make_letter, files.carried("annex <1>.pdf", size=1_240_000), attaches_files=False
    )

    rendered = render(letter)
    (link,) = letter.enclosures.linked

    assert tree(read(letter)) == WORDS
    assert f"annex <1>.pdf (PDF, 1,2 MB)\n{link.href}" in rendered.text
    assert "annex &lt;1&gt;.pdf" in rendered.html
    assert f'href="{link.href}"' in rendered.html


def test_a_link_names_the_file_and_no_reader(make_letter: Any) -> None:
    (link,) = letter_with(make_letter, files.carried(), attaches_files=False).enclosures.linked

    token = link.href.split("/")[-2]
    claim = make_letter().identity.keyring.verify(Purpose.MAILED_FILE, token)
    assert (claim.row_id, claim.link) == (3, 0)


def test_documents_that_are_too_large_together_go_as_links(make_letter: Any) -> None:
    two = (files.carried("a.pdf"), files.carried("b.pdf", attachment_id=5))
    most = 2 * len(files.PDF)

    assert len(letter_with(make_letter, *two, most=most).enclosures.attached) == 2
    assert letter_with(make_letter, *two, most=most - 1).enclosures.attached == ()
    assert len(letter_with(make_letter, *two, most=most - 1).enclosures.linked) == 2


def test_a_document_of_another_edition_does_not_come(make_letter: Any) -> None:
    own, other = files.carried("a.pdf", language="en"), files.carried("b.pdf", language="fr")

    found = letter_with(make_letter, own, other).enclosures.attached

    assert [one.name for one in found] == ["a.pdf"]


def test_an_edition_has_its_own_file_in_place_of_the_one_for_all(make_letter: Any) -> None:
    every, own = files.carried("a.pdf"), files.carried("a.pdf", language="en", attachment_id=8)

    found = letter_with(make_letter, every, own, attaches_files=False).enclosures.linked

    token = found[0].href.split("/")[-2]
    assert len(found) == 1
    keyring = make_letter().identity.keyring
    assert keyring.verify(Purpose.MAILED_FILE, token).row_id == 8


def test_nothing_goes_with_what_was_withdrawn(make_letter: Any) -> None:
    release = {"status": ReleaseStatus.WITHDRAWN}

    letter = letter_with(make_letter, files.carried(), release=release)

    assert letter.enclosures.attached == ()
    assert letter.enclosures.linked == ()


def test_a_picture_of_the_text_is_shown_by_a_link_and_never_enclosed(make_letter: Any) -> None:
    texts = {"en": ("Harbours", "Luxembourg", "Text.\n\n![](harbour.jpg)\n\nMore.")}

    letter = letter_with(make_letter, files.picture(), texts=texts)
    html, text = render(letter).html, render(letter).text

    shown = letter.enclosures.pictures["harbour.jpg"]
    assert f'src="{shown.small_href}" alt="A harbour at dawn" width="544" height="272"' in html
    assert f'href="{shown.href}"' in html
    assert "The harbour of Example" in html
    assert "Mia Brandt" in text
    assert tree(read(letter)) == WORDS


def test_what_is_said_of_a_picture_in_another_language_is_not_said(make_letter: Any) -> None:
    letter = letter_with(make_letter, files.picture(alts={"fr": "Un port"}, captions={}))

    assert letter.enclosures.pictures["harbour.jpg"].alt == ""


@pytest.mark.parametrize(
    ("size", "language", "told"),
    [(1_240_000, "en", "1.2 MB"), (1_240_000, "da", "1,2 MB"), (240_000, "en", "240 kB"),
     (10, "en", "1 kB"), (1_240_000, "fr", "1,2\u202fMo")],
)  # fmt: skip
def test_a_size_is_told_as_the_language_writes_it(size: int, language: str, told: str) -> None:
    assert told_size(size, language).replace("\xa0", " ") == told


# ------------------------------------------------------------------------- on the wire


def test_no_line_is_longer_than_mail_allows(make_letter: Any) -> None:
    letter = letter_with(make_letter, files.carried("ø" * 118 + ".pdf"), logo=True)

    lines = compose(letter).data.split(b"\r\n")

    coded = base64.encodebytes(files.PDF).split(b"\n")[0]
    assert coded in lines
    assert max(map(len, lines)) <= 78 + len("filename*0*=")
    assert not any(line.startswith(b".") for line in lines)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=118))
def test_any_file_name_comes_out_as_it_went_in(make_letter: Any, name: str) -> None:
    try:
        name = clean_name(f"{name}.pdf")
    except BadInput:
        return

    data = compose(letter_with(make_letter, files.carried(name))).data
    message = message_from_bytes(data, policy=SMTP)

    assert isinstance(message, EmailMessage)
    assert data.isascii()
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == name
    assert attached.get_content() == files.PDF


def test_a_plain_name_is_quoted_and_others_go_in_pieces() -> None:
    assert disposition("attachment", "annex 1.pdf") == 'attachment; filename="annex 1.pdf"'
    assert disposition("attachment", "æ.pdf") == "attachment; filename*=utf-8''%C3%A6.pdf"
    pieces = disposition("attachment", "æ" * 40 + ".pdf").split("; ")[1:]
    assert pieces[0].startswith("filename*0*=utf-8''%C3%A6")
    assert pieces[-1].endswith(".pdf")
    assert not any(re.search(r"%.?$", piece) for piece in pieces)


def test_a_subject_that_looks_like_the_mark_of_a_file_stays_a_subject(make_letter: Any) -> None:
    texts = {"en": ("=_file.11", "Luxembourg", "=_file.11\n\n    =_file.11\n")}

    message = read(letter_with(make_letter, files.carried(), texts=texts))

    assert message["Subject"] == "=_file.11"
    assert "=_file.11" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("edition", "rights"), [("fr", "libre de droits"), ("en", "free for the press")]
)
def test_rights_are_told_in_the_language_of_the_text_else_as_they_are_for_all(
    make_letter: Any, edition: str, rights: str
) -> None:
    picture = files.picture(rights_said={"fr": "libre de droits"})
    letter = letter_with(make_letter, picture, edition=edition)
    assert letter.enclosures.pictures["harbour.jpg"].rights == rights
