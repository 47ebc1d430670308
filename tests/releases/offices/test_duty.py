"""The duty rota: who is on duty, in which order, and when nobody is."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from mailer.errors import BadInput, NotFound, Refused
from mailer.models import Office, PressContact
from mailer.releases.editions import going_out, load, load_by_id
from mailer.releases.offices.duty import add_shift, on_duty, remove_shift, roster
from mailer.releases.offices.press_contacts import save_described
from tests import factories

EIGHT = datetime(2026, 11, 24, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEXTS = {"en": ("Harbours", "Text"), "fr": ("Ports", "Texte")}


@pytest.fixture
def people(session: Session, office: Office) -> None:
    described = {
        "anna": {"name": "Anna Keller", "phone": "1", "languages": ["en"]},
        "jean": {"name": "Jean Roy", "phone": "2", "languages": ["fr"]},
        "mira": {"name": "Mira Lund", "phone": "3"},
    }
    save_described(session, described, office=office)


def shift(session: Session, office: Office, key: str, start: float, end: float) -> int:
    """Put somebody on duty, in hours after eight."""
    times = {"starts_at": EIGHT + start * HOUR, "ends_at": EIGHT + end * HOUR}
    return add_shift(session, office, key, **times).id


def keys(contacts: tuple[PressContact, ...]) -> list[str]:
    return [contact.key for contact in contacts]


@pytest.mark.usefixtures("people")
def test_a_shift_holds_from_its_first_moment_until_just_before_its_last(
    session: Session, office: Office
) -> None:
    shift(session, office, "anna", 0, 8)
    shift(session, office, "jean", 8, 16)
    moment = timedelta(microseconds=1)
    told = [keys(on_duty(session, office, at=EIGHT + after)) for after in (-moment, 0 * HOUR)]
    assert told == [[], ["anna"]]
    told = [
        keys(on_duty(session, office, at=EIGHT + 8 * HOUR + after)) for after in (-moment, 0 * HOUR)
    ]
    assert told == [["anna"], ["jean"]]


@pytest.mark.usefixtures("people")
def test_who_began_first_stands_first(session: Session, office: Office) -> None:
    shift(session, office, "mira", 1, 8)
    shift(session, office, "anna", 0, 8)
    assert keys(on_duty(session, office, at=EIGHT + 2 * HOUR)) == ["anna", "mira"]


@pytest.mark.usefixtures("people")
def test_who_stands_in_does_so_only_when_nobody_is_on_duty(
    session: Session, office: Office
) -> None:
    office.duty_fallback = "mira"
    shift(session, office, "anna", 0, 1)
    assert keys(on_duty(session, office, at=EIGHT)) == ["anna"]
    assert keys(on_duty(session, office, at=EIGHT + HOUR)) == ["mira"]


@pytest.mark.usefixtures("people")
def test_gaps_and_overlaps_are_told_from_now_to_the_end(session: Session, office: Office) -> None:
    shift(session, office, "anna", -3, -2)
    shift(session, office, "anna", 1, 4)
    shift(session, office, "jean", 3, 6)
    shift(session, office, "mira", 8, 9)
    found = roster(session, office, at=EIGHT)
    assert [one.key for one in found.shifts] == ["anna", "jean", "mira"]
    gaps = [((one.starts_at - EIGHT) / HOUR, (one.ends_at - EIGHT) / HOUR) for one in found.gaps]
    assert gaps == [(0, 1), (6, 8)]
    (both,) = found.overlaps
    assert (both.keys, both.starts_at, both.ends_at) == (
        ("anna", "jean"),
        EIGHT + 3 * HOUR,
        EIGHT + 4 * HOUR,
    )
    assert found.ends_at == EIGHT + 9 * HOUR


def test_an_empty_rota_has_no_end(session: Session, office: Office) -> None:
    found = roster(session, office, at=EIGHT)
    assert (found.now, found.shifts, found.gaps, found.ends_at) == ((), (), (), None)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("key", "start", "end", "kind", "said"),
    [
        ("ana", 0, 8, NotFound, "did you mean anna"),
        ("anna", 8, 8, BadInput, "ends after it begins"),
        ("anna", 0, 24 * 63, BadInput, "cannot be meant"),
        ("anna", 7, 9, Refused, "on duty in a part of that time already, shift"),
    ],
)
def test_a_shift_that_cannot_be_is_refused(
    session: Session,
    office: Office,
    key: str,
    start: float,
    end: float,
    kind: type[Exception],
    said: str,
) -> None:
    shift(session, office, "anna", 0, 8)
    with pytest.raises(kind, match=said):
        shift(session, office, key, start, end)


@pytest.mark.usefixtures("people")
def test_a_shift_is_removed_by_its_number(session: Session, office: Office) -> None:
    number = shift(session, office, "anna", 0, 8)
    remove_shift(session, number)
    assert on_duty(session, office, at=EIGHT) == ()
    with pytest.raises(NotFound, match="duty list"):
        remove_shift(session, number)


# ---------------------------------------------------------------- on a release


@pytest.mark.usefixtures("people")
def test_a_release_has_whoever_is_on_duty_when_it_goes_out(
    session: Session, office: Office
) -> None:
    shift(session, office, "anna", 0, 8)
    shift(session, office, "jean", 8, 16)
    release = factories.release(session, office, texts=TEXTS, names_duty=True)
    fixed = keys(load(session, release.reference, at=EIGHT - HOUR).contacts)
    full = load(session, release.reference, at=EIGHT)
    assert keys(full.contacts) == [*fixed, "anna"]
    assert keys(going_out(session, full, at=EIGHT + 9 * HOUR).contacts) == [*fixed, "jean"]
    frozen = load_by_id(session, release.id or 0, duty=["jean", "gone", "anna"])
    assert keys(frozen.contacts) == [*fixed, "jean", "anna"]


@pytest.mark.usefixtures("people")
def test_a_release_that_names_no_duty_has_nobody_on_it(session: Session, office: Office) -> None:
    shift(session, office, "anna", 0, 8)
    release = factories.release(session, office, texts=TEXTS)
    assert "anna" not in keys(load(session, release.reference, at=EIGHT).contacts)


@pytest.mark.usefixtures("people")
def test_of_those_on_duty_who_speaks_the_language_of_the_edition_comes_first(
    session: Session, office: Office
) -> None:
    shift(session, office, "mira", 0, 8)
    shift(session, office, "anna", 1, 8)
    shift(session, office, "jean", 2, 8)
    release = factories.release(session, office, texts=TEXTS, names_duty=True)
    full = load(session, release.reference, at=EIGHT + 3 * HOUR)
    fixed = [one.key for one in full.fixed]
    assert keys(full.contacts_for("fr-BE")) == [*fixed, "jean", "mira", "anna"]
    assert keys(full.contacts_for("en")) == [*fixed, "anna", "mira", "jean"]
    assert keys(full.contacts_for("da")) == [*fixed, "mira", "anna", "jean"]
