"""A stored file stays for as long as anything names it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.models import KeptSkeleton, Office, Release, StoredFile
from mailer.releases.files.ageing import forget_unused
from mailer.releases.files.logos import take_logo
from mailer.releases.files.preparing import prepared, prepared_logo
from mailer.releases.files.storing import Brought, attach, detach
from tests import factories
from tests.factories import NOW
from tests.releases.files import samples


@pytest.fixture
def release(session: Session, office: Office) -> Release:
    """A release with a picture in two sizes."""
    release = factories.release(session, office)
    limits = samples.limits()
    picture = prepared(samples.picture(2000, 40), name="a.png", limits=limits)
    attach(session, release, [Brought(picture)], limits=limits)
    session.execute(sa.update(StoredFile).values(created_at=NOW))
    return release


def forget(session: Session) -> int:
    gone = forget_unused(session, before=NOW + timedelta(days=1))
    session.expire_all()
    return gone


def test_what_a_release_carries_stays_with_its_small_form(
    session: Session, release: Release
) -> None:
    assert forget(session) == 0
    assert len(session.exec(select(StoredFile)).all()) == 2


def test_what_nothing_names_goes_and_its_small_form_after_it(
    session: Session, release: Release
) -> None:
    detach(session, release, "a.png")

    assert forget_unused(session, before=NOW) == 0
    assert [forget(session), forget(session), forget(session)] == [1, 1, 0]


def test_the_logo_stays(session: Session, office: Office) -> None:
    logo = prepared_logo(samples.picture(), name="logo.png", limits=samples.limits())
    take_logo(session, office, {"logo": "logo.png"}, logo)
    session.execute(sa.update(StoredFile).values(created_at=NOW))

    assert forget(session) == 0
    take_logo(session, office, {"logo": ""}, None)
    assert forget(session) == 1


def test_what_a_message_held_that_was_sent_stays(session: Session, release: Release) -> None:
    (whole, *_) = session.exec(select(StoredFile).where(StoredFile.width == 2000)).all()
    kept = KeptSkeleton(digest=b"k" * 32, parts=b"", file_ids=[whole.id or 0])
    factories.saved(session, kept)
    detach(session, release, "a.png")

    assert forget(session) == 0
