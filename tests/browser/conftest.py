"""The pages in Chromium, served by uvicorn from a thread of the test."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
import uvicorn
from playwright.sync_api import Browser, Page

from mailer import accounts, database
from mailer.settings import Settings
from mailer.web.app import create_app
from tests.web.samples import Sample, make_sample

EMAIL, PASSWORD = "marie@harbour.example", "a quiet harbour"
#: Of an answer that is meant: the page of a link that is not valid is a 404.
EXPECTED = "the server responded with a status of 404"


@pytest.fixture
def sample(sqlite_engine: sa.Engine) -> Sample:
    """A release on its way."""
    with database.writing(sqlite_engine) as session:
        accounts.add_officer(session, EMAIL, name="Marie Duval", password=PASSWORD)
        return make_sample(session)


@pytest.fixture
def site(settings: Settings, sqlite_engine: sa.Engine, sample: Sample) -> Iterator[str]:
    """The address of the running pages."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = create_app(_at(settings, sqlite_engine, address=address))
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan="on")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield address
        server.should_exit = True
        thread.join()


def _at(settings: Settings, engine: sa.Engine, *, address: str) -> Settings:
    url = engine.url.render_as_string(hide_password=False)
    return settings.model_copy(
        update={
            "database": settings.database.model_copy(update={"url": url}),
            "web": settings.web.model_copy(update={"public_url": address}),
        }
    )


@dataclass
class Visit:
    """A page, and all that the browser complained about while it was open."""

    page: Page
    site: str
    #: What the browser of a press officer holds who has signed in.
    secret: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of ours and wait until it is quiet."""
        self.page.goto(f"{self.site}{path}", wait_until="load")
        return self.page

    def sign_in(self) -> Page:
        """Be the press officer, who has come in before."""
        self.page.context.add_cookies(
            [{"name": "press_session", "value": self.secret, "url": self.site}]
        )
        return self.go("/")

    def come_in(self) -> Page:
        """Come in as the press officer, through the door."""
        self.go("/sign-in")
        self.page.get_by_label("E-mail address").fill(EMAIL)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.site}/")
        return self.page

    def scrolls_sideways(self) -> bool:
        """Whether something is wider than the screen."""
        wide = self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        return bool(wide)


@pytest.fixture
def secret(sqlite_engine: sa.Engine, sample: Sample) -> str:
    """The secret of a session of the press officer."""
    with database.writing(sqlite_engine) as session:
        officer = accounts.find_officer(session, EMAIL)
        assert officer is not None
        return accounts.open_session(session, officer.id or 0, hours=12)


@pytest.fixture
def visit(chromium: Browser, site: str, secret: str) -> Iterator[Callable[..., Visit]]:
    """Opens a window of that width, in light or dark, with scripts or without."""
    contexts = []
    visits: list[Visit] = []

    def open_window(*, width: int = 1280, scheme: str = "light", scripts: bool = True) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            java_script_enabled=scripts,
            locale="en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        opened = Visit(page, site, secret)
        page.on("console", lambda said: _note(opened, said.type, said.text))
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        visits.append(opened)
        return opened

    yield open_window
    for context in contexts:
        context.close()
    # The policy of the pages reports every violation here, and so does every script error.
    assert [complaint for each in visits for complaint in each.complaints] == []


def _note(opened: Visit, kind: str, text: str) -> None:
    if kind in {"error", "warning"} and EXPECTED not in text:
        opened.complaints.append(text)
