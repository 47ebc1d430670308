"""A key under which suppressions stand may not go from the settings unseen."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.contacts import scoped, suppressions
from mailer.contacts.lost_keys import give_up, refuse_lost_keys
from mailer.errors import NotFound, Refused
from mailer.models import SuppressionReason
from mailer.tokens import Keyring
from tests import factories

EVA, BO = "eva@havnebladet.example", "bo@havnebladet.example"
LEFT = SuppressionReason.UNSUBSCRIBED
OLD = Keyring({1: b"\x01" * 32})
NEW = Keyring({11: b"\x0b" * 32})
BOTH = Keyring(OLD.keys | NEW.keys)


def leave_a_topic(session: Session, email: str, keyring: Keyring) -> None:
    topic = scoped.topic("politics")
    scoped.suppress(session, email, topic, keyring=keyring, reason=LEFT, source="test")


def refuse(session: Session, keyring: Keyring) -> None:
    session.commit()
    engine = session.get_bind()
    assert isinstance(engine, sa.Engine)
    refuse_lost_keys(engine, keyring.keys.keys())


def test_a_key_with_suppressions_may_not_go(session: Session) -> None:
    leave_a_topic(session, EVA, OLD)
    leave_a_topic(session, BO, NEW)
    refuse(session, BOTH)
    with pytest.raises(Refused, match="no key 1, and 1 suppressions stand under it"):
        refuse(session, NEW)
    with pytest.raises(Refused, match=r"no key 11, .* put the key back"):
        refuse(session, OLD)


def test_a_key_without_any_may_go(session: Session) -> None:
    refuse(session, NEW)
    leave_a_topic(session, EVA, BOTH)
    refuse(session, NEW)


def test_a_lost_key_is_given_up_and_what_rows_tell_holds(session: Session) -> None:
    factories.journalist(session, BO)
    leave_a_topic(session, EVA, OLD)
    suppressions.suppress(session, BO, keyring=OLD, reason=LEFT, source="test")
    leave_a_topic(session, EVA, NEW)
    assert give_up(session, 1, known=NEW.keys.keys()) == 2
    refuse(session, NEW)
    assert len(scoped.kept(session, EVA, keyring=BOTH)) == 1
    assert not suppressions.is_suppressed(session, BO, keyring=BOTH)
    with pytest.raises(Refused, match="only its owner can come back"):
        suppressions.lift(session, BO, keyring=NEW, note="asked")


def test_a_key_that_is_there_or_holds_nothing_is_not_given_up(session: Session) -> None:
    leave_a_topic(session, EVA, NEW)
    with pytest.raises(Refused, match=r"is in secrets\.keys"):
        give_up(session, 11, known=NEW.keys.keys())
    with pytest.raises(NotFound, match="no suppression stands under a key 1"):
        give_up(session, 1, known=NEW.keys.keys())
    assert len(scoped.kept(session, EVA, keyring=NEW)) == 1
