"""F7: who left comes back in a file, written otherwise, at another outlet, or after she was taken
out or erased. The list keeper is told that she is suppressed, and no message goes to her.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import col, select

from mailer import clock
from mailer.audience.criteria import parse
from mailer.compose.letter import Identity
from mailer.contacts import scoped, suppressions
from mailer.contacts.importing import ImportReport, import_contacts
from mailer.contacts.keeping.undoing import operation_of_import, undo
from mailer.database import reading, writing
from mailer.distribution import lifecycle, scheduling
from mailer.distribution.planning import plan
from mailer.feedback import leaving
from mailer.models import Delivery, DeliveryStatus, Distribution, Office, SuppressionReason
from mailer.privacy.erasing import erase
from mailer.releases.editions import load
from mailer.settings import Settings
from mailer.tokens import Keyring
from tests import factories

HEADER = "email,given_name,family_name,outlet,outlet_country\n"
EVA, BO = "eva@havnebladet.example", "bo@havnebladet.example"
FIRST = f"{HEADER}{EVA},Eva,Lind,Havnebladet,DK\n{BO},Bo,Friis,Havnebladet,DK\n"
BACK = {
    "as she was": f"{EVA},Eva,Lind,Havnebladet,DK\n",
    "in capitals": "EVA@Havnebladet.EXAMPLE,Eva,Lind,Havnebladet,DK\n",
    "at another outlet": f"{EVA},Eva,Lind,Le Phare,FR\n",
    "by another name": "Eva@havnebladet.example,Evelyn,Holm,Le Phare,FR\n",
}


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=False):
        yield


@dataclass
class House:
    """The office, and what its parts do."""

    engine: sa.Engine
    settings: Settings
    folder: Path

    @property
    def keyring(self) -> Keyring:
        """The keys under which a leave is kept."""
        return Identity.from_settings(self.settings).keyring

    def take(self, text: str) -> ImportReport:
        """Import a file with that text."""
        path = self.folder / "contacts.csv"
        path.write_text(text, encoding="utf-8")
        with writing(self.engine) as session:
            return import_contacts(session, path, keyring=self.keyring)

    def send(self) -> dict[str, Delivery]:
        """Distribute one more release about politics to everyone: the deliveries by address."""
        with writing(self.engine) as session:
            office = session.exec(select(Office)).one()
            reference = factories.release(session, office, beats=["politics"]).reference
        with writing(self.engine) as session:
            full = load(session, reference)
            number = lifecycle.schedule(
                session,
                full,
                criteria="everyone",
                at=clock.now(),
                by="marie",
                keyring=self.keyring,
            ).distribution.id
        with writing(self.engine) as session:
            identity = Identity.from_settings(self.settings)
            scheduling.start_due(
                session, identity=identity, settings=self.settings, now=clock.now()
            )
            assert session.get_one(Distribution, number).note == ""
        with reading(self.engine) as session:
            rows = session.exec(select(Delivery).where(col(Delivery.distribution_id) == number))
            return {one.email.lower(): one for one in rows}

    def leave(self) -> None:
        """Eva follows the link in what she got."""
        got = self.send()[EVA]
        with writing(self.engine) as session:
            assert leaving.unsubscribe(
                session, got.id or 0, keyring=self.keyring, source="link", now=clock.now()
            )

    def left_out(self) -> dict[str, str]:
        """Whom a plan of today leaves out, and why."""
        with reading(self.engine) as session:
            office = session.exec(select(Office)).one()
            full = load(session, factories.release(session, office, beats=["politics"]).reference)
            found = plan(session, full, parse("everyone"), at=clock.now(), keyring=self.keyring)
            session.rollback()
        return {one.email.lower(): one.reason for one in found.left_out}


@pytest.fixture
def house(engine: sa.Engine, settings: Settings, tmp_path: Path) -> House:
    """An office that writes to Eva and Bo."""
    with writing(engine) as session:
        factories.office(session)
    return House(engine, settings, tmp_path)


def assert_nothing_for_eva(house: House) -> None:
    sent = house.send()
    assert sent[BO].status == DeliveryStatus.PENDING
    assert EVA not in sent or sent[EVA].status == DeliveryStatus.WITHHELD


@pytest.mark.parametrize("row", BACK.values(), ids=list(BACK))
def test_who_left_is_not_mailed_when_a_file_brings_her_again(house: House, row: str) -> None:
    house.take(FIRST)
    house.leave()
    report = house.take(HEADER + row)
    assert (report.counts["suppressed"], report.suppressed) == (1, (2,))
    assert house.left_out() == {EVA: "suppressed: unsubscribed"}
    assert_nothing_for_eva(house)


@pytest.mark.parametrize("row", BACK.values(), ids=list(BACK))
def test_nor_after_the_import_that_brought_her_was_taken_back(house: House, row: str) -> None:
    first = house.take(FIRST)
    with writing(house.engine) as session:
        reason = SuppressionReason.UNSUBSCRIBED
        suppressions.suppress(session, EVA, keyring=house.keyring, reason=reason, source="link")
    with writing(house.engine) as session:
        number = operation_of_import(session, first.import_id)
        undo(session, number, keyring=house.keyring, source="test")
    report = house.take(f"{HEADER}{row}{BO},Bo,Friis,Havnebladet,DK\n")
    assert report.suppressed == (2,)
    assert house.left_out() == {EVA: "suppressed: unsubscribed"}
    assert_nothing_for_eva(house)


@pytest.mark.parametrize("row", BACK.values(), ids=list(BACK))
def test_of_who_was_erased_nothing_is_kept_when_she_comes_back(house: House, row: str) -> None:
    house.take(FIRST)
    house.leave()
    with writing(house.engine) as session:
        erase(session, EVA, keyring=house.keyring, note="asked", source="test", now=clock.now())
    report = house.take(HEADER + row)
    assert (report.counts["suppressed"], report.suppressed) == (1, (2,))
    assert house.left_out() == {}
    assert_nothing_for_eva(house)


@pytest.mark.parametrize("row", BACK.values(), ids=list(BACK))
def test_who_left_a_topic_has_left_it_when_a_file_brings_her_again(house: House, row: str) -> None:
    first = house.take(FIRST)
    with writing(house.engine) as session:
        topic, reason = scoped.topic("Politics"), SuppressionReason.UNSUBSCRIBED
        scoped.suppress(session, EVA, topic, keyring=house.keyring, reason=reason, source="link")
    with writing(house.engine) as session:
        number = operation_of_import(session, first.import_id)
        undo(session, number, keyring=house.keyring, source="test")
    house.take(f"{HEADER}{row}{BO},Bo,Friis,Havnebladet,DK\n")
    assert house.left_out() == {EVA: "left the topic politics"}
    assert_nothing_for_eva(house)
