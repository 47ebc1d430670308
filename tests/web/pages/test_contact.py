"""The page of one contact, and who may see and change it."""

from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from starlette.testclient import TestClient

from mailer import accounts, database
from mailer.contacts import scoped, suppressions
from mailer.models import (
    SuppressionReason,
)
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW
from tests.web.conftest import PASSWORD
from tests.web.pages.karen import Known
from tests.web.samples import Sample

ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}


@pytest.fixture(autouse=True)
def _still() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_contact_is_there_whole(desk: TestClient, karen: Known) -> None:
    page = desk.get(karen.path).text
    for told in (
        "Karen Holm",
        "Dagens Nyt",
        "karen@dagens.example",
        "Reporter",
        "crime",
        "Danish",
        "Ports",
        "Shipping",
        "Never on Fridays.",
        "legitimate interest",
        "nothing keeps mail away",
    ):
        assert told.casefold() in page.casefold()


def test_the_list_of_contacts_leads_to_people_and_desks(desk: TestClient, karen: Known) -> None:
    page = desk.get("/contacts").text
    assert f'href="{karen.path}"' in page
    assert 'href="/contacts/desks/1"' in page
    assert "Havnebladet" in desk.get("/contacts/desks/1").text


@pytest.mark.parametrize("path", ["people/999", "desks/999", "people/-1", f"people/{2**63}", "x/1"])
def test_nobody_is_a_page_that_says_so(desk: TestClient, karen: Known, path: str) -> None:
    answer = desk.get(f"/contacts/{path}")
    assert answer.status_code == 404
    assert "There is no" in answer.text


def test_why_she_does_not_get_it_is_told_in_the_words_of_the_audience(
    desk: TestClient, engine: sa.Engine, karen: Known, keyring: Keyring
) -> None:
    with database.writing(engine) as session:
        suppressions.suppress(
            session,
            "karen@dagens.example",
            keyring=keyring,
            reason=SuppressionReason.UNSUBSCRIBED,
            source="link",
        )
    page = desk.get(karen.path).text
    assert "does not get it" in page
    assert "Suppressed: unsubscribed" in page


def test_the_rules_of_a_release_say_which_edition_and_cover(
    desk: TestClient, karen: Known, sample: Sample
) -> None:
    page = desk.get(karen.path, params={"release": sample.release.reference}).text
    assert "Text in English" in page
    assert "cover in Danish" in page
    assert desk.get(karen.path, params={"release": "none"}).status_code == 404


def test_a_topic_that_she_left_stands_beside_her_wishes(
    desk: TestClient, engine: sa.Engine, karen: Known, keyring: Keyring
) -> None:
    with database.writing(engine) as session:
        scoped.suppress(
            session,
            "karen@dagens.example",
            scoped.topic("crime"),
            keyring=keyring,
            reason=SuppressionReason.UNSUBSCRIBED,
            source="link",
        )
    page = desk.get(karen.path).text
    assert "<dt>Has left</dt><dd><bdi>karen@dagens.example</bdi>: left the topic crime" in page
    assert "gets releases, but not all: left the topic crime" in page.replace("Gets", "gets")


def test_a_topic_that_was_closed_for_her_is_not_said_to_be_left(
    desk: TestClient, engine: sa.Engine, karen: Known, keyring: Keyring
) -> None:
    with database.writing(engine) as session:
        scoped.suppress(
            session,
            "karen@dagens.example",
            scoped.topic("crime"),
            keyring=keyring,
            reason=SuppressionReason.MANUAL,
            source="command line",
        )
    page = desk.get(karen.path).text
    assert "Has left" not in page
    assert "<dt>Closed by us</dt>" in page
    assert "not all: suppressed for the topic crime" in page
    assert "nothing keeps mail away" not in page.casefold()


