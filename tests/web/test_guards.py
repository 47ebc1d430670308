"""What guards the pages: headers, other sites, failures, and files that are kept for ever."""

from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from starlette.testclient import TestClient

from mailer.errors import (
    BadInput,
    BadToken,
    MailerError,
    NotFound,
    Refused,
    SettingsError,
    Unreachable,
)
from mailer.settings import Settings
from mailer.web import static_files
from mailer.web.app import create_app
from mailer.web.failures import status_of
from tests.web.samples import Sample


@pytest.fixture
def engine(sqlite_engine: sa.Engine) -> sa.Engine:
    """What guards the pages is the same whatever the database is."""
    return sqlite_engine


def test_a_page_may_load_nothing_from_elsewhere_and_run_nothing_inline(
    desk: TestClient, sample: Sample
) -> None:
    headers = desk.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Vary"] == "HX-Request"


def test_no_page_carries_an_inline_style_or_script(desk: TestClient, sample: Sample) -> None:
    for path in ("/", "/releases/" + sample.release.reference, "/distributions/1", "/contacts"):
        page = desk.get(path).text
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page


def test_a_message_in_a_frame_may_show_its_styles_and_nothing_else(
    desk: TestClient, sample: Sample
) -> None:
    answer = desk.get(f"/deliveries/{sample.danish.id}/message")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_on_another_site_changes_nothing(
    desk: TestClient, engine: sa.Engine, sample: Sample, headers: dict[str, str]
) -> None:
    answer = desk.post(f"/distributions/{sample.distribution.id}/pause", headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "sending" in desk.get(f"/distributions/{sample.distribution.id}").text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://testserver"},
        {"Origin": "http://127.0.0.1:8025"},
    ],
)
def test_our_own_form_is_taken(desk: TestClient, sample: Sample, headers: dict[str, str]) -> None:
    answer = desk.post(f"/distributions/{sample.distribution.id}/pause", headers=headers)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound, 404),
        (BadToken, 404),
        (BadInput, 400),
        (SettingsError, 400),
        (Refused, 409),
        (Unreachable, 503),
        (MailerError, 500),
    ],
)
def test_an_error_says_by_its_status_what_can_be_done(
    error: type[MailerError], status: int
) -> None:
    assert status_of(error("why")) == status


def test_what_is_not_there_is_said_on_a_page(desk: TestClient, sample: Sample) -> None:
    page = desk.get("/distributions/999")
    assert page.status_code == 404
    assert "There is no distribution 999." in page.text
    assert "Marie Duval" in page.text


def test_a_piece_of_a_page_fails_as_a_piece(desk: TestClient, sample: Sample) -> None:
    page = desk.get("/distributions/999/progress", headers={"HX-Request": "true"})
    assert page.status_code == 404
    assert "<html" not in page.text
    assert 'role="alert"' in page.text


def test_a_rule_that_forbids_is_a_conflict(desk: TestClient, sample: Sample) -> None:
    page = desk.post(f"/distributions/{sample.distribution.id}/resume")
    assert page.status_code == 409
    assert "Cannot resume distribution" in page.text


@pytest.mark.parametrize("path", ["/distributions/one", "/deliveries/1?form=film", "/nothing"])
def test_an_address_that_makes_no_sense_is_not_found(
    desk: TestClient, sample: Sample, path: str
) -> None:
    assert desk.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/deliveries/{}",
        "/deliveries/{}/message",
        "/distributions/{}",
        "/distributions/{}/progress",
        "/distributions/1?after={}",
        "/contacts?after={}",
        "/releases/{reference}?to={}",
        "/releases/{reference}/message/{}",
    ],
)
@pytest.mark.parametrize("number", [2**63, 10**40, -(10**40)])
def test_a_number_that_no_row_can_have_is_not_found(
    desk: TestClient, sample: Sample, path: str, number: int
) -> None:
    address = path.replace("{reference}", sample.release.reference).format(number)
    assert desk.get(address).status_code == 404


