"""Leaves that cover one topic or one office."""

import pytest
from sqlmodel import Session

from mailer.contacts import scoped, suppressions
from mailer.contacts.scoped import Scope
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import Office, SuppressionReason, SuppressionScope
from mailer.tokens import Keyring
from tests import factories

EVA = "Eva.Lind@Havnebladet.example"
POLITICS = scoped.topic("Politics")
UNSUBSCRIBED, MANUAL = SuppressionReason.UNSUBSCRIBED, SuppressionReason.MANUAL


def leave(
    session: Session,
    keyring: Keyring,
    scope: Scope = POLITICS,
    reason: SuppressionReason = UNSUBSCRIBED,
) -> bool:
    return scoped.suppress(session, EVA, scope, keyring=keyring, reason=reason, source="test")


def left(
    session: Session, keyring: Keyring, *beats: str, office: str = "harbour"
) -> dict[str, str]:
    asked = [EVA, "bo@havnebladet.example"]
    return scoped.left_among(session, asked, scoped.scopes_of(beats, office), keyring=keyring)


def test_who_left_a_topic_left_it_however_it_and_she_are_spelt(
    session: Session, keyring: Keyring
) -> None:
    assert leave(session, keyring)
    assert left(session, keyring, "sport", " POLITICS ") == {EVA: "left the topic politics"}
    lower = scoped.left_among(
        session, [EVA.lower()], scoped.scopes_of(["politics"], "harbour"), keyring=keyring
    )
    assert list(lower) == [EVA.lower()]


def test_who_left_a_topic_gets_all_others_and_is_not_suppressed(
    session: Session, keyring: Keyring
) -> None:
    leave(session, keyring)
    assert left(session, keyring, "sport") == left(session, keyring) == {}
    assert not suppressions.is_suppressed(session, EVA, keyring=keyring)


def test_who_left_an_office_gets_what_others_send(
    session: Session, keyring: Keyring, office: Office
) -> None:
    leave(session, keyring, scoped.office(session, office.key))
    assert left(session, keyring, "sport") == {EVA: "left the office harbour"}
    assert left(session, keyring, "sport", office="other") == {}


def test_an_office_that_is_not_there_cannot_be_left(session: Session, office: Office) -> None:
    with pytest.raises(NotFound, match="did you mean 'harbour'"):
        scoped.office(session, "harbor")


@pytest.mark.parametrize("beat", ["Ports ", "FISH", "coast guard", "politics"])
def test_a_topic_is_known_where_a_release_a_contact_or_the_shared_terms_have_it(
    session: Session, office: Office, beat: str
) -> None:
    factories.release(session, office, beats=["fish", "politics"])
    factories.journalist(session, beats=["ports"])
    factories.desk(session, beats=["Coast Guard"])
    assert scoped.known_topic(session, beat) == scoped.topic(beat)
    assert scoped.known_topic(session, "Sport") == scoped.topic("sport")


def test_a_topic_that_nothing_has_is_refused_with_the_nearest(session: Session) -> None:
    factories.journalist(session, beats=["ports"])
    with pytest.raises(NotFound, match=r"has the beat 'prots': did you mean 'ports'\?"):
        scoped.known_topic(session, "prots")
    with pytest.raises(NotFound, match="did you mean 'politics'"):
        scoped.known_topic(session, "polics")


def test_a_leave_outlives_a_new_key(session: Session, keyring: Keyring) -> None:
    leave(session, keyring)
    newer = Keyring(keyring.keys | {9: b"\x09" * 32})
    assert list(left(session, newer, "politics")) == [EVA]
    assert not leave(session, newer)
    assert len(scoped.kept(session, EVA, keyring=newer)) == 1


def test_it_is_kept_as_a_hash_and_once(session: Session, keyring: Keyring) -> None:
    assert [leave(session, keyring), leave(session, keyring)] == [True, False]
    (row,) = suppressions.list_suppressions(session)
    assert "eva" not in str(row.model_dump()).lower()
    assert (row.scope, row.scope_value) == (SuppressionScope.TOPIC, "politics")


def test_one_by_hand_is_lifted_with_a_note_and_only_in_its_scope(
    session: Session, keyring: Keyring, office: Office
) -> None:
    leave(session, keyring, reason=MANUAL)
    leave(session, keyring, scoped.office(session, office.key), reason=MANUAL)
    with pytest.raises(BadInput, match="with a note"):
        scoped.lift(session, EVA, POLITICS, keyring=keyring, note=" ")
    scoped.lift(session, EVA, POLITICS, keyring=keyring, note="Bo asked her")
    assert left(session, keyring, "politics") == {EVA: "suppressed for the office harbour"}
    with pytest.raises(NotFound):
        scoped.lift(session, EVA, POLITICS, keyring=keyring, note="again")


def test_a_leave_is_the_owners_and_is_not_lifted_even_where_a_hand_came_first(
    session: Session, keyring: Keyring
) -> None:
    leave(session, keyring, reason=MANUAL)
    leave(session, keyring)
    with pytest.raises(Refused, match="only its owner can come back"):
        scoped.lift(session, EVA, POLITICS, keyring=keyring, note="please")


@pytest.mark.parametrize("reason", [SuppressionReason.COMPLAINED, SuppressionReason.ERASED])
def test_some_reasons_cover_everything(
    session: Session, keyring: Keyring, reason: SuppressionReason
) -> None:
    with pytest.raises(BadInput, match="gets nothing at all"):
        leave(session, keyring, reason=reason)


def test_lifting_all_does_not_bring_back_a_topic(session: Session, keyring: Keyring) -> None:
    leave(session, keyring)
    suppressions.suppress(session, EVA, keyring=keyring, reason=MANUAL, source="test")
    suppressions.lift(session, EVA, keyring=keyring, note="called")
    assert list(left(session, keyring, "politics")) == [EVA]
