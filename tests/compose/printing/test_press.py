"""The print rendition: true pages, tagged, in the right language, and never code of its writers."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailer.compose.letter import Letter
from mailer.compose.printing import press
from mailer.compose.printing.document import document_of
from mailer.compose.printing.press import CannotPrint, print_document
from mailer.compose.text.markup import to_text
from mailer.languages import cover_languages, direction
from mailer.models import ReleaseKind
from tests.compose.printing.paper import (
    language_of,
    large_letters,
    letters,
    lost,
    pages_in,
    printed,
    tags_in,
    text_in,
)

MakeLetter = Callable[..., Letter]
SAMPLES = Path(__file__).parents[2] / "samples" / "real_releases.jsonl"
REAL = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
#: The letters of the fixture hold nothing that one example could leave for the next.
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LATER = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
SENTENCE = "The harbours agreed on a code of conduct for all who work on their quays. "
#: Prints the document on standard input and says the hash of what came out.
ELSEWHERE = """
import hashlib, json, sys
from mailer.compose.printing.press import print_document
print(hashlib.sha256(print_document(json.load(sys.stdin)).pdf).hexdigest())
"""


def with_text(make_letter: MakeLetter, body: str, *, title: str = "Title", **given: Any) -> Letter:
    language = given.pop("edition", "en")
    return make_letter(edition=language, texts={language: (title, "", body)}, **given)


@pytest.mark.parametrize(("paragraphs", "pages"), [(1, 1), (15, 2), (30, 3)])
def test_the_pages_are_those_of_the_file_and_stand_on_it(
    make_letter: MakeLetter, paragraphs: int, pages: int
) -> None:
    one = printed(with_text(make_letter, f"{SENTENCE * 4}\n\n" * paragraphs, cover="en"))
    shown = pages_in(one.pdf)
    assert (one.pages, len(shown)) == (pages, pages)
    assert f"Number of pages (incl. this one): {pages}" in text_in(one.pdf)
    for number, page in enumerate(shown, start=1):
        assert f"{number} / {pages}" in page
        assert "1 Quai des Exemples, L-0000 Luxembourg" in page


@pytest.mark.parametrize(
    "written",
    [
        "#panic() and #sys.inputs",
        "*stars* _lines_ `ticks`",
        "$x^2$ and $",
        r"a \ b \u{1F600} \n",
        "@reference <label> // comment /* more",
        "= heading - list + enum ---",
        "\"quotes\" 'single' ~ [brackets] {braces}",
    ],
)
def test_what_an_officer_writes_is_text_and_no_code(make_letter: MakeLetter, written: str) -> None:
    letter = with_text(make_letter, f"    {written}", title=written, contact={"name": written})
    assert text_in(printed(letter).pdf).count(" ".join(written.split())) == 3


@settings(SLOW, max_examples=40)
@given(written=st.text(max_size=200), title=st.text(min_size=1, max_size=300))
def test_whatever_is_written_is_printed(make_letter: MakeLetter, written: str, title: str) -> None:
    one = printed(with_text(make_letter, written, title=title))
    assert [word for word in lost(to_text(written), one.pdf) if word.isascii()] == []
    assert one.pages == len(pages_in(one.pdf))


@settings(SLOW, max_examples=25)
@given(title=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200))
def test_every_sign_of_a_keyboard_is_printed_as_it_is(make_letter: MakeLetter, title: str) -> None:
    one = printed(with_text(make_letter, "Text.", title=title))
    # A hyphen at the end of a line is taken for one that is not in the word.
    told = letters(text_in(one.pdf)).replace("-", "")
    assert letters(title).replace("-", "") in told


@pytest.mark.parametrize("number", range(len(REAL)))
def test_a_real_release_loses_no_word(make_letter: MakeLetter, number: int) -> None:
    release = REAL[number]
    language = release["lang"]
    cover = language if language in cover_languages() else "en"
    one = printed(
        with_text(
            make_letter, release["text"], title=release["title"], edition=language, cover=cover
        )
    )
    # Viewers put the mark of an Arabic adverb before its last letter or behind it.
    said = " ".join(
        word
        for word in f"{release['title']} {to_text(release['text'])}".split()
        if "\u064b" not in word
    )
    assert lost(said, one.pdf) == []
    assert "[U+" not in text_in(one.pdf)
    assert one.pages == len(pages_in(one.pdf)) <= 6


@pytest.mark.parametrize("language", cover_languages())
def test_every_cover_is_printed_whole(make_letter: MakeLetter, language: str) -> None:
    letter = make_letter(language, release={"kind": ReleaseKind.SPEECH, "embargo_until": LATER})
    pdf, head = printed(letter).pdf, document_of(letter)["cover"]
    said = [head["kicker"], *head["notes"], *head["date_line"], head["embargo"]]
    assert lost(" ".join(said), pdf) == []
    assert "[U+" not in text_in(pdf)


def test_the_cover_speaks_to_the_reader_and_the_text_its_own_language(
    make_letter: MakeLetter,
) -> None:
    pdf = printed(make_letter("da", "ar")).pdf
    tags = tags_in(pdf)
    assert language_of(pdf) == "da"
    assert ("H1", "ar") in tags
    assert ("P", "ar") in tags
    # The press contacts are the cover's again.
    assert ("H2", "") in tags


def test_a_country_stands_beside_its_language(make_letter: MakeLetter) -> None:
    tags = tags_in(printed(with_text(make_letter, "Texto.", edition="pt-BR")).pdf)
    assert ("H1", "pt-BR") in tags


@pytest.mark.parametrize(("cover", "edition"), [("ar", "ar"), ("he", "en"), ("da", "ar")])
def test_each_part_runs_its_own_way(make_letter: MakeLetter, cover: str, edition: str) -> None:
    document = document_of(make_letter(cover, edition))
    assert document["cover"]["direction"] == direction(cover)
    assert document["text"]["direction"] == direction(edition)
    title = large_letters(printed(make_letter(cover, edition)).pdf)
    margin, width = 25 / 25.4 * 72, 595
    if direction(edition) == "rtl":
        assert max(right for _, right in title) == pytest.approx(width - margin, abs=4)
    else:
        assert min(left for left, _ in title) == pytest.approx(margin, abs=4)


def test_a_number_to_dial_runs_to_the_right(make_letter: MakeLetter) -> None:
    assert "+352 99 00 00 10" in " ".join(pages_in(printed(make_letter("da")).pdf))


def test_it_keeps_the_standard_of_tagged_files(make_letter: MakeLetter) -> None:
    pdf = printed(make_letter()).pdf
    assert b"pdfuaid:part>1<" in pdf or b'pdfuaid:part="1"' in pdf
    assert tags_in(pdf)[0] == ("Document", "")


def test_the_compiler_refuses_what_is_not_accessible(make_letter: MakeLetter) -> None:
    document = document_of(make_letter())
    document["text"]["blocks"].append({"kind": "heading", "level": 5, "inside": ["Too deep"]})
    with pytest.raises(CannotPrint, match="cannot be printed"):
        print_document(document)


def test_headings_that_leave_levels_out_are_set_in_order(make_letter: MakeLetter) -> None:
    letter = with_text(make_letter, "#### Deep\n\ntext\n\n> ## Quoted\n\n- # Listed\n\n### Last\n")
    tags = [tag for tag, _ in tags_in(printed(letter).pdf) if tag.startswith("H")]
    assert tags[0] == "H1"
    steps = [int(tag[1]) for tag in tags]
    assert all(after <= before + 1 for before, after in pairwise(steps))


def test_signs_without_a_letter_form_are_printed_as_their_numbers(make_letter: MakeLetter) -> None:
    told = text_in(printed(with_text(make_letter, "In Chennai (தமிழ்) today.")).pdf)
    assert "In Chennai ([U+0BA4][U+0BAE]" in told
    assert "today." in told


def test_the_same_letter_gives_the_same_file_anywhere(make_letter: MakeLetter) -> None:
    document = document_of(make_letter("ar", "ar"))
    here = print_document(document)
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        input=json.dumps(document),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == sha256(here.pdf).hexdigest()
    assert press.digest_of(document) == press.digest_of(document_of(make_letter("ar", "ar")))


def test_nothing_of_the_reader_is_in_it(make_letter: MakeLetter) -> None:
    one = make_letter(email="a@havnebladet.example", recipient_name="Karen Holm", id=1)
    two = make_letter(email="b@havnebladet.example", recipient_name="Ole Lund", id=2)
    assert document_of(one) == document_of(two)
    assert "havnebladet" not in json.dumps(document_of(one))


def test_without_typst_it_says_what_to_install(
    make_letter: MakeLetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    assert not press.is_there()
    with pytest.raises(CannotPrint, match=r"install press-mailer\[pdf\]"):
        print_document(document_of(make_letter()))
