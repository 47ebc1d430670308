"""A release is loaded whole, and everyone gets the edition and the cover that R3 names."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.errors import NotFound, Refused
from mailer.models import Edition, EditionStatus, Office
from mailer.releases.editions import FullRelease, load, load_by_id
from mailer.releases.editions.choosing import pick_cover, pick_edition
from mailer.releases.editions.wishes import common_languages, market_languages
from tests import factories

TEXTS = {
    "en": ("Harbours", "Text"),
    "fr": ("Ports", "Texte"),
    "pt": ("Portos", "Texto"),
    "sr-Latn": ("Luke", "Tekst"),
    "nb": ("Havner", "Tekst"),
}


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def full(session: Session, office: Office) -> FullRelease:
    """A release in five languages whose source is English."""
    return load(session, factories.release(session, office, texts=TEXTS).reference)


def edition(full: FullRelease, *languages: str, outlet: str = "", country: str = "") -> str:
    outlets = outlet.split()
    choice = pick_edition(full, languages=languages, outlet_languages=outlets, country=country)
    assert choice.revision is full.revisions[choice.language]
    return f"{choice.language}: {choice.rule}"


# ---------------------------------------------------------------- loading


def test_a_release_comes_with_all_that_goes_out_with_it(
    session: Session, office: Office, full: FullRelease
) -> None:
    assert full.office is office
    assert {tag: row.title for tag, row in full.revisions.items()} == {
        tag: title for tag, (title, _) in TEXTS.items()
    }
    assert [contact.name for contact in full.contacts] == ["Anna Keller"]
    assert full.occasions == ()
    assert set(full.statuses.values()) == {EditionStatus.READY}


def test_the_number_of_statements_does_not_grow(session: Session, office: Office) -> None:
    one = factories.release(session, office).reference
    many = factories.release(session, office, texts=TEXTS).reference
    for reference in (one, many):
        session.expunge_all()
        with counted(session) as statements:
            load(session, reference)
        assert len(statements) == 7, statements


def test_only_the_newest_revision_of_a_ready_edition_goes_out(
    session: Session, office: Office
) -> None:
    release = factories.release(session, office, texts=TEXTS)
    french = session.exec(sa.select(Edition).where(Edition.language == "fr")).scalar_one()
    french.status = EditionStatus.IN_TRANSLATION
    second = load(session, release.reference).revisions["en"].model_copy()
    newer = factories.saved(
        session, type(second)(**(second.model_dump(exclude={"id"}) | {"number": 2, "body": "New"}))
    )
    full = load(session, release.reference)
    assert full.revisions["en"].id == newer.id
    assert "fr" not in full.revisions
    assert full.statuses["fr"] is EditionStatus.IN_TRANSLATION


def test_a_frozen_revision_stands_in_for_a_newer_one(session: Session, office: Office) -> None:
    release = factories.release(session, office, texts=TEXTS)
    first = load(session, release.reference).revisions["en"]
    newer = first.model_dump(exclude={"id"}) | {"number": 2, "body": "New"}
    factories.saved(session, type(first)(**newer))
    stranger = factories.release(session, office)
    elsewhere = load(session, stranger.reference).revisions["en"]
    full = load_by_id(session, release.id or 0, frozen=[first.id or 0, elsewhere.id or 0])
    assert full.revisions["en"].id == first.id
    assert set(full.revisions) == set(TEXTS)


def test_a_release_is_found_by_its_number(session: Session, full: FullRelease) -> None:
    assert load_by_id(session, full.release.id or 0) == full


def test_an_unknown_release_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="there is no release 'x1'"):
        load(session, "x1")
    with pytest.raises(NotFound, match="number 4"):
        load_by_id(session, 4)


# ---------------------------------------------------------------- the edition


@pytest.mark.parametrize(
    ("languages", "outlet", "country", "choice"),
    [
        # the person, in order
        ("fr en", "en", "DK", "fr: reads fr"),
        ("da fr", "da", "DK", "fr: reads da; no Danish edition; reads fr"),
        ("pt-BR", "", "BR", "pt: reads pt-BR (pt)"),
        ("cnr", "", "ME", "sr-Latn: reads cnr (sr-Latn)"),
        ("no", "", "NO", "nb: reads no (nb)"),
        # the outlet
        (
            "da",
            "da fr",
            "DK",
            "fr: reads da; no Danish edition; outlet publishes in da; outlet publishes in fr",
        ),
        ("", "fr", "GB", "fr: outlet publishes in fr"),
        # the market
        (
            "nl",
            "nl",
            "be",
            "en: reads nl; no Dutch edition; outlet publishes in nl; office default en",
        ),
        (
            "lb",
            "lb",
            "LU",
            "fr: reads lb; no Luxembourgish edition; outlet publishes in lb; market LU reads fr",
        ),
        (
            "",
            "",
            "CH",
            "fr: market CH reads de, gsw; no German or Swiss German edition; market CH reads fr",
        ),
        # the office
        (
            "da",
            "da",
            "DK",
            "en: reads da; no Danish edition; outlet publishes in da; office default en",
        ),
        ("", "", "", "en: office default en"),
        ("", "", "QQ", "en: office default en"),
        # hr does not read sr: that is politics, not typing
        ("hr", "", "", "en: reads hr; no Croatian edition; office default en"),
    ],
)
def test_the_edition_is_chosen_by_person_outlet_market_and_office(
    full: FullRelease, languages: str, outlet: str, country: str, choice: str
) -> None:
    assert edition(full, *languages.split(), outlet=outlet, country=country) == choice


@pytest.mark.parametrize(
    ("reads", "country", "choice"),
    [
        ("he", "IL", "en: reads he; no Hebrew edition; outlet publishes in he; office default en"),
        ("fi", "FI", "en: reads fi; no Finnish edition; outlet publishes in fi; office default en"),
        ("it", "CH", "en: reads it; no Italian edition; outlet publishes in it; office default en"),
        (
            "ca",
            "ES",
            "es: reads ca; no Catalan edition; outlet publishes in ca; market ES reads es",
        ),
        # Of whom we know nothing all official languages speak.
        ("", "IL", "ar: market IL reads he; no Hebrew edition; market IL reads ar"),
        ("", "FI", "sv: market FI reads fi; no Finnish edition; market FI reads sv"),
    ],
)
def test_a_language_of_a_part_of_the_market_is_for_those_of_whom_we_know_nothing(
    session: Session, office: Office, reads: str, country: str, choice: str
) -> None:
    texts = dict.fromkeys(("en", "ar", "de", "es", "fr", "sv"), ("Harbours", "Text"))
    full = load(session, factories.release(session, office, texts=texts).reference)
    assert edition(full, *reads.split(), outlet=reads, country=country) == choice


def test_it_serves_the_others_where_nothing_else_does(session: Session, office: Office) -> None:
    texts = {"ar": ("Harbours", "Text")}
    release = factories.release(session, office, texts=texts, source_language="de")
    choice = (
        "ar: reads he; no Hebrew edition; office default en; no English edition;"
        " source language de; no German edition; market IL reads ar"
    )
    assert edition(load(session, release.reference), "he", country="IL") == choice


def test_the_source_is_the_last_that_is_asked(session: Session, office: Office) -> None:
    texts = {"el": ("Λιμάνια", "Κείμενο"), "fr": ("Ports", "Texte")}
    full = load(session, factories.release(session, office, texts=texts).reference)
    choice = "el: office default en; no English edition; source language el"
    assert edition(full) == choice


def test_a_translation_serves_while_it_is_all_there_is(session: Session, office: Office) -> None:
    release = factories.release(
        session, office, texts={"el": ("Λιμάνια", "Κείμενο")}, source_language="de"
    )
    full = load(session, release.reference)
    assert edition(full) == "el: el is the only one that is ready"


def test_without_a_ready_edition_nothing_is_picked(full: FullRelease) -> None:
    bare = FullRelease(full.office, full.release, {})
    with pytest.raises(Refused, match="has no edition that is ready"):
        edition(bare, "en")


def test_a_market_reads_its_official_languages() -> None:
    assert market_languages("be") == ("nl", "fr", "de")
    assert market_languages("NO") == ("nb",)
    assert market_languages("") == ()


@pytest.mark.parametrize(
    ("country", "common"),
    [
        *[("IL", ("he",)), ("FI", ("fi",)), ("BE", ()), ("CH", ()), ("LU", ("fr",))],
        *[("es", ("es",)), ("", ()), ("QQ", ())],
    ],
)
def test_only_few_languages_are_common_to_a_whole_market(
    country: str, common: tuple[str, ...]
) -> None:
    assert common_languages(country) == common


# ---------------------------------------------------------------- the cover


@pytest.mark.parametrize(
    ("languages", "outlet", "language", "rule"),
    [
        ("da", "en", "da", "reads da"),
        ("pt-BR", "", "pt", "reads pt-BR (pt)"),
        ("zu", "da", "da", "reads zu; no Zulu cover; outlet publishes in da"),
        ("", "el", "el", "outlet publishes in el"),
        ("", "", "en", "office default en"),
    ],
)
def test_the_cover_is_in_the_first_language_that_has_words(
    full: FullRelease, languages: str, outlet: str, language: str, rule: str
) -> None:
    choice = pick_cover(full, languages=languages.split(), outlet_languages=outlet.split())
    assert (choice.language, choice.rule) == (language, rule)


def test_english_is_the_last_resort(full: FullRelease) -> None:
    full.office.default_language = "zu"
    choice = pick_cover(full, languages=[], outlet_languages=[])
    assert choice.rule == "office default zu; no Zulu cover; last resort en"
