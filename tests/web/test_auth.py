from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from mailer import accounts, database
from mailer.models import OfficerSession
from mailer.settings import Settings
from mailer.web.app import create_app
from mailer.web.auth import Tries, network_of
from tests.factories import NOW
from tests.web.conftest import PASSWORD
from tests.web.samples import Sample

SIGN_IN = {"email": "marie@harbour.example", "password": PASSWORD}


def test_a_press_officer_signs_in_and_sees_the_releases(
    client: TestClient, marie: str, sample: Sample
) -> None:
    answer = client.post("/sign-in", data=SIGN_IN)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/").status_code == 200


def test_the_cookie_is_for_this_host_and_no_script(client: TestClient, marie: str) -> None:
    cookie = client.post("/sign-in", data=SIGN_IN).headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


def test_over_tls_the_cookie_is_bound_to_tls_and_host(
    web_settings: Settings, engine: sa.Engine, marie: str
) -> None:
    web = web_settings.web.model_copy(update={"public_url": "https://press.example.org"})
    secure = web_settings.model_copy(update={"web": web})
    with TestClient(create_app(secure), follow_redirects=False) as browser:
        answer = browser.post("/sign-in", data=SIGN_IN)
    assert answer.headers["Set-Cookie"].startswith("__Host-press_session=")
    assert "; Secure" in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in answer.headers


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "not this one"},
        {"email": "nobody@harbour.example"},
        {"email": "no address"},
        {"password": ""},
    ],
)
def test_a_wrong_try_lets_nobody_in_and_keeps_what_was_typed(
    client: TestClient, engine: sa.Engine, marie: str, wrong: dict[str, str]
) -> None:
    typed = SIGN_IN | wrong
    answer = client.post("/sign-in", data=typed)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert f'value="{typed["email"]}"' in answer.text
    assert PASSWORD not in answer.text
    with Session(engine) as session:
        assert session.exec(select(OfficerSession)).all() == []


def test_after_the_sign_in_one_is_where_one_wanted_to_be(
    client: TestClient, marie: str, sample: Sample
) -> None:
    led = client.get("/distributions/1?status=sent")
    assert led.headers["Location"] == "/sign-in?then=/distributions/1%3Fstatus%3Dsent"
    page = client.get(led.headers["Location"])
    assert 'name="then" value="/distributions/1?status=sent"' in page.text
    answer = client.post("/sign-in", data=SIGN_IN | {"then": "/distributions/1?status=sent"})
    assert answer.headers["Location"] == "/distributions/1?status=sent"


@pytest.mark.parametrize(
    "then",
    ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "", "/a\r\nb"],
)
def test_the_sign_in_leads_to_no_other_site(client: TestClient, marie: str, then: str) -> None:
    answer = client.post("/sign-in", data=SIGN_IN | {"then": then})
    assert answer.headers["Location"] == "/"


def test_signing_out_ends_the_sign_in(desk: TestClient, sample: Sample) -> None:
    secret = desk.cookies["press_session"]
    assert desk.post("/sign-out").headers["Location"] == "/sign-in"
    desk.cookies.set("press_session", secret)
    assert desk.get("/").headers["Location"].startswith("/sign-in")


def test_a_sign_in_ends_after_the_hours_of_the_settings(
    client: TestClient, marie: str, sample: Sample
) -> None:
    with time_machine.travel(NOW, tick=False):
        client.post("/sign-in", data=SIGN_IN)
        secret = client.cookies["press_session"]
        assert client.get("/").status_code == 200
    with time_machine.travel(NOW + timedelta(hours=12), tick=False):
        client.cookies.set("press_session", secret)
        assert client.get("/").status_code == 303


def test_an_officer_who_was_shut_out_sees_nothing_more(
    desk: TestClient, engine: sa.Engine, marie: str, sample: Sample
) -> None:
    with database.writing(engine) as session:
        accounts.deactivate(session, marie)
    assert desk.get("/").status_code == 303


def test_a_piece_of_a_page_leads_the_whole_page_to_the_sign_in(client: TestClient) -> None:
    answer = client.get("/distributions/1/progress", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in")


def test_many_wrong_tries_are_refused_before_the_password_is_looked_at(
    client: TestClient, marie: str
) -> None:
    wrong = SIGN_IN | {"password": ""}
    answers = [client.post("/sign-in", data=wrong | {"password": "x" * 2000}) for _ in range(10)]
    assert {answer.status_code for answer in answers} == {403}
    assert client.post("/sign-in", data=SIGN_IN).status_code == 429


@pytest.mark.parametrize(
    "spelling",
    [
        "MARIE@harbour.example ",
        "marie@ｈａｒｂｏｕｒ.example",
        "marie@harbour。example",
        "marie@ｈarbour．example",
    ],
)
def test_another_spelling_of_an_address_is_no_further_try(
    client: TestClient, marie: str, spelling: str
) -> None:
    for _ in range(10):
        client.post("/sign-in", data=SIGN_IN | {"password": "x" * 2000})
    assert client.post("/sign-in", data=SIGN_IN | {"email": spelling}).status_code == 429


def test_what_is_no_address_is_counted_as_it_was_typed() -> None:
    tries = Tries()
    results = [tries.take(" No address", network="198.51.100.0/24") for _ in range(10)]
    assert results == [True] * 10
    assert not tries.take("no ADDRESS ", network="198.51.100.0/24")
    assert tries.take("mar\u00adie@harbour.example", network="198.51.100.0/24")


def test_signing_in_often_uses_up_no_tries(client: TestClient, marie: str) -> None:
    answers = [client.post("/sign-in", data=SIGN_IN).status_code for _ in range(12)]
    assert answers == [303] * 12


def test_the_tries_of_a_network_stay_counted_after_a_sign_in() -> None:
    tries = Tries()
    for _ in range(60):
        assert tries.take("marie@harbour.example", network="198.51.100.0/24")
        tries.succeeded("Marie@harbour.example", network="198.51.100.0/24")
    assert not tries.take("marie@harbour.example", network="198.51.100.0/24")


def test_nobody_elsewhere_can_lock_a_press_officer_out() -> None:
    tries = Tries()
    assert [tries.take("marie@harbour.example", network="198.51.100.0/24") for _ in range(12)] == (
        [True] * 10 + [False] * 2
    )
    assert tries.take("Marie@harbour.example ", network="203.0.113.0/24")


def test_a_network_cannot_try_one_account_after_the_other() -> None:
    tries = Tries()
    results = [tries.take(f"{n}@harbour.example", network="198.51.100.0/24") for n in range(61)]
    assert results == [True] * 60 + [False]


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_addresses_are_counted_by_their_network(host: str, network: str) -> None:
    assert network_of(host) == network
