"""What a preview shows of a follow-up is what goes out: the same octets, but for the date and what
is made from the number that a delivery gets when it is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any

import pytest
from sqlmodel import select

from mailer import clock, database
from mailer.compose.letter import Identity, write_letter
from mailer.compose.message import compose
from mailer.compose.printing.pages import counted
from mailer.distribution.following.previewing import Foreseen, foresee
from mailer.models import Delivery
from mailer.releases.editions import load
from tests.journeys.press_office import PressOffice
from tests.journeys.test_friday_correction import HEADER, NOTE, address, bring_in, people, text_of
from tests.journeys.test_invitation_moves import bring_in as invite

GOT, NEW = address(0), "new@paper99.example"
LANGUAGES = "fr@paper2.example"


@dataclass(frozen=True)
class Foretold:
    """What was foreseen for an address, and the octets that would have been made of it."""

    found: Foreseen
    octets: Callable[[Delivery], bytes]


@pytest.fixture
def foretell(press: PressOffice) -> Callable[..., Foretold]:
    """Foresee now; what comes of it is composed when its number and its date are known."""
    identity = Identity.from_settings(press.settings)

    def told(reference: str, email: str, **given: Any) -> Foretold:
        at = clock.now()
        with database.reading(press.engine) as session:
            full = load(session, reference)
            found = foresee(session, full, email, at=at, keyring=identity.keyring, **given)
            letter = counted(
                session, write_letter(found.delivery, found.full, identity=identity, at=at)
            )

            def octets(row: Delivery) -> bytes:
                known = {"id": row.id, "first_attempt_at": row.first_attempt_at}
                same = Delivery(**found.delivery.model_dump() | known)
                later = write_letter(same, found.full, identity=identity, at=at, pages=letter.pages)
                return compose(later).data

            return Foretold(found, octets)

    return told


def sent(press: PressOffice, email: str) -> tuple[bytes, Delivery]:
    """The last octets that the relay took for that address, and their delivery."""
    octets = [one.data for one in press.relay.received if one.recipient == email][-1]
    with database.reading(press.engine) as session:
        hers = select(Delivery).where(Delivery.email == email)
        return octets, max(session.exec(hers), key=lambda row: row.id or 0)


def preview(press: PressOffice, reference: str, email: str, *more: str) -> EmailMessage:
    """The message that the command shows."""
    words = ("releases", "preview", reference, "--to", email, "--as", "eml", *more)
    return message_from_string(press.command(*words)["content"], policy=policy.default)


@pytest.mark.parametrize("own", [True, False])
def test_a_correction_is_previewed_as_the_reply_that_it_is(
    press: PressOffice, foretell: Callable[..., Foretold], own: bool
) -> None:
    people(press, 2)
    number = press.send(bring_in(press, "2026-042"), 'list:"Friday"')
    (first,) = press.received(GOT)
    given = {"kind": "correction", "corrects": "2026-042"} if own else {}
    reference = "2026-043" if own else "2026-042"
    bring_in(press, reference, body="They meet on the 25th.", change_note=NOTE, **given)

    shown = preview(press, reference, GOT)
    assert shown["In-Reply-To"] == shown["References"] == first["Message-ID"]
    assert str(shown["Subject"]).startswith("Correction: ")
    assert text_of(shown).index(NOTE) < text_of(shown).index("the 25th")
    foretold = foretell(reference, GOT)

    press.command("distributions", "correct", str(number), reference)
    assert preview(press, reference, GOT)["In-Reply-To"] == first["Message-ID"]
    press.work_urgent()
    octets, row = sent(press, GOT)
    assert row.in_reply_to == first["Message-ID"]
    assert foretold.octets(row) == octets


def test_a_second_correction_answers_the_first(
    press: PressOffice, foretell: Callable[..., Foretold]
) -> None:
    people(press, 1)
    number = press.send(bring_in(press, "2026-042"), 'list:"Friday"')
    for day in ("25th", "26th"):
        bring_in(press, "2026-042", body=f"They meet on the {day}.", change_note=f"The {day}.")
        foretold = foretell("2026-042", GOT)
        press.command("distributions", "correct", str(number), "2026-042")
        press.work_urgent()
        octets, row = sent(press, GOT)
        assert foretold.octets(row) == octets
    _, second, third = press.received(GOT)
    assert third["In-Reply-To"] == second["Message-ID"]


def test_an_update_of_an_invitation_is_previewed_with_its_calendar(
    press: PressOffice, foretell: Callable[..., Foretold]
) -> None:
    press.take(HEADER + f"{LANGUAGES},Jean,Roy,Paper 2,FR,fr,Guests\n")
    invite(press)
    number = press.send("2026-060", 'list:"Guests"')
    invite(press, starts="2026-12-03T15:00", note="It has moved.")
    foretold = foretell("2026-060", LANGUAGES)
    assert foretold.found.relation == "update"
    press.command("distributions", "correct", str(number), "2026-060")
    press.work_urgent()
    octets, row = sent(press, LANGUAGES)
    assert foretold.octets(row) == octets


def test_a_translation_that_is_to_follow_is_previewed_as_a_reply(
    press: PressOffice, foretell: Callable[..., Foretold]
) -> None:
    people(press, 2)
    reader = address(1)
    press.command("contacts", "edit", reader, "--set", "wants_translations=yes")
    bring_in(press, "2026-042")
    press.command("releases", "expect", "2026-042", "fr")
    words = ("distributions", "schedule", "2026-042", "--audience", 'list:"Friday"')
    press.command(*words, "--languages", "follow")
    press.work()
    (first,) = press.received(reader)
    bring_in(press, "2026-042", "fr", body="Le 24 du mois.")
    shown = preview(press, "2026-042", reader)
    assert (shown["In-Reply-To"], "Le 24" in text_of(shown)) == (first["Message-ID"], True)
    # Who reads English gets no translation.
    assert preview(press, "2026-042", GOT)["In-Reply-To"] is None
    foretold = foretell("2026-042", reader)
    press.work()
    press.work()
    octets, row = sent(press, reader)
    assert row.edition_language == "fr"
    assert foretold.octets(row) == octets


def test_what_waits_for_somebody_is_a_first_text(press: PressOffice) -> None:
    people(press, 2)
    bring_in(press, "2026-042")
    press.command("releases", "expect", "2026-042", "fr")
    words = ("distributions", "schedule", "2026-042", "--audience", 'list:"Friday"')
    press.command(*words, "--languages", "wait")
    press.work()
    assert press.received(address(1)) == []
    bring_in(press, "2026-042", "fr", body="Le 24 du mois.")
    shown = press.command("releases", "preview", "2026-042", "--to", address(1))
    assert (shown["relation"], shown["after"], shown["edition"]) == (None, None, "fr")


def test_who_got_nothing_is_shown_a_first_text(press: PressOffice) -> None:
    people(press, 1)
    number = press.send(bring_in(press, "2026-042"), 'list:"Friday"')
    bring_in(press, "2026-042", body="They meet on the 25th.", change_note=NOTE)
    press.take(HEADER + f"{NEW},Ann,New,Paper 99,GB,en,Friday\n")
    assert preview(press, "2026-042", NEW)["In-Reply-To"] is None
    words = ("releases", "preview", "2026-042", "--to", NEW, "--after", str(number))
    answer = press.mailer(*words)
    assert answer.exit_code != 0
    assert f"would get nothing of it after distribution {number}" in answer.err


def test_whoever_left_since_is_said_to_be_left_out(press: PressOffice) -> None:
    people(press, 1)
    press.send(bring_in(press, "2026-042"), 'list:"Friday"')
    press.command("suppressions", "add", GOT, "--reason", "unsubscribed")
    bring_in(press, "2026-042", body="They meet on the 25th.", change_note=NOTE)
    shown = press.command("releases", "preview", "2026-042", "--to", GOT)
    assert shown["relation"] == "correction"
    assert shown["left_out"]


def test_the_page_shows_the_reply_and_where_it_stands(press: PressOffice) -> None:
    people(press, 1)
    number = press.send(bring_in(press, "2026-042"), 'list:"Friday"')
    (first,) = press.received(GOT)
    bring_in(press, "2026-042", body="They meet on the 25th.", change_note=NOTE)
    with database.reading(press.engine) as session:
        address_id = session.exec(select(Delivery)).one().address_id
    page = press.desk.get(f"/releases/2026-042?to={address_id}&form=source").text
    assert f"a reply that corrects distribution {number}" in page
    assert "In-Reply-To: " + str(first["Message-ID"]).replace("<", "&lt;")[:-1] in page
    message = press.desk.get(f"/releases/2026-042/message/{address_id}").text
    assert NOTE in message
