"""Two people who share an outlet, a desk, a mailbox, a list, an import and each other's notes: each
is told everything of herself and nothing of the other.
"""

import json
from pathlib import Path
from typing import Literal, NamedTuple

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser
from sqlmodel import Session, col, select

from mailer.cli.context import jsonable
from mailer.contacts import list_keeping, scoped, suppressions
from mailer.contacts.importing import import_contacts
from mailer.contacts.keeping.editing import edit
from mailer.database import reading, writing
from mailer.models import (
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Desk,
    EventKind,
    InboundKind,
    InboundMessage,
    Journalist,
    ListPurpose,
    Release,
    Role,
    SuppressionReason,
)
from mailer.privacy.exporting import Document, export
from mailer.privacy.page import write_page
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW, saved
from tests.privacy.conftest import reply

Scheme = Literal["light", "dark"]
BOTH, DESK = "kultur@havnebladet.example", "redaktion@havnebladet.example"
FILE = f"""\
email,given_name,particle,family_name,desk,job_title,outlet,outlet_country,lists,phone,private_note
karen@havnebladet.example|{BOTH},Karen,,Holm,,Critic,Havnebladet,DK,Culture,+45 99 00 00 21,KN
lars@havnebladet.example|{BOTH},Lars,van,Bruun,,Editor,Havnebladet,DK,Culture,+45 99 00 00 22,LN
bo@radio.example,Bo,,Friis,,Host,Radio,DK,Culture,+45 99 00 00 23,
{DESK},,,,Redaktionen,,Havnebladet,DK,Culture,+45 99 00 00 24,
"""


class Person(NamedTuple):
    """What is hers, and what tells of nobody else."""

    given: str
    family: str
    email: str
    phone: str
    city: str
    words: tuple[str, ...]


KAREN = Person(
    "Karen", "Holm", "karen@havnebladet.example", "+45 99 00 00 21", "Aarhus", ("Critic",)
)
LARS = Person("Lars", "Bruun", "lars@havnebladet.example", "+45 99 00 00 22", "Ribe", ("Editor",))
#: Nobody is told of him: he is on the same list and in the same file, and named in both notes.
BO = Person("Bo", "Friis", "bo@radio.example", "+45 99 00 00 23", "Odense", ("Radio", "Host"))


@pytest.fixture
def people(engine: sa.Engine, tmp_path: Path, keyring: Keyring) -> dict[str, int]:
    return _all_of_it(engine, tmp_path, keyring)


def _all_of_it(engine: sa.Engine, tmp_path: Path, keyring: Keyring) -> dict[str, int]:
    """All of it, committed; the numbers of all of them."""
    file = tmp_path / "Bruun, Lars and Karen Holm.csv"
    file.write_text(FILE, encoding="utf-8")
    with writing(engine) as session:
        office = factories.office(session)
        import_contacts(session, file, keyring=keyring)
        found = {one.given_name: one for one in session.exec(select(Journalist))}
        _write(session, found, keyring)
        release = factories.release(session, office)
        for number, (one, other) in enumerate(((KAREN, LARS), (LARS, KAREN))):
            _send(session, found[one.given], one, other, number=number, release=release)
        return {name: one.id or 0 for name, one in found.items()}


def _write(session: Session, found: dict[str, Journalist], keyring: Keyring) -> None:
    for one, other in ((KAREN, LARS), (LARS, KAREN)):
        fields = {
            "city": one.city,
            "private_note": f"Ask {other.given} {other.family} ({other.email}), or Bo Friis",
            "public_note": f"{other.family}, {other.given} reads {BOTH}, too; {one.email} is best",
        }
        edit(session, (found[one.given],), fields, source=f"call with {BO.given} {BO.family}")
        reason = SuppressionReason.UNSUBSCRIBED
        topic = scoped.topic(f"topic of {one.given}")
        scoped.suppress(session, one.email, topic, keyring=keyring, reason=reason, source="link")
    note = "Lars van Bruun and Karen Holm rang"
    suppressions.suppress(
        session, BOTH, keyring=keyring, reason=SuppressionReason.MANUAL, source="x", note=note
    )
    list_keeping.make(session, "Friends of Bo Friis", purpose=ListPurpose.PRESS)
    list_keeping.add(session, "Friends of Bo Friis", [KAREN.email, LARS.email], today=NOW.date())


def _send(
    session: Session, row: Journalist, one: Person, other: Person, *, number: int, release: Release
) -> None:
    distribution = factories.distribution(session, release)
    job = session.exec(select(Role).where(Role.journalist_id == row.id)).first()
    given: Document = {
        "journalist_id": row.id,
        "role_id": job.id if job else None,
        "recipient_name": f"{one.given} {one.family}",
    }
    sent: Document = {
        "status": DeliveryStatus.SENT,
        "sent_at": NOW,
        "reply_text": f"250 for {one.email}",
    }
    own = factories.delivery(session, distribution, one.email, **given, **sent)
    reason = f"same address as {other.given} {other.family}"
    held: Document = {"status": DeliveryStatus.WITHHELD, "reason": reason}
    factories.delivery(session, distribution, BOTH, **given, **held)
    details = {"diagnostic": f"<{one.email}> forwarded to <{other.email}>"}
    event: Document = {"source_key": f"{number}", "occurred_at": NOW, "details": details}
    saved(session, DeliveryEvent(delivery_id=own.id or 0, kind=EventKind.BOUNCED, **event))
    text = f"I am {one.given}-{number}, and {other.given} {other.family} says hello"
    inbound: Document = {"kind": InboundKind.REPLY, "received_at": NOW, "digest": f"{number}"}
    raw = reply(one.email, text)
    saved(session, InboundMessage(envelope_recipient="b", raw=raw, **inbound))
    raw = reply(BOTH, f"from the mailbox of both, {other.given}-{number}")
    inbound |= {"digest": f"both {number}", "delivery_id": None}
    saved(session, InboundMessage(envelope_recipient="b", raw=raw, **inbound))