def test_a_delivery_of_hers_is_told_and_not_that_of_another_reader(
    desk: TestClient, engine: sa.Engine, karen: Known, sample: Sample
) -> None:
    with database.writing(engine) as session:
        address = factories.address(session, "karen@dagens.example")
        later = factories.distribution(session, session.merge(sample.release))
        hers = factories.delivery(session, later, address.email, journalist_id=karen.number)
        other = factories.distribution(session, session.merge(sample.release))
        not_hers = factories.delivery(session, other, address.email, journalist_id=1)
        ids = hers.id, not_hers.id
    page = desk.get(karen.path).text
    assert f"/deliveries/{ids[0]}" in page
    assert f"/deliveries/{ids[1]}" not in page


@pytest.mark.parametrize(
    "name",
    [
        {"given_name": "ليلى", "family_name": "حداد"},
        {"given_name": "O'Neil <b>", "family_name": '"; DROP TABLE'},
        {"given_name": "", "family_name": ""},
        {"given_name": "张", "family_name": "伟", "family_name_first": True},
        {"given_name": "A" * 300, "family_name": "\u202eevil"},
    ],
)
def test_odd_names_stand_isolated_and_harm_nothing(
    desk: TestClient, engine: sa.Engine, sample: Sample, name: dict[str, Any]
) -> None:
    with database.writing(engine) as session:
        number = factories.journalist(session, "odd@press.example", **name).id
    for page in ("", "/edit", "/privacy", "/history"):
        answer = desk.get(f"/contacts/people/{number}{page}")
        assert answer.status_code == 200
        assert "<b>" not in answer.text.replace("<bdi>", "")
        assert "<bdi>" in answer.text


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/edit", {"city": "Odense"}),
        ("/jobs/{role}/edit", {"beats": "crime"}),
        ("/jobs/{role}/move", {"becomes": "ends"}),
        ("/undo/1", {}),
        ("/erase/review", {"note": "x"}),
        ("/erase", {"note": "x", "confirm": "Karen Holm"}),
    ],
)
@pytest.mark.parametrize("headers", [ELSEWHERE, {"Origin": "https://elsewhere.example"}])
def test_a_form_of_another_site_changes_nobody(
    desk: TestClient,
    karen: Known,
    all_rows: Any,
    path: str,
    sent: dict[str, str],
    headers: dict[str, str],
) -> None:
    before = all_rows()
    address = karen.path + path.format(role=karen.role_id)
    assert desk.post(address, data=sent, headers=headers).status_code == 403
    assert all_rows() == before


def test_nothing_is_seen_or_changed_without_a_sign_in(
    client: TestClient, karen: Known, all_rows: Any
) -> None:
    before = all_rows()
    for path in ("", "/edit", "/record.json"):
        assert client.get(karen.path + path).headers["Location"].startswith("/sign-in")
    assert client.post(f"{karen.path}/erase", data={}).headers["Location"] == "/sign-in"
    assert all_rows() == before


def test_looking_changes_nothing(desk: TestClient, karen: Known, all_rows: Any) -> None:
    before = all_rows()
    for path in ("", "/edit", "/history", "/privacy", "/record.json", "/record.html"):
        assert desk.get(karen.path + path).status_code == 200
    assert all_rows() == before


def test_no_page_of_a_contact_carries_an_inline_style_or_script(
    desk: TestClient, karen: Known
) -> None:
    for path in ("", "/edit", "/history", "/privacy", f"/jobs/{karen.role_id}/move"):
        page = desk.get(karen.path + path).text
        assert " style=" not in page
        assert "<script>" not in page


def test_every_officer_may_keep_contacts(client: TestClient, engine: sa.Engine) -> None:
    with database.writing(engine) as session:
        factories.office(session)
        number = factories.journalist(session).id
        officer = accounts.add_officer(session, "b@x.example", name="B", password=PASSWORD)
        secret = accounts.open_session(session, officer.id or 0, hours=1)
    client.cookies.set("press_session", secret)
    assert client.get(f"/contacts/people/{number}").status_code == 200
