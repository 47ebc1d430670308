"""Who is still to be told that we have her data is decided when the audience is frozen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from mailer.audience.criteria import parse
from mailer.compose.letter import Identity, write_letter
from mailer.compose.rendering import render
from mailer.distribution.fanout import fan_out
from mailer.distribution.planning import as_delivery, plan, planned_for
from mailer.models import Delivery, LegalBasis
from mailer.releases.editions import FullRelease
from mailer.settings import Settings
from tests import factories
from tests.factories import NOW

KAREN = "karen@havnebladet.example"
INTEREST, CONSENT = LegalBasis.LEGITIMATE_INTEREST, LegalBasis.CONSENT
Frozen = Callable[[], dict[str, tuple[LegalBasis | None, str]]]


@pytest.fixture
def frozen(session: Session, full: FullRelease, identity: Identity, settings: Settings) -> Frozen:
    """Freezes the audience; what each delivery keeps of its notice, by address."""

    def freezing() -> dict[str, tuple[LegalBasis | None, str]]:
        row = factories.distribution(session, full.release, fanned_out_at=None)
        fan_out(session, row, identity=identity, at=NOW, batch_size=9, throttle=settings.throttle)
        found = session.exec(select(Delivery).where(Delivery.distribution_id == row.id))
        return {one.email: (one.notice_basis, one.notice_source) for one in found}

    return freezing


@pytest.mark.parametrize(
    ("given", "notice"),
    [
        ({}, (INTEREST, "")),
        ({"source": "Cision"}, (INTEREST, "Cision")),
        ({"source": "a.csv"}, (INTEREST, "")),
        ({"source": "Cision", "basis_source": "the harbour fair"}, (INTEREST, "the harbour fair")),
        ({"source": "a\nb"}, (INTEREST, "a; b")),
        ({"source": "Cision", "informed_at": NOW}, (None, "")),
        ({"source": "Cision", "legal_basis": CONSENT}, (CONSENT, "Cision")),
        ({"source": " Herself ", "legal_basis": CONSENT}, (None, "")),
        ({"source": "a.csv", "basis_source": "sign-up", "legal_basis": CONSENT}, (None, "")),
        ({"source": "herself"}, (INTEREST, "herself")),
        ({"legal_basis": LegalBasis.PUBLIC_TASK}, (LegalBasis.PUBLIC_TASK, "")),
    ],
)
def test_it_is_owed_to_who_was_not_told_and_did_not_give_us_the_data_herself(
    session: Session,
    frozen: Frozen,
    given: dict[str, Any],
    notice: tuple[LegalBasis | None, str],
) -> None:
    factories.journalist(session, KAREN, **given)
    factories.desk(session, "desk@havnebladet.example", **given)
    assert frozen() == {KAREN: notice, "desk@havnebladet.example": notice}


def test_it_stays_frozen_when_she_was_told_since(session: Session, frozen: Frozen) -> None:
    karen = factories.journalist(session, KAREN, source="Cision")
    frozen()
    karen.informed_at = NOW + timedelta(minutes=1)
    session.flush()
    row = session.exec(select(Delivery)).one()
    assert (row.notice_basis, row.notice_source) == (INTEREST, "Cision")


def test_who_is_left_out_has_none(session: Session, frozen: Frozen) -> None:
    factories.journalist(session, KAREN, source="Cision", do_not_contact=True)
    assert frozen() == {KAREN: (None, "")}


def test_one_profile_serves_all_who_share_a_source(session: Session, full: FullRelease) -> None:
    for number in range(20):
        source = "Cision" if number % 2 else "the harbour fair"
        factories.journalist(session, f"k{number}@havnebladet.example", source=source)
    planned = plan(session, full, parse("everyone"), at=NOW).planned
    assert len({id(one.recipient.profile) for one in planned}) == 2


def test_a_preview_shows_it_as_long_as_she_would_get_it(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    karen = factories.journalist(session, KAREN, source="Cision")

    def shown() -> str:
        delivery = as_delivery(planned_for(session, full, KAREN, at=NOW))
        return render(write_letter(delivery, full, identity=identity, at=NOW)).text

    assert any(line.endswith(": Cision") for line in shown().splitlines())
    karen.informed_at = NOW
    session.flush()
    assert "Cision" not in shown()
