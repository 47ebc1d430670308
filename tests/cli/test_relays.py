"""`mailer relays`: what it finds on real SMTP servers, how relays stand, and "try now"."""

import base64
import json
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy as sa
import structlog
import trustme
from sqlmodel import select

from mailer.database import reading, writing
from mailer.models import Delivery, Distribution
from mailer.settings import load
from tests import factories
from tests.cli.conftest import Answer, Command
from tests.rawsmtpd import DEAF, ENDLESS_LINE, ENDLESS_REPLY, RawServer
from tests.smtpd import ANYONE, SMTPServer
from workers.deliver import Sender

PASSWORD = "open sesame"
Env = Callable[..., None]


@pytest.fixture
def env(mailer: Command, monkeypatch: pytest.MonkeyPatch) -> Env:
    """Sets settings: relay__port=25."""

    def set_all(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"MAILER_{name.upper()}", str(value))

    set_all(relay__connect_timeout_seconds=5)
    return set_all


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority that this machine trusts for the time of the test."""
    made = trustme.CA(organization_name="Harbour Trust")
    made.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return made


def tls_of(authority: trustme.CA, *, until: datetime | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", not_after=until).configure_cert(context)
    return context


def by_id(answer: Answer) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in answer.document}


def statuses(answer: Answer, *, section: str = "relay") -> dict[str, str]:
    """How each step went, by its name."""
    steps = ("connect", "tls", "ehlo", "login", "sender")
    found = by_id(answer)
    return {step: found[f"{section}.{step}"]["status"] for step in steps}


def until_step(last: str, *, section: str = "relay") -> dict[str, str]:
    """All well before that step, which fails, and nothing tried after it."""
    steps = ["connect", "tls", "ehlo", "login", "sender"]
    place = steps.index(last)
    told = ["pass"] * place + ["fail"] + ["unknown"] * (len(steps) - place - 1)
    return dict(zip(steps, told, strict=True))


# ---------------------------------------------------------------- check: what is well


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_a_relay_that_works_passes_every_step_and_gets_no_message(
    mailer: Command, env: Env, authority: trustme.CA, tls: str
) -> None:
    context = None if tls == "none" else tls_of(authority)
    login = ("press", PASSWORD)
    with SMTPServer(tls=context, implicit_tls=tls == "implicit", login=login) as server:
        env(relay__host="localhost", relay__port=server.port, relay__tls=tls)
        env(relay__username="press", relay__password=PASSWORD)
        answer = mailer("relays", "check", "--json")
    found = by_id(answer)
    assert answer.exit_code == 0, answer.out
    assert set(statuses(answer).values()) == {"pass"}
    assert (server.received, server.asked, server.resets, server.quits) == ([], [], 1, 1)
    assert "b+" in found["relay.sender"]["evidence"]
    assert "@bounce.press.example.org" in found["relay.sender"]["evidence"]
    assert "nothing was sent" in found["relay.sender"]["evidence"]
    for word in ("SIZE 33000000", "8BITMIME", "SMTPUTF8", "AUTH", "without PIPELINING, DSN"):
        assert word in found["relay.ehlo"]["evidence"]
    assert all(found[f"relay.{step}"]["seconds"] > 0 for step in ("connect", "ehlo", "sender"))
    if tls != "none":
        assert (
            "certificate for localhost, issued by Harbour Trust" in found["relay.tls"]["evidence"]
        )
        assert "TLSv1.3" in found["relay.tls"]["evidence"]
        assert found["relay.certificate"]["status"] == "pass"
    assert PASSWORD not in answer.out + answer.err


def test_each_finding_has_the_keys_of_the_contract_and_a_person_reads_the_same(
    mailer: Command, env: Env
) -> None:
    with RawServer(offers=("PIPELINING", "DSN", "SIZE 1000")) as server:
        env(relay__port=server.port)
        document = mailer("relays", "check", "--json").document
        told = mailer("relays", "check").out
    assert {"id", "severity", "status", "evidence", "how_to_fix"} <= set(document[0])
    assert "relay.ehlo: pass: offers PIPELINING, DSN, SIZE 1000; without 8BITMIME" in told
    # As a message would have it, with the token that comes back in reports.
    (first, second) = (line for line in server.lines if line.startswith("MAIL"))
    assert first == second
    assert "RET=HDRS ENVID=b+2B" in first
    assert server.taken == []


def test_one_relay_can_be_named_and_a_name_that_is_none_is_bad_input(
    mailer: Command, env: Env
) -> None:
    with RawServer() as usual, RawServer() as spare:
        env(relay__port=usual.port)
        env(relays__spare__host="127.0.0.1", relays__spare__port=spare.port)
        answer = mailer("relays", "check", "spare", "--json")
        assert (usual.connections, spare.connections) == (0, 1)
    assert {one["relay"] for one in answer.document} == {"spare"}
    wrong = mailer("relays", "check", "sprae")
    assert wrong.exit_code == 2
    assert "there is no relay 'sprae' in the settings: name one of relay, spare" in wrong.err


# ---------------------------------------------------------------- check: what is wrong


def test_a_relay_that_is_away_ends_with_code_3_and_one_of_two_with_code_1(
    mailer: Command, env: Env
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    env(relay__port=port)
    answer = mailer("relays", "check", "--json")
    assert answer.exit_code == 3
    assert statuses(answer) == until_step("connect")
    assert "refuses the connection" in by_id(answer)["relay.connect"]["evidence"]
    with RawServer() as spare:
        env(relays__spare__host="127.0.0.1", relays__spare__port=spare.port)
        both = mailer("relays", "check", "--json")
    assert both.exit_code == 1
    assert set(statuses(both, section="relays.spare").values()) == {"pass"}


@pytest.mark.parametrize(
    ("greeting", "told"),
    [
        (DEAF, "was not ready for mail within 1 seconds"),
        (ENDLESS_LINE, "speaks no SMTP: its answer has no end"),
        (ENDLESS_REPLY, "speaks no SMTP: its answer has no end"),
        ("SSH-2.0-OpenSSH_9.2", "speaks no SMTP: it says 'SSH-2.0-OpenSSH_9.2'"),
        ("220-" + "x" * 10_000_000, "speaks no SMTP: its answer has no end"),
        ("554 5.7.1 \x1b[2JNot you", "it answered 554 5.7.1 [2JNot you"),
        ("close", "hung up before it was ready for mail"),
    ],
    ids=["silent", "endless-line", "endless-reply", "ssh", "10-megabytes", "refusing", "gone"],
)
def test_a_host_that_is_no_relay_ends_in_a_clear_finding_in_time(
    mailer: Command, env: Env, greeting: str, told: str
) -> None:
    env(relay__connect_timeout_seconds=1)
    began = time.monotonic()
    with RawServer() as server:
        server.tell("GREETING", greeting)
        env(relay__port=server.port)
        answer = mailer("relays", "check", "--json")
        took = time.monotonic() - began
    assert answer.exit_code == 3
    assert statuses(answer) == until_step("connect")
    finding = by_id(answer)["relay.connect"]
    assert told in finding["evidence"]
    assert len(finding["evidence"]) < 300
    assert finding["how_to_fix"]
    assert took < 10


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize(
    ("host", "told"), [("localhost", "is not trusted"), ("127.0.0.1", "is not trusted")]
)
def test_a_certificate_of_a_stranger_is_a_finding_of_its_own(
    mailer: Command, env: Env, tls: str, host: str, told: str
) -> None:
    context = tls_of(trustme.CA())
    with SMTPServer(tls=context, implicit_tls=tls == "implicit") as server:
        env(relay__host=host, relay__port=server.port, relay__tls=tls)
        answer = mailer("relays", "check", "--json")
    assert answer.exit_code == 1
    assert statuses(answer) == until_step("tls")
    assert told in by_id(answer)["relay.tls"]["evidence"]
    assert "SSL_CERT_FILE" in by_id(answer)["relay.tls"]["how_to_fix"]


def test_a_certificate_for_another_name_is_told(
    mailer: Command, env: Env, authority: trustme.CA
) -> None:
    with SMTPServer(tls=tls_of(authority)) as server:
        env(relay__host="127.0.0.1", relay__port=server.port, relay__tls="starttls")
        answer = mailer("relays", "check", "--json")
    assert "is for another name" in by_id(answer)["relay.tls"]["evidence"]


def test_a_certificate_that_ends_soon_fails_before_it_does(
    mailer: Command, env: Env, authority: trustme.CA
) -> None:
    soon = datetime.now(UTC) + timedelta(days=5)
    with SMTPServer(tls=tls_of(authority, until=soon), implicit_tls=True) as server:
        env(relay__host="localhost", relay__port=server.port, relay__tls="implicit")
        answer = mailer("relays", "check", "--json")
    finding = by_id(answer)["relay.certificate"]
    assert (answer.exit_code, finding["status"], finding["severity"]) == (1, "fail", "warn")
    assert f"{soon:%Y-%m-%d}" in finding["evidence"]


def test_a_server_without_tls_is_never_asked_in_clear_text(mailer: Command, env: Env) -> None:
    with RawServer(offers=("AUTH PLAIN",)) as server:
        env(relay__port=server.port, relay__tls="starttls")
        env(relay__username="press", relay__password=PASSWORD)
        answer = mailer("relays", "check", "--json")
    assert statuses(answer) == until_step("tls")
    assert "does not offer STARTTLS" in by_id(answer)["relay.tls"]["evidence"]
    assert not any(line.startswith("AUTH") for line in server.lines)


def test_a_refused_login_is_told_and_nothing_that_the_server_repeats_of_it(
    mailer: Command, env: Env
) -> None:
    coded = base64.b64encode(f"\0press\0{PASSWORD}".encode()).decode()
    with RawServer(offers=("AUTH PLAIN",)) as server:
        server.tell("AUTH", f"535 5.7.8 No: {coded} is press with {PASSWORD}")
        env(relay__port=server.port, relay__username="press", relay__password=PASSWORD)
        answer = mailer("relays", "check", "--json")
    assert answer.exit_code == 1
    assert statuses(answer) == until_step("login")
    assert "535 5.7.8 No: … is press with …" in by_id(answer)["relay.login"]["evidence"]
    assert PASSWORD not in answer.out + answer.err
    assert coded not in answer.out + answer.err


def test_a_token_goes_to_the_relay_and_into_no_finding(mailer: Command, env: Env) -> None:
    token = "ya29.very-secret"
    command = [sys.executable, "-c", f"print({token!r})"]
    with RawServer(offers=("AUTH XOAUTH2",)) as server:
        server.tell("AUTH", f"535 5.7.8 {token} has expired")
        env(relay__port=server.port, relay__auth="xoauth2", relay__username="press")
        env(relay__token_command=json.dumps(command))
        answer = mailer("relays", "check", "--json")
    assert any(line.startswith("AUTH XOAUTH2") for line in server.lines)
    assert "535 5.7.8 … has expired" in by_id(answer)["relay.login"]["evidence"]
    assert token not in answer.out + answer.err


def test_a_login_that_the_relay_does_not_offer_is_told_with_what_it_offers(
    mailer: Command, env: Env
) -> None:
    with RawServer(offers=("AUTH GSSAPI",)) as server:
        env(relay__port=server.port, relay__username="press", relay__password=PASSWORD)
        answer = mailer("relays", "check", "--json")
    assert "it offers GSSAPI" in by_id(answer)["relay.login"]["evidence"]


def test_a_refused_sender_is_told_with_what_to_do(mailer: Command, env: Env) -> None:
    with RawServer() as server:
        server.tell("MAIL", "553 5.7.1 Sender not owned by you")
        env(relay__port=server.port)
        answer = mailer("relays", "check", "--json")
    assert statuses(answer) == until_step("sender")
    assert "553 5.7.1 Sender not owned" in by_id(answer)["relay.sender"]["evidence"]
    assert "bounces.domain" in by_id(answer)["relay.sender"]["how_to_fix"]
    assert server.lines[-1] == "QUIT"


# ---------------------------------------------------------------- what the settings say

BROKEN: list[tuple[dict[str, object], str, str]] = [
    ({"relay__auth": "xoauth2"}, "relay.token_command", "no username and no token_command"),
    ({"relay__host": ""}, "relay.host", "[relay] names no host"),
    ({"relay__host": "smtp://mail.example"}, "relay.host", "no name of a server"),
    ({"relay__host": "mail.example:25"}, "relay.host", "no name of a server"),
    ({"relay__host": "ma\u2028il.example"}, "relay.host", "no name of a server"),
    ({"relay__port": 0}, "relay.port", "port in [relay] is 0"),
    ({"relay__username": "press"}, "relay.password", "a username and no password"),
    ({"relay__helo_name": "two words"}, "relay.settings", "helo_name in [relay]"),
    ({"relays__sprae__password": PASSWORD}, "relays.sprae.host", "[relays.sprae] names no host"),
    ({"relays": '{"spare": {}}'}, "relays.spare.host", "[relays.spare] names no host"),
    ({"relays": '{"relay": {"host": "a.example"}}'}, "relay.name", "has the name of"),
    ({"relays": '{"a b": {"host": "a.example"}}'}, "relays.a b.name", "no name for a relay"),
]


@pytest.mark.parametrize(("values", "number", "told"), BROKEN, ids=range(len(BROKEN)))
def test_settings_that_cannot_be_stop_who_sends_and_nobody_else(
    ready: Command, env: Env, values: dict[str, object], number: str, told: str
) -> None:
    env(**values)
    for part in ("worker", "run"):
        answer = ready(part)
        assert answer.exit_code == 2
        assert told in answer.err
        assert answer.err.count("\n") == 1
    checked = ready("relays", "check", "--json")
    assert checked.exit_code in {1, 3}
    finding = by_id(checked)[number]
    assert (finding["status"], finding["severity"]) == ("fail", "block")
    assert told in finding["evidence"]
    assert finding["how_to_fix"]
    assert ready("contacts", "import", "contacts.csv").exit_code == 0
    assert ready("relays", "list").exit_code == 0
    assert PASSWORD not in checked.out + checked.err + answer.err


@pytest.mark.parametrize(
    ("values", "number"),
    [
        ({"relay__password": PASSWORD}, "relay.username"),
        ({"relay__token_command": '["token"]'}, "relay.token_command"),
        ({"relay__weight": 0}, "relay.weight"),
        ({"relays": '{"b": {"host": "127.0.0.1"}}', "relay__port": 25}, "relays.b.host"),
    ],
)
def test_settings_that_are_hardly_meant_fail_as_a_warning_and_stop_nobody(
    mailer: Command, env: Env, values: dict[str, object], number: str
) -> None:
    with RawServer() as server:
        env(**{"relay__port": server.port, "relay__connect_timeout_seconds": 1} | values)
        checked = mailer("relays", "check", "--json")
    finding = by_id(checked)[number]
    assert (finding["status"], finding["severity"]) == ("fail", "warn")
    assert checked.exit_code in {1, 3}
    assert PASSWORD not in checked.out + checked.err


def test_a_key_that_cannot_be_read_is_found_before_a_worker_starts(
    mailer: Command, env: Env, tmp_path: Path
) -> None:
    (tmp_path / "garbage.pem").write_text("no key")
    (tmp_path / "garbage.pem").chmod(0o600)
    keys = {"gone": str(tmp_path / "gone.pem"), "bad": str(tmp_path / "garbage.pem")}
    with RawServer() as server:
        env(relay__port=server.port, dkim__keys=json.dumps(keys))
        checked = mailer("relays", "check", "--json")
        found = by_id(checked)
    assert checked.exit_code == 1
    assert "cannot read" in found["dkim.keys.gone"]["evidence"]
    assert "no private key in PEM form" in found["dkim.keys.bad"]["evidence"]
    assert "openssl genpkey" in found["dkim.keys.bad"]["how_to_fix"]
    # The relay is asked all the same.
    assert found["relay.sender"]["status"] == "pass"
    refused = mailer("worker")
    assert refused.exit_code == 2
    assert "dkim.keys.gone" in refused.err


def test_an_international_name_is_asked_for_in_its_ascii_form(mailer: Command, env: Env) -> None:
    # A name that cannot be: a test asks no name server.
    env(relay__host=f"{'ø' * 70}.example")
    answer = mailer("relays", "check", "--json")
    assert answer.exit_code == 1
    assert "no name of a server" in by_id(answer)["relay.host"]["evidence"]


# ---------------------------------------------------------------- list and retry


@contextmanager
def sending(engine: sa.Engine, client: redis.Redis) -> Iterator[Sender]:
    """A worker's sender as the settings of this moment say."""
    with closing(Sender(load(), engine, client)) as sender:
        yield sender


