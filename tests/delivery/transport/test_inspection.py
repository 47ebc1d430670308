"""What the settings say of relays, and how these stand, told without anything secret."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailer.delivery.smtp.conversation import client
from mailer.delivery.smtp.secrets import said, secrets_of, without
from mailer.delivery.transport.inspection.findings import Severity
from mailer.delivery.transport.inspection.overview import Use, list_relays
from mailer.delivery.transport.inspection.review import refuse_unusable, review
from mailer.delivery.transport.notices import Trouble
from mailer.errors import SettingsError
from mailer.settings import Settings
from mailer.settings.sections import RelaySettings
from tests.delivery.conftest import RelayFor

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def changed(settings: Settings, **relays: RelaySettings) -> Settings:
    """The settings with these relays; the one called relay stands in [relay]."""
    usual = relays.pop("relay", settings.relay)
    return settings.model_copy(update={"relay": usual, "relays": relays})


def trouble(name: str, *, rests: float) -> Trouble:
    now = NOW.timestamp()
    return Trouble(name, "machine", now - 60, now + rests, "auth", "535 5.7.8 No")


def test_the_defaults_and_a_usual_relay_raise_no_finding(
    settings: Settings, relay: RelayFor
) -> None:
    assert review(settings) == []
    usual = relay(465, host="smtp.example.org", tls="implicit", username="press", password="x")
    spare = relay(25, host="mail.example.net", weight=0)
    assert review(changed(settings, relay=usual, spare=spare)) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"tls": "implicit", "port": 587}, "hardly goes with"),
        ({"tls": "starttls", "port": 465}, "hardly goes with"),
        ({"host": "mail.example", "username": "a", "password": "x"}, "in clear text"),
    ],
)
def test_what_is_hardly_meant_is_a_warning_and_no_reason_to_refuse(
    settings: Settings, relay: RelayFor, given: dict[str, Any], told: str
) -> None:
    found = changed(settings, relay=relay(**{"port": 25} | given))
    (finding,) = review(found)
    assert finding.severity is Severity.WARN
    assert told in finding.evidence
    refuse_unusable(found)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST"])
def test_a_login_in_clear_text_stays_on_this_machine(
    settings: Settings, relay: RelayFor, host: str
) -> None:
    usual = relay(25, host=host, username="press", password="x")
    assert review(changed(settings, relay=usual)) == []


def test_a_login_that_stands_in_the_host_is_never_repeated(
    settings: Settings, relay: RelayFor
) -> None:
    found = changed(settings, relay=relay(25, host="smtp://press:sesame@mail.example"))
    with pytest.raises(SettingsError) as refused:
        refuse_unusable(found)
    lines = list_relays(found, {}, now=NOW)
    assert "sesame" not in f"{refused.value} {lines}"
    assert "mail.example" in str(refused.value)


def test_an_international_host_is_looked_for_by_its_a_label(
    settings: Settings, relay: RelayFor
) -> None:
    usual = relay(25, host="post.faß.example")
    assert review(changed(settings, relay=usual)) == []
    asked = client(usual, helo_name="office.example", tls_context=None)
    assert asked.hostname == "post.xn--fa-hia.example"


def test_a_spare_is_in_reserve_until_no_other_relay_is_well(
    settings: Settings, relay: RelayFor
) -> None:
    found = changed(settings, relay=relay(25), spare=relay(26, weight=0))
    well = list_relays(found, {"relay": [], "spare": []}, now=NOW)
    assert [one.standing for one in well] == [Use.USED, Use.IN_RESERVE]
    ill = list_relays(found, {"relay": [trouble("relay", rests=5)], "spare": []}, now=NOW)
    assert [one.standing for one in ill] == [Use.RESTING, Use.USED]
    assert ill[0].because == "it refuses our login: 535 5.7.8 No"
    assert ill[0].rests_until == NOW + timedelta(seconds=5)


def test_of_several_workers_the_one_that_waits_longest_is_told(
    settings: Settings, relay: RelayFor
) -> None:
    both = [trouble("relay", rests=-5), trouble("relay", rests=9)]
    (line,) = list_relays(changed(settings, relay=relay(25)), {"relay": both}, now=NOW)
    assert (line.standing, line.rests_until) == (Use.RESTING, NOW + timedelta(seconds=9))
    (past,) = list_relays(changed(settings, relay=relay(25)), {"relay": both[:1]}, now=NOW)
    assert past.standing is Use.TO_BE_TRIED


def test_a_secret_is_taken_out_however_a_server_repeats_it(relay: RelayFor) -> None:
    wanted = relay(25, username="press", password="open sesame")
    repeated = "no open sesame, no b3BlbiBzZXNhbWU=, no AHByZXNzAG9wZW4gc2VzYW1l, and no tok"
    assert without(secrets_of(wanted, token="tok"), repeated) == "no …, no …, no …, and no …"


def test_what_a_server_says_cannot_steer_a_terminal() -> None:
    assert said("\x1b[2J\x07one\r\n two\u202e") == "[2J one two"
    assert len(said("x" * 10_000)) < 300
