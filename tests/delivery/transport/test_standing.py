"""The cells of the relay's breaker, and what each outcome tells about a relay."""

import pytest
import structlog

from mailer.delivery.outcome import Outcome, Phase, from_reply, lost, no_smtputf8, too_large
from mailer.delivery.transport.standing import (
    LONGEST_REST_SECONDS,
    REST_SECONDS,
    RESTS_PER_WAIT,
    TABLE,
    Event,
    Standing,
    State,
    may_go_elsewhere,
)

CLOSED, OPEN, HALF_OPEN = State
SERVED, TROUBLED, RESTED, MENDED = Event
OK = from_reply(Phase.AFTER_DOT, 250, "2.0.0 Ok")
DOWN = lost(Phase.CONNECT, "connection refused", relay="north")


def standing(state: State) -> Standing:
    """A relay in that state; it has rested once if it is not well."""
    one = Standing("north")
    if state is not CLOSED:
        one.hear([DOWN], at=0)
    if state is HALF_OPEN:
        assert one.can_be_asked(at=REST_SECONDS)
    assert one.state is state
    return one


@pytest.mark.parametrize(
    ("state", "event", "next_state", "rests_until"),
    [
        (CLOSED, SERVED, CLOSED, 0),
        (CLOSED, TROUBLED, OPEN, 10 + REST_SECONDS),
        (CLOSED, RESTED, CLOSED, 0),
        (CLOSED, MENDED, CLOSED, 0),
        (OPEN, SERVED, CLOSED, REST_SECONDS),
        (OPEN, TROUBLED, OPEN, REST_SECONDS),
        (OPEN, RESTED, HALF_OPEN, REST_SECONDS),
        (OPEN, MENDED, HALF_OPEN, REST_SECONDS),
        (HALF_OPEN, SERVED, CLOSED, REST_SECONDS),
        (HALF_OPEN, TROUBLED, OPEN, 10 + 2 * REST_SECONDS),
        (HALF_OPEN, RESTED, HALF_OPEN, REST_SECONDS),
        (HALF_OPEN, MENDED, HALF_OPEN, REST_SECONDS),
    ],
)
def test_each_event_in_each_state_leads_to_one_state(
    state: State, event: Event, next_state: State, rests_until: float
) -> None:
    one = standing(state)
    one.take(event, at=10)
    assert (one.state, one.rests_until) == (next_state, rests_until)


def test_the_table_has_every_cell() -> None:
    assert set(TABLE) == {(state, event) for state in State for event in Event}


def test_each_rest_is_twice_as_long_up_to_the_longest_and_forgotten_when_it_works() -> None:
    one, at, rests = Standing("north"), 0.0, []
    for _ in range(8):
        one.hear([DOWN], at=at)
        rests.append(one.rests_until - at)
        at = one.rests_until
        assert one.can_be_asked(at=at)
    assert rests[:3] == [REST_SECONDS, 2 * REST_SECONDS, 4 * REST_SECONDS]
    assert rests[-1] == LONGEST_REST_SECONDS
    one.hear([OK], at=at)
    assert (one.state, one.trouble) == (CLOSED, None)
    one.hear([DOWN], at=at)
    assert one.rests_until == at + REST_SECONDS


def test_a_relay_that_kept_us_waiting_rests_longer() -> None:
    one = Standing("north")
    one.hear([DOWN], at=0, waited=30)
    assert one.rests_until == RESTS_PER_WAIT * 30


def test_a_relay_that_rests_is_not_asked() -> None:
    assert not standing(OPEN).can_be_asked(at=REST_SECONDS / 2)


@pytest.mark.parametrize(
    ("outcome", "state", "elsewhere"),
    [
        # It dealt with the message, whatever it said.
        (OK, CLOSED, False),
        (from_reply(Phase.RCPT, 550, "5.1.1 No such user"), CLOSED, False),
        (from_reply(Phase.AFTER_DOT, 554, "5.7.1 Spam"), CLOSED, False),
        (from_reply(Phase.AFTER_DOT, 421, "4.3.2 Closing"), CLOSED, False),
        (from_reply(Phase.RCPT, 421, "4.7.0 Slowly"), CLOSED, True),
        (lost(Phase.DATA, "gone"), CLOSED, False),
        (lost(Phase.AFTER_DOT, "gone"), CLOSED, False),
        # It deals with nothing of ours.
        (DOWN, OPEN, True),
        (from_reply(Phase.CONNECT, 421, "4.3.2 Busy"), OPEN, True),
        (from_reply(Phase.AUTH, 535, "5.7.8 No"), OPEN, True),
        (from_reply(Phase.MAIL, 550, "5.7.1 Not you"), OPEN, True),
        (from_reply(Phase.RCPT, 554, "5.7.1 Relay access denied"), OPEN, True),
        # It was not even asked.
        (no_smtputf8(), CLOSED, True),
        (too_large(2, limit=1), CLOSED, True),
        (None, CLOSED, None),
    ],
)
def test_an_outcome_tells_how_the_relay_is_and_whether_another_may_be_asked(
    outcome: Outcome | None, state: State, elsewhere: bool | None
) -> None:
    one = Standing("north")
    one.hear([outcome], at=0)
    assert one.state is state
    assert (outcome and may_go_elsewhere(outcome)) == elsewhere


def test_one_message_that_was_dealt_with_is_proof_enough() -> None:
    one = Standing("north")
    one.hear([None, DOWN, OK, DOWN], at=0)
    assert one.state is CLOSED


def test_the_log_tells_who_rests_and_why_and_quotes_no_server() -> None:
    with structlog.testing.capture_logs() as logged:
        Standing("north").hear([from_reply(Phase.MAIL, 550, "5.1.8 <a@b.example> unknown")], at=0)
        Standing("south").hear([DOWN], at=0)
    assert [(one["relay"], one["code"], one["cause"]) for one in logged] == [
        ("north", 550, "5.1.8"),
        ("south", None, "connection refused"),
    ]


def test_a_cause_is_an_alarm_once_and_a_new_one_is_one_again() -> None:
    one, refused = Standing("north"), from_reply(Phase.AUTH, 535, "5.7.8 No")
    with structlog.testing.capture_logs() as logged:
        for at, outcome in enumerate((DOWN, DOWN, refused, refused, OK, refused)):
            assert one.can_be_asked(at=at * 1000)
            one.hear([outcome], at=at * 1000)
    told = [(line["event"], line["log_level"]) for line in logged]
    rests, works = "the relay rests", "the relay works again"
    assert told == [
        (rests, "warning"),
        (rests, "info"),
        (rests, "warning"),
        (rests, "info"),
        (works, "info"),
        (rests, "warning"),
    ]


def test_one_that_is_said_to_be_mended_rests_shortly_if_it_is_not() -> None:
    one = Standing("north")
    for at in (0.0, 1.0, 3.0):
        assert one.can_be_asked(at=at)
        one.hear([DOWN], at=at)
    assert one.rests_until == 3 + 4 * REST_SECONDS
    one.take(MENDED, at=4)
    assert one.can_be_asked(at=4)
    one.hear([DOWN], at=4)
    assert one.rests_until == 4 + REST_SECONDS