def _told(engine: sa.Engine, keyring: Keyring, number: int) -> tuple[str, str]:
    with reading(engine) as session:
        document = export(session, str(number), keyring=keyring, now=NOW)
    return json.dumps(jsonable(document), ensure_ascii=False), write_page(document)


@pytest.mark.parametrize(("one", "other"), [(KAREN, LARS), (LARS, KAREN)])
@pytest.mark.parametrize("kind", ["JSON", "HTML"])
def test_each_is_told_all_of_herself_and_nothing_of_the_other(
    engine: sa.Engine,
    keyring: Keyring,
    people: dict[str, int],
    one: Person,
    other: Person,
    kind: str,
) -> None:
    told = _told(engine, keyring, people[one.given])[kind == "HTML"]
    number = 0 if one is KAREN else 1
    for hers in (
        *one[:5],
        *one.words,
        BOTH,
        "Culture",
        "Havnebladet",
        f"250 for {one.email}",
        f"I am {one.given}-{number}",
        f"topic of {one.given.lower()}",
        "[somebody else] reads",
    ):
        assert hers in told, hers
    for stranger in (other, BO):
        names = (stranger.email, stranger.phone, stranger.city, *stranger.words)
        for word in (*names, f"{stranger.given} {stranger.family}", stranger.family):
            assert word not in told, word
    assert f"opic of {other.given.lower()}" not in told
    assert f"I am {other.given}" not in told
    assert "from the mailbox of both" not in told
    assert DESK not in told


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_read_on_a_telephone(
    sqlite_engine: sa.Engine, tmp_path: Path, keyring: Keyring, chromium: Browser, scheme: Scheme
) -> None:
    """Nothing has to be moved sideways, and no word in the name of a field is cut."""
    numbers = _all_of_it(sqlite_engine, tmp_path, keyring)
    _, html = _told(sqlite_engine, keyring, numbers["Karen"])
    page = chromium.new_page(viewport={"width": 360, "height": 800}, color_scheme=scheme)
    page.set_content(html)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    lines = page.locator("dt").evaluate_all(
        """cells => cells.map(cell => {
            const all = document.createRange();
            all.selectNodeContents(cell);
            return [cell.textContent, all.getClientRects().length];
        })"""
    )
    assert len(lines) > 5
    assert [text for text, number in lines if number > len(text.split())] == []
    paper, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    light = {"light": ("rgb(255, 255, 255)", "rgb(28, 29, 31)")}
    assert (paper, ink) == light.get(scheme, ("rgb(27, 30, 33)", "rgb(230, 230, 227)"))
    page.close()


def test_a_desk_is_told_nothing_of_those_who_work_there(
    engine: sa.Engine, keyring: Keyring, people: dict[str, int]
) -> None:
    with writing(engine) as session:
        desk = session.exec(select(Desk)).one()
        desk.private_note = "Karen Holm answers, Lars van Bruun at night, else Bo Friis"
    with reading(engine) as session:
        document = export(session, DESK, keyring=keyring, now=NOW)
    told = json.dumps(jsonable(document), ensure_ascii=False)
    assert "Redaktionen" in told
    assert "+45 99 00 00 24" in told
    for person in (KAREN, LARS, BO):
        assert person.family not in told
        assert person.email not in told


def test_a_namesake_leaves_her_own_name_in_her_record(
    engine: sa.Engine, keyring: Keyring, people: dict[str, int]
) -> None:
    with writing(engine) as session:
        factories.journalist(session, "kh@x.example", given_name="Karen", family_name="Holm")
    told, _ = _told(engine, keyring, people["Karen"])
    assert '"recipient_name": "Karen Holm"' in told
    assert "kh@x.example" not in told
    with reading(engine) as session:
        names = session.exec(select(Delivery.recipient_name).order_by(col(Delivery.id))).all()
    assert names.count("Karen Holm") == 2


def test_who_takes_a_mailbox_over_is_told_nothing_that_came_from_it_before(
    engine: sa.Engine, keyring: Keyring
) -> None:
    mailbox = "desk7@havnebladet.example"
    with writing(engine) as session:
        release = factories.release(session, factories.office(session))
        distribution = factories.distribution(session, release)
        lars = factories.journalist(session, mailbox, given_name="Lars", ended_on=NOW.date())
        box = factories.address(session, mailbox)
        karen = factories.journalist(session, "k@x.example", given_name="Karen")
        job = session.exec(select(Role).where(Role.journalist_id == karen.id)).one()
        job.address_id = box.id
        for person in (lars, karen):
            sent = factories.delivery(
                session, distribution, mailbox, journalist_id=person.id, address_id=None
            )
            text, digest = f"the secret of {person.given_name}", person.given_name
            inbound: Document = {"kind": InboundKind.REPLY, "received_at": NOW, "digest": digest}
            inbound |= {"envelope_recipient": "b", "delivery_id": sent.id}
            saved(session, InboundMessage(raw=reply(mailbox, text), **inbound))
        number = karen.id or 0
    told, _ = _told(engine, keyring, number)
    assert mailbox in told
    assert "the secret of Karen" in told
    assert "the secret of Lars" not in told
