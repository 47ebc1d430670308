"""Whatever stands in a text, the linter reads it, and in a time that nobody notices."""

import json
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.languages import cover_languages
from mailer.releases.readiness import fingerprint
from tests.releases.readiness.texts import found_on, full, revision

SAMPLES = Path(__file__).parents[2] / "samples"
#: What the checks look for, in any order and broken off anywhere.
PIECES = """[a](# [b](http://x ![]( ~~ {++ DRAFT 31 June 2027 Monday 04/06 9:30 CET 12月31日(月)
١١ يونيو الثلاثاء embargo Sperrfrist 1.234,5 1,234.5 999999999999999999999999999 1e9 ½ ² ٫٬
2027-06-31 Ã© â€™ <br> XXX [TBC ??? https://[::1 https://user@ //x.y mailto: \u202e \x00 \ud800
Luxembourg, – 0 00 000 0000 +352 25:61 24:00 am kl. 30. Februar ১২ ๑๒ 24/7"""
TEXTS = st.one_of(
    st.text(max_size=300), st.lists(st.sampled_from(PIECES.split()), max_size=40).map(" ".join)
)


@given(text=TEXTS, title=TEXTS, other=TEXTS, language=st.sampled_from(cover_languages()))
def test_no_text_stops_the_linter(text: str, title: str, other: str, language: str) -> None:
    whole = full(
        {"en": revision(text, title=title, notes=other), language: revision(other, place=title)}
    )
    for finding in found_on(whole):
        assert fingerprint(finding)
        assert finding.message


@pytest.mark.parametrize(
    "piece",
    ["9", "1 ", "1,", "[", "](", "{{", "~~a~~ ", "Aa Aa ", "0 ", "<b", "a@", "Error! ", "- "],
)
def test_the_time_grows_with_the_text_and_not_faster(piece: str) -> None:
    text = piece * (8000 // len(piece))
    started = time.process_time()
    found_on(full({"en": text, "de": text + " 7"}))
    # A hundredth of it in the ordinary case; a pattern that tries everything takes minutes.
    assert time.process_time() - started < 5


REAL = [
    json.loads(line)
    for line in (SAMPLES / "real_releases.jsonl").read_text(encoding="utf-8").splitlines()
]
#: Sites were read by http then, titles were in capitals, and who collected the texts put zeros in
#: place of telephone numbers.
TRUE = {"insecure-link", "capitals", "open-point"}


@pytest.mark.parametrize("real", REAL)
def test_a_real_release_has_no_false_finding(real: dict[str, str]) -> None:
    day = date.fromisoformat((real.get("published") or "2005-02-01")[:10])
    text = revision(real["text"], title=real["title"])
    found = found_on(full({real["lang"]: text}, dated_on=day))
    assert {one.id for one in found} <= TRUE
    assert all(set(one.where) & {"0"} for one in found if one.id == "open-point")
