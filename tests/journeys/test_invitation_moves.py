"""J6: an invitation whose date moves, and that is called off in the end: those who got it are told
in their own threads, and their calendars by the same number.
"""

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar

from tests.journeys.press_office import PressOffice

HEADER = "email,given_name,family_name,outlet,outlet_country,languages,lists\n"
TEXT = """\
---
reference: 2026-060
kind: invitation
language: {language}
title: {title}
place: Luxembourg
date: 2026-11-23
{more}contacts:
  - {{key: anna.keller, name: Anna Keller, role: Press officer, phone: "+352 99 00 00 12"}}
{occasions}---
{body}
"""
OCCASION = """\
occasions:
  - title: Signing of the code
    place: Quayside Hall
    address: 1 Quai des Exemples, Luxembourg
    starts: {starts}
    zone: Europe/Luxembourg
    accreditation: {{photographers: 2026-11-27T18:00}}
{more}"""
ENGLISH, FRENCH, GONE = "en@paper1.example", "fr@paper2.example", "gone@paper3.example"


def bring_in(
    press: PressOffice, *, starts: str = "2026-12-01T10:00", occasion: str = "", note: str = ""
) -> Any:
    """Import the invitation in both languages; what was imported."""
    day = starts[8:10].lstrip("0")
    more = {language: f"change_note: {note} ({language})\n" if note else "" for language in "ef"}
    occasions = OCCASION.format(starts=starts, more=occasion)
    for language, title, body, mine in (
        ("en", "Signing of the code", f"The press may come on {day} December.", occasions),
        ("fr", "Signature du code", f"La presse est invitée le {day} décembre.", ""),
    ):
        text = TEXT.format(
            language=language, title=title, body=body, occasions=mine, more=more[language[0]]
        )
        folder = press.folder / "invitation"
        folder.mkdir(exist_ok=True)
        (folder / f"{language}.md").write_text(text, encoding="utf-8")
    return press.command("releases", "import", "invitation")


def calendar_of(message: EmailMessage) -> tuple[str | None, Any, Any]:
    """The file of a message, read back: what to do with it, and its one event."""
    (part,) = (one for one in message.walk() if one.get_content_type() == "text/calendar")
    calendar = Calendar.from_ical(part.get_content())
    (event,) = calendar.walk("VEVENT")
    assert part["Content-Type"].params["method"] == calendar["method"]
    return part.get_filename(), calendar, event


def words_of(message: EmailMessage) -> str:
    """Its plain text."""
    part: Any = message.get_body(("plain",))
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.fixture
def invited(press: PressOffice) -> tuple[PressOffice, int]:
    """An invitation that went out to three; one of them has left since."""
    press.take(
        HEADER
        + f"{ENGLISH},Jane,Doe,Paper 1,GB,en,Guests\n"
        + f"{FRENCH},Jean,Roy,Paper 2,FR,fr,Guests\n"
        + f"{GONE},Lars,Holm,Paper 3,DK,en,Guests\n"
    )
    bring_in(press)
    number = press.send("2026-060", 'list:"Guests"')
    assert len(press.relay.received) == 3
    press.command("suppressions", "add", GONE, "--reason", "unsubscribed")
    return press, number


def update(press: PressOffice, number: int) -> Any:
    """Tell those who got it; the decision."""
    decided = press.command("distributions", "correct", str(number), "2026-060")
    press.work_urgent()
    press.work_urgent()
    return decided


def test_the_first_invitation_has_a_place_in_calendars(invited: tuple[PressOffice, int]) -> None:
    press, _ = invited
    (english,), (french,) = press.received(ENGLISH), press.received(FRENCH)
    for message, language in ((english, "en"), (french, "fr")):
        name, calendar, event = calendar_of(message)
        assert (name, calendar["method"]) == ("invitation.ics", "PUBLISH")
        assert (event["sequence"], event["status"]) == (0, "CONFIRMED")
        assert event.decoded("dtstart") == datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
        assert event["location"] == "Quayside Hall, 1 Quai des Exemples, Luxembourg"
        assert event["description"].params["LANGUAGE"] == language
        assert message["In-Reply-To"] is None
    # London first, where she reads it; then the place.
    assert "When: Tuesday 1 December 2026, 09:00 GMT (10:00 CET Luxembourg)" in words_of(english)
    assert "Date limite d’accréditation (photographers)" in words_of(french)


