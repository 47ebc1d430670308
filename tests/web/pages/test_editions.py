"""The pages tell where each edition stands and what changed, and take the word that one holds."""

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.testclient import TestClient

from mailer import database
from mailer.releases.editions.drafting import import_release
from mailer.releases.editions.translating import expect
from mailer.releases.listing import describe
from mailer.releases.manuscripts.reading import EditionDraft
from tests.web.samples import Sample

ENGLISH = EditionDraft(
    file="en.md",
    language="en",
    title="Harbours agree",
    body="They meet on the 24th.",
    dated_on=date(2026, 11, 23),
    reference="A1",
)


def text(language: str, body: str, **given: str) -> EditionDraft:
    return EditionDraft(
        **(vars(ENGLISH) | {"file": f"{language}.md", "language": language, "body": body} | given)
    )


@pytest.fixture
def session(engine: sa.Engine, sample: Sample) -> Iterator[Session]:
    """A release whose French is stale and whose German is awaited."""
    with database.writing(engine) as session:
        office = session.merge(sample.office)
        import_release(session, [ENGLISH, text("fr", "Le 24 <b>du</b> mois.")], office=office)
        expect(session, "A1", ["de"])
        import_release(session, [text("en", "They meet on the 25th.")], office=office)
    with database.reading(engine) as session:
        yield session


@pytest.mark.usefixtures("session")
def test_a_release_tells_where_each_language_stands(desk: TestClient) -> None:
    page = desk.get("/releases/A1").text
    assert "in translation" in page
    assert '<span class="state stale">stale</span> · revision 1, from revision 1 of the' in page
    assert 'href="/releases/A1/changes/fr"' in page


@pytest.mark.usefixtures("session")
def test_what_changed_in_the_source_is_told_word_by_word(desk: TestClient) -> None:
    page = desk.get("/releases/A1/changes/fr").text
    assert "They meet on the <del>24th</del><ins>25th</ins>." in page
    assert "revision 1 to 2" in page
    assert "Still valid" in page
    own = desk.get("/releases/A1/changes/en").text
    assert "<del>24th</del>" in own
    assert "Still valid" not in own
    assert "has not come yet" in desk.get("/releases/A1/changes/de").text


def test_a_word_makes_it_ready_and_is_told(desk: TestClient, session: Session) -> None:
    words = {"language": "fr", "note": "Le <b>jour</b> est juste"}
    answer = desk.post("/releases/A1/still-valid", data=words)
    assert (answer.status_code, answer.headers["location"]) == (303, "/releases/A1/changes/fr")
    page = desk.get("/releases/A1/changes/fr").text
    assert "Le &lt;b&gt;jour&lt;/b&gt; est juste" in page
    assert "Still valid" not in page
    (french,) = (one for one in describe(session, "A1").editions if one.language == "fr")
    assert french.status == "ready"
    assert french.words[0].said_by


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(("language", "status"), [("en", 409), ("da", 404), ("??", 400), ("", 400)])
def test_what_is_not_stale_is_not_confirmed(desk: TestClient, language: str, status: int) -> None:
    answer = desk.post("/releases/A1/still-valid", data={"language": language})
    assert answer.status_code == status


@pytest.mark.usefixtures("session")
def test_a_change_of_nothing_is_not_found(desk: TestClient) -> None:
    assert desk.get("/releases/A1/changes/da").status_code == 404
    assert desk.get("/releases/A9/changes/fr").status_code == 404