@pytest.fixture
def distribution(sqlite_engine: sa.Engine) -> Distribution:
    """Two deliveries that wait."""
    with writing(sqlite_engine) as session:
        release = factories.release(session, factories.office(session))
        row = factories.distribution(session, release)
        for name in ("karen", "lars"):
            factories.delivery(session, row, f"{name}@havnebladet.example")
    return row


@pytest.fixture
def shared_board(
    env: Env, sqlite_engine: sa.Engine, redis_client: redis.Redis, _valkey_socket: str
) -> None:
    env(database__url=sqlite_engine.url, broker__url=_valkey_socket)


def words(engine: sa.Engine) -> list[str]:
    with reading(engine) as session:
        return [row.status.value for row in session.exec(select(Delivery)).all()]


def test_the_list_tells_where_relays_are_what_for_and_that_all_is_well(
    mailer: Command, env: Env, shared_board: None
) -> None:
    env(relay__port=2525, relay__weight=3, relays__south__host="smtp.south.example")
    env(relays__spare__host="smtp.spare.example", relays__spare__weight=0)
    document = mailer("relays", "list", "--json").document
    assert [(one["name"], one["share"], one["standing"]) for one in document] == [
        ("relay", 0.75, "used"),
        ("south", 0.25, "used"),
        ("spare", 0.0, "in reserve"),
    ]
    told = mailer("relays", "list").out
    assert "127.0.0.1:2525" in told
    assert "75% of all" in told
    assert "spare: while no other can be used" in told


