import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from mailer import database
from mailer.demo.inbox.entries import (
    Correspondent,
    Correspondents,
    correspondents_in,
    opening_beside,
    source_lines,
)
from mailer.demo.inbox.pages import PAGE_SIZE, Inbox, Pages
from mailer.demo.world.mailroom import Mailroom, Received
from mailer.demo.world.readers import fetch
from mailer.models import DeliveryStatus
from tests import factories

HTML = "<html><head><title>x</title></head><body><p>Twelve <b>harbours</b></p></body></html>"
OFFICE_URL = "http://127.0.0.1:8025"
ZONE = ZoneInfo("Asia/Tbilisi")


def correspondent(name: str, cover: str, edition: str, *, back: bool = False) -> Correspondent:
    return Correspondent(name, f"Outlet of {name}", cover, edition, has_come_back=back)


@pytest.fixture
def known(write: Callable[..., Received]) -> Correspondents:
    """Three messages in the mailroom, and to whom our rows say they went."""
    messages = [
        write(to="karen@x.example", html=HTML, text="Tolv havne\n"),
        write(to="tahrir@x.example", html=HTML, subject="اثنا عشر ميناء"),
        write(to="plain@x.example", subject="Only text", text="<script>alert(1)</script>"),
    ]
    who = [
        correspondent("Karen Holm", "da", "en"),
        correspondent("هيئة التحرير", "ar", "ar"),
        correspondent("Zinas", "lv", "en", back=True),
    ]
    return {received.message_id: one for received, one in zip(messages, who, strict=True)}


@pytest.fixture
def browser(mailroom: Mailroom, known: Correspondents) -> TestClient:
    """Someone who looks at the inbox."""
    pages = Pages(mailroom, correspondents=lambda: known, press_office_url=OFFICE_URL, zone=ZONE)
    return TestClient(pages.app(), base_url="http://127.0.0.1:9000")


def names(page: str) -> list[str]:
    return re.findall(r'<span class="who"><bdi>([^<]*)', page)


def test_the_newest_message_stands_first(browser: TestClient) -> None:
    assert names(browser.get("/").text) == ["Zinas", "هيئة التحرير", "Karen Holm"]


def test_the_list_is_narrowed_to_a_cover_language(browser: TestClient) -> None:
    page = browser.get("/?language=da").text
    assert names(page) == ["Karen Holm"]
    assert '<option value="da" selected>Danish (1)</option>' in page


def test_a_language_that_nobody_got_shows_an_empty_list(browser: TestClient) -> None:
    page = browser.get("/?language=xx").text
    assert "Nothing has arrived in that language" in page


def test_it_counts_messages_and_languages(browser: TestClient) -> None:
    assert "3 messages, 3 cover languages" in browser.get("/").text


def test_a_message_says_to_whom_it_went_and_in_which_languages(browser: TestClient) -> None:
    page = browser.get("/messages/1").text
    for word in ("Karen Holm", "Outlet of Karen Holm", "Cover: Danish", "Text: English"):
        assert word in page
    assert 'src="/messages/1/html"' in page


def test_times_are_on_the_clock_of_the_office(browser: TestClient, mailroom: Mailroom) -> None:
    there = mailroom.all()[0].received_at.astimezone(ZONE)
    assert f"Received {there:%H:%M:%S} (Asia/Tbilisi)" in browser.get("/messages/1").text


def test_what_came_back_is_marked(browser: TestClient) -> None:
    assert "Came back as undeliverable" in browser.get("/messages/3").text
    assert "Came back as undeliverable" not in browser.get("/messages/1").text


def test_the_html_part_stands_alone_and_runs_no_script(browser: TestClient) -> None:
    answer = browser.get("/messages/1/html")
    assert "<b>harbours</b>" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy


def test_looking_loads_no_picture_of_a_message(browser: TestClient) -> None:
    policy = browser.get("/messages/1/html").headers["Content-Security-Policy"]
    assert re.findall(r"img-src ([^;]*)", policy) == ["data:"]


def test_a_message_without_html_is_shown_as_text(browser: TestClient) -> None:
    page = browser.get("/messages/3").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<iframe" not in page
    assert "view=html" not in page
    assert browser.get("/messages/3/html").status_code == 404


def test_the_text_is_the_text_part(browser: TestClient) -> None:
    assert '<pre class="text" tabindex="0">Tolv havne' in browser.get("/messages/1?view=text").text


def test_the_source_is_the_bytes_with_the_names_of_headers_set_apart(browser: TestClient) -> None:
    page = browser.get("/messages/1?view=source").text
    assert "<b>Message-ID:</b> &lt;1.karen@press.example.org&gt;" in page
    assert "&lt;p&gt;Twelve &lt;b&gt;harbours&lt;/b&gt;&lt;/p&gt;" in page


