"""Files as the press fetches them: whole, in part, and with headers that let nothing run."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.testclient import TestClient

from mailer import database
from mailer.models import Distribution, DistributionStatus, Release, ReleaseStatus
from mailer.releases.files.carried import carried_by
from mailer.releases.files.links import file_url
from mailer.releases.files.logos import take_logo
from mailer.releases.files.preparing import prepared, prepared_logo
from mailer.releases.files.storing import Brought, attach
from mailer.releases.offices import the_office
from mailer.tokens import Keyring, Purpose
from tests.releases.files import samples
from tests.web.samples import Sample

NAME = "bilag æ (1).pdf"


@pytest.fixture
def release(engine: sa.Engine, sample: Sample) -> int:
    """A release that is public and carries a document and a picture."""
    limits = samples.limits()
    with database.writing(engine) as session:
        release = session.get(Release, sample.release.id)
        assert release is not None
        release.status = ReleaseStatus.SENT
        session.execute(sa.update(Distribution).values(status=DistributionStatus.SENT))
        octets = {NAME: samples.pdf(), "a.png": samples.picture()}
        files = [Brought(prepared(held, name=n, limits=limits)) for n, held in octets.items()]
        attach(session, release, files, limits=limits)
        return release.id or 0


@pytest.fixture
def link(engine: sa.Engine, release: int, keyring: Keyring) -> Any:
    """The address of a file on our host."""

    def made(name: str = NAME, purpose: Purpose = Purpose.FILE) -> str:
        with Session(engine) as session:
            found = next(one for one in carried_by(session, release) if one.name == name)
        return file_url("", keyring, found.attachment_id, name, purpose)

    return made


def change(engine: sa.Engine, release: int, **values: Any) -> None:
    with database.writing(engine) as session:
        row = session.get(Release, release)
        for name, value in values.items():
            setattr(row, name, value)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_comes_with_what_makes_it_harmless(
    client: TestClient, link: Any, method: str
) -> None:
    answer = client.request(method, link())

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''bilag")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["content-length"] == str(len(samples.pdf()))
    assert "set-cookie" not in answer.headers
    if method == "GET":
        assert answer.content == samples.pdf()


def test_a_picture_is_shown(client: TestClient, link: Any) -> None:
    answer = client.get(link("a.png"))

    assert answer.headers["content-disposition"] == 'inline; filename="a.png"'
    assert answer.headers["content-type"] == "image/png"


def test_fetching_changes_nothing(client: TestClient, link: Any, all_rows: Any) -> None:
    address, before = link(), all_rows()
    client.get(address)
    client.head(address)
    assert all_rows() == before


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=5-", 206, slice(5, None)),
        ("bytes=-6", 206, slice(-6, None)),
        ("bytes=0-99999999", 200, slice(None)),
        ("bytes=7-3", 200, slice(None)),
        ("bytes=0-1,3-4", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=99999999-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
    ],
)
def test_a_part_of_a_file_can_be_had(
    client: TestClient, link: Any, asked: str, status: int, part: slice
) -> None:
    answer = client.get(link(), headers={"Range": asked})

    assert answer.status_code == status
    assert answer.content == samples.pdf()[part]
    if status == 206:
        assert answer.headers["content-range"].endswith(f"/{len(samples.pdf())}")
    if status == 416:
        assert answer.headers["content-range"] == f"bytes */{len(samples.pdf())}"


def test_who_has_it_already_is_told_so(client: TestClient, link: Any) -> None:
    tag = client.get(link()).headers["etag"]

    answer = client.get(link(), headers={"If-None-Match": tag})

    assert (answer.status_code, answer.content) == (304, b"")


def test_before_the_embargo_only_who_was_sent_it_gets_it_and_nobody_keeps_it(
    client: TestClient, engine: sa.Engine, release: int, link: Any
) -> None:
    change(engine, release, embargo_until=datetime.now(UTC) + timedelta(hours=1))

    assert client.get(link()).status_code == 404
    mailed = client.get(link(purpose=Purpose.MAILED_FILE))
    assert mailed.status_code == 200
    assert "no-store" in mailed.headers["cache-control"]


def test_what_is_public_may_be_kept_for_a_while(client: TestClient, link: Any) -> None:
    assert client.get(link()).headers["cache-control"] == "public, max-age=3600"


def test_every_link_that_opens_nothing_gets_the_same_answer(
    client: TestClient, engine: sa.Engine, release: int, link: Any, keyring: Keyring
) -> None:
    good = link()
    early = link(purpose=Purpose.FILE)
    answers = {
        client.get(address).content
        for address in (
            good.replace("bilag", "other"),
            "/f/" + "a" * 31 + "/a.pdf",
            "/f/x/a.pdf",
            file_url("", keyring, 10**9, NAME, Purpose.FILE),
            file_url("", keyring, 1, NAME, Purpose.VIEW),
        )
    }
    change(engine, release, status=ReleaseStatus.WITHDRAWN)
    answers |= {client.get(early).content}

    assert len(answers) == 1
    assert client.get(early).status_code == 404


def test_a_message_in_the_browser_shows_the_logo(
    client: TestClient, engine: sa.Engine, sample: Sample, token: Any
) -> None:
    logo = prepared_logo(samples.picture(), name="logo.png", limits=samples.limits())
    with database.writing(engine) as session:
        take_logo(session, the_office(session), {"logo": "logo.png"}, logo)

    page = client.get(f"/v/{token(Purpose.VIEW, sample.danish)}").text

    assert 'src="data:image/png;base64,' in page
    assert "cid:" not in page
