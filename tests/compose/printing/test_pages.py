"""The pages in a cover: those of its own print, counted once, and looked up by whoever sends."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.compose.letter import Letter
from mailer.compose.message import compose
from mailer.compose.printing import press
from mailer.compose.printing.document import document_of
from mailer.compose.printing.pages import Counts, counted, keep_counts
from mailer.compose.rendering import render
from mailer.compose.skeleton import Compositor, Setting
from mailer.database import connect, reading
from mailer.errors import Unreachable
from mailer.models import Delivery, Rendition
from tests.compose.conftest import NOW
from tests.compose.printing.paper import printed

MakeLetter = Callable[..., Letter]
LONG = "The harbours agreed on a code of conduct for all who work on their quays. " * 300


def long(make_letter: MakeLetter, cover: str = "da", **given: object) -> Letter:
    return make_letter(cover, texts={"en": ("A long story", "", LONG)}, **given)


def kept(session: Session) -> dict[str, int]:
    return {row.digest: row.pages for row in session.exec(select(Rendition))}


def test_the_cover_tells_the_pages_of_its_print(session: Session, make_letter: MakeLetter) -> None:
    letter = counted(session, long(make_letter))
    assert letter.pages == printed(letter).pages == 5
    assert "Antal sider (inkl. denne): 5" in render(letter).text


def test_a_preview_counts_and_writes_nothing(session: Session, make_letter: MakeLetter) -> None:
    assert counted(session, make_letter()).pages == 1
    assert kept(session) == {}


def test_what_was_counted_is_looked_up(session: Session, make_letter: MakeLetter) -> None:
    keep_counts(session, [make_letter()])
    (row,) = session.exec(select(Rendition))
    assert row.pages == 1
    row.pages = 9
    session.add(row)
    session.flush()
    assert counted(session, make_letter()).pages == 9


def test_one_print_is_kept_once_for_all_who_get_it(
    session: Session, make_letter: MakeLetter
) -> None:
    letters = [make_letter(id=number, email=f"{number}@a.example") for number in (1, 2, 3)]
    keep_counts(session, letters)
    keep_counts(session, letters)
    assert len(kept(session)) == 1


def test_what_is_printed_otherwise_is_counted_anew(
    session: Session, make_letter: MakeLetter
) -> None:
    until = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    others = [
        make_letter("de"),
        make_letter("da", "fr"),
        make_letter(contact={"phone": "+352 99 00 00 99"}),
        make_letter(office={"postal_address": "2 Quai des Exemples"}),
        make_letter(release={"embargo_until": until}),
        make_letter(release={"embargo_until": until}, zone="Asia/Tokyo"),
    ]
    keep_counts(session, [make_letter(), *others])
    assert len(kept(session)) == 1 + len(others)


def test_the_number_itself_makes_no_other_print(make_letter: MakeLetter) -> None:
    assert document_of(make_letter(pages=3)) == document_of(make_letter())


def test_an_office_that_does_not_print_pages_tells_none(
    session: Session, make_letter: MakeLetter
) -> None:
    letter = make_letter(office={"prints_pages": False})
    keep_counts(session, [letter])
    assert counted(session, letter).pages is None
    assert kept(session) == {}


def test_without_typst_no_pages_are_told(
    session: Session, make_letter: MakeLetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    letter = make_letter()
    keep_counts(session, [letter])
    assert counted(session, letter).pages is None
    assert "Antal sider" not in render(counted(session, letter)).text


@pytest.mark.parametrize(
    "deep",
    ["> " * 3000 + "deep", "\n".join(f"{'  ' * level}- deep" for level in range(200))],
    ids=["quotes", "lists"],
)
def test_however_deep_quotes_and_lists_are_they_are_printed(
    make_letter: MakeLetter, deep: str
) -> None:
    assert printed(make_letter(texts={"en": ("Title", "", deep)})).pages


def test_what_cannot_be_printed_goes_out_without_a_number(
    session: Session, make_letter: MakeLetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> press.Print:
        raise press.CannotPrint("no ink")

    monkeypatch.setattr(press, "print_document", refuse)
    letter = make_letter()
    keep_counts(session, [letter])
    assert counted(session, letter).pages is None


def test_a_worker_prints_what_nobody_counted_and_keeps_it(
    engine: sa.Engine, make_letter: MakeLetter
) -> None:
    counts = Counts(engine)
    assert counts.counted(long(make_letter)).pages == 5
    with reading(engine) as session:
        assert list(kept(session).values()) == [5]


def test_a_worker_looks_up_what_was_counted(
    engine: sa.Engine, make_letter: MakeLetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = Counts(engine)
    counts.counted(make_letter())

    def must_not(*_given: object) -> None:
        raise AssertionError("printed again")

    monkeypatch.setattr(press, "print_document", must_not)
    assert counts.counted(make_letter()).pages == 1


def test_a_message_of_a_wave_and_its_preview_tell_the_same_pages(
    engine: sa.Engine, session: Session, make_letter: MakeLetter
) -> None:
    letter = long(make_letter, id=7, message_id="<2026-042.1.7@press.example.org>")
    reader = Delivery(
        id=7,
        distribution_id=1,
        address_id=9,
        email=letter.email,
        revision_id=letter.revision.id,
        edition_language="en",
        cover_language="da",
        message_id=letter.message_id,
    )
    compositor = Compositor(letter.identity, counted=Counts(engine).counted)
    (setting,) = compositor.set_wave([reader], letter.full, at=NOW)
    assert isinstance(setting, Setting)
    assert not setting.skeleton.is_personal
    assert setting.message.data == compose(counted(session, letter)).data
    assert b"Antal sider (inkl. denne): 5" in setting.message.data


def test_a_database_that_is_away_is_no_defect_of_the_message(make_letter: MakeLetter) -> None:
    letter = make_letter(id=7)
    away = Counts(connect("sqlite:////nowhere/at/all.sqlite3"))
    compositor = Compositor(letter.identity, counted=away.counted)
    reader = Delivery(
        id=7,
        distribution_id=1,
        email=letter.email,
        revision_id=1,
        edition_language="en",
        cover_language="da",
        message_id="<1@press.example.org>",
    )
    with pytest.raises(Unreachable):
        compositor.set_wave([reader], replace(letter.full), at=NOW)


def test_a_worker_holds_no_press_until_it_prints() -> None:
    asked = "import sys, workers.deliver as d; from mailer.compose.printing import press"
    told = f"{asked}; print(press.is_there(), 'typst' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