def test_a_moved_date_reaches_who_got_it_in_their_threads(invited: tuple[PressOffice, int]) -> None:
    press, number = invited
    firsts = {one: press.received(one)[0] for one in (ENGLISH, FRENCH)}
    bring_in(press, starts="2026-12-03T15:00", note="It has moved to Thursday.")
    decided = update(press, number)
    assert (decided["relation"], decided["replies"], decided["first_texts"]) == ("update", 2, 0)

    assert len(press.relay.received) == 5
    assert len(press.received(GONE)) == 1
    for email, first in firsts.items():
        _, message = press.received(email)
        assert message["In-Reply-To"] == first["Message-ID"]
        assert message["Message-ID"] != first["Message-ID"]
        name, calendar, event = calendar_of(message)
        _, _, before = calendar_of(first)
        assert (name, calendar["method"]) == ("invitation.ics", "PUBLISH")
        assert event["uid"] == before["uid"]
        assert event["sequence"] == before["sequence"] + 1
        assert event.decoded("dtstamp") >= before.decoded("dtstamp")
        assert event.decoded("dtstart") == datetime(2026, 12, 3, 14, 0, tzinfo=UTC)
    english = press.received(ENGLISH)[1]
    assert str(english["Subject"]).startswith("Update: ")
    said = words_of(english)
    assert 0 < said.index("It has moved to Thursday.") < said.index("3 December")
    assert "When: Thursday 3 December 2026, 14:00 GMT (15:00 CET Luxembourg)" in said
    assert press.command("releases", "show", "2026-060")["status"] == "sent"


def test_what_is_called_off_is_taken_out_of_calendars(invited: tuple[PressOffice, int]) -> None:
    press, number = invited
    first = press.received(FRENCH)[0]
    bring_in(press, starts="2026-12-03T15:00", note="It has moved.")
    update(press, number)
    bring_in(
        press, starts="2026-12-03T15:00", occasion="    cancelled: yes\n", note="It is called off."
    )
    decided = update(press, number)
    assert (decided["relation"], decided["replies"]) == ("update", 2)
    _, second, third = press.received(FRENCH)
    assert third["In-Reply-To"] == second["Message-ID"]
    assert str(third["References"]).split() == [first["Message-ID"], second["Message-ID"]]
    name, calendar, event = calendar_of(third)
    assert (name, calendar["method"]) == ("cancelled.ics", "CANCEL")
    assert (event["status"], event["sequence"]) == ("CANCELLED", 2)
    assert event["uid"] == calendar_of(first)[2]["uid"]
    assert str(third["Subject"]).startswith("Annulé\u00a0: ")
    assert "Signing of the code\nAnnulé\n" in words_of(third)
    assert len(press.received(GONE)) == 1


def test_a_change_that_no_calendar_shows_is_a_correction(invited: tuple[PressOffice, int]) -> None:
    press, number = invited
    bring_in(press, note="A name was misspelt.")
    assert update(press, number)["relation"] == "correction"
    _, _, event = calendar_of(press.received(ENGLISH)[1])
    assert event["sequence"] == 0


def test_a_move_that_is_not_told_goes_to_nobody(invited: tuple[PressOffice, int]) -> None:
    press, number = invited
    occasions = OCCASION.format(starts="2026-12-03T15:00", more="")
    # The date of the occasion alone: the text is as it was, and says nothing of it.
    text = TEXT.format(
        language="en",
        title="Signing of the code",
        body="The press may come on 1 December.",
        occasions=occasions,
        more="",
    )
    (press.folder / "en.md").write_text(text, encoding="utf-8")
    press.command("releases", "import", "en.md")
    answer = press.mailer("distributions", "correct", str(number), "2026-060")
    assert answer.exit_code == 1
    assert "2 × has this text already" in answer.err
    assert "add change_note:" in answer.err
    assert len(press.relay.received) == 3
