"""What the command line tells of a distribution: how far it is, until when, and what is wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from mailer import clock, database
from mailer.models import Distribution, DistributionStatus
from mailer.settings import Settings
from tests import factories
from tests.cli.conftest import Command

S = DistributionStatus
SCHEDULE = ("distributions", "schedule", "31a26", "--audience", "language:da,fr")
#: Microseconds, which nobody wants to read.
MOMENT = datetime(2099, 1, 2, 7, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def scheduled(ready: Command) -> Command:
    """A distribution is scheduled that starts in the far future."""
    answer = ready(*SCHEDULE, "--at", "2099-01-02T08:00")
    assert answer.exit_code == 0, answer.err
    return ready


@pytest.fixture
def row(scheduled: Command, settings: Settings) -> Iterator[Distribution]:
    """That distribution, to be changed; each `commit` of its session shows what was changed."""
    engine = database.connect(settings.database_url)
    with Session(engine, expire_on_commit=False) as session:
        yield session.get_one(Distribution, 1)
    engine.dispose()


def session_of(row: Distribution) -> Session:
    session = Session.object_session(row)
    assert isinstance(session, Session)
    return session


def change(row: Distribution, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    session_of(row).commit()


def test_the_list_tells_times_by_the_office_s_clock(scheduled: Command, row: Distribution) -> None:
    change(row, scheduled_at=MOMENT)
    told = scheduled("distributions", "list").out
    assert " 2099-01-02T08:00+01:00 " in told
    assert "123456" not in told


def test_a_list_of_nothing_says_so(ready: Command) -> None:
    told = ready("distributions", "list")
    assert told.exit_code == 0
    assert told.out.startswith("no distributions yet: ")
    assert ready("distributions", "list", "--json").document == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (S.SCHEDULED, "its deliveries are made when it starts; `mailer distributions plan 31a26"),
        (S.PAUSED, "its deliveries are made when it starts; `mailer distributions plan 31a26"),
        (S.SENDING, "its deliveries are being made"),
        (S.CANCELLED, "it was cancelled before any delivery was made"),
        (S.SENT, "nobody was left to get it when it started: `mailer audience show"),
    ],
)
def test_why_there_are_no_deliveries_is_told(
    scheduled: Command, row: Distribution, status: DistributionStatus, words: str
) -> None:
    change(row, status=status)
    assert f"no deliveries: {words}" in scheduled("distributions", "status", "1").out
    listed = scheduled("deliveries", "list", "1")
    assert f"distribution 1 has no deliveries: {words}" in listed.out
    assert scheduled("deliveries", "list", "1", "--json").out == ""


def test_the_command_that_shows_who_would_get_it_can_be_copied(scheduled: Command) -> None:
    told = scheduled("distributions", "status", "1").out
    assert "`mailer distributions plan 31a26 --audience language:da,fr` shows" in told


def test_a_limited_send_says_its_limit_and_when_it_is_done(
    scheduled: Command, row: Distribution
) -> None:
    now = clock.now()
    change(row, status=S.SENDING, rate_per_minute=2, fanned_out_at=now, scheduled_at=now)
    for number in range(120):
        factories.delivery(session_of(row), row, f"n{number}@b.example", next_attempt_at=now)
    session_of(row).commit()
    told = scheduled("distributions", "status", "1").out
    done = scheduled("distributions", "status", "1", "--json").document
    assert done["forecast_rate_per_minute"] == 2
    about = datetime.fromisoformat(done["forecast_at"])
    assert timedelta(minutes=60) <= about - now < timedelta(minutes=61)
    assert "at 2 a minute (the limit) done by about " in told


def test_a_rate_by_the_hour_is_told_by_the_hour(scheduled: Command, row: Distribution) -> None:
    now = clock.now()
    change(row, status=S.SENDING, rate_per_minute=100 / 60, fanned_out_at=now, scheduled_at=now)
    for number in range(100):
        factories.delivery(session_of(row), row, f"n{number}@b.example", next_attempt_at=now)
    session_of(row).commit()
    told = scheduled("distributions", "status", "1").out
    assert "at most 100 an hour" in told
    assert "at 100 an hour (the limit) done by about " in told
    done = scheduled("distributions", "status", "1", "--json").document
    about = datetime.fromisoformat(done["forecast_at"])
    assert timedelta(minutes=60) <= about - now < timedelta(minutes=61)


def test_the_limit_of_all_together_is_one_too(
    scheduled: Command, row: Distribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_THROTTLE__RATE_PER_MINUTE", "30")
    change(row, status=S.SENDING, rate_per_minute=50)
    factories.delivery(session_of(row), row, "n@b.example", next_attempt_at=clock.now())
    session_of(row).commit()
    assert "at 30 a minute (the limit)" in scheduled("distributions", "status", "1").out
    monkeypatch.setenv("MAILER_RELAY__RATE_PER_MINUTE", "10")
    assert "at 10 a minute (the limit)" in scheduled("distributions", "status", "1").out


def test_where_nothing_goes_out_no_end_is_foretold_and_the_cause_is_told(
    scheduled: Command, row: Distribution
) -> None:
    note = "the relay has not answered since 12:01:02: we wait for it"
    change(row, status=S.SENDING, rate_per_minute=2, note=note)
    due = clock.now() - timedelta(minutes=10)
    factories.delivery(session_of(row), row, "n@b.example", next_attempt_at=due)
    session_of(row).commit()
    told = scheduled("distributions", "status", "1").out
    assert "nobody can tell yet when it is done" in told
    assert "done by about" not in told
    assert f"note: {note}" in told


def test_what_is_over_has_no_forecast(scheduled: Command, row: Distribution) -> None:
    change(row, status=S.CANCELLED)
    told = scheduled("distributions", "status", "1").out
    assert "distribution 1 of 31a26: cancelled" in told
    assert "was scheduled for 2099-01-02T08:00+01:00" in told
    assert "nobody can tell" not in told
