"""The cells of the table: what each reply in each phase means for the message."""

import pytest

from mailer.delivery.outcome import Blame, OutcomeKind, Phase, from_reply, lost
from mailer.delivery.refusal import Reason

ACCEPTED, DEFERRED, REJECTED, UNKNOWN = OutcomeKind
RECIPIENT, RELAY, CONTENT = Blame


@pytest.mark.parametrize(
    ("phase", "code", "text", "kind", "blames", "reason", "bounce_class"),
    [
        # The recipient's side answers: the first digit decides.
        ("rcpt", 550, "5.1.1 No such user here", REJECTED, RECIPIENT, "unknown_user", "hard"),
        ("rcpt", 550, "<x>: User unknown in table", REJECTED, RECIPIENT, "unknown_user", "hard"),
        ("rcpt", 550, "5.1.2 Bad destination system", REJECTED, RECIPIENT, "bad_domain", "hard"),
        ("rcpt", 550, "5.2.1 Mailbox off", REJECTED, RECIPIENT, "disabled", "hard"),
        ("rcpt", 551, "5.1.6 gone elsewhere", REJECTED, RECIPIENT, "moved", "hard"),
        ("rcpt", 552, "5.2.2 Over quota", REJECTED, RECIPIENT, "mailbox_full", "soft"),
        ("rcpt", 550, "5.1.1 The mailbox is full", REJECTED, RECIPIENT, "mailbox_full", "soft"),
        ("rcpt", 450, "4.7.1 Greylisted, wait", DEFERRED, RECIPIENT, "greylisted", "soft"),
        ("rcpt", 451, "4.3.0 Local trouble", DEFERRED, RECIPIENT, "system", "soft"),
        ("rcpt", 452, "4.2.2 Mailbox full", DEFERRED, RECIPIENT, "mailbox_full", "soft"),
        ("rcpt", 450, "4.1.1 unknown user for now", DEFERRED, RECIPIENT, "unknown_user", "soft"),
        ("rcpt", 550, "whatever", REJECTED, RECIPIENT, "undefined", "soft"),
        # They refuse us, which is no fault of the mailbox.
        ("rcpt", 550, "5.7.1 Not today", REJECTED, RECIPIENT, "policy", "block"),
        ("rcpt", 554, "5.7.1 Blocked, see Spamhaus", REJECTED, RECIPIENT, "reputation", "block"),
        ("rcpt", 550, "5.7.23 SPF failed", REJECTED, RECIPIENT, "authentication", "block"),
        ("rcpt", 450, "4.7.0 Rate limit exceeded", DEFERRED, RECIPIENT, "rate_limited", "block"),
        # It is the message, or what we know of the address.
        ("rcpt", 501, "5.1.3 Bad address syntax", REJECTED, CONTENT, "syntax", "soft"),
        ("after_dot", 552, "5.3.4 Message too big", REJECTED, CONTENT, "too_large", "soft"),
        ("after_dot", 554, "5.7.1 Looks like spam", REJECTED, CONTENT, "content", "block"),
        ("after_dot", 554, "no", REJECTED, CONTENT, "undefined", "soft"),
        ("after_dot", 550, "5.1.1 User unknown", REJECTED, RECIPIENT, "unknown_user", "hard"),
        ("after_dot", 451, "4.3.0 Later", DEFERRED, RECIPIENT, "system", "soft"),
        ("data", 554, "5.5.1 No valid recipients", REJECTED, CONTENT, "syntax", "soft"),
        # Trouble with our own relay touches no recipient, however final it sounds.
        ("connect", 554, "5.3.2 Not accepting mail", DEFERRED, RELAY, "system", "soft"),
        ("connect", 421, "4.3.2 Shutting down", DEFERRED, RELAY, "system", "soft"),
        ("ehlo", 550, "I do not like your name", DEFERRED, RELAY, "undefined", "soft"),
        ("auth", 535, "5.7.8 Wrong password", DEFERRED, RELAY, "authentication", "block"),
        ("mail", 550, "5.7.1 Sender not allowed", DEFERRED, RELAY, "policy", "block"),
        ("mail", 553, "5.1.8 Sender domain unknown", DEFERRED, RELAY, "policy", "block"),
        ("mail", 452, "4.3.1 Disk full", DEFERRED, RELAY, "system", "soft"),
        ("rcpt", 421, "4.7.0 Too many errors", DEFERRED, RELAY, "rate_limited", "block"),
        ("after_dot", 421, "4.4.2 Timeout", DEFERRED, RELAY, "network", "soft"),
        ("rcpt", 503, "5.5.1 MAIL first", DEFERRED, RELAY, "syntax", "soft"),
        ("rcpt", 530, "5.7.0 Authentication required", DEFERRED, RELAY, "authentication", "block"),
        ("rcpt", 554, "5.7.1 Relay access denied", DEFERRED, RELAY, "relaying", "block"),
    ],
)  # fmt: skip
def test_a_reply_in_its_phase_has_one_meaning(
    phase: str,
    code: int,
    text: str,
    kind: OutcomeKind,
    blames: Blame,
    reason: str,
    bounce_class: str,
) -> None:
    outcome = from_reply(Phase(phase), code, text)
    found = (outcome.kind, outcome.blames, str(outcome.reason), outcome.bounce_class)
    assert found == (kind, blames, reason, bounce_class)
    assert (outcome.code, outcome.text) == (code, text)


