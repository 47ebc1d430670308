"""What differs between two revisions, word by word, in any script; and nothing is lost in it."""

import time
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from mailer.errors import NotFound
from mailer.models import EditionStatus, Office
from mailer.releases.editions.comparing import diff, segments
from mailer.releases.editions.drafting import import_release
from mailer.releases.editions.translating import still_valid
from mailer.releases.manuscripts.reading import EditionDraft

ENGLISH = EditionDraft(
    file="en.md",
    language="en",
    title="Harbours agree",
    body="Twelve harbours agreed.\n\nThey meet on the 24th.",
    dated_on=date(2026, 11, 23),
    reference="A1",
)
LATER = replace(ENGLISH, body="Twelve harbours agreed.\n\nThey meet on the 25th.", notes="Ask us.")
FRENCH = replace(ENGLISH, file="fr.md", language="fr", title="Accord", body="Douze ports.")
TEXTS = st.text(alphabet="ab .,\n港ก", max_size=40)


def told(before: str, after: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in segments(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "They meet on the 24th.",
            "They meet on the 25th.",
            [("same", "They meet on the "), ("removed", "24th"), ("added", "25th"), ("same", ".")],
        ),
        (
            "港湾は合意した",
            "港湾は夜合意した",
            [("same", "港湾は"), ("added", "夜"), ("same", "合意した")],
        ),
        ("اتفقت الموانئ", "اتفقت", [("removed", "اتفقت الموانئ"), ("added", "اتفقت")]),
        ("", "New.", [("added", "New.")]),
        (
            "1,234.5 tons",
            "1,234.6 tons",
            [("removed", "1,234.5 "), ("added", "1,234.6 "), ("same", "tons")],
        ),
        ("same", "same", [("same", "same")]),
        ("", "", []),
    ],
)
def test_words_are_compared(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    assert told(before, after) == expected


@given(before=TEXTS, after=TEXTS)
def test_both_texts_are_whole_in_it(before: str, after: str) -> None:
    found = told(before, after)
    assert "".join(text for kind, text in found if kind != "added") == before
    assert "".join(text for kind, text in found if kind != "removed") == after
    assert all(text for _, text in found)


def test_a_long_text_takes_no_time() -> None:
    before = "word and word and more of it, again and again. " * 2000
    started = time.process_time()
    told(before, before.replace("more", "less"))
    assert time.process_time() - started < 5


def test_the_newest_revision_is_compared_with_the_one_before(
    session: Session, office: Office
) -> None:
    import_release(session, [ENGLISH], office=office)
    assert diff(session, "A1", "en").text is None
    import_release(session, [LATER], office=office)
    found = diff(session, "a1", "EN")
    assert found.text is not None
    assert (found.text.from_revision, found.text.to_revision) == (1, 2)
    assert [one.field for one in found.text.fields] == ["body", "notes"]
    assert found.source is None


def test_two_revisions_are_named(session: Session, office: Office) -> None:
    for title in ("One", "Two", "Three"):
        import_release(session, [replace(ENGLISH, title=title)], office=office)
    found = diff(session, "A1", "en", from_revision=1, to_revision=3).text
    assert found is not None
    assert [(one.kind, one.text) for one in found.fields[0].segments] == [
        ("removed", "One"),
        ("added", "Three"),
    ]
    with pytest.raises(NotFound, match="no revision 4: there are 1 to 3"):
        diff(session, "A1", "en", from_revision=1, to_revision=4)


def test_a_translation_shows_what_its_source_changed_since(
    session: Session, office: Office
) -> None:
    import_release(session, [ENGLISH, FRENCH], office=office)
    import_release(session, [LATER], office=office)
    found = diff(session, "A1", "fr")
    assert (found.status, found.text) == (EditionStatus.STALE, None)
    assert found.source is not None
    assert (found.source.language, found.source.from_revision, found.source.to_revision) == (
        "en",
        1,
        2,
    )
    still_valid(session, "A1", "fr", by="Ana")
    assert diff(session, "A1", "fr").source is None


def test_a_language_that_there_is_not_is_told(session: Session, office: Office) -> None:
    import_release(session, [ENGLISH], office=office)
    with pytest.raises(NotFound, match="A1 has no da edition"):
        diff(session, "A1", "da")
