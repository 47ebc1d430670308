from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select
from starlette.testclient import TestClient

from mailer import clock, database
from mailer.contacts.suppressions import is_suppressed
from mailer.models import (
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    EngagementCount,
    EventKind,
    Release,
    Revision,
    TrackedLink,
    TrackingMode,
)
from mailer.tokens import Keyring, Purpose
from tests import factories
from tests.web.samples import Sample

ANY_TOKEN = "ae" + "a" * 29
ONE_CLICK = b"List-Unsubscribe=One-Click"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


@pytest.fixture
def leave(token: Any, sample: Sample) -> str:
    """The address on which the Danish desk leaves."""
    return f"/u/{token(Purpose.UNSUBSCRIBE, sample.danish)}"


@pytest.fixture
def target(engine: sa.Engine, sample: Sample) -> str:
    """A counted link of the release; its target."""
    with database.writing(engine) as session:
        url = "https://harbour.example/code"
        factories.saved(
            session, TrackedLink(revision_id=sample.danish.revision_id, number=1, url=url)
        )
    return url


# ---------------------------------------------------------------- leaving


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_leaving_page_changes_nothing(
    client: TestClient, leave: str, all_rows: Any, method: str
) -> None:
    before = all_rows()
    for _ in range(3):
        assert client.request(method, leave).status_code == 200
    assert all_rows() == before


def test_the_leaving_page_speaks_the_language_of_the_cover(client: TestClient, leave: str) -> None:
    page = client.get(leave, headers={"Accept-Language": "fr"})
    assert '<html lang="da" dir="ltr">' in page.text
    assert "redaktion@havnebladet.example" in page.text
    assert page.text.count("<button") == 1
    assert page.text.count("<form") == 1


def test_the_leaving_page_of_an_arabic_reader_runs_from_right_to_left(
    client: TestClient, token: Any, sample: Sample
) -> None:
    page = client.get(f"/u/{token(Purpose.UNSUBSCRIBE, sample.arabic)}")
    assert '<html lang="ar" dir="rtl">' in page.text


def test_the_leaving_page_is_kept_and_followed_by_nobody(client: TestClient, leave: str) -> None:
    headers = client.get(leave).headers
    assert "no-store" in headers["Cache-Control"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", ONE_CLICK),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=List-Unsubscribe\r\n\r\n1\r\n--x--",
        ),
        ("text/plain", b"whatever a provider may send"),
        ("", b""),
    ],
)
def test_one_click_leaves_at_once_without_a_cookie_or_a_redirect(
    client: TestClient,
    engine: sa.Engine,
    sample: Sample,
    leave: str,
    keyring: Keyring,
    content_type: str,
    body: bytes,
) -> None:
    answer = client.post(leave, content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    with Session(engine) as session:
        assert is_suppressed(session, sample.danish.email, keyring=keyring)
        assert _of(session, sample.danish).status is DeliveryStatus.WITHHELD
        assert _of(session, sample.arabic).status is DeliveryStatus.PENDING


def test_one_click_from_another_site_is_welcome(client: TestClient, leave: str) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}
    assert client.post(leave, content=ONE_CLICK, headers=headers).status_code == 200


def test_leaving_twice_changes_nothing_the_second_time(
    client: TestClient, leave: str, all_rows: Any
) -> None:
    first = client.post(leave, content=ONE_CLICK)
    once = all_rows()
    second = client.post(leave, content=ONE_CLICK)
    assert (first.status_code, second.status_code) == (200, 200)
    assert all_rows() == once


def test_whoever_is_erased_can_still_leave(
    client: TestClient, keyring: Keyring, sample: Sample
) -> None:
    erased = f"/u/{keyring.sign(Purpose.UNSUBSCRIBE, 999_999)}"
    assert client.get(erased).status_code == 200
    assert client.post(erased, content=ONE_CLICK).status_code == 200


def test_a_token_signed_with_an_old_key_still_leaves(client: TestClient, sample: Sample) -> None:
    old = Keyring({1: b"\x01" * 32}).sign(Purpose.UNSUBSCRIBE, sample.danish.id or 0)
    assert client.post(f"/u/{old}", content=ONE_CLICK).status_code == 200


@pytest.mark.parametrize(
    ("door", "method"),
    [("u", "POST"), *((door, method) for door in "ucv" for method in ("GET", "HEAD"))],
)
def test_a_forged_token_is_not_found_and_changes_nothing(
    client: TestClient, sample: Sample, all_rows: Any, token: Any, door: str, method: str
) -> None:
    before = all_rows()
    for wrong in (ANY_TOKEN, "x", token(Purpose.BOUNCE, sample.danish)):
        assert client.request(method, f"/{door}/{wrong}").status_code == 404
    assert all_rows() == before


# ---------------------------------------------------------------- measuring


