import asyncio
import smtplib
import socket
import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import select

from mailer import database
from mailer.errors import Unreachable
from mailer.feedback.returned import processing
from mailer.feedback.returned.listener import BounceListener, serve
from mailer.models import Delivery, DeliveryStatus, InboundKind, InboundMessage
from mailer.settings import Settings
from mailer.settings.sections import BounceSettings
from mailer.tokens import Keyring, Purpose
from tests import factories, returned_mail

KAREN = "karen@havnebladet.example"
DOMAIN = "bounce.press.example.org"
OURS, FORGED = Keyring({2: b"\x02" * 32}), Keyring({2: b"\x09" * 32})


@pytest.fixture
def bounces(settings: Settings) -> BounceSettings:
    """Any free port."""
    return settings.bounces.model_copy(update={"listen_port": 0, "max_bytes": 100_000})


def sent_delivery(engine: sa.Engine) -> int:
    with database.writing(engine) as session:
        release = factories.release(session, factories.office(session))
        distribution = factories.distribution(session, release)
        return factories.delivery(session, distribution, KAREN, status=DeliveryStatus.SENT).id or 0


def talk(
    engine: sa.Engine,
    bounces: BounceSettings,
    keyring: Keyring,
    say: Callable[[smtplib.SMTP], object],
) -> object:
    """Listen, let `say` speak to the listener, stop, and give back what was said."""

    def converse(port: int) -> object:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="mx.example") as client:
            return say(client)

    async def story() -> object:
        listener = BounceListener(engine, settings=bounces, keyring=keyring)
        await listener.start()
        try:
            said = await asyncio.to_thread(converse, listener.port)
            await listener.drained()
            return said
        finally:
            await listener.stop()

    return asyncio.run(story())


def kept(engine: sa.Engine) -> list[InboundMessage]:
    with database.reading(engine) as session:
        return list(session.exec(select(InboundMessage)))


def test_a_report_is_kept_acknowledged_and_acted_upon(
    engine: sa.Engine, bounces: BounceSettings, keyring: Keyring
) -> None:
    number = sent_delivery(engine)
    to = f"b+{keyring.sign(Purpose.BOUNCE, number)}@{DOMAIN}"
    raw = returned_mail.notice(KAREN)

    assert talk(engine, bounces, keyring, lambda client: client.sendmail("", to, raw)) == {}

    [message] = kept(engine)
    assert (message.envelope_recipient, message.raw) == (to, raw)
    assert (message.kind, message.delivery_id) == (InboundKind.BOUNCE, number)
    with database.reading(engine) as session:
        assert session.get_one(Delivery, number).status is DeliveryStatus.BOUNCED


def test_a_second_copy_is_acknowledged_and_changes_nothing(
    engine: sa.Engine, bounces: BounceSettings, keyring: Keyring
) -> None:
    to = f"b+{keyring.sign(Purpose.BOUNCE, sent_delivery(engine))}@{DOMAIN}"
    raw = returned_mail.notice(KAREN)

    for _ in range(2):
        assert talk(engine, bounces, keyring, lambda client: client.sendmail("", to, raw)) == {}

    assert len(kept(engine)) == 1


def test_a_message_for_two_deliveries_is_kept_for_each(
    engine: sa.Engine, bounces: BounceSettings, keyring: Keyring
) -> None:
    both = [f"b+{keyring.sign(Purpose.BOUNCE, number)}@{DOMAIN}" for number in (1, 2)]
    raw = returned_mail.letter("Hello")

    talk(engine, bounces, keyring, lambda client: client.sendmail("a@b.example", both, raw))

    assert [message.envelope_recipient for message in kept(engine)] == both


def test_the_leaving_address_and_the_postmaster_are_at_home(
    sqlite_engine: sa.Engine, bounces: BounceSettings, keyring: Keyring
) -> None:
    leaving = f"u+{keyring.sign(Purpose.UNSUBSCRIBE, 1)}@{DOMAIN}"
    raw = returned_mail.letter("Hello")

    def send(client: smtplib.SMTP) -> list[dict[str, object]]:
        return [
            client.sendmail("", to, raw)
            for to in (leaving, leaving.upper(), f"Postmaster@{DOMAIN}")
        ]

    assert talk(sqlite_engine, bounces, keyring, send) == [{}, {}, {}]


