"""Erasure while a distribution is being sent: what waits is withheld, late answers name nobody."""

import sqlalchemy as sa
from sqlmodel import Session

from mailer.database import reading, writing
from mailer.delivery import claims, waves
from mailer.delivery.checks import hindrances
from mailer.delivery.claims import Stretch
from mailer.delivery.outcome import Outcome, OutcomeKind, Phase
from mailer.delivery.waves import Handed, Rules
from mailer.models import (
    Delivery,
    DeliveryStatus,
    KeptSkeleton,
)
from mailer.privacy import anonymising
from mailer.privacy.erasing import Erased, erase
from mailer.settings import Settings
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW
from tests.privacy.conftest import (
    KAREN,
    Story,
    left_of_her,
)

NOTE = "asked by Karen Holm on the phone, identity checked by mail"


def forget(session: Session, keyring: Keyring, who: str = KAREN) -> Erased:
    return erase(session, who, keyring=keyring, note=NOTE, source="command line", now=NOW)


def test_what_waits_is_withheld_and_its_batch_counted(
    engine: sa.Engine, story: Story, keyring: Keyring
) -> None:
    with writing(engine) as session:
        assert forget(session, keyring).withheld == 1
    with reading(engine) as session:
        row = session.get_one(Delivery, story.waiting)
        assert (row.status, row.reason) == (DeliveryStatus.WITHHELD, anonymising.REASON)
        assert row.next_attempt_at is None
        batch = session.execute(
            sa.text("SELECT due_at FROM batch WHERE distribution_id = :n"),
            {"n": row.distribution_id},
        ).scalar_one()
        assert batch is None


def test_an_answer_that_comes_later_names_nobody(
    engine: sa.Engine, story: Story, keyring: Keyring, settings: Settings
) -> None:
    with writing(engine) as session:
        row = session.get_one(Delivery, story.waiting)
        stretch = Stretch(row.distribution_id, row.position, row.position)
        (claimed,) = claims.claim(session, stretch, owner="line", limit=1, now=NOW)
    with writing(engine) as session:
        forget(session, keyring)
    answer = Outcome(OutcomeKind.ACCEPTED, Phase.AFTER_DOT, code=250, text=f"for {KAREN}")
    whole = KeptSkeleton(digest=b"2" * 32, parts=f"To: {KAREN}".encode(), is_personal=True)
    with writing(engine) as session:
        skeleton = factories.saved(session, whole)
        handed = Handed(claimed, skeleton.id or 0, "cd" * 32, ())
        assert waves.record_sent(session, [(handed, answer, NOW)], owner="line") == 1
        session.expire_all()
        sent = session.get_one(Delivery, story.waiting)
        assert (sent.status, sent.reply_text) == (DeliveryStatus.SENT, "")
    with writing(engine) as session:
        assert anonymising.clean_late(session, now=NOW) == 1
    assert left_of_her(engine) == []


def test_one_put_off_while_she_was_erased_is_not_tried_again(
    engine: sa.Engine, story: Story, keyring: Keyring, settings: Settings
) -> None:
    with writing(engine) as session:
        row = session.get_one(Delivery, story.waiting)
        stretch = Stretch(row.distribution_id, row.position, row.position)
        (claimed,) = claims.claim(session, stretch, owner="line", limit=1, now=NOW)
    with writing(engine) as session:
        forget(session, keyring)
    answer = Outcome(OutcomeKind.DEFERRED, Phase.RCPT, code=450, text=f"{KAREN} later")
    rules = Rules.from_settings(settings.delivery)
    with writing(engine) as session:
        assert waves.record(
            session, Handed.unset(claimed), answer, owner="line", rules=rules, now=NOW
        )
        again = claimed._replace(email="", attempt=2)
        told = hindrances(session, [again], keyring=keyring, embargo_until=None, now=NOW)
        assert told == {story.waiting: anonymising.REASON}
    assert left_of_her(engine) == []
