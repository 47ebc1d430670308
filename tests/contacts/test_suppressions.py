import pytest
from sqlmodel import Session, select

from mailer.contacts import scoped, suppressions
from mailer.contacts.directory import add_address, find_address
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import AddressState, Suppression, SuppressionReason
from mailer.tokens import Keyring
from tests import factories

EVA = "eva.lind@example.org"


def suppress(session: Session, keyring: Keyring, reason: str, address: str = EVA) -> bool:
    return suppressions.suppress(
        session, address, keyring=keyring, reason=SuppressionReason(reason), source="test"
    )


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("unsubscribed", AddressState.SUPPRESSED),
        ("manual", AddressState.SUPPRESSED),
        ("erased", AddressState.SUPPRESSED),
        ("bounced", AddressState.HARD),
        ("complained", AddressState.COMPLAINED),
    ],
)
def test_a_suppression_closes_the_address(
    session: Session, keyring: Keyring, reason: str, state: AddressState
) -> None:
    address = factories.address(session, EVA)
    assert suppress(session, keyring, reason)
    session.refresh(address)
    assert (address.state, address.state_reason) == (state, reason)
    assert suppressions.is_suppressed(session, EVA, keyring=keyring)


@pytest.mark.parametrize(
    "spelt", ["ＥＶＡ．lind＠example．org", "eva.l\u200bind@exam\u00adple.org"]
)
def test_a_suppressed_address_is_the_same_in_signs_that_look_otherwise(
    session: Session, keyring: Keyring, spelt: str
) -> None:
    topic = scoped.topic("politics")
    reason = SuppressionReason.UNSUBSCRIBED
    suppress(session, keyring, "unsubscribed")
    scoped.suppress(session, EVA, topic, keyring=keyring, reason=reason, source="test")
    assert not suppress(session, keyring, "unsubscribed", spelt)
    assert suppressions.suppressed_among(session, [spelt], keyring=keyring) == {spelt}
    assert scoped.told_of(session, spelt, keyring=keyring) == ["left the topic politics"]
    row = add_address(session, spelt, keyring=keyring)
    assert (row.normalised, row.state) == (EVA, AddressState.SUPPRESSED)


def test_a_suppression_needs_no_contact_and_holds_no_address(
    session: Session, keyring: Keyring
) -> None:
    suppress(session, keyring, "unsubscribed")
    (row,) = suppressions.list_suppressions(session)
    assert "eva" not in row.model_dump_json()
    assert find_address(session, EVA) is None


def test_an_address_added_later_is_born_suppressed(session: Session, keyring: Keyring) -> None:
    suppress(session, keyring, "unsubscribed")
    assert add_address(session, "Eva.Lind@EXAMPLE.org", keyring=keyring).state == "suppressed"
    assert add_address(session, "other@example.org", keyring=keyring).state == "ok"


def test_an_address_is_added_once(session: Session, keyring: Keyring) -> None:
    first = add_address(session, EVA, keyring=keyring)
    assert add_address(session, EVA.upper(), keyring=keyring).id == first.id


def test_a_suppression_is_new_once(session: Session, keyring: Keyring) -> None:
    assert suppress(session, keyring, "unsubscribed")
    assert not suppress(session, keyring, "unsubscribed", " EVA.Lind@example.ORG")
    assert len(suppressions.list_suppressions(session)) == 1


def test_a_stronger_reason_replaces_a_weaker_one(session: Session, keyring: Keyring) -> None:
    address = factories.address(session, EVA)
    suppress(session, keyring, "bounced")
    assert not suppress(session, keyring, "unsubscribed")
    session.refresh(address)
    assert (address.state, address.state_reason) == ("suppressed", "unsubscribed")
    with pytest.raises(Refused, match="only its owner"):
        suppressions.lift(session, EVA, keyring=keyring, note="it was a typo")


def test_a_weaker_reason_does_not_replace_a_stronger_one(
    session: Session, keyring: Keyring
) -> None:
    address = factories.address(session, EVA)
    suppress(session, keyring, "unsubscribed")
    suppress(session, keyring, "bounced")
    session.refresh(address)
    assert (address.state, address.state_reason) == ("suppressed", "unsubscribed")


@pytest.mark.parametrize("reason", ["bounced", "manual"])
def test_a_bounce_and_an_officers_word_can_be_lifted_with_a_note(
    session: Session, keyring: Keyring, reason: str
) -> None:
    address = factories.address(session, EVA)
    suppress(session, keyring, reason)
    suppressions.lift(session, EVA, keyring=keyring, note="mailbox is back, said Eva")
    session.refresh(address)
    assert (address.state, address.state_reason) == ("ok", "lifted: mailbox is back, said Eva")
    assert not suppressions.is_suppressed(session, EVA, keyring=keyring)


@pytest.mark.parametrize("reason", ["unsubscribed", "complained", "erased"])
def test_what_the_person_decided_cannot_be_lifted(
    session: Session, keyring: Keyring, reason: str
) -> None:
    suppress(session, keyring, reason)
    with pytest.raises(Refused):
        suppressions.lift(session, EVA, keyring=keyring, note="we need her")
    assert suppressions.is_suppressed(session, EVA, keyring=keyring)


def test_lifting_needs_a_note_and_a_suppression(session: Session, keyring: Keyring) -> None:
    with pytest.raises(BadInput, match="note"):
        suppressions.lift(session, EVA, keyring=keyring, note=" ")
    with pytest.raises(NotFound):
        suppressions.lift(session, EVA, keyring=keyring, note="why not")


def test_a_suppression_outlives_the_key_it_was_made_with(
    session: Session, keyring: Keyring
) -> None:
    old = Keyring({1: keyring.keys[1]})
    suppress(session, old, "unsubscribed")
    assert suppressions.is_suppressed(session, EVA, keyring=keyring)
    assert not suppress(session, keyring, "unsubscribed")
    assert len(session.exec(select(Suppression)).all()) == 1


def test_the_suppressed_among_many_are_found_as_they_were_spelt(
    session: Session, keyring: Keyring
) -> None:
    suppress(session, keyring, "unsubscribed")
    many = [f"reader{number}@example.org" for number in range(1200)]
    found = suppressions.suppressed_among(session, [*many, EVA, EVA.upper()], keyring=keyring)
    assert found == {EVA, EVA.upper()}
