"""The localised head and foot of a message."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from mailer.compose.cover import KICKERS, full_stop_joined, make_cover
from mailer.languages import cover_languages
from mailer.models import ReleaseKind

UNTIL = datetime(2026, 6, 11, 7, 0, tzinfo=UTC)


def test_the_danish_desk_reads_a_danish_cover(make_letter: Any) -> None:
    cover = make_cover(make_letter("da", release={"dated_on": date(2007, 6, 4)}))
    assert cover.kicker == "Pressemeddelelse til redaktionen"
    assert cover.date_line == "Dato: 4. juni 2007."
    assert cover.masthead.name == "Havneforums presseafdeling"
    assert [way.label for way in cover.masthead.calls] == ["Telefon:", "Fax"]
    assert [way.label for way in cover.masthead.writes] == ["E-mail:", "Internet:"]
    assert cover.contact_heading == "Pressekontakt"
    assert cover.foot.unsubscribe == "Afmeld"
    assert cover.embargo_line == ""


def test_the_pages_are_told_only_when_counted(make_letter: Any) -> None:
    on = {"dated_on": date(2007, 6, 4)}
    counted = make_cover(make_letter("da", pages=1, release=on)).date_line
    assert counted == "Dato: 4. juni 2007. Antal sider (inkl. denne): 1"
    assert "sider" not in make_cover(make_letter("da", release=on)).date_line


@pytest.mark.parametrize("language", cover_languages())
def test_no_date_line_has_two_full_stops(make_letter: Any, language: str) -> None:
    line = make_cover(make_letter(language, pages=3)).date_line
    assert ".." not in line
    assert line.rstrip().endswith("3")


def test_sentences_are_closed_once() -> None:
    assert full_stop_joined("Datum: 4. lipnja 2007.", "Stranica: 1") == (
        "Datum: 4. lipnja 2007. Stranica: 1"
    )
    assert full_stop_joined("Dato: 4. juni 2007", "Sider: 1") == "Dato: 4. juni 2007. Sider: 1"
    assert full_stop_joined("", "Sider: 1") == "Sider: 1"
    assert full_stop_joined() == ""


@pytest.mark.parametrize("kind", list(ReleaseKind))
def test_every_kind_has_its_kicker(make_letter: Any, kind: ReleaseKind) -> None:
    cover = make_cover(make_letter("en", release={"kind": kind}))
    assert cover.kicker == KICKERS[kind]
    assert bool(cover.note) is (kind is ReleaseKind.SPEECH)


def test_french_labels_have_a_hard_blank_before_the_colon(make_letter: Any) -> None:
    cover = make_cover(make_letter("fr"))
    assert cover.masthead.calls[0].label == "Téléphone\u00a0:"


def test_the_medium_is_told_in_the_language_of_the_cover(make_letter: Any) -> None:
    assert make_cover(make_letter("ar")).medium == "البريد الإلكتروني"
    assert make_cover(make_letter("ar", office={"medium_label": ""})).medium == ""
    assert make_cover(make_letter("da", office={"medium_label": "Telex {1}"})).medium == "Telex {1}"


def test_a_name_without_translation_keeps_its_own_language(make_letter: Any) -> None:
    masthead = make_cover(make_letter("el")).masthead
    assert (masthead.name, masthead.language) == ("Harbour Forum Press Division", "en")
    assert make_cover(make_letter("da")).masthead.language == "da"


def test_what_the_office_has_not_is_left_out(make_letter: Any) -> None:
    bare = {"phone": "", "fax": "", "email": "", "website": ""}
    masthead = make_cover(make_letter("da", office=bare)).masthead
    assert (masthead.calls, masthead.writes) == ((), ())


def test_a_number_is_dialled_without_its_national_zero(make_letter: Any) -> None:
    ways = make_cover(make_letter("da")).contacts[0].ways
    assert (ways[0].shown, ways[0].href) == ("+352 (0)99 00 00 12", "tel:+35299000012")


@pytest.mark.parametrize("more", [" ext. 4", " / 99 00 00 14", ", 9-17 h"])
def test_only_the_number_itself_is_dialled(make_letter: Any, more: str) -> None:
    number = f"+352 99-00.00 (12){more}"
    way = make_cover(make_letter("da", contact={"phone": number})).contacts[0].ways[0]
    assert (way.shown, way.href) == (number, "tel:+35299000012")


def test_a_mobile_that_is_switched_off_is_not_printed(make_letter: Any) -> None:
    card = make_cover(make_letter("da", contact={"shows_mobile": False})).contacts[0]
    assert [way.label for way in card.ways] == ["Telefon:", "E-mail:"]


def test_a_contact_without_a_title_is_of_the_press_office(make_letter: Any) -> None:
    card = make_cover(make_letter("da", contact={"role": ""})).contacts[0]
    assert card.role == "Pressemedarbejder"


def test_the_embargo_is_told_on_the_readers_clock_first(make_letter: Any) -> None:
    letter = make_letter("en", zone="Europe/London", release={"embargo_until": UNTIL})
    assert make_cover(letter).embargo_line == (
        "Embargoed until Thursday, 11 June 2026,"
        " 08:00 (London, UTC+1) / 09:00 (Luxembourg, UTC+2) / 07:00 (UTC)"
    )


def test_an_unknown_zone_reads_the_clock_of_the_office(make_letter: Any) -> None:
    letter = make_letter("da", release={"embargo_until": UNTIL})
    assert make_cover(letter).embargo_line == (
        "Klausuleret indtil: torsdag den 11. juni 2026, 09.00 (Luxembourg, UTC+2) / 07.00 (UTC)"
    )


def test_the_same_clock_is_told_once(make_letter: Any) -> None:
    letter = make_letter("da", zone="Europe/Copenhagen", release={"embargo_until": UNTIL})
    assert "09.00 (København, UTC+2) / 07.00 (UTC)" in make_cover(letter).embargo_line


def test_another_day_elsewhere_is_told(make_letter: Any) -> None:
    evening = datetime(2026, 6, 10, 22, 30, tzinfo=UTC)
    letter = make_letter("en", zone="Europe/London", release={"embargo_until": evening})
    line = make_cover(letter).embargo_line
    assert "Wednesday, 10 June 2026, 23:30 (London, UTC+1)" in line
    assert "11 June 2026, 00:30 (Luxembourg, UTC+2)" in line


def test_half_hours_and_the_west_have_their_offset(make_letter: Any) -> None:
    for zone, offset in (("Asia/Kolkata", "UTC+5:30"), ("America/St_Johns", "UTC−2:30")):
        letter = make_letter("en", zone=zone, release={"embargo_until": UNTIL})
        assert offset in make_cover(letter).embargo_line


def test_numbers_and_names_are_set_apart_in_a_cover_to_the_left(make_letter: Any) -> None:
    cover = make_cover(make_letter("ar"))
    assert cover.direction == "rtl"
    assert cover.masthead.calls[0].plain == "\u2066+352 99 00 00 10\u2069"
    assert "\u2068Press releases\u2069" in cover.foot.reason
    assert cover.comma == "،"