def test_a_2yz_after_the_dot_is_accepted_with_the_whole_reply_kept() -> None:
    outcome = from_reply(Phase.AFTER_DOT, 250, "2.0.0 Ok: queued as 4F1A\nand thank you")
    assert outcome.kind is ACCEPTED
    assert outcome.text == "2.0.0 Ok: queued as 4F1A\nand thank you"
    assert outcome.enhanced == "2.0.0"
    assert (outcome.reason, outcome.bounce_class, outcome.blames) == (None, None, None)


def test_the_basic_code_decides_when_the_enhanced_one_disagrees() -> None:
    assert from_reply(Phase.RCPT, 550, "4.2.2 Mailbox full").kind is REJECTED
    assert from_reply(Phase.RCPT, 450, "5.2.2 Mailbox full").kind is DEFERRED


@pytest.mark.parametrize("phase", [p for p in Phase if p is not Phase.AFTER_DOT])
def test_a_loss_before_the_dot_is_safe_to_repeat(phase: Phase) -> None:
    outcome = lost(phase, "Connection lost")
    assert (outcome.kind, outcome.blames) == (DEFERRED, RELAY)


def test_a_loss_after_the_dot_is_unknown_and_nobody_is_to_blame() -> None:
    outcome = lost(Phase.AFTER_DOT, "Connection lost")
    assert (outcome.kind, outcome.blames) == (UNKNOWN, None)


@pytest.mark.parametrize(("phase", "kind"), [(Phase.RCPT, DEFERRED), (Phase.AFTER_DOT, UNKNOWN)])
def test_a_reply_that_no_server_may_give_counts_as_a_lost_connection(
    phase: Phase, kind: OutcomeKind
) -> None:
    assert from_reply(phase, 354, "go on, go on").kind is kind
    assert from_reply(phase, -1, "Malformed SMTP response line: hello").kind is kind


def test_an_enhanced_code_is_read_at_the_beginning_only() -> None:
    assert from_reply(Phase.RCPT, 550, "5.1.1 gone").enhanced == "5.1.1"
    assert from_reply(Phase.RCPT, 550, "see 5.1.1 for more").enhanced is None


def test_the_reasons_are_words_of_the_command_line() -> None:
    vocabulary = (
        "unknown_user, moved, disabled, bad_domain, mailbox_full, too_large, content, policy, "
        "authentication, reputation, rate_limited, greylisted, relaying, loop, expired, network, "
        "syntax, no_smtputf8, system, suspended, undefined"
    )
    assert {reason.value for reason in Reason} == set(vocabulary.split(", "))