def test_without_a_broker_the_standing_is_not_known_and_nothing_can_be_retried(
    mailer: Command,
) -> None:
    listed = mailer("relays", "list", "--json")
    assert (listed.exit_code, listed.document[0]["standing"]) == (0, "unknown")
    assert "start `mailer run`" in listed.err
    assert mailer("relays", "retry").exit_code == 3


def test_a_refused_login_is_seen_although_a_spare_steps_in(
    mailer: Command,
    env: Env,
    shared_board: None,
    sqlite_engine: sa.Engine,
    redis_client: redis.Redis,
    distribution: Distribution,
) -> None:
    with RawServer(offers=("AUTH PLAIN",)) as usual, RawServer() as spare:
        usual.tell("AUTH", f"535 5.7.8 {PASSWORD} is wrong for press@office.example")
        env(relay__port=usual.port, relay__username="press", relay__password=PASSWORD)
        env(relays__spare__host="127.0.0.1", relays__spare__port=spare.port)
        env(relays__spare__weight=0)
        with sending(sqlite_engine, redis_client) as sender:
            with structlog.testing.capture_logs() as logged:
                sender.take_turn(distribution.id or 0)
            listed = mailer("relays", "list", "--json").document
            told = mailer("relays", "list").out
    assert words(sqlite_engine) == ["sent", "sent"]
    alarms = [one for one in logged if one["event"] == "the relay rests"]
    assert [(one["relay"], one["code"], one["log_level"]) for one in alarms] == [
        ("relay", 535, "warning")
    ]
    assert [one["standing"] for one in listed] == ["resting", "used"]
    assert "it refuses our login: 535 5.7.8" in listed[0]["because"]
    # In the office's zone.
    assert listed[0]["rests_until"].endswith(("+01:00", "+02:00"))
    assert f"resting until {listed[0]['rests_until'][11:19]} because it refuses our login" in told
    status = mailer("distributions", "status", str(distribution.id), "--json").document
    assert "refuses our login" in status["note"]
    for text in (told, status["note"], json.dumps(listed), str(logged)):
        assert PASSWORD not in text
        assert "press@office.example" not in text or text == status["note"]


