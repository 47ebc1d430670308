"""Whether files come with a message or as links is frozen with the audience."""

import pytest
from sqlmodel import Session, select

from mailer.compose.letter import Identity
from mailer.distribution.fanout import fan_out
from mailer.distribution.planning import as_delivery, planned_for
from mailer.models import Delivery
from mailer.releases.editions import FullRelease
from mailer.settings import Settings
from tests import factories
from tests.factories import NOW

TAKES, DOES_NOT = "karen@havnebladet.example", "lars@havnebladet.example"


@pytest.mark.parametrize("attaches", [True, False])
def test_who_takes_files_gets_them_unless_all_get_links(
    session: Session,
    full: FullRelease,
    identity: Identity,
    settings: Settings,
    *,
    attaches: bool,
) -> None:
    factories.journalist(session, TAKES)
    factories.journalist(session, DOES_NOT, wants_attachments=False)
    row = factories.distribution(session, full.release, fanned_out_at=None, attaches_files=attaches)

    fan_out(session, row, identity=identity, at=NOW, batch_size=9, throttle=settings.throttle)

    found = session.exec(select(Delivery).where(Delivery.distribution_id == row.id))
    frozen = {one.email: one.attaches_files for one in found}
    assert (frozen[TAKES], frozen[DOES_NOT]) == (attaches, False)


def test_a_preview_shows_what_the_reader_takes(session: Session, full: FullRelease) -> None:
    factories.journalist(session, TAKES, topics=["crime"])
    factories.desk(session, DOES_NOT, wants_attachments=False)

    takes, does_not = (
        as_delivery(planned_for(session, full, address, at=NOW)).attaches_files
        for address in (TAKES, DOES_NOT)
    )

    assert (takes, does_not) == (True, False)
