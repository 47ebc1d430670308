"""The fan-out: one delivery for each address, named and ordered, the audience frozen."""

from collections.abc import Sequence

from sqlmodel import Session, select

from mailer.distribution.fanout import Identity, fan_out
from mailer.models import Delivery, DeliveryStatus, Distribution, TrackedLink
from mailer.releases.editions import FullRelease
from tests import factories

NOW = factories.NOW


def fanned_out(session: Session, full: FullRelease, identity: Identity) -> Sequence[Delivery]:
    distribution = factories.distribution(session, full.release, fanned_out_at=None)
    fan_out(session, distribution, identity=identity, at=NOW)
    return deliveries_of(session, distribution)


def deliveries_of(session: Session, distribution: Distribution) -> Sequence[Delivery]:
    return session.exec(
        select(Delivery)
        .where(Delivery.distribution_id == distribution.id)
        .order_by(Delivery.position)
    ).all()


def test_each_address_becomes_one_delivery(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    factories.desk(session)
    person = factories.journalist(session, "karen@havnebladet.example")
    rows = fanned_out(session, full, identity)
    assert {row.email for row in rows} == {
        "redaktion@havnebladet.example",
        "karen@havnebladet.example",
    }
    assert {row.journalist_id for row in rows} == {None, person.id}
    assert all(row.status is DeliveryStatus.PENDING for row in rows)


def test_each_delivery_has_a_message_id_of_its_own_from_the_start(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    for number in range(5):
        factories.journalist(session, f"n{number}@b.example")
    ids = [row.message_id for row in fanned_out(session, full, identity)]
    assert len(set(ids)) == 5
    assert all(one.endswith("@press.example.org>") for one in ids)


def test_the_same_audience_gives_the_same_message_ids_again(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    factories.journalist(session, "a@b.example")
    (first,) = fanned_out(session, full, identity)
    named = first.message_id
    session.delete(first)
    session.flush()
    (again,) = fanned_out(session, full, identity)
    assert again.message_id == named


def test_one_newsroom_gets_no_burst(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    for newsroom in ("a", "b", "c"):
        for number in range(4):
            factories.journalist(session, f"n{number}@{newsroom}.example")
    order = [row.email.partition("@")[2] for row in fanned_out(session, full, identity)]
    assert all(len(set(order[turn : turn + 3])) == 3 for turn in range(0, 12, 3))


def test_those_left_out_are_kept_with_the_reason(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    factories.journalist(session, "never@b.example", do_not_contact=True)
    factories.journalist(session, "karen@b.example")
    withheld = {
        row.email: row.reason
        for row in fanned_out(session, full, identity)
        if row.status is DeliveryStatus.WITHHELD
    }
    assert list(withheld) == ["never@b.example"]
    assert withheld["never@b.example"]


def test_the_targets_of_the_links_are_kept_on_the_server(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    factories.journalist(session, languages=["fr"])
    fanned_out(session, full, identity)
    links = session.exec(select(TrackedLink)).all()
    assert [(row.revision_id, row.number, row.url) for row in links] == [
        (full.revisions["fr"].id, 1, "https://harbour.example/code")
    ]


def test_several_people_at_one_mailbox_get_one_delivery(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    factories.journalist(session, "shared@b.example")
    factories.journalist(session, "shared@b.example")
    factories.journalist(session, "never@b.example", do_not_contact=True)
    factories.journalist(session, "never@b.example", do_not_contact=True)
    rows = {row.email: row.status for row in fanned_out(session, full, identity)}
    assert rows == {
        "shared@b.example": DeliveryStatus.PENDING,
        "never@b.example": DeliveryStatus.WITHHELD,
    }


def test_nothing_is_withheld_from_those_who_have_the_text_already(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    factories.journalist(session, "karen@b.example")
    first = fanned_out(session, full, identity)
    assert [row.email for row in first] == ["karen@b.example"]
    assert fanned_out(session, full, identity) == []
