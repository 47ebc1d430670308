"""A relay with which no conversation can be opened: the office reads what to mend, and where."""

import ssl
from collections.abc import Callable
from datetime import timedelta

import pytest
import trustme

from mailer import clock
from mailer.delivery.outcome import Phase
from mailer.delivery.smtp.opening import in_words
from tests.delivery.conftest import KAREN, Sender, message
from tests.smtpd import ANYONE, CUT, SMTPServer

Wire = Callable[..., Sender]
YEAR = timedelta(days=365)


def proving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


def told(sender: Sender) -> str:
    (outcome,) = sender.send([message(KAREN)])
    assert outcome is not None
    assert outcome.phase is Phase.CONNECT
    return outcome.text


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize(
    ("name", "ended", "words"),
    [
        ("127.0.0.1", True, "has expired: have it renewed"),
        ("mail.example", False, "is for another name: put the name that it is for into host"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told(
    wire: Wire,
    authority: trustme.CA,
    trusting: ssl.SSLContext,
    tls: str,
    name: str,
    ended: bool,
    words: str,
) -> None:
    now = clock.now()
    end = now - timedelta(days=1) if ended else now + YEAR
    context = proving(authority.issue_cert(name, not_before=now - 2 * YEAR, not_after=end))
    with SMTPServer(tls=context, implicit_tls=tls == "implicit") as server:
        sender = wire(server.port, tls=tls, trusting=trusting)
        assert told(sender) == f"the certificate of 127.0.0.1:{server.port} {words}"


def test_a_certificate_of_an_authority_that_nobody_knows_is_told(
    wire: Wire, server_tls: ssl.SSLContext
) -> None:
    with SMTPServer(tls=server_tls) as server:
        assert told(wire(server.port, tls="starttls")) == (
            f"the certificate of 127.0.0.1:{server.port} is not trusted: no authority that this"
            " machine knows has signed it"
        )


def test_a_server_that_does_not_begin_with_tls_is_told(wire: Wire) -> None:
    with SMTPServer() as server:
        assert "does not begin with TLS" in told(wire(server.port, tls="implicit"))


def test_a_server_that_hangs_up_at_once_is_told(wire: Wire) -> None:
    with SMTPServer() as server:
        server.answer(ANYONE, "connect", CUT)
        assert told(wire(server.port)) == (
            f"127.0.0.1:{server.port} hung up before it was ready for mail"
        )


def test_a_name_that_is_nowhere_is_told(wire: Wire) -> None:
    assert told(wire(25, host="mail.office.invalid")) == (
        "no address is known for mail.office.invalid:25: see that host is right, and that the DNS"
        " answers"
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            # What asyncio says of a name with two addresses.
            OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1', 25, 0, 0), …"),
            "mail.example:25 refuses the connection",
        ),
        (OSError(113, "No route to host"), "there is no way to mail.example:25"),
        (TimeoutError(), "mail.example:25 was not ready for mail within 7 seconds"),
        (OSError("something {new}"), "mail.example:25: something {new}"),
        (OSError(), "mail.example:25: OSError"),
    ],
)
def test_what_the_system_says_is_put_into_words(error: Exception, words: str) -> None:
    assert in_words(error, place="mail.example:25", seconds=7).startswith(words)
