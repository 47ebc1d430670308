"""A mailroom with messages in it, as the demo's relay would have put them there."""

import time
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from mailer.demo.world.mailroom import Mailroom, Received

OURS = "http://127.0.0.1:8025"


@pytest.fixture
def mailroom(tmp_path: Path) -> Mailroom:
    """An empty one."""
    return Mailroom(tmp_path / "mail")


@pytest.fixture
def write(mailroom: Mailroom) -> Callable[..., Received]:
    """Puts a message into the mailroom."""

    def put(
        *,
        to: str = "karen@havnebladet.example",
        subject: str = "Twelve harbours agree",
        text: str = "Twelve harbours agreed on Monday.",
        html: str = "",
        sender: str = "b+token@bounce.press.example.org",
        **headers: str,
    ) -> Received:
        message = EmailMessage()
        message["From"] = "Harbour Forum Press <press@harbour.example>"
        message["To"] = to
        message["Subject"] = subject
        message["Message-ID"] = f"<1.{to.partition('@')[0]}@press.example.org>"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        return mailroom.keep(
            envelope_sender=sender, recipient=to, raw=message.as_bytes(policy=SMTP)
        )

    return put


def until(condition: Callable[[], object], *, seconds: float = 20) -> None:
    """Wait until the condition holds; a test that waits for ever tells nobody why."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
