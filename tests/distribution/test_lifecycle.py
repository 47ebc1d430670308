"""The life of a distribution: each cell of the table, and the figures of its progress."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from mailer import clock
from mailer.distribution import doubts, lifecycle
from mailer.distribution.options import OptionRefused, Options, options_of, terms_of
from mailer.distribution.telling import overview
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import (
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Office,
    UnknownPolicy,
)
from mailer.releases.editions import FullRelease, load
from mailer.releases.readiness import open_findings
from tests import factories

S = DistributionStatus
ACTIONS = {"pause": lifecycle.pause, "resume": lifecycle.resume, "cancel": lifecycle.cancel}
ALLOWED = {
    ("pause", S.SCHEDULED): S.PAUSED,
    ("pause", S.SENDING): S.PAUSED,
    ("resume", S.PAUSED): S.SENDING,
    ("cancel", S.DRAFT): S.CANCELLED,
    ("cancel", S.SCHEDULED): S.CANCELLED,
    ("cancel", S.SENDING): S.CANCELLED,
    ("cancel", S.PAUSED): S.CANCELLED,
}


@pytest.fixture
def sending(session: Session, full: FullRelease) -> Distribution:
    """A distribution that is being sent."""
    return factories.distribution(session, full.release)


def scheduled(session: Session, full: FullRelease, **given: object) -> Distribution:
    values = {"criteria": "everyone", "at": clock.now(), "by": "marie"} | given
    return lifecycle.schedule(session, full, **values).distribution  # type: ignore[arg-type]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("status", list(S))
def test_an_action_is_done_or_refused_by_the_table(
    session: Session, full: FullRelease, action: str, status: DistributionStatus
) -> None:
    row = factories.distribution(session, full.release, status=status)
    target = ALLOWED.get((action, status))
    if target is None:
        with pytest.raises(Refused, match=f"cannot {action} distribution {row.id}: it is {status}"):
            ACTIONS[action](session, row.id or 0)
        target = status
    else:
        ACTIONS[action](session, row.id or 0)
    session.refresh(row)
    assert row.status is target


def test_a_distribution_paused_before_its_time_waits_for_it_again(
    session: Session, full: FullRelease
) -> None:
    row = factories.distribution(session, full.release, status=S.PAUSED, fanned_out_at=None)
    lifecycle.resume(session, row.id or 0)
    session.refresh(row)
    assert row.status is S.SCHEDULED


@pytest.mark.parametrize("action", ACTIONS)
def test_a_distribution_that_does_not_exist_is_said_so(session: Session, action: str) -> None:
    with pytest.raises(NotFound, match="there is no distribution 77"):
        ACTIONS[action](session, 77)


def test_cancelling_takes_back_what_waits_and_leaves_what_was_sent(
    session: Session, sending: Distribution
) -> None:
    before = {
        DeliveryStatus.PENDING: DeliveryStatus.CANCELLED,
        DeliveryStatus.DEFERRED: DeliveryStatus.CANCELLED,
        DeliveryStatus.SENDING: DeliveryStatus.SENDING,
        DeliveryStatus.SENT: DeliveryStatus.SENT,
        DeliveryStatus.UNKNOWN: DeliveryStatus.UNKNOWN,
    }
    rows = {
        status: factories.delivery(session, sending, f"{status}@b.example", status=status)
        for status in before
    }
    assert lifecycle.cancel(session, sending.id or 0) == 2
    for status, row in rows.items():
        session.refresh(row)
        assert row.status is before[status]


def test_scheduling_keeps_the_criteria_in_their_canonical_form(
    session: Session, full: FullRelease
) -> None:
    factories.desk(session)
    row = scheduled(session, full, criteria="country:dk   language:DA")
    assert row.status is S.SCHEDULED
    assert row.criteria == "language:da country:DK"


def test_a_time_in_the_past_is_refused(session: Session, full: FullRelease) -> None:
    factories.desk(session)
    with pytest.raises(BadInput, match="lies in the past"):
        scheduled(session, full, at=clock.now() - timedelta(hours=1))


def test_a_distribution_to_nobody_is_refused(session: Session, full: FullRelease) -> None:
    with pytest.raises(Refused, match="nobody would get it"):
        scheduled(session, full)


def test_findings_that_block_hold_the_distribution_back_until_they_are_waived(
    session: Session, office: Office
) -> None:
    factories.desk(session)
    row = factories.release(session, office, texts={"en": ("T", "Read [the code](#) now.")})
    full = load(session, row.reference)
    with pytest.raises(Refused, match="1 finding blocks"):
        scheduled(session, full)
    assert scheduled(session, full, waive_because="the page opens tomorrow").status is S.SCHEDULED
    assert open_findings(session, full) == []


def test_progress_counts_what_became_of_each_delivery(
    session: Session, sending: Distribution
) -> None:
    now = clock.now()
    for number in range(3):
        factories.delivery(
            session,
            sending,
            f"s{number}@b.example",
            status=DeliveryStatus.SENT,
            sent_at=now - timedelta(seconds=30),
        )
    factories.delivery(session, sending, "p@b.example")
    found = overview.progress(session, sending.id or 0)
    assert dict(found.counts) == {"pending": 1, "sent": 3}
    assert (found.total, found.unfinished, found.is_over) == (4, 1, False)
    assert 5 <= found.rate_per_minute <= 6
    assert found.forecast_at is not None


@pytest.mark.parametrize(
    ("resend", "status", "of_distribution"),
    [(True, DeliveryStatus.PENDING, S.SENDING), (False, DeliveryStatus.SENT, S.SENT)],
)
def test_a_delivery_in_doubt_is_decided_by_a_person(
    session: Session,
    full: FullRelease,
    resend: bool,
    status: DeliveryStatus,
    of_distribution: DistributionStatus,
) -> None:
    row = factories.distribution(session, full.release, status=S.SENT)
    doubtful = factories.delivery(session, row, "u@b.example", status=DeliveryStatus.UNKNOWN)
    assert doubts.resolve_unknown(session, row.id or 0, resend=resend) == 1
    session.refresh(doubtful)
    session.refresh(row)
    assert doubtful.status is status
    assert row.status is of_distribution


def test_the_options_are_kept_with_the_decision(session: Session, full: FullRelease) -> None:
    factories.desk(session)
    end = clock.now() + timedelta(days=1)
    options = Options(
        not_after=end, is_urgent=True, unknown_policy=UnknownPolicy.RESEND, rate_per_minute=30
    )
    row = scheduled(session, full, options=options)
    assert options_of(row) == options
    terms = terms_of(session, row.id or 0)
    assert (terms.is_urgent, terms.options, terms.next_due_at) == (True, options, None)


def test_a_day_of_each_calendar_starts_it_with_the_first_clock(
    session: Session, full: FullRelease
) -> None:
    factories.journalist(session, "yoko@asa.example", zone="Asia/Tokyo")
    factories.desk(session)
    options = Options(local_time="08:30", local_date=date(2099, 6, 11))
    row = scheduled(session, full, options=options)
    assert row.scheduled_at == datetime(2099, 6, 10, 23, 30, tzinfo=UTC)


def test_a_local_time_under_embargo_is_refused(session: Session, full: FullRelease) -> None:
    factories.desk(session, embargo_trusted=True)
    full.release.embargo_until = clock.now() + timedelta(days=2)
    with pytest.raises(OptionRefused, match="under embargo"):
        scheduled(session, full, options=Options(local_time="08:30"))


def test_the_terms_of_a_distribution_that_does_not_exist_are_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="there is no distribution 77"):
        terms_of(session, 77)
