"""The notes of a release on its page: written, changed, taken away."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.testclient import TestClient

from mailer.releases.personal_notes import notes_of
from tests.web.samples import Sample

DESK = "redaktion@havnebladet.example"


@pytest.fixture
def path(sample: Sample) -> str:
    """Where the notes of the sample's release stand."""
    return f"/releases/{sample.release.reference}/notes"


def kept(engine: sa.Engine, sample: Sample) -> list[tuple[str, str]]:
    with Session(engine) as session:
        return [(one.address, one.text) for one in notes_of(session, sample.release.reference)]


def test_a_note_is_written_changed_and_taken_away(
    desk: TestClient, engine: sa.Engine, sample: Sample, path: str
) -> None:
    assert "None: every recipient" in desk.get(path).text
    assert f'href="{path}"' in desk.get(f"/releases/{sample.release.reference}").text
    given = {"to": DESK, "text": "Dear <desk>,\nfirst."}
    answer = desk.post(path, data=given)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert kept(engine, sample) == [(DESK, "Dear <desk>,\nfirst.")]
    page = desk.get(path, params={"to": DESK}).text
    assert page.count("Dear &lt;desk&gt;,") == 2
    desk.post(path, data=given | {"text": "Second."})
    assert kept(engine, sample) == [(DESK, "Second.")]
    desk.post(f"{path}/remove", data={"to": DESK})
    assert kept(engine, sample) == []


@pytest.mark.parametrize(
    ("given", "field", "told"),
    [
        ({"to": DESK, "text": " "}, "text", "a note needs words"),
        ({"to": "nobody@havn.example", "text": "x"}, "to", "no contact has the address"),
        ({"to": "", "text": "x"}, "to", ""),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    desk: TestClient, path: str, given: dict[str, str], field: str, told: str
) -> None:
    answer = desk.post(path, data=given)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert told in answer.text.casefold()
