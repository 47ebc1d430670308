"""Files of a release on the pages: brought in, looked at, taken away; and what is refused there."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.testclient import TestClient

from mailer import database
from mailer.models import Distribution, DistributionStatus
from mailer.releases.files.carried import CarriedFile, carried_by
from tests.releases.files import samples
from tests.web.samples import Sample


@pytest.fixture
def at(engine: sa.Engine, sample: Sample) -> str:
    """The page of the files of a release that nothing goes out of."""
    with database.writing(engine) as session:
        session.execute(sa.update(Distribution).values(status=DistributionStatus.SENT))
    return f"/releases/{sample.release.reference}/files"


def carried(engine: sa.Engine, sample: Sample) -> tuple[CarriedFile, ...]:
    with Session(engine) as session:
        return carried_by(session, sample.release.id or 0)


def send_in(desk: TestClient, at: str, name: str, octets: bytes, **said: str) -> Any:
    return desk.post(at, files={"file": (name, octets)}, data=said)


def test_a_picture_is_brought_in_with_what_is_said_about_it(
    desk: TestClient, engine: sa.Engine, sample: Sample, at: str
) -> None:
    page = send_in(desk, at, "harbour.jpg", samples.photograph(), alt="A  harbour", rights="free")

    assert page.status_code == 200
    assert "goes with the release now" in page.text
    (file,) = carried(engine, sample)
    assert (file.alts, file.credit, file.rights) == ({"en": "A harbour"}, "Harbour & Sea", "free")
    assert "Harbour &amp; Sea" in desk.get(at).text


def test_what_it_tells_of_its_makers_is_said(desk: TestClient, at: str) -> None:
    named = samples.pdf(b"4 0 obj<</Author(Anna Keller)>>endobj\n")

    assert "To know: it names its author." in send_in(desk, at, "annex.pdf", named).text


def test_an_officer_sees_it_before_anybody_else_can(desk: TestClient, at: str) -> None:
    send_in(desk, at, "annex.pdf", samples.pdf())
    link = next(part for part in desk.get(at).text.split('"') if part.startswith("/f/"))

    assert desk.get(link).content == samples.pdf()


@pytest.mark.parametrize(
    ("name", "octets", "why"),
    [
        ("annex.pdf", b"MZ program", "a program for Windows"),
        ("a<b>.png", samples.picture(), "leave it out"),
        ("map.svg", b"<svg/>", "save a drawing as PNG"),
        ("", b"", "Choose a file"),
    ],
)
def test_what_is_not_sent_is_refused_beside_the_field(
    desk: TestClient, engine: sa.Engine, sample: Sample, at: str, name: str, octets: bytes, why: str
) -> None:
    page = send_in(desk, at, name, octets, caption="The <harbour>")

    assert page.status_code == 400
    assert why in page.text
    assert "The &lt;harbour&gt;" in page.text
    assert carried(engine, sample) == ()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"language": "zz"}, "has no edition in that language"),
        ({"language": "en\r\nZ"}, "has no edition in that language"),
        ({"credit": "Brandt\x07"}, "redit holds a control character"),
    ],
)
def test_a_file_goes_to_an_edition_that_there_is_and_into_no_terminal(
    desk: TestClient, engine: sa.Engine, sample: Sample, at: str, said: dict[str, str], why: str
) -> None:
    page = send_in(desk, at, "harbour.jpg", samples.photograph(), **said)

    assert page.status_code == 400
    assert why in page.text
    assert carried(engine, sample) == ()


def test_a_path_of_the_disk_is_no_part_of_its_name(
    desk: TestClient, engine: sa.Engine, sample: Sample, at: str
) -> None:
    send_in(desk, at, "C:\\Users\\Otto\\map.png", samples.picture())

    assert [file.name for file in carried(engine, sample)] == ["map.png"]


def test_a_file_is_taken_away(desk: TestClient, engine: sa.Engine, sample: Sample, at: str) -> None:
    send_in(desk, at, "annex.pdf", samples.pdf())

    assert "was taken away" in desk.post(f"{at}/remove", data={"name": "annex.pdf"}).text
    assert carried(engine, sample) == ()
    assert desk.post(f"{at}/remove", data={"name": "annex.pdf"}).status_code == 404


def test_nothing_changes_while_it_goes_out(
    desk: TestClient, engine: sa.Engine, sample: Sample, at: str
) -> None:
    with database.writing(engine) as session:
        session.execute(sa.update(Distribution).values(status=DistributionStatus.SENDING))

    page = send_in(desk, at, "annex.pdf", samples.pdf())

    assert page.status_code == 409
    assert "is going out" in page.text
    assert carried(engine, sample) == ()


def test_a_stranger_brings_nothing_in(
    client: TestClient, engine: sa.Engine, sample: Sample, at: str
) -> None:
    assert send_in(client, at, "annex.pdf", samples.pdf()).status_code == 303
    assert carried(engine, sample) == ()


def test_an_unknown_release_has_no_files(desk: TestClient, sample: Sample) -> None:
    assert desk.get("/releases/2099-001/files").status_code == 404
    assert send_in(desk, "/releases/2099-001/files", "a.pdf", samples.pdf()).status_code == 404
