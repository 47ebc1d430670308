"""J1: the release with which it began reaches a Danish desk and others, through the real parts.

A file becomes a release, the linter finds its two dead links, an officer waives them, the scheduler
finds the distribution, a worker hands it to a real SMTP server, and the answer is recorded.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa
from dramatiq import Worker
from dramatiq.brokers.redis import RedisBroker
from sqlmodel import select

from mailer import clock
from mailer.compose.letter import Identity
from mailer.contacts.suppressions import is_suppressed
from mailer.database import reading, writing
from mailer.distribution import lifecycle
from mailer.distribution.telling import overview
from mailer.errors import Refused
from mailer.models import Delivery, DeliveryStatus
from mailer.releases.editions import load
from mailer.releases.editions.drafting import import_release, read_release
from mailer.releases.readiness import open_findings
from mailer.reports.summary import release_report
from mailer.settings import Settings
from mailer.tokens import Keyring
from tests import factories
from tests.smtpd import SMTPServer
from workers.deliver import Sender, declare
from workers.scheduler import Scheduler

DANISH_DESK = "redaktion@havnebladet.example"
GREEK, ARAB, GONE = "eleni@faros.example", "layla@manara.example", "gone@phare.example"
DEADLINE_MILLISECONDS = 60_000


@pytest.fixture
def relay() -> Iterator[SMTPServer]:
    """A real SMTP server that refuses one address."""
    with SMTPServer() as server:
        server.answer(GONE, "rcpt", "550 5.1.1 no such user")
        yield server


@pytest.fixture
def reference(engine: sa.Engine, shared: Path) -> str:
    """The seed in the database, with an office, a desk and three persons."""
    with writing(engine) as session:
        office = factories.office(
            session,
            name="Council of Europe Press Division",
            names={},
            phone="+33 3 88 41 25 60",
            fax="+33 3 88 41 39 11",
            email="pressunit@coe.example",
            website="www.coe.example",
        )
        factories.desk(session, DANISH_DESK)
        factories.journalist(session, GREEK, languages=["el"])
        factories.journalist(session, ARAB, languages=["ar"])
        factories.journalist(session, GONE, languages=["fr"])
        drafts = read_release(shared / "data" / "seed" / "en.md")
        return import_release(session, drafts, office=office).reference


@pytest.fixture
def received(
    settings: Settings,
    engine: sa.Engine,
    keyring: Keyring,
    relay: SMTPServer,
    reference: str,
    redis_client: redis.Redis,
) -> dict[str, bytes]:
    """What arrived, by address, after the distribution was scheduled, found and sent."""
    with writing(engine) as session:
        lifecycle.schedule(
            session,
            load(session, reference),
            criteria="everyone",
            at=clock.now(),
            by="marie",
            waive_because="the treaty office moves its pages tonight",
        )
    to_relay = settings.relay.model_copy(update={"port": relay.port})
    sender = Sender(settings.model_copy(update={"relay": to_relay}), engine, redis_client)
    broker = RedisBroker(client=redis_client, middleware=[])
    declare(broker, sender)
    identity = replace(Identity.from_settings(settings), keyring=keyring)
    Scheduler(settings, engine, identity, broker).tick()
    worker = Worker(broker, worker_threads=1, worker_timeout=50)
    worker.start()
    broker.join("deliver", interval=20, timeout=DEADLINE_MILLISECONDS)
    worker.join()
    worker.stop()
    sender.close()
    Scheduler(settings, engine, identity, broker).tick()
    return {one.recipient: one.data for one in relay.received}


def read(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=policy.default)


def part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    assert body is not None
    content: str = body.get_content()
    return content


def words(text: str) -> set[str]:
    plain = unicodedata.normalize("NFC", re.sub(r"<[^>]+>|&[a-z#0-9]+;", " ", text))
    return set(re.findall(r"\w{3,}", plain))


def test_the_seed_is_held_back_for_exactly_its_two_dead_links(
    engine: sa.Engine, reference: str
) -> None:
    with reading(engine) as session:
        full = load(session, reference)
        findings = open_findings(session, full)
        assert [found.severity for found in findings] == ["block", "block"]
        assert all("“#”" in found.message for found in findings)
    with pytest.raises(Refused, match="2 findings block"), writing(engine) as session:
        lifecycle.schedule(session, full, criteria="everyone", at=clock.now(), by="marie")


def test_the_danish_desk_reads_what_the_seed_says(received: dict[str, bytes]) -> None:
    message = read(received[DANISH_DESK])
    text = part(message, "plain")
    for line in (
        "Council of Europe Press Division",
        "Telefon: +33 3 88 41 25 60, Fax +33 3 88 41 39 11",
        "E-mail: pressunit@coe.example, Internet: www.coe.example",
        "Pressemeddelelse til redaktionen",
        "Dato: 4. juni 2007. Antal sider (inkl. denne): 1",
        "- public-private partnerships;",
        "Pressekontakt: Estelle Steiner, Press officer",
    ):
        assert line in text.splitlines()
    # Nobody has told the desk so far that we have its address: the foot does, below the seed.
    assert text.index("Pressekontakt:") < text.index("Dataansvarlig:")
    assert text.index("Dataansvarlig:") < text.index("Du modtager denne e-mail")
    assert "Afmeld" in text
    html = part(message, "html")
    assert 'lang="da"' in html
    assert 'lang="en"' in html
    assert "<strong>opened on Monday 11 June at 9.30 am</strong>" in re.sub(
        r' style="[^"]*"', "", html
    )


def test_one_address_stands_in_to_and_the_list_headers_are_plain(
    received: dict[str, bytes],
) -> None:
    for address, data in received.items():
        message = read(data)
        assert [one.addr_spec for one in message["To"].addresses] == [address]
        head = data.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("ascii")
        for name in (
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "List-Id",
            "List-Help",
            "Message-ID",
        ):
            found = re.search(rf"^{name}:(.*(?:\n[ \t].*)*)", head, re.MULTILINE)
            assert found, name
            assert "=?" not in found.group(1)
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert read(received[DANISH_DESK])["Content-Language"] == "da, en"


def test_the_text_part_carries_every_fact_of_the_html_part(
    received: dict[str, bytes],
) -> None:
    for message in map(read, received.values()):
        html = re.sub(r"(?s)<(style|title|head).*?</\1>", " ", part(message, "html"))
        in_html, in_text = words(html), words(part(message, "plain"))
        assert len(in_html - in_text) <= 0.05 * len(in_html), in_html - in_text


def test_an_arab_reader_gets_a_cover_that_runs_from_right_to_left(
    received: dict[str, bytes],
) -> None:
    html = part(read(received[ARAB]), "html")
    assert re.search(r'<html[^>]* dir="rtl"', html)
    assert re.search(r'lang="en"[^>]* dir="ltr"|dir="ltr"[^>]* lang="en"', html)


def test_every_answer_is_recorded_and_a_dead_mailbox_is_not_written_to_again(
    engine: sa.Engine,
    keyring: Keyring,
    reference: str,
    received: dict[str, bytes],
) -> None:
    assert set(received) == {DANISH_DESK, GREEK, ARAB}
    with reading(engine) as session:
        statuses = dict(session.exec(select(Delivery.email, Delivery.status)).all())
        assert statuses == dict.fromkeys(received, DeliveryStatus.SENT) | {
            GONE: DeliveryStatus.REJECTED
        }
        assert is_suppressed(session, GONE, keyring=keyring)
        totals = release_report(session, reference).totals
        assert (totals.recipients, totals.sent, totals.rejected) == (4, 3, 1)
        assert [row.status for row in overview.list_distributions(session)] == ["sent"]
