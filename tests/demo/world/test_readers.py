from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from mailer import clock
from mailer.demo.world.mailroom import Received
from mailer.demo.world.readers import BROWSER, PATIENCE, SCANNER, Habit, Reader
from mailer.errors import Unreachable
from mailer.feedback.machines import verdict
from mailer.models import Agent

ADDRESS = "karen@havnebladet.example"
Request = tuple[str, str, str, str]


class Web:
    """A web server that notes who asked for what, and sends clicks away from this machine."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        requests, self.status = self.requests, {"/c/": 302}
        status = self.status

        class Answering(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                requests.append((self.command, self.path, self.headers["User-Agent"], body))
                code = next((code for path, code in status.items() if path in self.path), 200)
                self.send_response(code)
                self.send_header("Location", "https://www.harbour.example/code")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = answer  # noqa: N815

            def log_message(self, *_words: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        if not self._thread.is_alive():
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    """The web server of the office."""
    server = Web()
    yield server
    server.close()


@pytest.fixture
def received(web: Web, write: Callable[..., Received]) -> Received:
    """A message as we send it, with pictures and links of ours and of others."""
    return write(
        to=ADDRESS,
        html=(
            f'<p><a href="{web.url}/v/view">View</a> <a href="https://else.example/c/x">Else</a>'
            f' <a href="{web.url}/c/one">One</a> <a href="{web.url}/c/two">Two</a>'
            f' <a href="{web.url}/u/leave">Leave</a></p>'
            f'<img src="{web.url}/o/pixel.gif" alt=""><img src="https://else.example/a.png">'
        ),
        List_Unsubscribe=f"<{web.url}/u/leave>, <mailto:u+leave@bounce.example?subject=x>",
        List_Unsubscribe_Post="List-Unsubscribe=One-Click",
    )


def act(*habits: Habit, received: Received, web: Web) -> list[Request]:
    Reader(ADDRESS, frozenset(habits)).act(received, public_url=web.url)
    return web.requests


def test_who_opens_loads_our_pictures_with_a_browser(received: Received, web: Web) -> None:
    assert act(Habit.OPENS, received=received, web=web) == [("GET", "/o/pixel.gif", BROWSER, "")]


def test_who_clicks_follows_the_first_counted_link_and_stays_on_this_machine(
    received: Received, web: Web
) -> None:
    assert act(Habit.CLICKS, received=received, web=web) == [("GET", "/c/one", BROWSER, "")]


def test_who_leaves_presses_the_button_of_the_mail_program(received: Received, web: Web) -> None:
    expected = ("POST", "/u/leave", BROWSER, "List-Unsubscribe=One-Click")
    assert act(Habit.LEAVES, received=received, web=web) == [expected]


def test_a_scanner_fetches_everything_and_posts_nothing(received: Received, web: Web) -> None:
    requests = act(Habit.SCANS, received=received, web=web)
    paths = ["/o/pixel.gif", "/v/view", "/c/one", "/c/two", "/u/leave"]
    assert requests == [("GET", path, SCANNER, "") for path in paths]


def test_who_does_several_things_opens_first(received: Received, web: Web) -> None:
    requests = act(Habit.CLICKS, Habit.OPENS, received=received, web=web)
    assert [path for _, path, _, _ in requests] == ["/o/pixel.gif", "/c/one"]


def test_a_link_that_does_not_redirect_is_an_error(received: Received, web: Web) -> None:
    web.status["/c/"] = 404
    with pytest.raises(Unreachable, match="404"):
        act(Habit.CLICKS, received=received, web=web)


def test_an_unsubscribe_that_is_refused_is_an_error(received: Received, web: Web) -> None:
    web.status["/u/"] = 403
    with pytest.raises(Unreachable, match="403"):
        act(Habit.LEAVES, received=received, web=web)


def test_a_message_without_counted_links_is_an_error_for_who_clicks(
    web: Web, write: Callable[..., Received]
) -> None:
    with pytest.raises(Unreachable, match="no counted link"):
        act(Habit.CLICKS, received=write(html="<p>Plain</p>"), web=web)


def test_a_message_without_our_address_in_its_header_is_an_error_for_who_leaves(
    web: Web, write: Callable[..., Received]
) -> None:
    with pytest.raises(Unreachable, match="List-Unsubscribe"):
        act(Habit.LEAVES, received=write(List_Unsubscribe="<mailto:u@x.example>"), web=web)


def test_a_web_server_that_is_away_is_an_error(received: Received, web: Web) -> None:
    web.close()
    with pytest.raises(Unreachable, match="does not answer"):
        act(Habit.OPENS, received=received, web=web)


def test_a_person_takes_a_while_and_a_scanner_none() -> None:
    now = clock.now()
    person, scanner = (Reader(ADDRESS, frozenset({habit})) for habit in (Habit.OPENS, Habit.SCANS))
    assert not person.may_act(sent_at=None, now=now)
    assert not person.may_act(sent_at=now - PATIENCE + timedelta(seconds=1), now=now)
    assert person.may_act(sent_at=now - PATIENCE, now=now)
    assert scanner.may_act(sent_at=None, now=now)


def test_the_rules_take_a_patient_reader_for_a_person_and_the_scanner_for_a_machine() -> None:
    patient = verdict(BROWSER, seconds_since_sent=PATIENCE.total_seconds())
    at_once = verdict(SCANNER, seconds_since_sent=None)
    assert patient is not None
    assert at_once is not None
    assert (patient.agent, at_once.agent) == (Agent.PERSON, Agent.SCANNER)
