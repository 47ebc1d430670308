"""A real relay: a Postfix with a queue of its own, that hands on to our recording server."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from mailer.delivery.outcome import Blame, OutcomeKind
from tests.conftest import missing
from tests.delivery.conftest import KAREN, LARS, Sender, kinds, message
from tests.smtpd import SMTPServer

NOBODY = "nobody@havnebladet.example"
QUEUED = re.compile(r"2\.0\.0 Ok: queued as ([0-9A-Za-z]+)")
Wire = Callable[..., Sender]

#: It is as strict as Postfix can be about line ends and about who sends ahead of the answers.
MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log/mail.log
maillog_file_prefixes = {home}
myhostname = relay.press.example.org
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{sink}
smtp_dns_support_level = disabled
smtp_tls_security_level = none
smtpd_tls_security_level = may
smtpd_tls_chain_files = {home}/config/relay.pem
smtpd_forbid_unauth_pipelining = yes
smtpd_forbid_bare_newline = yes
smtpd_forbid_bare_newline_exclusions =
smtpd_data_restrictions = reject_unauth_pipelining
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{ {nobody} = 550 5.1.1 no such user }} }},
    permit_mynetworks, reject
message_size_limit = 1000000
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
anvil unix - - n - 1 anvil
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running Postfix, and the server that it hands everything on to."""

    port: int
    sink: SMTPServer


@pytest.fixture(scope="module")
def postfix(authority: trustme.CA) -> Iterator[Postfix]:
    """One for all tests here; it is gone afterwards, queue and all."""
    program = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        missing("Postfix (Debian: apt-get install postfix)")
    if os.geteuid() != 0:
        missing("root, without whom Postfix does not start")
    # Not in pytest's own folder: Postfix works as a user who may not enter there.
    home = Path(tempfile.mkdtemp(prefix="press-mailer-postfix-"))
    home.chmod(0o755)
    try:
        with SMTPServer() as sink:
            port = _configure(home, sink=sink, authority=authority)
            command = [program, "-c", str(home / "config")]
            subprocess.run([*command, "start"], check=True, capture_output=True, timeout=60)
            try:
                yield Postfix(port, sink)
            finally:
                subprocess.run([*command, "abort"], check=True, capture_output=True, timeout=60)
    finally:
        shutil.rmtree(home)


def _configure(home: Path, *, sink: SMTPServer, authority: trustme.CA) -> int:
    """Write its configuration; the port on which it will listen."""
    for name in ("config", "queue", "data", "log"):
        (home / name).mkdir()
    shutil.chown(home / "data", "postfix")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    certificate = authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem
    certificate.write_to_path(home / "config" / "relay.pem")
    main = MAIN.format(home=home, sink=sink.port, nobody=NOBODY)
    (home / "config" / "main.cf").write_text(main, encoding="ascii")
    (home / "config" / "master.cf").write_text(MASTER.format(port=port), encoding="ascii")
    return port


def test_a_wave_goes_through_and_every_reply_names_its_place_in_the_queue(
    wire: Wire, postfix: Postfix
) -> None:
    before = len(postfix.sink.received)
    recipients = [f"desk{number}@havnebladet.example" for number in range(40)]
    recipients[7] = recipients[23] = NOBODY
    body = "Havnen åbner\r\n.\r\n..to\r\nRCPT TO:<x@y.example>"
    messages = [message(one, body=body) for one in recipients]
    sender = wire(postfix.port, connections=3, messages_per_connection=10)
    outcomes = sender.send(messages)
    sender.close()
    for recipient, outcome in zip(recipients, outcomes, strict=True):
        assert outcome
        assert (outcome.kind is OutcomeKind.ACCEPTED) == (recipient != NOBODY)
        if recipient == NOBODY:
            assert (outcome.reason, outcome.blames) == ("unknown_user", Blame.RECIPIENT)
    queued = {QUEUED.fullmatch(one.text) for one in outcomes if one and one.code == 250}
    assert None not in queued
    assert len({one.group(1) for one in queued if one}) == 38
    postfix.sink.wait_for(before + 38)
    arrived = postfix.sink.received[before:]
    assert sorted(one.recipient for one in arrived) == sorted(set(recipients) - {NOBODY})
    for one in arrived:
        assert one.sender == f"b+{one.recipient.partition('@')[0]}@bounce.press.example.org"
        # It writes its own lines above ours and leaves the rest alone.
        assert one.data.endswith(messages[0].data.partition(b"\r\n\r\n")[2])


def test_an_address_beyond_ascii_goes_through(wire: Wire, postfix: Postfix) -> None:
    before = len(postfix.sink.received)
    sender = wire(postfix.port)
    assert kinds(sender.send([message("jürgen+x=y@havnebladet.example", utf8=True)])) == [
        "accepted"
    ]
    postfix.sink.wait_for(before + 1)
    assert postfix.sink.received[-1].recipient == "jürgen+x=y@havnebladet.example"


def test_it_goes_through_after_starttls(
    wire: Wire, postfix: Postfix, trusting: ssl.SSLContext
) -> None:
    before = len(postfix.sink.received)
    sender = wire(postfix.port, tls="starttls", trusting=trusting)
    assert kinds(sender.send([message(KAREN), message(LARS)])) == ["accepted"] * 2
    postfix.sink.wait_for(before + 2)
    sender.close()


def test_a_message_that_is_too_large_for_it_is_not_begun(wire: Wire, postfix: Postfix) -> None:
    (outcome,) = wire(postfix.port).send([message(KAREN, body="line\r\n" * 200_000)])
    assert outcome
    assert (outcome.kind, outcome.reason) == (OutcomeKind.REJECTED, "too_large")
