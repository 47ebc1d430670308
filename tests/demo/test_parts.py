import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailer.demo.parts import Parts, answers_http, answers_smtp
from mailer.demo.world.mailroom import Mailroom
from mailer.demo.world.relay import Relay
from mailer.errors import MailerError
from mailer.processes import Family, Part, StopRequest
from tests.demo.conftest import until

SAYS_WHY = "import sys; print('one'); print('the port is taken'); sys.exit(1)"


class NeverStops(StopRequest):
    """Nobody asks to stop, until a test does."""

    def __init__(self) -> None:
        self.has_come = False


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    """No part at all yet."""
    family = Family(environment={}, log_folder=tmp_path)
    yield Parts(family, tmp_path, NeverStops())
    family.stop()


def test_waiting_ends_when_it_has_happened(parts: Parts) -> None:
    moments = iter([False, True])
    parts.wait(lambda: next(moments), doing="waiting", seconds=60, part="web")


def test_waiting_too_long_says_for_what(parts: Parts) -> None:
    with pytest.raises(MailerError, match="the web server was coming up took longer"):
        parts.wait(lambda: False, doing="the web server was coming up", seconds=0, part="web")


def test_a_part_that_ended_is_named_with_the_last_lines_of_its_log(parts: Parts) -> None:
    parts.family.start([Part("web", (sys.executable, "-c", SAYS_WHY))])
    until(parts.family.ended)
    with pytest.raises(MailerError, match="the part web ended while waiting") as failed:
        parts.breathe(doing="waiting")
    assert str(failed.value).endswith("\none\nthe port is taken")


def test_a_wish_to_stop_ends_the_waiting(parts: Parts) -> None:
    parts.stop.has_come = True
    with pytest.raises(MailerError, match="stopped while waiting"):
        parts.wait(lambda: False, doing="waiting", seconds=60, part="web")


def test_a_part_without_a_log_is_named_alone(parts: Parts) -> None:
    assert str(parts.failure("nothing moved", part="nobody")) == "nothing moved"


def test_a_mail_server_answers_and_an_empty_port_does_not(tmp_path: Path) -> None:
    relay = Relay(Mailroom(tmp_path), {}, bounce_port=1)
    relay.start()
    assert answers_smtp(relay.port)
    relay.stop()
    assert not answers_smtp(relay.port)
    assert not answers_http(relay.port)
