"""What a reader is told of an occasion, and what her calendar is."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from mailer.compose.calendar import calendar_files
from mailer.compose.covers.occasions import occasion_cards
from mailer.compose.letter import Letter
from mailer.compose.message import compose
from mailer.compose.rendering import render
from mailer.languages import cover_languages
from mailer.models import Occasion
from tests.compose import strict

STARTS, ENDS = datetime(2026, 12, 1, 9, 0, tzinfo=UTC), datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
CHANGED = datetime(2026, 11, 20, 8, 0, 7, tzinfo=UTC)


def occasion(**given: Any) -> Occasion:
    values: dict[str, Any] = {
        "id": 5,
        "release_id": 42,
        "uid": "6f0e1c5e-5c9a-4b7d-9d0e-0a8b6a3f1c11",
        "title": "Signing of the code",
        "place": "Quayside Hall, 1 Quai des Exemples, Luxembourg",
        "starts_at": STARTS,
        "ends_at": ENDS,
        "zone": "Europe/Luxembourg",
        "changed_at": CHANGED,
    }
    return Occasion(**(values | given))


@pytest.fixture
def invite(make_letter: Any) -> Any:
    """A letter with one occasion; `occasion` changes it, all else changes the letter."""

    def make(cover: str = "en", edition: str = "en", **given: Any) -> Letter:
        some = given.pop("occasions", None) or [occasion(**given.pop("occasion", {}))]
        letter: Letter = make_letter(cover, edition, occasions=tuple(some), **given)
        return letter

    return make


def facts(letter: Letter) -> list[str]:
    (card,) = occasion_cards(letter)
    return [f"{fact.label} {fact.shown}".strip() for fact in card.facts]


def events(letter: Letter) -> list[Any]:
    """The events of all its files, read back."""
    return [
        event
        for file in calendar_files(letter)
        for event in Calendar.from_ical(file.text.replace("\n", "\r\n")).walk("VEVENT")
    ]


def parts(letter: Letter) -> list[EmailMessage]:
    """The parts of its message that are files for calendars."""
    message = message_from_bytes(compose(letter).data, policy=policy.default)
    return [part for part in message.walk() if part.get_content_type() == "text/calendar"]


# ------------------------------------------------------------------- in words


def test_who_reads_at_the_place_sees_one_clock(invite: Any) -> None:
    assert facts(invite(zone="Europe/Luxembourg")) == [
        "When: Tuesday 1 December 2026, 10:00–11:30 CET",
        "Where: Quayside Hall, 1 Quai des Exemples, Luxembourg",
        "Open to the press",
    ]


def test_a_reader_elsewhere_sees_her_own_clock_first(invite: Any) -> None:
    assert facts(invite(zone="Europe/London"))[0] == (
        "When: Tuesday 1 December 2026, 09:00–10:30 GMT (10:00–11:30 CET Luxembourg)"
    )


def test_where_her_day_is_another_one_both_are_named(invite: Any) -> None:
    assert facts(invite(zone="Pacific/Auckland", occasion={"ends_at": None}))[0] == (
        "When: Tuesday 1 December 2026, 22:00 UTC+13 Auckland (10:00 CET Luxembourg)"
    )
    late = {"starts_at": datetime(2026, 12, 1, 20, 0, tzinfo=UTC), "ends_at": None}
    assert facts(invite(zone="Pacific/Auckland", occasion=late))[0] == (
        "When: Wednesday 2 December 2026, 09:00 UTC+13 Auckland"
        " (Tuesday 1 December 2026, 21:00 CET Luxembourg)"
    )


def test_a_reader_whose_zone_is_not_known_sees_the_clock_of_the_place(invite: Any) -> None:
    tokyo = {"zone": "Asia/Tokyo"}
    assert facts(invite(occasion=tokyo))[0] == (
        "When: Tuesday 1 December 2026, 18:00–19:30 UTC+9 Tokyo"
    )


def test_two_days_are_two_days(invite: Any) -> None:
    ends = {"ends_at": datetime(2026, 12, 2, 16, 0, tzinfo=UTC)}
    assert facts(invite(occasion=ends))[0] == (
        "When: Tuesday 1 December 2026, 10:00 – Wednesday 2 December 2026, 17:00 CET"
    )


def test_whole_days_have_no_clock(invite: Any) -> None:
    whole = {
        "starts_at": datetime(2026, 11, 30, 23, 0, tzinfo=UTC),
        "ends_at": datetime(2026, 12, 2, 22, 59, tzinfo=UTC),
    }
    letter = invite(occasion=whole, zone="America/New_York")
    assert facts(letter)[0] == "When: Tuesday 1 December 2026 – Wednesday 2 December 2026"
    (event,) = events(letter)
    assert str(event.decoded("dtstart")) == "2026-12-01"
    assert str(event.decoded("dtend")) == "2026-12-03"


def test_who_may_come_and_until_when_to_ask(invite: Any) -> None:
    letter = invite(
        occasion={
            "is_open_to_press": False,
            "accreditation": {
                "photographers": "2026-11-27T17:00:00+00:00",
                "": "2026-11-30T11:00:00+00:00",
            },
        }
    )
    assert facts(letter)[2:] == [
        "Closed to the press",
        "Accreditation deadline (photographers): Friday 27 November 2026, 18:00 CET",
        "Accreditation deadline: Monday 30 November 2026, 12:00 CET",
    ]


def test_each_part_says_when_it_is_and_whether_the_press_may_come(invite: Any) -> None:
    signing = {"title": "Signing", "starts_at": "2026-12-01T09:00:00+00:00", "ends_at": None}
    dinner = {"title": "Dinner", "starts_at": "2026-12-02T18:00:00+00:00", "ends_at": None}
    letter = invite(
        occasion={
            "parts": [signing | {"is_open_to_press": True}, dinner | {"is_open_to_press": False}]
        }
    )
    said = render(letter).text
    assert "- 10:00 CET Signing (Open to the press)\n" in said
    assert "- Wednesday 2 December 2026, 19:00 CET Dinner (Closed to the press)\n" in said


def test_a_time_runs_as_the_cover_does(invite: Any) -> None:
    """All of it stands in marks that set it apart, so it says nothing of its direction itself."""
    part = {"title": "Signing", "starts_at": STARTS.isoformat(), "ends_at": None}
    letter = invite(
        "ar", zone="Europe/London", occasion={"parts": [part | {"is_open_to_press": True}]}
    )
    (card,) = occasion_cards(letter)
    held = str(card.parts[0].when_whole).replace('"whole"', '"whole" style="white-space: nowrap;"')
    assert f'<bdi dir="rtl">{held}</bdi>' in unescape(render(letter).html)


def test_what_is_called_off_says_so_and_asks_nobody(invite: Any) -> None:
    letter = invite(
        "da", occasion={"cancelled_at": CHANGED, "accreditation": {"": "2026-11-30T11:00:00+00:00"}}
    )
    rendered = render(letter)
    assert "Signing of the code\nAflyst\nTid: tirsdag den 1. december 2026" in rendered.text
    assert "Aflyst" in rendered.html
    assert "akkreditering" not in rendered.text
    assert "Åbent for pressen" not in rendered.text


@pytest.mark.parametrize("language", cover_languages())
def test_every_language_tells_the_same_in_text_and_html(invite: Any, language: str) -> None:
    deadline = {"accreditation": {"": "2026-11-30T11:00:00+00:00"}}
    letter = invite(language, occasion=deadline, zone="Europe/London")
    rendered = render(letter)
    (card,) = occasion_cards(letter)
    assert len(card.facts) == 4
    for fact in card.facts:
        for said in (rendered.text, words_in(rendered.html)):
            assert fact.label in said
            assert fact.shown in said
    assert "2026" in card.facts[0].shown


# ------------------------------------------------------------------- for calendars


def test_the_file_is_enclosed_beside_the_words(invite: Any) -> None:
    message = message_from_bytes(compose(invite()).data, policy=policy.default)
    assert message.get_content_type() == "multipart/mixed"
    words, file = message.iter_parts()
    assert words.get_content_type() == "multipart/alternative"
    assert file.get_content_type() == "text/calendar"
    assert file.get_filename() == "invitation.ics"
    assert file.get_content_disposition() == "attachment"
    assert dict(file["Content-Type"].params) == {"charset": "utf-8", "method": "PUBLISH"}
    assert file["Content-Transfer-Encoding"] == "quoted-printable"


def test_a_release_without_occasions_has_no_file(make_letter: Any) -> None:
    assert list(calendar_files(make_letter())) == []
    assert b"text/calendar" not in compose(make_letter()).data


def test_a_calendar_reads_what_was_meant(invite: Any) -> None:
    (event,) = events(invite("da", "en", zone="Europe/London"))
    assert event["uid"] == "6f0e1c5e-5c9a-4b7d-9d0e-0a8b6a3f1c11"
    assert event["sequence"] == 0
    assert event.decoded("dtstart") == STARTS
    assert event.decoded("dtend") == ENDS
    assert event.decoded("dtstamp") == CHANGED
    assert event["summary"] == "Signing of the code"
    assert event["location"] == "Quayside Hall, 1 Quai des Exemples, Luxembourg"
    assert event["status"] == "CONFIRMED"
    assert event["organizer"] == "mailto:press@harbour.example"
    assert event["organizer"].params["CN"] == "Harbour Forum Press"
    assert event["description"].split("\n") == [
        "Twelve harbours agree on a code of conduct",
        "When: Tuesday 1 December 2026, 10:00–11:30 CET",
        "Where: Quayside Hall, 1 Quai des Exemples, Luxembourg",
        "Open to the press",
    ]


def test_its_words_are_those_of_the_edition(invite: Any) -> None:
    (event,) = events(invite("da", "fr"))
    assert event["description"].params["LANGUAGE"] == "fr"
    assert "Ouvert à la presse" in event["description"]
    # Who gets an edition gets its file, whatever the cover, the clock and the name.
    covers = [invite("da", "fr"), invite("fr", "fr", zone="Asia/Tokyo", recipient_name="Aya", id=9)]
    first, second = (list(calendar_files(letter)) for letter in covers)
    assert first == second


def test_what_is_called_off_is_taken_out_of_calendars(invite: Any) -> None:
    letter = invite(
        occasions=[occasion(sequence=2, cancelled_at=CHANGED), occasion(id=6, uid="other")]
    )
    standing, gone = parts(letter)
    assert (standing.get_filename(), gone.get_filename()) == ("invitation.ics", "cancelled.ics")
    assert gone["Content-Type"].params["method"] == "CANCEL"
    calendar = Calendar.from_ical(gone.get_content())
    assert calendar["method"] == "CANCEL"
    (event,) = calendar.walk("VEVENT")
    assert (event["status"], event["sequence"]) == ("CANCELLED", 2)
    assert "Cancelled" in str(event["description"])


def test_an_occasion_from_before_there_were_numbers_has_one(invite: Any) -> None:
    (event,) = events(invite(occasion={"uid": "", "changed_at": None}))
    assert event["uid"] == "occasion-5@press.example.org"
    assert event.decoded("dtstamp").year == 2026


@settings(
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    title=st.text(min_size=1, max_size=300),
    place=st.text(alphabet="a,;:\\\"\n\r\t Åé👍ש^'=", max_size=300),
    name=st.text(alphabet='a,;:"\\ é^\r\n', max_size=80),
)
def test_whatever_people_type_a_calendar_can_read_it(
    invite: Any, title: str, place: str, name: str
) -> None:
    letter = invite(
        occasion={"title": title, "place": place}, office={"from_name": name or "Press"}
    )
    (part,) = parts(letter)
    octets: Any = part.get_payload(decode=True)
    lines = octets.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not {10, 13} & set(b"".join(lines))
    # No line begins something that we did not mean to say.
    unfolded = octets.replace(b"\r\n ", b"").decode("utf-8").splitlines()
    assert [line for line in unfolded if line.startswith(("BEGIN", "END"))] == [
        *("BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR"),
    ]
    (event,) = Calendar.from_ical(octets).walk("VEVENT")
    (card,) = occasion_cards(letter)
    assert event["summary"] == card.title
    assert event.get("location", "") == one_line_of(place)
    strict.lines_of(compose(letter).data)


def one_line_of(text: str) -> str:
    """Breaks and doubled blanks are one blank."""
    return " ".join(text.split())


# ------------------------------------------------------------------- where it stands


@pytest.mark.parametrize("kind", ["invitation", "advisory", "photo"])
def test_who_is_invited_reads_when_and_where_before_the_text(invite: Any, kind: str) -> None:
    for said in both_parts(invite(release={"kind": kind})):
        assert said.index("Signing of the code") < said.index("23 November 2026 –")


def test_in_a_release_it_stands_between_the_text_and_its_end(invite: Any) -> None:
    office = {"end_marks": {"en": "ENDS"}, "boilerplates": {"en": "About us."}}
    for said in both_parts(invite(office=office)):
        places = [
            said.index(words)
            for words in ("23 November 2026 –", "Signing of the code", "ENDS", "About us.")
        ]
        assert places == sorted(places)


def both_parts(letter: Letter) -> tuple[str, str]:
    rendered = render(letter)
    return rendered.text, unescape(rendered.html).partition("</h1>")[2]


def test_no_screen_breaks_within_a_clock(invite: Any) -> None:
    rendered = render(invite(zone="Europe/London"))
    span = '<span class="whole" style="white-space: nowrap;">'
    assert (
        f"2026, {span}09:00–10:30 GMT</span> ({span}10:00–11:30 CET Luxembourg</span>)"
        in rendered.html
    )
    assert "2026, 09:00–10:30 GMT (10:00–11:30 CET Luxembourg)" in rendered.text
    assert not {"\x1e", "\x1f"} & set(rendered.text + rendered.html)


def test_the_hours_of_a_place_with_a_long_name_stay_together(invite: Any) -> None:
    html = render(invite("de", zone="America/North_Dakota/New_Salem")).html
    assert ">03:00–04:30</span> UTC−6 New Salem, North Dakota (" in html


def words_in(html: str) -> str:
    return unescape(re.sub("<[^>]+>", "", html))
