"""Who is greeted how, and who gets which note: planned, previewed and frozen alike."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.audience.criteria import parse
from mailer.compose.letter import Identity
from mailer.distribution.fanout import fan_out
from mailer.distribution.following.freezing import freeze
from mailer.distribution.planning import as_delivery, plan, planned_for
from mailer.models import (
    Delivery,
    DeliveryStatus,
    Journalist,
    Relation,
    ReleaseKind,
    SalutationForm,
)
from mailer.privacy.erasing import erase
from mailer.privacy.exporting import export
from mailer.releases.editions import FullRelease
from mailer.releases.personal_notes import notes_of, write_note
from mailer.settings import Settings
from mailer.tokens import Keyring
from tests import factories

NOW = factories.NOW
KAREN, BO, DESK = "karen@havn.example", "bo@havn.example", "redaktion@havnebladet.example"
NOTE = "Dear Karen, as promised."


@pytest.fixture
def people(session: Session, full: FullRelease) -> FullRelease:
    """Two persons and a desk, and a note to one of them."""
    karen = {"given_name": "Karen", "family_name": "Holm", "languages": ["da"]}
    factories.journalist(session, KAREN, **karen, salutation_form=SalutationForm.FEMALE)
    factories.journalist(session, BO, given_name="Bo", family_name="Friis", languages=["de"])
    factories.desk(session, DESK)
    write_note(session, full.release.reference, KAREN, text=NOTE, by="marie")
    return full


def frozen(session: Session, full: FullRelease, **given: Any) -> dict[str, Delivery]:
    """The deliveries of a distribution to everybody, by address."""
    distribution = factories.distribution(session, full.release, criteria="everyone")
    fan_out(session, distribution, at=NOW, batch_size=500, **given)
    rows = select(Delivery).where(col(Delivery.distribution_id) == distribution.id)
    return {row.email: row for row in session.exec(rows)}


@pytest.mark.parametrize("greets", [True, False])
def test_what_is_planned_and_previewed_is_frozen(
    session: Session, people: FullRelease, identity: Identity, settings: Settings, greets: bool
) -> None:
    people.office.greets = greets
    session.add(people.office)
    greetings = {KAREN: "Kære Karen Holm", BO: "Guten Tag Bo Friis,", DESK: "Kære redaktion"}
    wanted = {
        email: (line if greets else "", NOTE if email == KAREN else "")
        for email, line in greetings.items()
    }
    planned = plan(session, people, parse("everyone"), at=NOW).planned
    assert {one.recipient.email: (one.greeting, one.personal_note) for one in planned} == wanted
    for email, told in wanted.items():
        row = as_delivery(planned_for(session, people, email, at=NOW))
        assert (row.greeting, row.personal_note) == told
    rows = frozen(session, people, identity=identity, throttle=settings.throttle)
    assert {email: (row.greeting, row.personal_note) for email, row in rows.items()} == wanted


def test_who_wants_no_greeting_gets_none_and_her_own_line_wins(
    session: Session, people: FullRelease
) -> None:
    people.office.greets = True
    karen, bo = (
        session.exec(select(Journalist).where(Journalist.given_name == name)).one()
        for name in ("Karen", "Bo")
    )
    karen.salutation_form, bo.salutations = SalutationForm.NONE, {"de": "Lieber Bo,"}
    planned = plan(session, people, parse("everyone"), at=NOW).planned
    told = {one.recipient.email: one.greeting for one in planned}
    assert told == {KAREN: "", BO: "Lieber Bo,", DESK: "Kære redaktion"}


def test_an_erasure_leaves_neither_the_note_nor_what_was_frozen_of_it(
    session: Session,
    people: FullRelease,
    identity: Identity,
    settings: Settings,
    keyring: Keyring,
) -> None:
    people.office.greets = True
    number = frozen(session, people, identity=identity, throttle=settings.throttle)[KAREN].id
    told = export(session, KAREN, keyring=keyring, now=NOW)
    assert [one["text"] for one in told["notes"]] == [NOTE]
    assert told["deliveries"][0]["personal_note"] == NOTE
    assert told["deliveries"][0]["greeting"] == "Kære Karen Holm"
    write_note(session, people.release.reference, BO, text="Ask Karen Holm.", by="marie")
    erase(session, KAREN, keyring=keyring, note="asked", source="page", now=NOW)
    session.expire_all()
    row = session.get_one(Delivery, number)
    assert (row.greeting, row.personal_note) == ("", "")
    lines = notes_of(session, people.release.reference)
    assert [(one.address, one.text) for one in lines] == [(BO, "Ask [erased].")]


def test_a_correction_has_notes_of_its_own_and_greets_as_before(
    session: Session, people: FullRelease, identity: Identity, settings: Settings
) -> None:
    people.office.greets = True
    first = factories.distribution(session, people.release, criteria="everyone")
    given: dict[str, Any] = {"identity": identity, "throttle": settings.throttle}
    fan_out(session, first, at=NOW, batch_size=500, **given)
    session.execute(sa.update(Delivery).values(status=DeliveryStatus.SENT, sent_at=NOW))
    corrects = {"kind": ReleaseKind.CORRECTION, "corrects_id": people.release.id}
    correction = factories.release(session, people.office, **corrects)
    write_note(session, correction.reference, BO, text="Bo, sorry.", by="marie")
    follows = {"follows_id": first.id, "relation": Relation.CORRECTION}
    second = factories.distribution(session, correction, **follows)
    freeze(session, second, at=NOW, batch_size=500, **given)
    rows = select(Delivery).where(col(Delivery.distribution_id) == second.id)
    told = {row.email: (row.greeting, row.personal_note) for row in session.exec(rows)}
    assert told == {
        KAREN: ("Kære Karen Holm", ""),
        BO: ("Guten Tag Bo Friis,", "Bo, sorry."),
        DESK: ("Kære redaktion", ""),
    }
