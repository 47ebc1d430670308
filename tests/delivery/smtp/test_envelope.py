"""The envelope as each server can take it, and the octets of the body."""

import pytest

from mailer.delivery.smtp.envelope import Offer, octets_on_wire
from tests.delivery.conftest import KAREN, message

DSN = Offer(dsn=True, smtputf8=True)


@pytest.mark.parametrize(
    ("data", "octets"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\nb\rc", b"a\r\nb\r\nc\r\n"),
        (b"a\r\nb", b"a\r\nb\r\n"),
        (b"a\r\r\nb\n", b"a\r\n\r\nb\r\n"),
        (b".\r\n", b"..\r\n"),
        (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n"),
        (b"a\n.\nb\r\n", b"a\r\n..\r\nb\r\n"),
        (b"a\r.\rb\r\n", b"a\r\n..\r\nb\r\n"),
        (b"a\r\n.", b"a\r\n..\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_no_line_end_but_crlf_goes_out_and_no_dot_ends_the_message_early(
    data: bytes, octets: bytes
) -> None:
    assert octets_on_wire(message(KAREN)._replace(data=data)) == octets


def test_what_is_ready_for_the_wire_is_not_looked_at_again() -> None:
    ready = message(KAREN)._replace(is_wire_ready=True)
    assert octets_on_wire(ready) is ready.data


def test_nothing_is_asked_of_a_server_that_offers_nothing() -> None:
    assert Offer().commands(message(KAREN)).decode() == (
        "MAIL FROM:<b+karen@bounce.press.example.org>\r\n"
        "RCPT TO:<karen@havnebladet.example>\r\n"
        "DATA\r\n"
    )


def test_reports_are_asked_for_where_the_server_can_send_them() -> None:
    assert DSN.commands(message("k+press=desk@havnebladet.example")).decode() == (
        "MAIL FROM:<b+k+press=desk@bounce.press.example.org> RET=HDRS"
        " ENVID=b+2Bk+2Bpress+3Ddesk\r\n"
        "RCPT TO:<k+press=desk@havnebladet.example> NOTIFY=FAILURE,DELAY"
        " ORCPT=rfc822;k+2Bpress+3Ddesk@havnebladet.example\r\n"
        "DATA\r\n"
    )


def test_an_address_beyond_ascii_is_told_in_the_form_for_it() -> None:
    commands = DSN.commands(message("jürgen+x@havnebladet.example", utf8=True)).decode()
    mail, rcpt, _data = commands.splitlines()
    assert " SMTPUTF8 BODY=8BITMIME RET=HDRS" in mail
    assert "ENVID" not in mail
    assert rcpt.endswith(r" ORCPT=utf-8;j\x{FC}rgen\x{2B}x@havnebladet.example")


def test_what_is_longer_than_a_report_may_carry_is_left_out() -> None:
    commands = DSN.commands(message(f"{'k' * 600}@havnebladet.example")).decode()
    assert "ORCPT" not in commands
    assert "ENVID" not in commands


@pytest.mark.parametrize(
    ("extensions", "offer"),
    [
        ({}, Offer(relay="relay")),
        (
            {"pipelining": "", "dsn": "", "smtputf8": "", "size": "1000"},
            Offer("relay", pipelining=True, smtputf8=True, dsn=True, size_limit=1000),
        ),
        ({"size": ""}, Offer("relay")),
        ({"size": "0"}, Offer("relay")),
        ({"size": "many"}, Offer("relay")),
        ({"limits": "RCPTMAX=10 MAILMAX=20"}, Offer("relay", mail_limit=20)),
        ({"limits": "MAILMAX=0"}, Offer("relay")),
    ],
)
def test_an_offer_is_read_as_it_was_announced(extensions: dict[str, str], offer: Offer) -> None:
    assert Offer.from_extensions(extensions, relay="relay") == offer


@pytest.mark.parametrize(
    "recipient",
    ["a@b.example>\r\nRCPT TO:<c@d.example", "a@b.example> NOTIFY=NEVER", "a\0@b.example", "a b@c"],
)
def test_what_would_change_the_command_around_it_goes_nowhere(recipient: str) -> None:
    refusal = DSN.refusal(message(recipient))
    assert refusal
    assert (refusal.kind, refusal.reason, refusal.blames) == ("rejected", "syntax", "content")


def test_an_address_beyond_ascii_needs_smtputf8_even_if_nobody_said_so() -> None:
    refusal = Offer(relay="north").refusal(message("jürgen@havnebladet.example"))
    assert refusal
    assert (refusal.reason, refusal.relay) == ("no_smtputf8", "north")
