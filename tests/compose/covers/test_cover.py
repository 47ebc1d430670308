"""The localised head and foot of a message."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from mailer.compose.covers.cover import KICKERS, full_stop_joined, make_cover
from mailer.compose.text.edition import dateline
from mailer.languages import cover_languages
from mailer.models import ReleaseKind


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
    assert cover.notes == (("Check against delivery",) if kind is ReleaseKind.SPEECH else ())


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


def test_numbers_and_names_are_set_apart_in_a_cover_to_the_left(make_letter: Any) -> None:
    cover = make_cover(make_letter("ar"))
    assert cover.direction == "rtl"
    assert cover.masthead.calls[0].plain == "\u2066+352 99 00 00 10\u2069"
    assert "\u2068Press releases\u2069" in cover.foot.reason
    assert cover.comma == "،"


def test_whoever_may_publish_is_told_so_where_the_office_says_it(make_letter: Any) -> None:
    says = {"says_immediate": True}
    until = {"embargo_until": datetime(2026, 12, 11, 7, 0, tzinfo=UTC)}
    assert make_cover(make_letter("da", office=says)).notes == (
        "Til øjeblikkelig offentliggørelse",
    )
    assert make_cover(make_letter("da")).notes == ()
    assert make_cover(make_letter("da", office=says, release=until)).notes == ()
    withdrawn = {"kind": ReleaseKind.WITHDRAWAL}
    assert make_cover(make_letter("da", office=says, release=withdrawn)).notes == ()


def test_a_text_that_was_withdrawn_says_so_to_who_opens_it_again(make_letter: Any) -> None:
    letter = make_letter("da", office={"says_immediate": True})
    gone = replace(letter, is_withdrawn=True)
    assert make_cover(gone).notes == ("Tilbagetrækning af pressemeddelelse",)


def test_a_text_that_tells_what_changed_is_called_an_update(make_letter: Any) -> None:
    letter = make_letter("da")
    letter.revision.change_note = "The number of harbours is twelve."
    assert make_cover(letter).notes == ("Opdatering",)
    correction = make_letter("da", release={"kind": ReleaseKind.CORRECTION})
    correction.revision.change_note = "The number of harbours is twelve."
    assert make_cover(correction).notes == ()


def test_the_reference_tells_one_text_from_any_other(make_letter: Any) -> None:
    letter = make_letter("da", "fr")
    assert make_cover(letter).reference_line == "Reference: 2026-042-fr"
    letter.revision.number = 3
    assert make_cover(letter).reference_line == "Reference: 2026-042-fr-3"
    bare = make_letter("da", office={"prints_reference": False})
    assert make_cover(bare).reference_line == ""
    assert "\u20682026-042-en\u2069" in make_cover(make_letter("ar")).reference_line


def test_a_date_is_in_digits_where_the_office_asks(make_letter: Any) -> None:
    on = {"dated_on": date(2007, 6, 4)}
    letter = make_letter("da", release=on, office={"numeric_dates": ["da"]})
    assert make_cover(letter).date_line == "Dato: 04.06.2007."
    assert dateline(letter) == "Luxembourg, 4 June 2007 –"
    house = make_letter("da", release=on, office={"numeric_dates": ["en"]})
    assert make_cover(house).date_line == "Dato: 4. juni 2007."
    assert dateline(house) == "Luxembourg, 04.06.2007 –"


def test_the_office_says_it_in_its_own_words(make_letter: Any) -> None:
    own = {"da": {"Unsubscribe": "Frameld", "Date: {date}": "Den {date}", "E-mail": "Mail"}}
    cover = make_cover(make_letter("da", office={"wordings": own}, release={"place": ""}))
    assert cover.foot.unsubscribe == "Frameld"
    assert cover.date_line.startswith("Den 23. november")
    assert (cover.medium, cover.masthead.writes[0].label) == ("Mail", "Mail:")
    assert cover.foot.view == "Vis i browser"
    assert make_cover(make_letter("nb", office={"wordings": own})).foot.unsubscribe != "Frameld"


@pytest.mark.parametrize("language", cover_languages())
def test_a_date_has_its_month_as_a_word_and_its_whole_year(make_letter: Any, language: str) -> None:
    for month in range(1, 13):
        line = make_cover(
            make_letter(language, release={"dated_on": date(2031, month, 1)})
        ).date_line
        assert "2031" in line
        assert re.search(r"[^\W\d_]{3,}", line.split(":")[-1].split("՝")[-1]), line
        assert not re.search(r"\d[./-]\d", line), line


def test_french_dates_the_first_of_a_month_as_an_ordinal(make_letter: Any) -> None:
    for on, written in ((date(2026, 6, 1), "1er juin 2026"), (date(2026, 6, 11), "11 juin 2026")):
        letter = make_letter("fr", "fr", release={"dated_on": on})
        assert make_cover(letter).date_line == f"Date\u00a0: {written}."
        assert dateline(letter) == f"Luxembourg, {written} –"


@pytest.mark.parametrize(
    ("cover", "edition", "role"),
    [
        ("da", "en", "Pressechef"),
        ("de", "fr", "Attachée de presse"),
        ("de", "en", "Press officer"),
    ],
)
def test_a_role_is_in_the_language_of_the_cover_or_the_text_else_as_it_is_for_all(
    make_letter: Any, cover: str, edition: str, role: str
) -> None:
    roles = {"da": "Pressechef", "fr": "Attachée de presse"}
    letter = make_letter(cover, edition, contact={"roles": roles})
    assert make_cover(letter).contacts[0].role == role
