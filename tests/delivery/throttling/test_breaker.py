"""The cells of the provider's breaker: what each answer does in each state."""

import pytest

from mailer.delivery.outcome import Outcome, Phase, from_reply, lost, no_smtputf8, too_large
from mailer.delivery.throttling.breaker import (
    CLEAN_SECONDS,
    COLD,
    ECHO_SECONDS,
    LONGEST_PAUSE_SECONDS,
    PAUSE_SECONDS,
    SLOWEST,
    TABLE,
    Action,
    Event,
    State,
    Trouble,
    after,
    event_of,
    quoted,
)

AT = 1_800_000_000.0
CLOSED, SLOWED, OPEN, HALF_OPEN = State
ACCEPTED, RATE_LIMITED, REFUSED, STORM = Event
NOTHING, HALVE, PAUSE, RESUME = Action

TROUBLES = {
    CLOSED: None,
    SLOWED: Trouble(rate=400.0, troubled_at=AT - 120, words="421 slowly"),
    OPEN: Trouble(rate=400.0, troubled_at=AT - 60, paused_until=AT + 60, pauses=1),
    HALF_OPEN: Trouble(rate=400.0, troubled_at=AT - 900, paused_until=AT, pauses=1),
}


@pytest.mark.parametrize(
    ("state", "event", "next_state", "rate", "pause_seconds"),
    [
        (CLOSED, ACCEPTED, CLOSED, None, 0),
        (CLOSED, RATE_LIMITED, SLOWED, 300, 0),
        (CLOSED, REFUSED, CLOSED, None, 0),
        (CLOSED, STORM, OPEN, 600, PAUSE_SECONDS),
        (SLOWED, ACCEPTED, SLOWED, 400, 0),
        (SLOWED, RATE_LIMITED, SLOWED, 400 * 1.1**2 / 2, 0),
        (SLOWED, REFUSED, SLOWED, 400, 0),
        (SLOWED, STORM, OPEN, 400, PAUSE_SECONDS),
        (OPEN, ACCEPTED, OPEN, 400, 60),
        (OPEN, RATE_LIMITED, OPEN, 400, 60),
        (OPEN, REFUSED, OPEN, 400, 60),
        (OPEN, STORM, OPEN, 400, 60),
        (HALF_OPEN, ACCEPTED, SLOWED, 200, 0),
        (HALF_OPEN, RATE_LIMITED, SLOWED, 200, 0),
        (HALF_OPEN, REFUSED, OPEN, 400, 2 * PAUSE_SECONDS),
        (HALF_OPEN, STORM, OPEN, 400, 2 * PAUSE_SECONDS),
    ],
)
def test_each_event_in_each_state_leads_to_one_state(
    state: State, event: Event, next_state: State, rate: float | None, pause_seconds: float
) -> None:
    known = TROUBLES[state]
    assert (known.state(at=AT) if known else CLOSED) is state
    trouble = after(known, event, at=AT, usual_rate=600, words="421 4.7.0 slowly")
    if trouble is None:
        assert (next_state, rate, pause_seconds) == (CLOSED, None, 0)
        return
    assert trouble.state(at=AT) is next_state
    assert trouble.rate == pytest.approx(rate)
    assert trouble.paused_until == (AT + pause_seconds if pause_seconds else 0)
    if TABLE[state, event][1] is NOTHING:
        assert trouble is known


def test_the_table_has_every_cell_and_says_what_it_does() -> None:
    assert set(TABLE) == {(state, event) for state in State for event in Event}
    for (state, event), (next_state, _) in TABLE.items():
        trouble = after(TROUBLES[state], event, at=AT, usual_rate=600)
        assert (trouble.state(at=AT) if trouble else CLOSED) is next_state


def test_replies_to_what_was_under_way_do_not_halve_twice() -> None:
    once = after(None, RATE_LIMITED, at=AT, usual_rate=6000)
    assert after(once, RATE_LIMITED, at=AT + ECHO_SECONDS - 1, usual_rate=6000) is once
    twice = after(once, RATE_LIMITED, at=AT + ECHO_SECONDS, usual_rate=6000)
    assert twice
    assert twice.rate == 1500


def test_it_is_never_slower_than_the_slowest_unless_it_was_set_so() -> None:
    trouble = after(None, RATE_LIMITED, at=AT, usual_rate=COLD)
    for number in range(1, 9):
        trouble = after(trouble, RATE_LIMITED, at=AT + number * 40, usual_rate=COLD)
    assert trouble
    assert trouble.rate == SLOWEST
    slow = after(None, RATE_LIMITED, at=AT, usual_rate=2)
    assert slow
    assert slow.rate == 2


def test_each_pause_is_twice_as_long_up_to_the_longest() -> None:
    at, trouble, pauses = AT, None, []
    for _ in range(7):
        trouble = after(trouble, STORM, at=at, usual_rate=600)
        assert trouble
        pauses.append(trouble.paused_until - at)
        at = trouble.paused_until
    assert pauses[:3] == [PAUSE_SECONDS, 2 * PAUSE_SECONDS, 4 * PAUSE_SECONDS]
    assert pauses[-1] == LONGEST_PAUSE_SECONDS