@pytest.fixture
def measured(engine: sa.Engine, sample: Sample) -> Delivery:
    """A delivery to someone who agreed to be measured in person."""
    with database.writing(engine) as session:
        person = factories.journalist(
            session,
            "agreed@press.example",
            tracking=TrackingMode.INDIVIDUAL,
            tracking_consented_at=factories.NOW,
        )
        return factories.delivery(
            session,
            sample.distribution,
            "agreed@press.example",
            journalist_id=person.id,
            tracking=TrackingMode.INDIVIDUAL,
        )


def test_only_whoever_is_measured_is_offered_to_stop_it(
    client: TestClient, token: Any, leave: str, measured: Delivery, all_rows: Any
) -> None:
    before = all_rows()
    own = client.get(f"/u/{token(Purpose.UNSUBSCRIBE, measured)}").text
    assert 'id="measuring"' in own
    assert own.count("<button") == 2
    assert 'id="measuring"' not in client.get(leave).text
    assert all_rows() == before


def test_measuring_ends_at_once_and_for_what_is_still_to_come(
    client: TestClient, engine: sa.Engine, token: Any, measured: Delivery
) -> None:
    address = f"/u/{token(Purpose.UNSUBSCRIBE, measured)}"
    assert client.post(f"{address}/measuring").status_code == 200
    with Session(engine) as session:
        found = _of(session, measured)
        assert found.tracking is TrackingMode.NONE
        assert found.status is DeliveryStatus.PENDING
    assert 'id="measuring"' not in client.get(address).text


def test_a_forged_token_stops_no_measuring(
    client: TestClient, measured: Delivery, all_rows: Any
) -> None:
    before = all_rows()
    assert client.get(f"/u/{ANY_TOKEN}/measuring").status_code == 405
    assert client.post(f"/u/{ANY_TOKEN}/measuring").status_code == 404
    assert all_rows() == before


# ---------------------------------------------------------------- opens


def test_every_token_gets_the_same_pixel(
    client: TestClient, keyring: Keyring, sample: Sample
) -> None:
    good = keyring.sign(Purpose.SHARED_OPEN, sample.danish.revision_id or 0)
    answers = [client.get(f"/o/{each}.gif") for each in (good, ANY_TOKEN, "x")]
    assert {answer.content[:6] for answer in answers} == {b"GIF89a"}
    assert {len(answer.content) for answer in answers} == {43}
    known = [{k: v for k, v in a.headers.items() if k != "date"} for a in answers]
    assert known[0] == known[1] == known[2]
    assert known[0]["content-type"] == "image/gif"
    assert known[0]["cache-control"] == "no-store, private, max-age=0"


def test_an_open_is_counted_after_the_answer(
    client: TestClient, engine: sa.Engine, keyring: Keyring, sample: Sample
) -> None:
    _follow(engine, sample, TrackingMode.AGGREGATE)
    shared = keyring.sign(Purpose.SHARED_OPEN, sample.danish.revision_id or 0)
    client.get(f"/o/{shared}.gif", headers=BROWSER)
    with Session(engine) as session:
        (count,) = session.exec(select(EngagementCount)).all()
        assert (count.kind, count.count) == (EventKind.OPENED, 1)


def test_asking_for_the_head_of_a_pixel_is_no_open(
    client: TestClient, engine: sa.Engine, keyring: Keyring, sample: Sample, all_rows: Any
) -> None:
    _follow(engine, sample, TrackingMode.AGGREGATE)
    before = all_rows()
    shared = keyring.sign(Purpose.SHARED_OPEN, sample.danish.revision_id or 0)
    assert client.head(f"/o/{shared}.gif", headers=BROWSER).status_code == 200
    assert all_rows() == before


# ---------------------------------------------------------------- clicks


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_click_is_redirected_to_the_stored_target(
    client: TestClient, keyring: Keyring, sample: Sample, target: str, method: str
) -> None:
    shared = keyring.sign(Purpose.SHARED_CLICK, sample.danish.revision_id or 0, link=1)
    answer = client.request(method, f"/c/{shared}?to=https://elsewhere.example", headers=BROWSER)
    assert answer.status_code == 302
    assert answer.headers["Location"] == target
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(("method", "counted"), [("GET", 1), ("HEAD", 0)])
def test_a_click_is_counted_and_a_head_is_not(
    client: TestClient,
    engine: sa.Engine,
    keyring: Keyring,
    sample: Sample,
    target: str,
    method: str,
    counted: int,
) -> None:
    _follow(engine, sample, TrackingMode.AGGREGATE)
    shared = keyring.sign(Purpose.SHARED_CLICK, sample.danish.revision_id or 0, link=1)
    client.request(method, f"/c/{shared}", headers=BROWSER)
    with Session(engine) as session:
        assert sum(row.count for row in session.exec(select(EngagementCount))) == counted


def test_a_link_still_leads_on_when_nothing_may_be_counted(
    client: TestClient, keyring: Keyring, sample: Sample, target: str, all_rows: Any
) -> None:
    before = all_rows()
    own = keyring.sign(Purpose.CLICK, sample.danish.id or 0, link=1)
    assert client.get(f"/c/{own}", headers=BROWSER).headers["Location"] == target
    assert all_rows() == before


