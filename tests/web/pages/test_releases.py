import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from mailer import database
from tests import factories
from tests.web.samples import Sample

HTMX = {"HX-Request": "true"}


def test_the_list_shows_each_release_with_its_languages_and_last_distribution(
    desk: TestClient, sample: Sample
) -> None:
    page = desk.get("/").text
    assert sample.release.reference in page
    assert "Harbours agree on a code of conduct" in page
    assert "23 November 2026" in page
    assert 'title="French">fr<' in page
    assert f'href="/distributions/{sample.distribution.id}"' in page


def test_an_empty_office_is_told_how_to_begin(desk: TestClient) -> None:
    assert "mailer releases import" in desk.get("/").text


def test_a_release_shows_its_editions_and_what_is_printed_with_it(
    desk: TestClient, sample: Sample
) -> None:
    page = desk.get(f"/releases/{sample.release.reference}").text
    assert "Les ports adoptent un code" in page
    assert "Anna Keller" in page
    assert "Nothing found: fit to go out." in page
    assert "Choose a recipient" in page


def test_a_finding_is_shown_with_how_to_fix_it(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        body = {"en": ("Harbours agree", "Read [the code](#) of conduct.")}
        factories.release(session, sample.office, reference="IP/26/7", texts=body)
    page = desk.get("/releases/IP/26/7").text
    assert ">blocks<" in page
    assert "the code" in page


def test_an_occasion_that_is_called_off_says_so(
    desk: TestClient, sample: Sample, engine: sa.Engine
) -> None:
    with database.writing(engine) as session:
        row = factories.release(session, sample.office, reference="IP/26/8", kind="invitation")
        factories.occasion(session, row, cancelled_at=factories.NOW)
    page = desk.get("/releases/IP/26/8").text
    assert "Signing of the code" in page
    assert "Quayside Hall" in page
    assert "Cancelled" in page


def test_an_unknown_release_is_not_found(desk: TestClient, sample: Sample) -> None:
    assert desk.get("/releases/2099-001").status_code == 404


def test_recipients_are_offered_while_one_types(desk: TestClient, sample: Sample) -> None:
    address = f"/releases/{sample.release.reference}/recipients"
    found = desk.get(address, params={"q": "amira"}).text
    assert "Amira Haddad" in found
    assert "Redaktionen" not in found
    assert "<html" not in found
    assert "No contact matches" in desk.get(address, params={"q": "nobody"}).text


def test_without_scripts_recipients_are_found_by_the_form(desk: TestClient, sample: Sample) -> None:
    page = desk.get(f"/releases/{sample.release.reference}", params={"q": "amira"}).text
    assert "Amira Haddad" in page
    assert "Redaktionen" not in page


def test_the_preview_is_what_the_recipient_would_get(desk: TestClient, sample: Sample) -> None:
    address = f"/releases/{sample.release.reference}?to={sample.danish.address_id}"
    page = desk.get(address).text
    assert "cover in Danish, text in English" in page
    assert "no Danish edition" in page
    message = desk.get(
        f"/releases/{sample.release.reference}/message/{sample.danish.address_id}"
    ).text
    assert '<html lang="da"' in message
    assert "Pressemeddelelse til redaktionen" in message
    assert '<base target="_blank">' in message


def test_the_preview_of_an_arabic_reader_runs_from_right_to_left(
    desk: TestClient, sample: Sample
) -> None:
    reference, address_id = sample.release.reference, sample.arabic.address_id
    message = desk.get(f"/releases/{reference}/message/{address_id}").text
    assert '<html lang="ar" dir="rtl"' in message


@pytest.mark.parametrize(
    ("form", "mark"), [("text", "Twelve harbours"), ("source", "List-Unsubscribe-Post:")]
)
def test_a_message_can_be_read_as_text_and_as_source(
    desk: TestClient, sample: Sample, form: str, mark: str
) -> None:
    reference, address_id = sample.release.reference, sample.danish.address_id
    page = desk.get(f"/releases/{reference}?to={address_id}&form={form}").text
    assert mark in page
    assert "<iframe" not in page


def test_htmx_gets_the_preview_alone_and_the_history_the_whole_page(
    desk: TestClient, sample: Sample
) -> None:
    address = f"/releases/{sample.release.reference}?to={sample.danish.address_id}"
    assert "<html" not in desk.get(address, headers=HTMX).text
    again = desk.get(address, headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert "<html" in again.text


def test_looking_at_a_preview_writes_nothing(desk: TestClient, sample: Sample, all_rows) -> None:
    before = all_rows()
    reference, address_id = sample.release.reference, sample.danish.address_id
    desk.get(f"/releases/{reference}?to={address_id}")
    desk.get(f"/releases/{reference}/message/{address_id}")
    assert all_rows() == before


def test_a_preview_for_nobody_says_so(desk: TestClient, sample: Sample) -> None:
    page = desk.get(f"/releases/{sample.release.reference}?to=99999")
    assert page.status_code == 404
    assert "There is no such contact" in page.text
