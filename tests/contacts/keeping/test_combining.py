"""Two records of one person: each column has its rule, and the stricter of two wishes holds."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from mailer.contacts.keeping.combining import RULES, TOGETHER, combined, quiet_hours
from mailer.models import Journalist, TrackingMode

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
#: Field, of the one who stays, of the other, of both.
CELLS: list[tuple[str, Any, Any, Any]] = [
    ("title", "Dr", "Prof", "Dr"),
    ("given_name", "", "Mette", "Mette"),
    ("family_name", "Lund", "Lundh", "Lund"),
    ("particle", "", "von", "von"),
    ("patronymic", "", "Jónsdóttir", "Jónsdóttir"),
    ("suffix", "Jr", "", "Jr"),
    ("vocative", "", "Mette", "Mette"),
    ("salutation_form", "neutral", "formal", "formal"),
    ("salutation_form", "informal", "formal", "informal"),
    ("salutations", {"da": "Kære"}, {"da": "Hej", "en": "Dear"}, {"da": "Kære", "en": "Dear"}),
    ("languages", ["da", "en"], ["fr", "en"], ["da", "en", "fr"]),
    ("country", "DK", "SE", "DK"),
    ("city", "", "Malmö", "Malmö"),
    ("zone", "", "Europe/Stockholm", "Europe/Stockholm"),
    ("accredited_until", date(2027, 1, 1), date(2026, 12, 1), date(2026, 12, 1)),
    ("accredited_until", None, date(2026, 12, 1), date(2026, 12, 1)),
    ("public_note", "calls", "writes", "calls\nwrites"),
    ("public_note", "calls", "calls", "calls"),
    ("private_note", "", "prefers mornings", "prefers mornings"),
    ("details", {"x": 1}, {"x": 2, "y": 3}, {"x": 1, "y": 3}),
    ("do_not_contact", False, True, True),
    ("embargo_trusted", True, False, False),
    ("embargo_trusted", True, True, True),
    ("topics", ["ports", "crime"], ["crime", "sport"], ["crime"]),
    ("topics", [], ["crime"], ["crime"]),
    ("topics", ["ports"], ["sport"], ["ports"]),
    ("kinds", ["release"], [], ["release"]),
    ("plain_text_only", False, True, True),
    ("wants_attachments", True, False, False),
    ("wants_translations", True, False, False),
    ("urgent_only", False, True, True),
    ("paused_until", EARLY, LATE, LATE),
    ("paused_until", None, EARLY, EARLY),
    ("tracking", "individual", "none", "none"),
    ("tracking", "aggregate", "individual", "aggregate"),
    ("source", "a.csv", "b.csv", "a.csv\nb.csv"),
    ("legal_basis", "legitimate_interest", "consent", "consent"),
    ("legal_basis", "other", "public_task", "public_task"),
    ("first_seen_at", LATE, EARLY, EARLY),
    ("basis_source", "Cision", "", "Cision"),
    ("informed_at", EARLY, None, None),
    ("informed_at", EARLY, LATE, LATE),
    ("verified_at", EARLY, LATE, EARLY),
    ("verified_at", None, LATE, None),
]


@pytest.mark.parametrize(("name", "staying", "going", "expected"), CELLS)
def test_each_column_has_its_rule(name: str, staying: Any, going: Any, expected: Any) -> None:
    two = [Journalist(first_seen_at=EARLY), Journalist(first_seen_at=EARLY)]
    for person, value in zip(two, (staying, going), strict=True):
        setattr(person, name, value)
    assert combined(*two)[name] == expected


def test_no_column_is_without_a_rule() -> None:
    special = {"family_name_first", "salutation_form", "quiet_from", "quiet_until"}
    special |= {"tracking_consented_at", *(one for two in TOGETHER.values() for one in two)}
    assert set(RULES) | special == set(Journalist.model_fields) - {"id"}
    assert {name for name, *_ in CELLS} == set(RULES) | {"salutation_form"}


def test_a_phone_goes_with_its_e164() -> None:
    staying = Journalist(first_seen_at=EARLY, mobile="20 30")
    going = Journalist(
        first_seen_at=EARLY, phone="33 12", phone_e164="+453312", mobile="x", mobile_e164="+45"
    )
    values = combined(staying, going)
    assert (values["phone"], values["phone_e164"]) == ("33 12", "+453312")
    assert (values["mobile"], values["mobile_e164"]) == ("20 30", "")


@pytest.mark.parametrize(
    ("modes", "moments", "expected"),
    [
        (("individual", "individual"), (EARLY, LATE), LATE),
        (("individual", "individual"), (EARLY, None), None),
        (("individual", "none"), (EARLY, LATE), None),
    ],
)
def test_a_consent_holds_only_if_both_gave_it(
    modes: tuple[str, str], moments: tuple[Any, Any], expected: Any
) -> None:
    two = [
        Journalist(first_seen_at=EARLY, tracking=TrackingMode(mode), tracking_consented_at=at)
        for mode, at in zip(modes, moments, strict=True)
    ]
    assert combined(*two)["tracking_consented_at"] == expected


@pytest.mark.parametrize(
    ("staying", "going", "expected"),
    [
        (("", ""), ("20:00", "07:00"), ("20:00", "07:00")),
        (("20:00", "07:00"), ("", ""), ("20:00", "07:00")),
        (("20:00", "06:00"), ("22:00", "08:00"), ("20:00", "08:00")),
        (("20:00", "08:00"), ("22:00", "06:00"), ("20:00", "08:00")),
        (("12:00", "13:00"), ("15:00", "16:00"), ("12:00", "16:00")),
        (("22:00", "23:00"), ("01:00", "02:00"), ("22:00", "02:00")),
        # Together they leave no minute of the day: the longer stretch stands.
        (("00:00", "13:00"), ("12:00", "01:00"), ("00:00", "13:00")),
    ],
)
def test_quiet_hours_cover_those_of_both(
    staying: tuple[str, str], going: tuple[str, str], expected: tuple[str, str]
) -> None:
    assert quiet_hours(staying, going) == expected
