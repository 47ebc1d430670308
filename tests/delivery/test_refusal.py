"""The table of reasons against what large receivers and common servers really answer."""

import re
import tomllib
from pathlib import Path

import pytest

from mailer.delivery.outcome import ENHANCED
from mailer.delivery.refusal import BLOCK_REASONS, BounceClass, Reason, bounce_class, read

REPLIES = tomllib.loads((Path(__file__).parent.parent / "samples" / "replies.toml").read_text())
CASES = [
    pytest.param(reply, reason, id=f"{server}-{reason}-{place}")
    for server, reasons in REPLIES.items()
    for reason, replies in reasons.items()
    for place, reply in enumerate(replies)
]


def reason_of(reply: str) -> Reason:
    code, _, text = reply.partition(" ")
    enhanced = ENHANCED.match(text)
    return read(text, status=enhanced and enhanced.group(1), code=int(code))


@pytest.mark.parametrize(("reply", "reason"), CASES)
def test_a_real_reply_has_the_reason_that_its_server_means(reply: str, reason: str) -> None:
    assert reason_of(reply) == reason


@pytest.mark.parametrize(("reply", "reason"), CASES)
def test_it_reads_the_same_in_mail_that_is_returned(reply: str, reason: str) -> None:
    if not (status := re.match(r"\d{3} ([245]\.\d+\.\d+)", reply)):
        return
    assert read(reply, status=status.group(1)) == reason


@pytest.mark.parametrize(("reply", "reason"), CASES)
def test_a_security_code_without_plain_words_never_says_the_address_is_dead(
    reply: str, reason: str
) -> None:
    if re.match(r"\d{3} [45]\.7\.", reply):
        assert bounce_class(reason_of(reply), is_lasting=True) is not BounceClass.HARD


@pytest.mark.parametrize("detail", [*range(30), 124, 133, 509, 511, 515, 606, 650, 708, 750])
@pytest.mark.parametrize("words", ["", "Requested action not taken: mailbox unavailable", "no"])
def test_a_security_code_is_a_block(detail: int, words: str) -> None:
    assert read(f"5.7.{detail} {words}", status=f"5.7.{detail}", code=550) in BLOCK_REASONS


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.1.1 <virus-desk@example.org>: User unknown",
        "550 5.1.1 (spam@policy.example): User unknown",
        "550 5.1.1 rate-limit@example.org does not exist",
    ],
)
def test_the_address_itself_says_nothing(reply: str) -> None:
    assert reason_of(reply) is Reason.UNKNOWN_USER
