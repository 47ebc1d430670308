"""A server that says what no database, log or terminal takes, wherever it may speak."""

import asyncio
from collections.abc import Callable

import pytest

from mailer.delivery.outcome import OutcomeKind, Phase
from mailer.delivery.smtp.envelope import Offer
from mailer.delivery.smtp.probe import Probe
from tests.delivery.conftest import KAREN, LARS, RelayFor, Sender, kinds, message
from tests.rawsmtpd import DOT, RawServer

Wire = Callable[..., Sender]
ODD = b"ung\xfcltig \0\x1b[31m\xc2\x9b\xe2\x80\xae".decode("utf-8", "surrogateescape")
LOGIN = {"username": "press", "password": "harbour"}
OFFERS = ("PIPELINING", "STARTTLS", "AUTH LOGIN CRAM-MD5")
REFUSALS = [
    ("GREETING", "554 5.3.2", {}),
    ("EHLO", "550 5.5.2", {}),
    ("STARTTLS", "454 4.7.0", {"tls": "starttls"}),
    ("AUTH", "535 5.7.8", LOGIN),
    # A challenge that is none (RFC 4954 section 4).
    ("AUTH", "334", LOGIN),
    ("MAIL", "550 5.7.1", {}),
    ("RCPT", "550 5.1.1", {}),
    ("DATA", "554 5.7.1", {}),
    (DOT, "554 5.7.1", {}),
    ("MAIL", "421 4.3.2", {}),
    ("RCPT", "250 2.1.5", {}),
    (DOT, "250 2.0.0", {}),
]


UNQUOTED = {("RCPT", "250"), ("AUTH", "334")}


@pytest.mark.parametrize(("step", "code", "given"), REFUSALS)
def test_its_words_are_made_legible_wherever_they_enter(
    wire: Wire, step: str, code: str, given: dict[str, object]
) -> None:
    with RawServer(offers=OFFERS) as server:
        server.tell("HELO", f"{code} {ODD}")
        server.tell(step, f"{code} {ODD}")
        (outcome,) = wire(server.port, **given).send([message(KAREN)])
    assert outcome is not None
    assert outcome.text.isprintable()
    outcome.text.encode()
    # Who takes the recipient, or wants another way to log in, is not quoted.
    assert (r"ung\xfcltig" in outcome.text) is ((step, code[:3]) not in UNQUOTED)


def test_an_odd_goodbye_is_nobodys_trouble(wire: Wire) -> None:
    with RawServer() as server:
        server.tell("QUIT", f"221 {ODD}")
        sender = wire(server.port, messages_per_connection=1)
        assert kinds(sender.send([message(KAREN), message(LARS)])) == ["accepted"] * 2


def test_odd_words_in_what_it_offers_do_no_harm(wire: Wire) -> None:
    with RawServer(offers=(ODD, f"AUTH {ODD}", f"SIZE {ODD}", f"LIMITS MAILMAX={ODD}")) as server:
        assert kinds(wire(server.port).send([message(KAREN)])) == ["accepted"]


@pytest.mark.parametrize("digits", ["9" * 5000, "0" * 5000, "٣" * 30])
def test_a_limit_of_any_length_does_no_harm(wire: Wire, digits: str) -> None:
    assert Offer.from_extensions({"size": digits}, relay="").size_limit == 0
    with RawServer(offers=(f"SIZE {digits}", f"LIMITS MAILMAX={digits}")) as server:
        assert kinds(wire(server.port).send([message(KAREN)])) == ["accepted"]


def test_an_answer_without_an_end_or_a_code_is_told_legibly(wire: Wire) -> None:
    with RawServer() as server:
        server.tell("GREETING", ODD)
        (outcome,) = wire(server.port).send([message(KAREN)])
    assert outcome is not None
    assert (outcome.kind, outcome.phase) == (OutcomeKind.DEFERRED, Phase.CONNECT)
    assert outcome.text.isprintable()


def test_a_probe_shows_an_odd_server_legibly(relay: RelayFor) -> None:
    with RawServer(offers=(f"SIZE {ODD}", f"AUTH {ODD}")) as server:
        server.tell("GREETING", f"220 {ODD}")
        server.tell("MAIL", f"550 {ODD}")
        probe = Probe(relay(server.port), helo_name="office.example", sender="a@b.example")
        answers = asyncio.run(probe.carry_out())
    told = [answers.greeting, answers.trouble, *answers.offers, *answers.offers.values()]
    assert [one for one in told if not one.isprintable()] == []
    assert answers.offers["size"].startswith(r"ung\xfcltig")


def test_a_secret_is_hidden_however_it_was_made_legible(wire: Wire) -> None:
    password = "har\u00a0bour"
    with RawServer(offers=("AUTH LOGIN",)) as server:
        server.tell("AUTH", f"535 5.7.8 wrong: {password}")
        (outcome,) = wire(server.port, username="press", password=password).send([message(KAREN)])
    assert outcome is not None
    assert outcome.text == "5.7.8 wrong: …"