def test_a_button_of_a_number_that_no_row_can_have_is_not_found(
    desk: TestClient, sample: Sample
) -> None:
    for button in ("pause", "resume", "cancel"):
        assert desk.post(f"/distributions/{2**63}/{button}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/distributions/", "/contacts/", "/deliveries/", "/sign-in/", "/help/", "/static"]
)
def test_a_slash_too_many_leads_nowhere(desk: TestClient, sample: Sample, path: str) -> None:
    answer = desk.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 404
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/", "/contacts", "/distributions", "/distributions/1", "/sign-in", "/help", "/nothing"],
)
@pytest.mark.parametrize("host", ["evil.example", "x//evil.example", "evil.example/deep?"])
def test_no_answer_is_built_from_the_name_that_the_caller_gives_us(
    desk: TestClient, sample: Sample, path: str, host: str
) -> None:
    for cookies in (dict(desk.cookies), {}):
        desk.cookies.clear()
        desk.cookies.update(cookies)
        answer = desk.get(path, headers={"Host": host})
        assert "evil.example" not in answer.text
        assert "evil.example" not in str(answer.headers)


def test_a_key_that_cannot_be_used_stops_no_page(settings: Settings, tmp_path: Path) -> None:
    dkim = settings.dkim.model_copy(update={"keys": {"press": tmp_path / "none.pem"}})
    with structlog.testing.capture_logs() as logged:
        app = create_app(settings.model_copy(update={"dkim": dkim}))
    assert [entry["event"] for entry in logged] == ["previews are shown without a signature"]
    with TestClient(app) as browser:
        assert browser.get(static_files.url("press.css")).status_code == 200


def test_a_database_that_is_away_is_said_with_the_time_to_wait(settings: Settings) -> None:
    away = settings.database.model_copy(update={"url": "postgresql://127.0.0.1:1/none"})
    with TestClient(create_app(settings.model_copy(update={"database": away}))) as browser:
        answer = browser.get("/health")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"


def test_a_fault_of_ours_is_a_page_that_tells_nothing(settings: Settings) -> None:
    with TestClient(create_app(settings), raise_server_exceptions=False) as browser:
        answer = browser.get("/help")
    assert answer.status_code in {500, 503}
    assert "no such table" not in answer.text or answer.status_code == 503
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_files_are_kept_for_ever_under_a_name_that_changes_with_them(client: TestClient) -> None:
    answer = client.get(static_files.url("press.css"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "immutable" in answer.headers["Cache-Control"]


def test_files_are_compressed(client: TestClient) -> None:
    address = static_files.url("vendor/tabler.min.css")
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers.get("Content-Length", 200_000)) < len(plain.content) / 3


def test_nothing_outside_the_folder_of_files_is_served(client: TestClient) -> None:
    for path in ("/static/x/../app.py", "/static/x/%2e%2e/app.py", "/static/x//etc/passwd"):
        assert client.get(path).status_code == 404


def test_the_log_names_routes_and_never_addresses(
    desk: TestClient, sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.get("/u/atokenthatmustnotbelogged")
    desk.get("/o/atokenthatmustnotbelogged.gif")
    desk.get("/contacts?q=amira@nahar.example")
    desk.get(f"/distributions/{sample.distribution.id}")
    said = "".join(capsys.readouterr())
    assert "route=/u" in said
    assert "/distributions/{distribution_id}" in said
    assert "atokenthatmustnotbelogged" not in said
    assert "amira" not in said


@pytest.mark.parametrize(
    "address", ["/contacts?q=%00", "/contacts?q=Karen%00Holm", "/releases/%00", "/u/%00", "/%00"]
)
def test_an_address_with_a_nul_is_no_page(desk: TestClient, sample: Sample, address: str) -> None:
    answer = desk.get(address)
    assert answer.status_code == 404
    assert "a sign that no text has" in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert desk.get("/contacts?q=Karen").status_code == 200