def test_it_is_forgotten_after_a_clean_quarter_of_an_hour() -> None:
    trouble = after(None, RATE_LIMITED, at=AT, usual_rate=600)
    assert trouble
    assert trouble.state(at=AT + CLEAN_SECONDS - 1) is SLOWED
    assert trouble.state(at=AT + CLEAN_SECONDS) is CLOSED
    again = after(trouble, RATE_LIMITED, at=AT + CLEAN_SECONDS, usual_rate=600)
    assert again
    assert again.rate == 300


def test_a_halved_rate_is_whole_again_within_eight_minutes() -> None:
    trouble = after(None, RATE_LIMITED, at=AT, usual_rate=600)
    assert trouble
    assert trouble.rate_at(AT + 59) == 300
    assert trouble.rate_at(AT + 60) == pytest.approx(330)
    assert trouble.rate_at(AT + 8 * 60) > 600


def test_it_is_the_same_after_it_was_kept() -> None:
    trouble = TROUBLES[OPEN]
    assert trouble
    assert Trouble.from_fields(trouble.fields()) == trouble


@pytest.mark.parametrize(
    ("outcome", "event"),
    [
        (from_reply(Phase.AFTER_DOT, 250, "2.0.0 Ok"), ACCEPTED),
        # Not so fast.
        (from_reply(Phase.RCPT, 421, "4.7.0 Try again later"), RATE_LIMITED),
        (from_reply(Phase.RCPT, 421, "Service not available, closing"), RATE_LIMITED),
        (from_reply(Phase.AFTER_DOT, 421, "4.7.28 Unusual rate of mail"), RATE_LIMITED),
        (from_reply(Phase.RCPT, 451, "4.7.650 The mail server has been limited"), RATE_LIMITED),
        (from_reply(Phase.AFTER_DOT, 451, "4.7.26 Unauthenticated for now"), RATE_LIMITED),
        (from_reply(Phase.RCPT, 452, "Too many messages, slow down"), RATE_LIMITED),
        # It deals with us; the recipient is another matter.
        (from_reply(Phase.RCPT, 550, "5.1.1 No such user"), ACCEPTED),
        (from_reply(Phase.RCPT, 552, "5.2.2 Mailbox full"), ACCEPTED),
        (from_reply(Phase.AFTER_DOT, 552, "5.3.4 Message too large"), ACCEPTED),
        # It refuses us.
        (from_reply(Phase.RCPT, 550, "5.7.1 Not today"), REFUSED),
        (from_reply(Phase.AFTER_DOT, 550, "5.7.26 Not authenticated"), REFUSED),
        (from_reply(Phase.AFTER_DOT, 550, "5.7.515 Access denied"), REFUSED),
        (from_reply(Phase.RCPT, 554, "5.7.1 Blocked, see Spamhaus"), REFUSED),
        (from_reply(Phase.AFTER_DOT, 554, "5.7.1 Looks like spam"), REFUSED),
        (from_reply(Phase.RCPT, 550, "no"), REFUSED),
        # Nothing about how fast, or from whom, it takes mail.
        (from_reply(Phase.RCPT, 451, "4.7.1 Greylisted, come back"), None),
        (from_reply(Phase.RCPT, 451, "4.3.0 Local trouble"), None),
        (from_reply(Phase.RCPT, 452, "4.2.2 Mailbox full"), None),
        (from_reply(Phase.RCPT, 450, "4.2.1 The user is receiving mail too quickly"), None),
        # Our own relay.
        (from_reply(Phase.RCPT, 421, "4.3.2 Shutting down"), None),
        (from_reply(Phase.AFTER_DOT, 421, "4.4.2 Timeout"), None),
        (from_reply(Phase.CONNECT, 421, "4.7.0 Too many connections"), None),
        (from_reply(Phase.MAIL, 550, "5.7.1 Sender not allowed"), None),
        (from_reply(Phase.AUTH, 535, "5.7.8 Wrong password"), None),
        (from_reply(Phase.RCPT, 554, "5.7.1 Relay access denied"), None),
        (lost(Phase.RCPT, "Connection lost"), None),
        (lost(Phase.AFTER_DOT, "Connection lost"), None),
        (no_smtputf8(), None),
        (too_large(10, limit=5), None),
    ],
)
def test_an_outcome_tells_one_thing_of_the_provider(outcome: Outcome, event: Event | None) -> None:
    assert event_of(outcome) is event


def test_what_it_said_is_kept_on_one_short_line_without_addresses() -> None:
    outcome = from_reply(Phase.RCPT, 550, "5.7.1 <ann@x.example>\nis " + "not wanted " * 50)
    said = quoted(outcome)
    assert said.startswith("550 5.7.1 <…> is not wanted")
    assert len(said) <= 161