# ---------------------------------------------------------------- the message as a page


def test_a_message_is_shown_as_it_was_sent(
    client: TestClient, token: Any, sample: Sample, all_rows: Any
) -> None:
    before = all_rows()
    page = client.get(f"/v/{token(Purpose.VIEW, sample.danish)}")
    assert page.status_code == 200
    assert "Harbours agree on a code of conduct" in page.text
    assert '<html lang="da"' in page.text
    assert "/o/" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert all_rows() == before


@pytest.mark.parametrize(("minutes", "is_told"), [(-1, False), (1, True)])
def test_an_embargo_that_has_passed_is_not_shown_to_a_reader(
    client: TestClient, engine: sa.Engine, token: Any, sample: Sample, minutes: int, is_told: bool
) -> None:
    with database.writing(engine) as session:
        release = session.get_one(Release, sample.release.id)
        release.embargo_until = clock.now() + timedelta(minutes=minutes)
    page = client.get(f"/v/{token(Purpose.VIEW, sample.danish)}").text
    assert ("Klausuleret" in page) is is_told


def test_a_message_is_shown_in_the_revision_that_was_sent(
    client: TestClient, engine: sa.Engine, token: Any, sample: Sample
) -> None:
    with database.writing(engine) as session:
        first = session.get(Revision, sample.danish.revision_id)
        assert first is not None
        later = {"id": None, "number": 2, "title": "A later title"}
        factories.saved(session, Revision(**(first.model_dump() | later)))
    page = client.get(f"/v/{token(Purpose.VIEW, sample.danish)}")
    assert "Harbours agree on a code of conduct" in page.text
    assert "A later title" not in page.text


# ---------------------------------------------------------------- help, health, and nothing


def test_the_help_page_names_the_office_in_the_language_of_the_browser(
    client: TestClient, sample: Sample
) -> None:
    page = client.get("/help", headers={"Accept-Language": "zz, fr-CH;q=0.9, en;q=0.5"})
    assert '<html lang="fr"' in page.text
    assert "Harbour Forum Press Division" in page.text
    assert "1 Quai des Exemples" in page.text


@pytest.mark.parametrize("path", ["/help", "/no-such-page"])
@pytest.mark.parametrize(
    ("given", "link"),
    [
        ("www.harbour.example", "https://www.harbour.example"),
        ("//www.harbour.example", "https://www.harbour.example"),
        (
            "www.harbour.example/?to=https://x.example",
            "https://www.harbour.example/?to=https://x.example",
        ),
        ("http://www.harbour.example", "http://www.harbour.example"),
        ("HTTPS://www.harbour.example", "HTTPS://www.harbour.example"),
    ],
)
def test_the_pages_of_the_office_are_linked_in_full(
    client: TestClient, engine: sa.Engine, sample: Sample, path: str, given: str, link: str
) -> None:
    with database.writing(engine) as session:
        office = session.merge(sample.office)
        office.website, office.privacy_url = given, given
    assert client.get(path).text.count(f'href="{link}"') == 2


@pytest.mark.parametrize("path", ["/help", "/no-such-page"])
@pytest.mark.parametrize("given", ["", "javascript://x/%0aalert(1)", "javascript:alert(1)"])
def test_what_is_no_website_is_no_link(
    client: TestClient, engine: sa.Engine, sample: Sample, path: str, given: str
) -> None:
    with database.writing(engine) as session:
        office = session.merge(sample.office)
        office.website, office.privacy_url = given, given
    page = client.get(path).text
    assert 'href=""' not in page
    assert 'href="https://"' not in page
    assert 'href="javascript' not in page


def test_an_unreadable_language_header_is_no_fault(client: TestClient, sample: Sample) -> None:
    page = client.get("/help", headers={"Accept-Language": ";;q=x,*,\u00e6,_".encode()})
    assert '<html lang="en"' in page.text


def test_health_is_asked_of_the_database_too(client: TestClient) -> None:
    assert client.get("/health").text == "ok\n"


@pytest.mark.parametrize("path", ["/no-such-page", "/u/", "/o/x.png", "/.env", "/static/x/y.css"])
def test_an_unknown_address_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def _of(session: Session, delivery: Delivery) -> Delivery:
    found = session.get(Delivery, delivery.id)
    assert found is not None
    return found


def _follow(engine: sa.Engine, sample: Sample, mode: TrackingMode) -> None:
    with database.writing(engine) as session:
        office = session.merge(sample.office)
        office.tracking = mode


def test_leaving_is_recorded_once_as_an_event(
    client: TestClient, engine: sa.Engine, leave: str
) -> None:
    client.post(leave, content=ONE_CLICK)
    client.post(leave, content=ONE_CLICK)
    with Session(engine) as session:
        kinds = session.exec(select(DeliveryEvent.kind)).all()
    assert kinds == [EventKind.UNSUBSCRIBED]
