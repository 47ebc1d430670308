import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.contacts import mail_servers
from mailer.contacts.mail_servers import KEPT_FOR, SOON, ask, due_domains, keep, look_up
from mailer.contacts.providers import provider_of, registrable
from mailer.models import ReceivingDomain
from mailer.settings import load
from mailer.settings.sections import ThrottleSettings
from tests import factories

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
#: What our little DNS server knows: MX records, or what goes wrong.
ZONE: dict[str, list[str] | dns.rcode.Rcode | None] = {
    "havnebladet.example": ["10 mail.havnebladet.example.", "5 mx1.hoster-mail.example."],
    "equal.example": ["10 b.mx.other.example.", "10 a.mx.hoster.example."],
    "paper.example": ["1 ASPMX.L.Google.com.", "5 alt1.aspmx.l.google.com."],
    "ministry.example": ["0 ministry-example.mail.protection.outlook.com."],
    "daily.example": ["20 mx.daily-mail.co.uk."],
    "no-mail.example": ["0 ."],
    "no-mx.example": [],
    "broken.example": dns.rcode.SERVFAIL,
    "refused.example": dns.rcode.REFUSED,
    "silent.example": None,
}


class LittleDns:
    """A DNS server on a port of this machine, which knows what stands in ZONE."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.asked: list[str] = []
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self.socket.getsockname()[1]
        resolver.lifetime = resolver.timeout = 0.3
        return resolver

    def serve(self) -> None:
        while True:
            wire, client = self.socket.recvfrom(4096)
            if not wire:
                return
            answer = self.answer(dns.message.from_wire(wire))
            if answer:
                self.socket.sendto(answer.to_wire(), client)

    def answer(self, question: dns.message.Message) -> dns.message.Message | None:
        name = question.question[0].name
        domain = name.to_text(omit_final_dot=True)
        self.asked.append(domain)
        known = ZONE.get(domain, dns.rcode.NXDOMAIN)
        if known is None:
            return None
        response = dns.message.make_response(question)
        response.flags |= dns.flags.RA
        if isinstance(known, dns.rcode.Rcode):
            response.set_rcode(known)
        elif known:
            response.answer.append(dns.rrset.from_text(name, 300, "IN", "MX", *known))
        return response

    def stop(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()


@pytest.fixture
def little_dns() -> Iterator[LittleDns]:
    server = LittleDns()
    yield server
    server.stop()


@pytest.fixture
def throttle() -> ThrottleSettings:
    return load().throttle


def known(session: Session) -> dict[str, str]:
    return {row.domain: row.provider for row in session.exec(select(ReceivingDomain))}


@pytest.mark.parametrize(
    ("domain", "provider"),
    [
        ("gmail.com", "google"),
        ("googlemail.com", "google"),
        ("hotmail.com", "microsoft"),
        ("x.mail.protection.outlook.com", "microsoft"),
        ("aol.com", "yahoo"),
        ("me.com", "apple"),
        ("notgmail.com", None),
        ("gmail.com.example", None),
        ("havnebladet.example", None),
    ],
)
def test_the_settings_name_the_provider_of_a_domain_and_of_those_below_it(
    throttle: ThrottleSettings, domain: str, provider: str | None
) -> None:
    assert provider_of(domain, throttle) == provider


@pytest.mark.parametrize(
    ("host", "part"),
    [
        ("mx1.hoster.example", "hoster.example"),
        ("a.b.c.hoster.com", "hoster.com"),
        ("mx.daily-mail.co.uk", "daily-mail.co.uk"),
        ("mail.paper.com.au", "paper.com.au"),
        ("mx.paper.de", "paper.de"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_servers_belong_together_by_the_registrable_part_of_their_names(
    host: str, part: str
) -> None:
    assert registrable(host) == part


@pytest.mark.parametrize(
    ("domain", "provider"),
    [
        ("havnebladet.example", "hoster-mail.example"),
        ("equal.example", "hoster.example"),
        ("paper.example", "google"),
        ("ministry.example", "microsoft"),
        ("daily.example", "daily-mail.co.uk"),
        ("no-mail.example", "no-mail.example"),
        ("no-mx.example", "no-mx.example"),
        ("nowhere.example", "nowhere.example"),
        ("broken.example", None),
        ("refused.example", None),
        ("silent.example", None),
        (f"{'a' * 70}.example", None),
    ],
)
def test_the_most_preferred_mail_server_names_the_provider(
    little_dns: LittleDns, throttle: ThrottleSettings, domain: str, provider: str | None
) -> None:
    found = ask(little_dns.resolver(), [domain], settings=throttle, within_seconds=20)
    assert found == {domain: provider}


def test_nobody_is_asked_about_a_domain_that_the_settings_name(
    little_dns: LittleDns, throttle: ThrottleSettings
) -> None:
    found = ask(little_dns.resolver(), ["gmail.com"], settings=throttle, within_seconds=20)
    assert found == {"gmail.com": "google"}
    assert little_dns.asked == []


def test_whose_turn_does_not_come_in_time_is_missing(
    little_dns: LittleDns, throttle: ThrottleSettings
) -> None:
    resolver = little_dns.resolver()
    assert ask(resolver, ["silent.example"], settings=throttle, within_seconds=0) == {}


def test_the_machines_own_resolver_does_not_wait_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", lambda self, path: None)
    assert mail_servers.make_resolver().lifetime == mail_servers.ANSWER_SECONDS


def test_it_looks_up_every_domain_of_our_addresses_once(
    engine: sa.Engine, little_dns: LittleDns, throttle: ThrottleSettings
) -> None:
    with Session(engine) as session:
        for email in (
            "ann@paper.example",
            "bob@paper.example",
            "eve@gmail.com",
            "x@nowhere.example",
        ):
            factories.address(session, email)
        session.commit()
    resolver = little_dns.resolver()
    assert look_up(engine, resolver, throttle, now=NOW) == 3
    with Session(engine) as session:
        assert known(session) == {
            "gmail.com": "google",
            "nowhere.example": "nowhere.example",
            "paper.example": "google",
        }
    assert look_up(engine, resolver, throttle, now=NOW + timedelta(days=6)) == 0
    assert sorted(little_dns.asked) == ["nowhere.example", "paper.example"]


def test_what_is_older_than_a_week_is_looked_up_again(
    engine: sa.Engine, little_dns: LittleDns, throttle: ThrottleSettings
) -> None:
    with Session(engine) as session:
        factories.address(session, "ann@paper.example")
        keep(session, {"paper.example": "old-hoster.example"}, now=NOW)
        session.commit()
    assert look_up(engine, little_dns.resolver(), throttle, now=NOW + KEPT_FOR) == 1
    with Session(engine) as session:
        assert known(session) == {"paper.example": "google"}


def test_it_takes_a_lot_at_a_time(session: Session) -> None:
    for number in range(5):
        factories.address(session, f"ann@outlet-{number}.example")
    first = due_domains(session, now=NOW, limit=3)
    assert first == ["outlet-0.example", "outlet-1.example", "outlet-2.example"]
    keep(session, dict.fromkeys(first, "hoster.example"), now=NOW)
    assert due_domains(session, now=NOW, limit=3) == ["outlet-3.example", "outlet-4.example"]


def test_where_the_dns_was_silent_what_was_known_stays_and_it_is_asked_again_soon(
    session: Session,
) -> None:
    for domain in ("new.example", "old.example"):
        factories.address(session, f"ann@{domain}")
    keep(session, {"old.example": "hoster.example"}, now=NOW - KEPT_FOR)
    keep(session, {"new.example": None, "old.example": None}, now=NOW)
    assert known(session) == {"new.example": "new.example", "old.example": "hoster.example"}
    assert due_domains(session, now=NOW + SOON / 2) == []
    assert due_domains(session, now=NOW + SOON) == ["new.example", "old.example"]
