"""What is not in the text: sender, times, pictures, and what the office prints elsewhere."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mailer.models import (
    Attachment,
    AttachmentKind,
    PressContact,
    ReleaseKind,
    ReleaseStatus,
)
from mailer.releases.files.carried import CarriedFile
from mailer.releases.readiness import lint
from tests.releases.readiness.texts import (
    LEAD,
    NOW,
    found_on,
    full,
    ids,
    occasion,
    office,
    revision,
)

AHEAD = NOW + timedelta(days=2)


def picture(**given: Any) -> Attachment:
    """A picture of a quay with all that is said about it."""
    values: dict[str, Any] = {
        "release_id": 1,
        "file_id": 1,
        "kind": AttachmentKind.PICTURE,
        "name": "quay.jpg",
        "alts": {"en": "A quay"},
        "captions": {"en": "The new quay"},
        "credit": "Ada Lind",
    }
    return Attachment(**(values | given))


@pytest.mark.parametrize(
    ("given", "check"),
    [
        ({"from_address": "harbour.forum@gmail.com"}, "free-mail-sender"),
        ({"from_address": "presse@GMX.de"}, "free-mail-sender"),
        ({"reply_to": "no-reply@harbour.example"}, "no-reply-address"),
        ({"reply_to": "", "from_address": "noreply@harbour.example"}, "no-reply-address"),
    ],
)
def test_a_sender_who_cannot_be_answered_or_trusted_is_told_of(
    given: dict[str, str], check: str
) -> None:
    assert ids(found_on(full({"en": LEAD}, sender=office(**given)))) == [check]


def test_what_the_office_prints_in_other_languages_is_asked_for() -> None:
    has_others = office(boilerplates={"fr": "Le Forum."}, end_marks={"fr": "FIN"})
    found = found_on(full({"en": LEAD}, sender=has_others))
    assert [(one.id, one.severity.value) for one in found] == [
        ("no-boilerplate", "info"),
        ("no-end-mark", "info"),
    ]
    has_own = office(boilerplates={"en": "The Forum."}, end_marks={"en": "ENDS"})
    assert found_on(full({"en": LEAD}, sender=has_own)) == []
    assert (
        found_on(
            full({"en": LEAD}, sender=office(boilerplates={"fr": "x"}), carries_boilerplate=False)
        )
        == []
    )


@pytest.mark.parametrize("kind", [ReleaseKind.CORRECTION, ReleaseKind.WITHDRAWAL])
def test_a_correction_says_what_changed(kind: ReleaseKind) -> None:
    assert ids(found_on(full({"en": LEAD}, kind=kind))) == ["no-change-note"]
    noted = revision(LEAD, change_note="The number of harbours was wrong.")
    assert found_on(full({"en": noted}, kind=kind)) == []


def test_the_duty_rota_is_a_contact() -> None:
    whole = replace(full({"en": LEAD}, names_duty=True), contacts=())
    on_duty = PressContact(key="mira", name="Mira Lund", office_id=1, phone="1")
    assert lint(replace(whole, contacts=(on_duty,), duty=(on_duty,)), at=NOW) == []


def test_a_release_that_names_the_duty_is_not_sent_into_silence() -> None:
    whole = replace(full({"en": LEAD}, names_duty=True), at=NOW)
    (found,) = lint(whole, at=NOW + timedelta(days=1))
    assert (found.id, found.severity) == ("nobody-on-duty", "block")
    assert "nobody is on duty at 2026-11-24 10:00 (Europe/Luxembourg)" in found.message
    mailbox = PressContact(key="mira", name="Mira Lund", office_id=1, email="m@harbour.example")
    hidden = replace_row(mailbox, mobile="1", shows_mobile=False)
    (found,) = lint(replace(whole, contacts=(hidden,), duty=(hidden,)), at=NOW)
    assert (found.id, found.severity) == ("duty-unreachable", "block")
    seen = replace_row(hidden, shows_mobile=True)
    assert lint(replace(whole, contacts=(seen,), duty=(seen,)), at=NOW) == []


def replace_row(contact: PressContact, **given: Any) -> PressContact:
    """The same contact with other values."""
    return PressContact(**(contact.model_dump() | given))


# ---------------------------------------------------------------- occasions


def test_an_occasion_before_the_release_is_told_of_unless_it_is_cancelled() -> None:
    before = NOW - timedelta(days=3)
    assert ids(found_on(full({"en": LEAD}, occasions=(occasion(starts_at=before),)))) == [
        "occasion-past"
    ]
    cancelled = occasion(starts_at=before, cancelled_at=NOW)
    assert found_on(full({"en": LEAD}, occasions=(cancelled,))) == []
    assert found_on(full({"en": LEAD}, occasions=(occasion(starts_at=NOW),))) == []


def test_an_occasion_is_told_in_the_language_of_each_edition_or_missed_there() -> None:
    spoken = {"Signing": {"en": "Signing", "fr": "Signature"}, "Hall": {"en": "Hall"}}
    texts = dict.fromkeys(("en", "fr", "de"), LEAD)
    found = found_on(full(texts, occasions=(occasion(place="Hall", wordings=spoken),)))
    told = [one for one in found if one.id == "occasion-language"]
    assert [one.edition for one in told] == ["de", "fr"]
    assert "would read “Signing”, “Hall” in another language" in told[0].message
    assert "add a line de: …" in told[0].fix
    assert "“Signing”" not in told[1].message
    plain = found_on(full(texts, occasions=(occasion(place="Hall"),)))
    assert "occasion-language" not in ids(plain)


@pytest.mark.parametrize(
    ("starts_at", "is_doubled"),
    [
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), True),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), True),
        (datetime(2027, 10, 31, 2, 30, tzinfo=UTC), False),
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), False),
        (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), False),
    ],
)
def test_an_hour_that_comes_twice_is_told_of(starts_at: datetime, *, is_doubled: bool) -> None:
    found = found_on(full({"en": LEAD}, occasions=(occasion(starts_at=starts_at),)))
    assert (ids(found) == ["doubled-hour"]) is is_doubled


def test_gmt_in_summer_is_wrong_only_where_clocks_show_bst() -> None:
    text = "It opens on 11 July 2027 at 09:30 GMT."
    london = occasion(starts_at=datetime(2027, 7, 11, 8, 30, tzinfo=UTC), zone="Europe/London")
    found = found_on(full({"en": text}, occasions=(london,)))
    assert ids(found) == ["wrong-zone"]
    assert "write BST" in found[0].fix


def test_the_hour_of_a_zone_is_judged_on_the_day_beside_it() -> None:
    text = "Opens on 11 July 2027 at 09:30 CEST and closes on 11 January 2028 at 09:30 CET."
    assert found_on(full({"en": text})) == []


# ---------------------------------------------------------------- embargo


@pytest.mark.parametrize(
    ("given", "check"),
    [
        ({"embargo_until": NOW - timedelta(minutes=1)}, "embargo-past"),
        ({"embargo_until": NOW + timedelta(days=400)}, "embargo-implausible"),
        ({"embargo_until": AHEAD, "dated_on": date(2026, 12, 24)}, "embargo-implausible"),
        ({"embargo_until": AHEAD, "publish_at": NOW}, "page-before-embargo"),
    ],
)
def test_an_embargo_that_cannot_be_meant_blocks(given: dict[str, Any], check: str) -> None:
    found = found_on(full({"en": LEAD}, **given))
    assert [(one.id, one.severity.value) for one in found] == [(check, "block")]


@pytest.mark.parametrize(
    "given",
    [
        {"embargo_until": AHEAD, "publish_at": AHEAD},
        {"embargo_until": NOW - timedelta(days=1), "status": ReleaseStatus.SENT},
    ],
)
def test_an_embargo_ahead_or_kept_is_left_alone(given: dict[str, Any]) -> None:
    assert found_on(full({"en": LEAD}, **given)) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "FOR IMMEDIATE RELEASE"),
        ("fr", "Pour diffusion immédiate"),
        ("el", "Για άμεση δημοσίευση"),
        ("ar", "للنشر الفوري"),
        ("fi", "Julkaisuvapaa heti"),
    ],
)
def test_at_once_and_under_embargo_block_each_other(language: str, text: str) -> None:
    found = found_on(full({language: text}, embargo_until=AHEAD))
    assert ids(found) == ["immediate-under-embargo"]
    assert found_on(full({language: text})) == []


def test_another_day_than_that_of_the_embargo_blocks() -> None:
    wrong = full({"en": "Embargoed until 27 November 2026."}, embargo_until=AHEAD)
    assert ids(found_on(wrong)) == ["embargo-differs"]
    right = full({"en": "Embargoed until 26 November, 10:00."}, embargo_until=AHEAD)
    assert found_on(right) == []


def test_who_lifts_an_embargo_may_say_so() -> None:
    lifted = full({"en": "The embargo is lifted."}, kind=ReleaseKind.EMBARGO_LIFTED)
    assert found_on(lifted) == []


# ---------------------------------------------------------------- pictures and files


@pytest.mark.parametrize(
    ("given", "check"),
    [
        ({"alts": {}}, "picture-alt"),
        ({"alts": {"en": " "}}, "picture-alt"),
        ({"captions": {"fr": "Le quai"}}, "picture-caption"),
        ({"credit": ""}, "picture-credit"),
        ({"name": "plan.docm", "kind": AttachmentKind.DOCUMENT}, "risky-file"),
    ],
)
def test_what_a_picture_lacks_is_told_of(given: dict[str, Any], check: str) -> None:
    found = found_on(full({"en": LEAD + "\n\n![](quay.jpg)"}), (picture(**given),))
    assert check in ids(found)
    found = [one for one in found if one.id == check]
    assert found[0].where.endswith(picture(**given).name)


@pytest.mark.parametrize(
    "given",
    [{}, {"language": "fr", "alts": {}}, {"kind": AttachmentKind.DOCUMENT, "name": "plan.pdf"}],
)
def test_a_file_with_all_that_it_needs_is_left_alone(given: dict[str, Any]) -> None:
    assert found_on(full({"en": LEAD}), (picture(**given),)) == []


def test_what_a_text_does_not_show_needs_no_words_in_its_language() -> None:
    shown = LEAD + "\n\n![A quay](quay.jpg)"
    both = full({"en": shown, "de": "Zwölf Häfen haben sich am Montag geeinigt."})
    assert [one for one in found_on(both, (picture(),)) if one.id.startswith("picture")] == []


def test_a_picture_of_the_text_is_a_file_or_an_address() -> None:
    text = LEAD + "\n\n![A quay](quay.jpg) ![](https://harbour.example/x.jpg)"
    assert ids(found_on(full({"en": text}), (picture(),))) == ["picture-alt"]
    assert ids(found_on(full({"en": text}))) == ["dead-link", "picture-alt"]


def test_what_a_text_says_about_its_picture_need_not_stand_with_the_file() -> None:
    bare = picture(alts={}, captions={})
    said = LEAD + '\n\n![A quay](quay.jpg "The new quay")'
    assert found_on(full({"en": said}), (bare,)) == []
    once = said + "\n\n![](quay.jpg)"
    assert ids(found_on(full({"en": once}), (bare,))) == ["picture-alt", "picture-caption"]


def carrying(body: str, **given: Any) -> list[str]:
    """What is found on a release that carries a stored picture of that size."""
    whole = CarriedFile(1, 1, "quay.jpg", "", AttachmentKind.PICTURE, "image/jpeg", 9, **given)
    return ids(found_on(replace(full({"en": LEAD + body}), files=(whole,)), (picture(),)))


SHOWN = "\n\n![](quay.jpg)"


@pytest.mark.parametrize(
    ("width", "height", "found"),
    [(999, 600, ["picture-small"]), (1000, 600, []), (600, 1000, []), (0, 0, [])],
)
def test_a_picture_too_small_for_print_is_asked_about(
    width: int, height: int, found: list[str]
) -> None:
    assert carrying("", width=width, height=height) == found


def test_pictures_that_are_heavy_to_load_are_told_of_where_they_are_shown() -> None:
    assert carrying("", shown_size=9_000_000) == []
    heavy = carrying(SHOWN, shown_size=2_000_000)
    light = carrying(SHOWN, shown_size=1_999_999)
    assert ("heavy-pictures" in heavy, "heavy-pictures" in light) == (True, False)