def test_retry_makes_every_worker_try_a_mended_relay_at_once(
    mailer: Command,
    env: Env,
    shared_board: None,
    sqlite_engine: sa.Engine,
    redis_client: redis.Redis,
    distribution: Distribution,
) -> None:
    with RawServer() as server:
        server.tell("GREETING", "421 4.3.2 closed for repair", times=1)
        env(relay__port=server.port, relay__connections=1)
        with sending(sqlite_engine, redis_client) as sender:
            sender.take_turn(distribution.id or 0)
            sender.take_turn(distribution.id or 0)
            assert words(sqlite_engine) == ["deferred", "deferred"]
            answer = mailer("relays", "retry", "relay", "--json")
            assert answer.exit_code == 0, answer.err
            assert answer.document["in_trouble"] == ["relay"]
            assert answer.document["deliveries_due"] == 2
            assert mailer("relays", "list", "--json").document[0]["standing"] == "to be tried"
            # Long before its rest is over and before a minute has passed.
            sender.take_turn(distribution.id or 0)
            assert words(sqlite_engine) == ["sent", "sent"]
            assert mailer("relays", "list", "--json").document[0]["standing"] == "used"


def test_retry_names_the_distributions_that_a_refusal_has_stopped(
    mailer: Command,
    env: Env,
    shared_board: None,
    sqlite_engine: sa.Engine,
    redis_client: redis.Redis,
    distribution: Distribution,
) -> None:
    with SMTPServer() as server:
        server.answer(ANYONE, "mail", "550 5.7.1 not you", times=1)
        env(relay__port=server.port)
        with sending(sqlite_engine, redis_client) as sender:
            sender.take_turn(distribution.id or 0)
            told = mailer("relays", "retry").out
            assert f"`mailer distributions resume {distribution.id}`" in told
            mailer("distributions", "resume", str(distribution.id))
            sender.take_turn(distribution.id or 0)
    assert words(sqlite_engine) == ["sent", "sent"]