@pytest.mark.parametrize(
    "to",
    [
        f"b+{FORGED.sign(Purpose.BOUNCE, 1)}@{DOMAIN}",
        f"b+nonsense@{DOMAIN}",
        f"anna.keller@{DOMAIN}",
        f"b+{OURS.sign(Purpose.BOUNCE, 1)}@elsewhere.example",
        "postmaster@elsewhere.example",
    ],
)
def test_nobody_else_is_at_home(
    sqlite_engine: sa.Engine, bounces: BounceSettings, keyring: Keyring, to: str
) -> None:
    def ask(client: smtplib.SMTP) -> tuple[int, bytes]:
        client.ehlo()
        client.mail("")
        return client.rcpt(to)

    code, text = talk(sqlite_engine, bounces, keyring, ask)

    assert (code, text) == (550, b"5.1.1 there is no such address here")
    assert kept(sqlite_engine) == []


def test_a_message_over_the_limit_is_refused(
    sqlite_engine: sa.Engine, bounces: BounceSettings, keyring: Keyring
) -> None:
    to = f"b+{keyring.sign(Purpose.BOUNCE, 1)}@{DOMAIN}"
    raw = b"Subject: long\r\n\r\n" + b"line\r\n" * 20_000

    with pytest.raises(smtplib.SMTPResponseException) as refused:
        talk(sqlite_engine, bounces, keyring, lambda client: client.sendmail("", to, raw))

    assert refused.value.smtp_code == 552


def test_a_very_long_line_is_kept(
    sqlite_engine: sa.Engine, bounces: BounceSettings, keyring: Keyring
) -> None:
    to = f"b+{keyring.sign(Purpose.BOUNCE, 1)}@{DOMAIN}"
    raw = b"Subject: long\r\n\r\n" + b"x" * 20_000 + b"\r\n"

    talk(sqlite_engine, bounces, keyring, lambda client: client.sendmail("", to, raw))

    assert kept(sqlite_engine)[0].raw == raw


def test_while_the_database_is_away_the_other_server_keeps_it(
    bounces: BounceSettings, keyring: Keyring, tmp_path: object
) -> None:
    away = database.connect(f"sqlite:///{tmp_path}/gone/mailer.db")
    to = f"b+{keyring.sign(Purpose.BOUNCE, 1)}@{DOMAIN}"

    with pytest.raises(smtplib.SMTPDataError) as put_off:
        talk(away, bounces, keyring, lambda client: client.sendmail("", to, b"x"))

    assert put_off.value.smtp_code == 451
    away.dispose()


def test_what_was_kept_by_a_listener_that_died_is_found_again(
    engine: sa.Engine, keyring: Keyring
) -> None:
    number = sent_delivery(engine)
    to = f"b+{keyring.sign(Purpose.BOUNCE, number)}@{DOMAIN}"
    with database.writing(engine) as session:
        processing.store(
            session,
            envelope_recipient=to,
            raw=returned_mail.notice(KAREN),
            now=factories.NOW,
        )

    assert processing.work_off(engine, keyring=keyring) == 1


def test_stopping_ends_open_conversations(
    sqlite_engine: sa.Engine, bounces: BounceSettings, keyring: Keyring
) -> None:
    async def story() -> bytes:
        listener = BounceListener(sqlite_engine, settings=bounces, keyring=keyring)
        await listener.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        assert (await reader.readline()).startswith(b"220 bounce.press.example.org")
        await listener.stop()
        rest = await reader.read()
        writer.close()
        await writer.wait_closed()
        return rest

    assert asyncio.run(story()) == b""


def test_a_taken_port_says_so(
    sqlite_engine: sa.Engine, bounces: BounceSettings, keyring: Keyring
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = bounces.model_copy(update={"listen_port": other.getsockname()[1]})
        listener = BounceListener(sqlite_engine, settings=taken, keyring=keyring)

        with pytest.raises(Unreachable, match=r"bounces\.listen_port"):
            asyncio.run(listener.start())


def test_a_door_serves_it_from_a_thread_of_its_own(
    sqlite_engine: sa.Engine, bounces: BounceSettings, keyring: Keyring
) -> None:
    stopping, ready = threading.Event(), threading.Event()
    ports: list[int] = []

    def on_ready(port: int) -> None:
        ports.append(port)
        ready.set()

    thread = threading.Thread(
        target=serve,
        args=(sqlite_engine,),
        kwargs={
            "settings": bounces,
            "keyring": keyring,
            "stopping": stopping,
            "on_ready": on_ready,
        },
    )
    thread.start()
    try:
        assert ready.wait(10)
        with smtplib.SMTP("127.0.0.1", ports[0], local_hostname="mx.example") as client:
            assert client.noop()[0] == 250
    finally:
        stopping.set()
        thread.join(10)
    assert not thread.is_alive()
