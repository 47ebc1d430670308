"""The plan: which edition under which cover, by which rule, and who is left out."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from mailer.audience.criteria import parse
from mailer.distribution.planning import Plan, as_delivery, plan, planned_for
from mailer.errors import NotFound
from mailer.models import DeliveryStatus, TrackingMode
from mailer.releases.editions import FullRelease, load
from tests import factories

NOW = factories.NOW


def planned(session: Session, full: FullRelease, line: str = "everyone") -> Plan:
    return plan(session, full, parse(line), at=NOW)


def test_a_danish_desk_gets_the_english_edition_under_a_danish_cover(
    session: Session, full: FullRelease
) -> None:
    factories.desk(session)
    (one,) = planned(session, full).planned
    assert (one.edition.language, one.cover.language) == ("en", "da")
    assert "no Danish edition" in one.edition.rule


def test_a_reader_of_french_gets_the_french_edition(session: Session, full: FullRelease) -> None:
    factories.journalist(session, languages=["fr", "en"])
    (one,) = planned(session, full).planned
    assert (one.edition.language, one.cover.language) == ("fr", "fr")


def test_an_address_gets_a_revision_once_however_often_it_is_distributed(
    session: Session, full: FullRelease
) -> None:
    factories.journalist(session, "a@b.example")
    factories.delivery(
        session,
        factories.distribution(session, full.release),
        "a@b.example",
        status=DeliveryStatus.SENT,
        revision_id=full.revisions["en"].id,
    )
    assert planned(session, full).planned == ()
    assert "already" in planned(session, full).left_out[0].reason


def test_an_address_that_was_refused_may_be_tried_in_another_distribution(
    session: Session, full: FullRelease
) -> None:
    factories.journalist(session, "a@b.example")
    factories.delivery(
        session,
        factories.distribution(session, full.release),
        "a@b.example",
        status=DeliveryStatus.CANCELLED,
        revision_id=full.revisions["en"].id,
    )
    assert len(planned(session, full).planned) == 1


def test_only_those_trusted_with_embargoes_get_a_text_under_embargo(
    session: Session, full: FullRelease
) -> None:
    full.release.embargo_until = NOW + timedelta(hours=2)
    factories.journalist(session, "trusted@b.example", embargo_trusted=True)
    factories.journalist(session, "other@b.example")
    decided = planned(session, full)
    assert [one.recipient.email for one in decided.planned] == ["trusted@b.example"]
    assert "not trusted" in decided.left_out[0].reason


def test_everyone_gets_it_once_the_embargo_is_over(session: Session, full: FullRelease) -> None:
    full.release.embargo_until = NOW - timedelta(hours=2)
    factories.journalist(session)
    assert len(planned(session, full).planned) == 1


@pytest.mark.parametrize(
    ("of_office", "of_person", "resolved"),
    [
        (TrackingMode.INDIVIDUAL, TrackingMode.INDIVIDUAL, TrackingMode.INDIVIDUAL),
        (TrackingMode.INDIVIDUAL, TrackingMode.NONE, TrackingMode.NONE),
        (TrackingMode.AGGREGATE, TrackingMode.INDIVIDUAL, TrackingMode.AGGREGATE),
        (TrackingMode.NONE, TrackingMode.INDIVIDUAL, TrackingMode.NONE),
    ],
)
def test_the_stricter_wish_about_measuring_wins(
    session: Session,
    full: FullRelease,
    of_office: TrackingMode,
    of_person: TrackingMode,
    resolved: TrackingMode,
) -> None:
    full.office.tracking = of_office
    factories.journalist(session, tracking=of_person, tracking_consented_at=NOW)
    (one,) = planned(session, full).planned
    assert one.tracking is resolved


def test_a_preview_shows_also_who_would_be_left_out(session: Session, full: FullRelease) -> None:
    factories.journalist(session, "never@b.example", do_not_contact=True)
    assert planned_for(session, full, "Never@B.example", at=NOW).recipient.email
    assert planned(session, full).planned == ()


def test_a_preview_for_a_stranger_is_refused(session: Session, full: FullRelease) -> None:
    with pytest.raises(NotFound, match="no contact has the address"):
        planned_for(session, full, "stranger@b.example", at=NOW)


def test_the_planned_delivery_carries_what_was_promised(
    session: Session, full: FullRelease
) -> None:
    factories.desk(session)
    (one,) = planned(session, full).planned
    delivery = as_delivery(one)
    assert delivery.revision_id == full.revisions["en"].id
    assert (delivery.email, delivery.outlet_name, delivery.zone) == (
        "redaktion@havnebladet.example",
        "Havnebladet",
        "Europe/Copenhagen",
    )
    assert load(session, full.release.reference).release.id == full.release.id
