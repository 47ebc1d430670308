"""The options as they are typed, and those that a rule forbids."""

from datetime import UTC, datetime, timedelta

import pytest

from mailer.distribution.options import (
    BadOption,
    OptionRefused,
    Options,
    read,
    refuse_staggered,
)
from mailer.models import Clock, UnknownPolicy

NOON = datetime(2026, 6, 11, 10, tzinfo=UTC)
LATER = NOON + timedelta(hours=4)


def test_what_is_left_out_is_not_set() -> None:
    assert read(unknown=UnknownPolicy.RESEND, office_zone="Europe/Luxembourg") == Options(
        unknown_policy=UnknownPolicy.RESEND
    )


def test_all_that_is_typed_is_read() -> None:
    options = read(
        unknown=UnknownPolicy.HOLD,
        office_zone="Europe/Luxembourg",
        not_after="2026-06-11T20:00",
        rate="2/s",
        local_time="8:30",
        hours="8:00-19:00",
        hours_of=Clock.RECIPIENT,
    )
    assert options == Options(
        not_after=datetime(2026, 6, 11, 18, tzinfo=UTC),
        rate_per_minute=120,
        local_time="08:30",
        sending_hours="08:00-19:00",
        sending_clock=Clock.RECIPIENT,
    )


@pytest.mark.parametrize(
    ("option", "typed"),
    [("not_after", "soon"), ("rate", "fast"), ("local_time", "8h30"), ("hours", "all day")],
)
def test_an_option_that_cannot_be_read_is_named(option: str, typed: str) -> None:
    with pytest.raises(BadOption) as wrong:
        read(unknown=UnknownPolicy.HOLD, office_zone="UTC", **{option: typed})  # type: ignore[arg-type]
    assert wrong.value.option == option


@pytest.mark.parametrize(
    ("options", "option"),
    [
        (Options(local_time="08:30"), "local_time"),
        (Options(sending_hours="08:00-19:00", sending_clock=Clock.RECIPIENT), "hours"),
    ],
)
def test_under_an_embargo_all_get_it_at_the_same_instant(options: Options, option: str) -> None:
    with pytest.raises(OptionRefused, match="under embargo, so all recipients get it at") as wrong:
        refuse_staggered(options, at=NOON, embargo_until=LATER)
    assert wrong.value.option == option


@pytest.mark.parametrize(
    ("options", "embargo_until"),
    [
        (Options(local_time="08:30"), None),
        (Options(local_time="08:30"), NOON),
        (Options(sending_hours="08:00-19:00"), LATER),
        (Options(), LATER),
    ],
)
def test_without_an_embargo_in_force_or_different_clocks_nothing_is_refused(
    options: Options, embargo_until: datetime | None
) -> None:
    refuse_staggered(options, at=NOON, embargo_until=embargo_until)
