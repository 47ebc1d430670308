"""A link opens its file, at the right time, and nothing else ever."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from mailer.errors import BadToken
from mailer.models import Office, Release, ReleaseStatus
from mailer.releases.files.carried import CarriedFile, carried_by
from mailer.releases.files.links import SMALL, Opened, open_file
from mailer.releases.files.preparing import prepared
from mailer.releases.files.storing import Brought, attach, detach
from mailer.tokens import Keyring, Purpose
from tests import factories
from tests.factories import NOW
from tests.releases.files import samples

HOUR = timedelta(hours=1)


@pytest.fixture
def release(session: Session, office: Office) -> Release:
    release = factories.release(session, office, status=ReleaseStatus.SENT)
    limits = samples.limits()
    octets = {"a.pdf": samples.pdf(), "a.png": samples.picture(2000, 500)}
    files = [prepared(held, name=name, limits=limits) for name, held in octets.items()]
    attach(session, release, [Brought(one) for one in files], limits=limits)
    return release


@pytest.fixture
def opening(session: Session, release: Release, keyring: Keyring) -> Any:
    """Opens the link to a file of the release."""

    def opened(
        purpose: Purpose, *, name: str = "a.pdf", at: Any = NOW, form: int = 0, token: str = ""
    ) -> Opened:
        number = file(session, release, name).attachment_id
        signed = token or keyring.sign(purpose, number, link=form)
        return open_file(session, signed, name, keyring=keyring, now=at)

    return opened


def file(session: Session, release: Release, name: str) -> CarriedFile:
    return next(one for one in carried_by(session, release.id or 0) if one.name == name)


def test_both_kinds_of_link_open_what_is_public(opening: Any) -> None:
    for purpose in (Purpose.FILE, Purpose.MAILED_FILE):
        found = opening(purpose)
        assert (found.name, found.media_type) == ("a.pdf", "application/pdf")
        assert found.size == len(samples.pdf())
        assert found.is_public


@pytest.mark.parametrize("gate", ["embargo_until", "publish_at"])
def test_before_its_moment_a_text_is_open_to_those_only_who_were_sent_it(
    opening: Any, release: Release, gate: str
) -> None:
    setattr(release, gate, NOW + HOUR)

    with pytest.raises(BadToken):
        opening(Purpose.FILE)
    assert not opening(Purpose.MAILED_FILE).is_public
    assert opening(Purpose.FILE, at=NOW + HOUR).is_public


def test_a_draft_is_not_public(opening: Any, release: Release) -> None:
    release.status = ReleaseStatus.DRAFT

    with pytest.raises(BadToken):
        opening(Purpose.FILE)
    assert opening(Purpose.MAILED_FILE)


@pytest.mark.parametrize("purpose", [Purpose.FILE, Purpose.MAILED_FILE])
def test_every_link_ends_when_the_text_is_withdrawn(
    opening: Any, release: Release, purpose: Purpose
) -> None:
    release.status = ReleaseStatus.WITHDRAWN

    with pytest.raises(BadToken):
        opening(purpose)


def test_a_link_ends_when_its_file_is_taken_away(
    session: Session, release: Release, keyring: Keyring
) -> None:
    number = file(session, release, "a.pdf").attachment_id
    detach(session, release, "a.pdf")

    token = keyring.sign(Purpose.FILE, number)
    with pytest.raises(BadToken):
        open_file(session, token, "a.pdf", keyring=keyring, now=NOW)


@pytest.mark.parametrize("purpose", [Purpose.VIEW, Purpose.UNSUBSCRIBE, Purpose.CLICK])
def test_a_token_for_something_else_opens_nothing(opening: Any, purpose: Purpose) -> None:
    with pytest.raises(BadToken):
        opening(purpose)


def test_a_token_of_another_file_or_of_nobody_opens_nothing(
    session: Session, release: Release, keyring: Keyring, opening: Any
) -> None:
    other = keyring.sign(Purpose.FILE, file(session, release, "a.png").attachment_id)
    stranger = Keyring({2: b"\x09" * 32}).sign(Purpose.FILE, 1)

    for token in (other, stranger, "a" * 31, "x"):
        with pytest.raises(BadToken):
            opening(Purpose.FILE, token=token)


def test_a_picture_is_had_in_two_sizes(opening: Any) -> None:
    whole = opening(Purpose.FILE, name="a.png")
    small = opening(Purpose.FILE, name="a.png", form=SMALL)

    assert whole.digest != small.digest
    with pytest.raises(BadToken):
        opening(Purpose.FILE, name="a.png", form=7)
