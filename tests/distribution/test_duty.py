"""Who is on duty is frozen with the audience, and nothing goes out into silence."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.compose.letter import Identity
from mailer.distribution import lifecycle
from mailer.distribution.fanout import fan_out
from mailer.distribution.scheduling import start_due
from mailer.errors import Refused
from mailer.models import Distribution, DistributionStatus, Office
from mailer.releases.editions import load
from mailer.releases.offices.duty import add_shift
from mailer.releases.offices.press_contacts import save_described
from mailer.releases.readiness import waive
from mailer.settings import Settings
from tests import factories
from workers.sending.releases import Releases

NOW = factories.NOW
HOUR = timedelta(hours=1)


@pytest.fixture
def distribution(session: Session, office: Office) -> Distribution:
    """One that is due now, of a release that names the duty; Anna's shift is just over."""
    people = {"anna": {"name": "Anna", "phone": "1"}, "jean": {"name": "Jean", "phone": "2"}}
    save_described(session, people, office=office)
    add_shift(session, office, "anna", starts_at=NOW - HOUR, ends_at=NOW)
    factories.desk(session)
    release = factories.release(session, office, names_duty=True)
    return factories.distribution(
        session,
        release,
        fanned_out_at=None,
        status=DistributionStatus.SCHEDULED,
        scheduled_at=NOW,
    )


def fanned(
    session: Session, row: Distribution, identity: Identity, settings: Settings
) -> Distribution:
    throttle = settings.throttle
    fan_out(session, row, identity=identity, at=NOW, batch_size=3, throttle=throttle)
    return row


def test_those_on_duty_at_that_moment_are_kept(
    session: Session,
    office: Office,
    distribution: Distribution,
    identity: Identity,
    settings: Settings,
) -> None:
    add_shift(session, office, "jean", starts_at=NOW, ends_at=NOW + HOUR)
    assert fanned(session, distribution, identity, settings).duty == ["jean"]


def test_a_worker_prints_them_whoever_is_on_duty_by_then(
    session: Session,
    office: Office,
    distribution: Distribution,
    identity: Identity,
    settings: Settings,
    engine: sa.Engine,
) -> None:
    add_shift(session, office, "jean", starts_at=NOW, ends_at=NOW + HOUR)
    add_shift(session, office, "anna", starts_at=NOW + HOUR, ends_at=NOW + timedelta(days=60))
    row = fanned(session, distribution, identity, settings)
    session.commit()
    full = Releases().of(engine, row.id or 0, release_id=row.release_id, frozen=[])
    assert [one.key for one in full.contacts][1:] == ["jean"]


def test_nothing_goes_out_while_nobody_is_on_duty(
    session: Session,
    office: Office,
    distribution: Distribution,
    identity: Identity,
    settings: Settings,
) -> None:
    full = load(session, full_reference(session, distribution), at=NOW)
    with pytest.raises(Refused, match="nobody is on duty at 2026-11-24 10:00"):
        fanned(session, distribution, identity, settings)
    waive(session, full, ["nobody-on-duty"], reason="They call the switchboard", by="Marie")
    assert fanned(session, distribution, identity, settings).duty == []


def test_who_stands_in_is_kept_too(
    session: Session,
    office: Office,
    distribution: Distribution,
    identity: Identity,
    settings: Settings,
) -> None:
    office.duty_fallback = "anna"
    assert fanned(session, distribution, identity, settings).duty == ["anna"]


def test_what_cannot_start_waits_with_the_cause_until_somebody_is(
    session: Session,
    office: Office,
    distribution: Distribution,
    identity: Identity,
    settings: Settings,
) -> None:
    start_due(session, identity=identity, settings=settings, now=NOW)
    session.refresh(distribution)
    assert distribution.status is DistributionStatus.PAUSED
    assert "nobody is on duty" in distribution.note
    add_shift(session, office, "jean", starts_at=NOW, ends_at=NOW + HOUR)
    lifecycle.resume(session, distribution.id or 0)
    start_due(session, identity=identity, settings=settings, now=NOW)
    session.refresh(distribution)
    assert (distribution.status, distribution.duty) == (DistributionStatus.SENDING, ["jean"])


def full_reference(session: Session, row: Distribution) -> str:
    """The reference of its release."""
    return session.get_one(factories.Release, row.release_id).reference
