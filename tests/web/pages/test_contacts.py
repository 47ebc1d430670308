import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from mailer import database
from mailer.web import people
from tests import factories
from tests.web.samples import Sample


def test_journalists_and_desks_stand_in_one_list(desk: TestClient, sample: Sample) -> None:
    page = desk.get("/contacts").text
    assert "Haddad, Amira" in page
    assert "freelance" in page
    assert "Redaktionen" in page
    assert "Havnebladet, DK" in page


@pytest.mark.parametrize(
    "q", ["haddad", "AMIRA", "nahar.example", "amira haddad", "Åse", "åse", "ÅSE"]
)
def test_a_contact_is_found_by_any_part(
    desk: TestClient, engine: sa.Engine, sample: Sample, q: str
) -> None:
    with database.writing(engine) as session:
        factories.journalist(session, "lund@press.example", given_name="Åse", family_name="Lund")
    page = desk.get("/contacts", params={"q": q}).text
    assert ("Haddad, Amira" in page) != ("Lund, Åse" in page)
    assert "Redaktionen" not in page


@pytest.mark.parametrize("q", ["sorensen", "Soerensen", "sørensen", "lukasz o'b", "LUKASZ O’BRIEN"])
def test_a_contact_is_found_without_its_accents(
    desk: TestClient, engine: sa.Engine, sample: Sample, q: str
) -> None:
    with database.writing(engine) as session:
        factories.journalist(
            session, "l@press.example", given_name="Łukasz O’Brien", family_name="Sørensen"
        )
    page = desk.get("/contacts", params={"q": q}).text
    assert "Sørensen, Łukasz O’Brien" in page
    assert "Haddad, Amira" not in page


@pytest.mark.parametrize("q", ["å" * 200, "a" * 200, "(" * 200, "[\\^$.|?*+-]{}", "oe" * 100])
def test_whatever_is_typed_is_looked_for_as_such(desk: TestClient, sample: Sample, q: str) -> None:
    assert "No contact matches" in desk.get("/contacts", params={"q": q}).text


def test_a_percent_sign_is_looked_for_as_such(desk: TestClient, sample: Sample) -> None:
    assert "No contact matches" in desk.get("/contacts", params={"q": "%"}).text


def test_a_search_may_be_as_long_as_any_name(desk: TestClient, sample: Sample) -> None:
    page = desk.get("/contacts", params={"q": "a " * 100})
    assert page.status_code == 200


@pytest.mark.parametrize("path", ["/contacts", "/releases/{}/recipients"])
def test_a_search_of_three_thousand_words_is_refused(
    desk: TestClient, sample: Sample, path: str
) -> None:
    address = path.format(sample.release.reference)
    page = desk.get(address, params={"q": "haddad " * 3000})
    assert page.status_code == 400
    assert "longer than 200 characters" in page.text


def test_whoever_wants_no_mail_is_marked(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        factories.journalist(session, "quiet@press.example", do_not_contact=True)
    assert "no mail" in desk.get("/contacts", params={"q": "quiet"}).text


def test_a_long_list_comes_page_by_page_and_nobody_twice(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        for number in range(60):
            factories.journalist(
                session, f"same{number}@press.example", given_name="Robin", family_name="Same"
            )
    first = desk.get("/contacts", params={"q": "same"}).text
    assert first.count("Same, Robin") == 50
    after = first.partition("after=")[2].partition('"')[0]
    second = desk.get(
        "/contacts", params={"q": "same", "name": "Same", "given": "Robin", "after": after}
    ).text
    assert second.count("Same, Robin") == 10
    assert "First page" in second


def test_the_list_says_how_many_there_are(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        for number in range(1001):
            factories.journalist(session, f"s{number}@press.example", family_name="Same")
    fragment = {"HX-Request": "true"}
    assert "More than 1\u202f000 contacts" in desk.get("/contacts", params={"q": "same"}).text
    assert "1 contact, by family name" in desk.get("/contacts", params={"q": "s999@"}).text
    page = desk.get("/contacts", params={"q": "s999@"}, headers=fragment).text
    assert 'hx-swap-oob="textContent">1 contact</p>' in page
    assert "1\u202f003 contacts, by family name" in desk.get("/contacts").text


@pytest.mark.parametrize(
    ("name", "family", "given", "listed"),
    [
        ("Tom Field", "Field", "Tom", "Field, Tom"),
        ("Jan van der Berg", "Berg", "Jan", "Berg, Jan van der"),
        ("Nagy Anna", "Nagy", "Anna", "Nagy Anna"),
        ("Redaktionen", "Redaktionen", "", "Redaktionen"),
        ("Madonna", "", "Madonna", "Madonna"),
        ("", "", "", ""),
    ],
)
def test_a_name_stands_in_the_list_as_it_is_sorted(
    name: str, family: str, given: str, listed: str
) -> None:
    assert people.listed(name, family, given) == listed


def test_an_empty_office_is_told_how_to_bring_contacts_in(desk: TestClient) -> None:
    assert "mailer contacts import" in desk.get("/contacts").text
