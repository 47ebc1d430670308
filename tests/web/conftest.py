"""The door for browsers on a fresh database, with a press officer who may come in."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session
from starlette.testclient import TestClient

from mailer import accounts, database
from mailer.models import Delivery
from mailer.settings import Settings
from mailer.tokens import Keyring, Purpose
from mailer.web.app import create_app
from tests.web.samples import Sample, make_sample

PASSWORD = "a quiet harbour"


@pytest.fixture
def engine(sqlite_engine: sa.Engine) -> sa.Engine:
    """The pages on SQLite: what they ask the database lies beneath them, and is tested on both."""
    return sqlite_engine


@pytest.fixture
def web_settings(settings: Settings, engine: sa.Engine) -> Settings:
    """The settings with the database of the test in them."""
    url = engine.url.render_as_string(hide_password=False)
    return settings.model_copy(
        update={"database": settings.database.model_copy(update={"url": url})}
    )


@pytest.fixture
def client(web_settings: Settings) -> Iterator[TestClient]:
    """A browser that is not signed in and follows no redirect by itself."""
    with TestClient(create_app(web_settings), follow_redirects=False) as browser:
        yield browser


@pytest.fixture
def marie(engine: sa.Engine) -> str:
    """A press officer; her address."""
    with database.writing(engine) as session:
        accounts.add_officer(
            session, "marie@harbour.example", name="Marie Duval", password=PASSWORD
        )
    return "marie@harbour.example"


@pytest.fixture
def desk(client: TestClient, engine: sa.Engine, marie: str) -> TestClient:
    """The browser of a press officer who is signed in."""
    with database.writing(engine) as session:
        officer = accounts.find_officer(session, marie)
        assert officer is not None
        secret = accounts.open_session(session, officer.id or 0, hours=12)
    client.cookies.set("press_session", secret)
    return client


@pytest.fixture
def sample(engine: sa.Engine) -> Sample:
    """What most of the pages need to show something."""
    with database.writing(engine) as session:
        return make_sample(session)


@pytest.fixture
def token(keyring: Keyring) -> Any:
    """Makes the token of a delivery for one purpose."""

    def made(purpose: Purpose, row: Delivery, *, link: int = 0) -> str:
        return keyring.sign(purpose, row.id or 0, link=link)

    return made


@pytest.fixture
def all_rows(engine: sa.Engine) -> Any:
    """Reads every row of every table, so that a test can say: nothing has changed."""

    def read() -> dict[str, list[Any]]:
        with Session(engine) as session:
            return {
                table.name: sorted(map(str, session.execute(sa.select(table)).all()))
                for table in database_tables()
            }

    return read


def database_tables() -> list[sa.Table]:
    """All tables that the product writes to."""
    return list(Delivery.metadata.sorted_tables)
