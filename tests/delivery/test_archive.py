"""What was sent with files can be proven octet by octet, though each file is kept once."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.compose.letter import Identity, write_letter
from mailer.compose.message import compose
from mailer.compose.skeleton import Compositor, Setting
from mailer.compose.skeleton.proof import prove
from mailer.delivery.archive import keep
from mailer.errors import Refused
from mailer.models import Attachment, Delivery, KeptSkeleton, Office, Release, StoredFile
from mailer.releases.editions import load
from mailer.releases.files.preparing import prepared
from mailer.releases.files.storing import Brought, attach
from mailer.settings import Settings
from tests import factories
from tests.factories import NOW
from tests.releases.files import samples

NOTE = b"% words that make it longer\n" * 400


@pytest.fixture
def identity(settings: Settings) -> Identity:
    return Identity.from_settings(settings)


@pytest.fixture
def release(session: Session, office: Office) -> Release:
    """A release that carries a document."""
    release = factories.release(session, office)
    limits = samples.limits()
    document = prepared(samples.pdf(NOTE), name="æ.pdf", limits=limits)
    attach(session, release, [Brought(document)], limits=limits)
    return release


def readers(session: Session, release: Release, **given: Any) -> Sequence[Delivery]:
    """Deliveries under two covers, to readers who take files."""
    distribution = factories.distribution(session, release)
    revision = load(session, release.reference).revisions["en"].id
    rows = []
    for cover in ("da", "fr"):
        email = f"{cover}@x.example"
        address = factories.address(session, email).id
        rows.append(
            Delivery(
                distribution_id=distribution.id or 0,
                address_id=address,
                email=email,
                revision_id=revision,
                edition_language="en",
                cover_language=cover,
                message_id=f"<{cover}@press.example.org>",
                **given,
            )
        )
    return [factories.saved(session, row) for row in rows]


def send(session: Session, rows: Sequence[Delivery], release: Release, who: Identity) -> None:
    """Hand them over as a worker does, and write down what went out."""
    full = load(session, release.reference)
    for row, setting in zip(rows, Compositor(who).set_wave(rows, full, at=NOW), strict=True):
        assert isinstance(setting, Setting)
        letter = write_letter(row, full, identity=who, at=NOW)
        assert setting.message.data == compose(letter).data
        row.skeleton_id = keep(session, setting.skeleton)
        row.content_hash = sha256(setting.message.data).hexdigest()
        row.first_attempt_at = NOW
    session.flush()


@pytest.mark.parametrize("note", ["", "As we said on the phone."])
def test_the_proof_is_exact_after_the_file_was_replaced(
    session: Session, release: Release, identity: Identity, note: str
) -> None:
    rows = readers(session, release, personal_note=note)
    send(session, rows, release, identity)
    session.execute(sa.delete(Attachment))

    for row in rows:
        proof = prove(session, row.id or 0, identity=identity)
        assert proof.matches
        assert b"JVBERi0x" in proof.data


def test_the_file_is_kept_once_for_all_messages(
    session: Session, release: Release, identity: Identity
) -> None:
    send(session, readers(session, release), release, identity)

    kept = session.exec(select(KeptSkeleton)).all()
    (file,) = session.exec(select(StoredFile)).all()
    assert len(kept) == 2
    assert [one.file_ids for one in kept] == [[file.id], [file.id]]
    assert all(b"JVBERi0x" not in one.parts for one in kept)


def test_a_file_that_is_gone_is_told_of(
    session: Session, release: Release, identity: Identity
) -> None:
    (row, _) = readers(session, release)
    send(session, [row], release, identity)
    session.execute(sa.delete(Attachment))
    session.execute(sa.delete(StoredFile))

    with pytest.raises(Refused, match="a file that the message carried is gone"):
        prove(session, row.id or 0, identity=identity)