def test_the_file_is_the_message_to_the_byte(browser: TestClient, mailroom: Mailroom) -> None:
    answer = browser.get("/messages/1/file")
    assert answer.content == mailroom.all()[0].raw
    assert answer.headers["Content-Type"] == "message/rfc822"
    assert "message-1.eml" in answer.headers["Content-Disposition"]


def test_a_title_runs_in_the_direction_of_its_language(browser: TestClient) -> None:
    assert '<h1 dir="auto" lang="ar">اثنا عشر ميناء</h1>' in browser.get("/messages/2").text


def test_the_choice_of_language_stays_with_the_message(browser: TestClient) -> None:
    page = browser.get("/messages/1?language=da&view=text").text
    assert names(page) == ["Karen Holm"]
    assert 'href="/messages/1?view=source&amp;language=da#m1"' in page


@pytest.mark.parametrize("path", ["/messages/4", "/messages/0", "/messages/x", "/messages/4/file"])
def test_what_is_not_there_is_404(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_an_unknown_view_and_an_unreadable_page_number_do_no_harm(browser: TestClient) -> None:
    assert browser.get("/messages/1?view=%00").status_code == 200
    for page in ("²", "-1", "x", "999999999999"):
        assert len(names(browser.get("/", params={"page": page}).text)) == 3


def test_another_host_name_is_refused(browser: TestClient) -> None:
    assert browser.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_nothing_is_loaded_from_elsewhere(browser: TestClient) -> None:
    for path in ("/", "/messages/1"):
        answer = browser.get(path)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert set(re.findall(r'(?:src|action)="([^"]*)"', answer.text)) <= {
            "/",
            "/messages/1/html",
        }
    assert browser.get("/inbox.css").headers["Content-Type"].startswith("text/css")


def test_a_crowd_is_cut_into_pages(mailroom: Mailroom, write: Callable[..., Received]) -> None:
    for number in range(PAGE_SIZE + 5):
        write(to=f"p{number}@x.example")
    pages = Pages(mailroom, correspondents=dict, press_office_url=OFFICE_URL, zone=ZONE)
    browser = TestClient(pages.app(), base_url="http://127.0.0.1:9000")
    first, second = (browser.get(f"/?page={number}").text for number in (1, 2))
    assert (len(names(first)), len(names(second))) == (PAGE_SIZE, 5)
    assert "Page 1 of 2" in first
    assert names(second)[-1] == "p0@x.example"


def test_it_says_so_when_nothing_has_arrived(mailroom: Mailroom) -> None:
    pages = Pages(mailroom, correspondents=dict, press_office_url=OFFICE_URL, zone=ZONE)
    browser = TestClient(pages.app(), base_url="http://127.0.0.1:9000")
    assert "Nothing has arrived." in browser.get("/").text


def test_our_rows_tell_whose_message_it_is(engine: sa.Engine) -> None:
    with database.writing(engine) as session:
        release = factories.release(session, factories.office(session))
        distribution = factories.distribution(session, release)
        sent = factories.delivery(
            session, distribution, "a@x.example", outlet_name="Havnebladet", recipient_name="Ann"
        )
        factories.delivery(session, distribution, "b@x.example", status=DeliveryStatus.BOUNCED)
    found = correspondents_in(engine)()
    assert found[sent.message_id] == Correspondent(
        "Ann", "Havnebladet", "da", "en", has_come_back=False
    )
    assert sorted(one.has_come_back for one in found.values()) == [False, True]


def test_it_serves_on_a_port_of_its_own_and_ends(mailroom: Mailroom) -> None:
    pages = Pages(mailroom, correspondents=dict, press_office_url=OFFICE_URL, zone=ZONE)
    inbox = Inbox(pages)
    inbox.start()
    assert fetch(f"{inbox.url}/", user_agent="a browser") == 200
    inbox.stop()


def test_links_open_beside_the_frame() -> None:
    assert opening_beside("<HTML><HEAD lang='x'><title>") == (
        "<HTML><HEAD lang='x'><base target=\"_blank\"><title>"
    )
    assert opening_beside("<p>no head</p>") == '<base target="_blank"><p>no head</p>'


def test_only_headers_have_names() -> None:
    raw = b"To: a@x.example\r\nSubject: one\r\n two: three\r\n\r\nNot: a header\r\n"
    assert source_lines(raw) == [
        ("To:", " a@x.example"),
        ("Subject:", " one"),
        ("", " two: three"),
        ("", ""),
        ("", "Not: a header"),
    ]
