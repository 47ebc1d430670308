import pytest

from mailer.delivery.refusal import BounceClass, Reason
from mailer.feedback.classification import judge, status_in

HARD, SOFT, BLOCK = BounceClass


@pytest.mark.parametrize(
    ("text", "status", "reason", "bounce_class"),
    [
        ("550 5.1.1 User unknown", "5.1.1", Reason.UNKNOWN_USER, HARD),
        ("550 5.0.0 no such user here", "5.0.0", Reason.UNKNOWN_USER, HARD),
        ("550 5.7.1 user unknown", "5.7.1", Reason.UNKNOWN_USER, HARD),
        (
            "550 5.4.1 Recipient address rejected: Access denied",
            "5.4.1",
            Reason.UNKNOWN_USER,
            HARD,
        ),
        ("550 5.5.0 action not taken: mailbox unavailable", "5.5.0", Reason.UNKNOWN_USER, HARD),
        ("550 5.2.1 this account is disabled", "5.2.1", Reason.DISABLED, HARD),
        ("Host or domain name not found", "5.4.4", Reason.BAD_DOMAIN, HARD),
        ("", "5.1.6", Reason.MOVED, HARD),
        ("552 5.2.2 Mailbox full", "5.2.2", Reason.MAILBOX_FULL, SOFT),
        ("550 5.1.1 the mailbox is over quota", "5.1.1", Reason.MAILBOX_FULL, SOFT),
        ("450 4.1.1 user unknown", "4.1.1", Reason.UNKNOWN_USER, SOFT),
        ("", "4.4.7", Reason.EXPIRED, SOFT),
        ("connection refused", None, Reason.NETWORK, SOFT),
        ("552 5.3.4 message too large", "5.3.4", Reason.TOO_LARGE, SOFT),
        ("451 4.7.1 Greylisted", "4.7.1", Reason.GREYLISTED, SOFT),
        ("550 5.1.1 rejected as spam", "5.1.1", Reason.CONTENT, BLOCK),
        ("554 5.7.1 blocked using zen.spamhaus.org", "5.7.1", Reason.REPUTATION, BLOCK),
        ("550 5.7.26 SPF check failed", "5.7.26", Reason.AUTHENTICATION, BLOCK),
        ("554 5.7.1 refused", "5.7.1", Reason.POLICY, BLOCK),
        ("450 4.1.8 Sender address rejected: Domain not found", "4.1.8", Reason.POLICY, BLOCK),
        ("computer says no", None, Reason.UNDEFINED, SOFT),
        ("550 5.1.1 <spam-desk@virus.example>: user unknown", "5.1.1", Reason.UNKNOWN_USER, HARD),
    ],
)
def test_it_takes_the_reason_over_the_code(
    text: str, status: str | None, reason: Reason, bounce_class: BounceClass
) -> None:
    finding = judge(text, status=status)

    assert (finding.reason, finding.bounce_class) == (reason, bounce_class)


@pytest.mark.parametrize("status", ["5.1.1", "5.1.6", "5.2.1"])
def test_it_is_clear_that_an_address_is_dead_when_code_and_reason_agree(status: str) -> None:
    assert judge("", status=status).is_clear


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 5.1.1 mailbox is full", "5.1.1"),
        ("550 user unknown", "5.0.0"),
        ("550 5.1.1 rejected as spam", "5.1.1"),
        ("", "5.1.2"),
    ],
)
def test_it_is_not_clear_when_they_disagree_or_say_little(text: str, status: str) -> None:
    assert not judge(text, status=status).is_clear


@pytest.mark.parametrize(
    ("candidates", "status"),
    [
        (("5.1.1 (bad mailbox)", "550 5.2.2 full"), "5.1.1"),
        (("5.0.0", "550 5.1.1 unknown"), "5.1.1"),
        (("", "550-5.1.1 unknown.", ""), "5.1.1"),
        (("5.0.0", "550 unknown"), "5.0.0"),
        (("", "452 try later"), "4.0.0"),
        (("", "Exim 4.94.2 on 10.5.1.1"), None),
        (("",), None),
    ],
)
def test_a_specific_status_beats_a_general_one(
    candidates: tuple[str, ...], status: str | None
) -> None:
    assert status_in(*candidates) == status
