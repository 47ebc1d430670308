"""Every message can be shown as it was sent, whatever has changed since."""

from hashlib import sha256
from typing import Any

import pytest
from sqlmodel import Session

from mailer.compose.letter import Identity
from mailer.compose.skeleton import Compositor, Setting, Skeleton
from mailer.compose.skeleton.proof import prove
from mailer.errors import NotFound, Refused
from mailer.models import Delivery, KeptSkeleton, Office, Release, Revision
from mailer.releases.editions import load
from tests import factories
from tests.compose.conftest import NOW


def sent(session: Session, reader: Delivery, identity: Identity, release: Release) -> Setting:
    """Hand the delivery over, as a worker does, and write down what went out."""
    full = load(session, release.reference)
    (setting,) = Compositor(identity).set_wave([reader], full, at=NOW)
    assert isinstance(setting, Setting)
    skeleton = factories.saved(
        session, KeptSkeleton(digest=setting.skeleton.digest, parts=setting.skeleton.dump())
    )
    reader.skeleton_id = skeleton.id
    reader.signatures = list(setting.message.signatures)
    reader.content_hash = sha256(setting.message.data).hexdigest()
    reader.first_attempt_at = NOW
    session.flush()
    return setting


@pytest.fixture
def release(session: Session, office: Office) -> Release:
    return factories.release(session, office)


@pytest.fixture
def reader(session: Session, release: Release) -> Delivery:
    """A delivery that waits."""
    distribution = factories.distribution(session, release)
    full = load(session, release.reference)
    values: dict[str, Any] = {
        "distribution_id": distribution.id,
        "address_id": factories.address(session, "karen@havnebladet.example").id,
        "email": "karen@havnebladet.example",
        "recipient_name": "Kærlighed, Karen",
        "revision_id": full.revisions["en"].id,
        "edition_language": "en",
        "cover_language": "da",
        "message_id": "<2026-042.1.7@press.example.org>",
    }
    return factories.saved(session, Delivery(**values))


def test_it_is_the_very_message_after_everything_has_changed(
    session: Session, reader: Delivery, signing: Identity, identity: Identity, release: Release
) -> None:
    setting = sent(session, reader, signing, release)
    office = session.get_one(Office, release.office_id)
    office.zone, office.from_address, office.phone = "Asia/Tokyo", "new@else.example", "+1"
    release.place, release.embargo_until = "Elsewhere", NOW
    session.get_one(Revision, reader.revision_id).body = "Another text."
    session.flush()
    proof = prove(session, reader.id or 0, identity=identity)
    assert proof.data == setting.message.data
    assert proof.matches
    assert proof.sha256 == proof.recorded_sha256 == reader.content_hash


def test_a_delivery_that_was_changed_is_not_passed_off_as_what_was_sent(
    session: Session, reader: Delivery, identity: Identity, release: Release
) -> None:
    sent(session, reader, identity, release)
    reader.recipient_name = "Somebody Else"
    assert not prove(session, reader.id or 0, identity=identity).matches


def test_before_it_is_sent_there_is_nothing_to_show(
    session: Session, reader: Delivery, identity: Identity
) -> None:
    with pytest.raises(Refused, match="is pending: nothing of it has been sent yet"):
        prove(session, reader.id or 0, identity=identity)


def test_of_an_erased_message_only_the_hash_is_left(
    session: Session, reader: Delivery, identity: Identity, release: Release
) -> None:
    sent(session, reader, identity, release)
    reader.skeleton_id = None
    with pytest.raises(Refused, match="was erased: only its hash is kept"):
        prove(session, reader.id or 0, identity=identity)


def test_a_delivery_that_is_none_is_not_found(session: Session, identity: Identity) -> None:
    with pytest.raises(NotFound, match="there is no delivery 99"):
        prove(session, 99, identity=identity)


def test_the_kept_parts_survive_the_database(
    session: Session, reader: Delivery, identity: Identity, release: Release
) -> None:
    setting = sent(session, reader, identity, release)
    session.expire_all()
    kept = session.get_one(KeptSkeleton, reader.skeleton_id)
    assert Skeleton.load(kept.parts) == setting.skeleton
