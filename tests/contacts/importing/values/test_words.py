from datetime import date

import pytest

from mailer.contacts.importing.values import Kind, read, read_told
from mailer.contacts.importing.values.vocabularies import Frequency
from mailer.contacts.importing.values.words import folded, vocabulary
from mailer.errors import BadInput
from mailer.models import MediaType, TrackingMode


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("Newspaper - National", MediaType.DAILY),
        ("Newspaper, National", MediaType.DAILY),
        ("Newspaper National", MediaType.DAILY),
        ("newspapers – national", MediaType.DAILY),
        ("Newspaper - Regional Daily", MediaType.REGIONAL),
        ("TV", MediaType.TV),
        ("Fernsehen", MediaType.TV),
        ("News agency", MediaType.WIRE),
        ("Nachrichtenagentur", MediaType.WIRE),
        ("Magazine - Trade", MediaType.TRADE),
        ("Magazine, Consumer", MediaType.MAGAZINE),
        ("Freelancer journalists outlet", MediaType.FREELANCE),
        ("fagblad", MediaType.TRADE),
        ("photo", MediaType.PHOTO),
        ("Agentur", MediaType.WIRE),
        ("Hörfunk", MediaType.RADIO),
        ("mensuel", MediaType.MAGAZINE),
        ("periódico", MediaType.DAILY),
        ("månedsblad", MediaType.MAGAZINE),
        ("televisione locale", MediaType.TV),
        ("regionaal dagblad", MediaType.REGIONAL),
        ("agencja", MediaType.WIRE),
    ],
)
def test_a_kind_of_outlet_is_known_in_every_spelling(cell: str, kind: MediaType) -> None:
    assert read_told(Kind.MEDIA_TYPE, cell) == (kind, ())


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("Newspaper - National|Online", MediaType.DAILY),
        ("Radio, TV", MediaType.RADIO),
        ("TV/Radio", MediaType.TV),
    ],
)
def test_of_several_kinds_the_first_decides_and_the_rest_is_told(
    cell: str, kind: MediaType
) -> None:
    found, (notice,) = read_told(Kind.MEDIA_TYPE, cell)
    assert found == kind
    assert "the rest is left out" in notice


def test_two_spellings_of_one_kind_are_nothing_to_tell() -> None:
    assert read_told(Kind.MEDIA_TYPE, "TV|Television") == (MediaType.TV, ())


@pytest.mark.parametrize(
    ("cell", "frequency"),
    [
        ("Daily", "daily"),
        ("quotidien", "daily"),
        ("wöchentlich", "weekly"),
        ("Ежемесячно", "monthly"),
        ("24/7", "continuous"),
        ("two_monthly", "two_monthly"),
        ("Irregular", "irregular"),
    ],
)
def test_a_frequency_is_a_word_of_ours(cell: str, frequency: str) -> None:
    assert read(Kind.FREQUENCY, cell) == Frequency(frequency)


@pytest.mark.parametrize("cell", ["bimonthly", "biweekly"])
def test_a_frequency_that_means_two_things_is_refused(cell: str) -> None:
    with pytest.raises(BadInput, match="frequency"):
        read(Kind.FREQUENCY, cell)


YES = "yes Y TRUE 1 x ja oui да Да. sí sì sim igen kyllä tak ano ναι evet wahr VRAI ✓ 1.0"
NO = "no N FALSE 0 nein non нет não nem ei nie ne όχι hayır falsch FAUX 0.0"


@pytest.mark.parametrize(
    ("cell", "flag"), [(w, True) for w in YES.split()] + [(w, False) for w in NO.split()]
)
def test_yes_and_no_are_known_in_the_cover_languages(cell: str, flag: bool) -> None:
    assert read(Kind.FLAG, cell) is flag


@pytest.mark.parametrize("cell", ["maybe", "jo", "2", "yes no", "opt-out", "ok"])
def test_neither_yes_nor_no_is_refused(cell: str) -> None:
    with pytest.raises(BadInput, match="write yes or no"):
        read(Kind.FLAG, cell)


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("aktiv", "active"),
        ("nicht aktiv", "inactive"),
        ("niet actief", "inactive"),
        ("Unsubscribed", "unsubscribed"),
        ("opted out", "unsubscribed"),
        ("opted-out", "unsubscribed"),
        ("bounced", "bounced"),
        ("cleaned", "bounced"),
        ("Marked as spam", "complained"),
    ],
)
def test_what_another_system_says_of_a_contact(cell: str, state: str) -> None:
    assert read(Kind.STATE, cell) == state


def test_tracking_is_switched_off_by_no_and_never_on_by_yes() -> None:
    assert read(Kind.TRACKING, "NO") == TrackingMode.NONE
    assert read(Kind.TRACKING, "none") == TrackingMode.NONE
    assert read(Kind.TRACKING, "Individual") == TrackingMode.INDIVIDUAL
    value, (notice,) = read_told(Kind.TRACKING, "YES")
    assert value is None
    assert "no recorded consent" in notice


@pytest.mark.parametrize(
    ("kind", "cell", "told"),
    [
        (Kind.MEDIA_TYPE, "dayly", "did you mean 'daily'"),
        (Kind.FREQUENCY, "weakly", "did you mean 'weekly'"),
        (Kind.STATE, "foo", "known are: active"),
        (Kind.TRACKING, "perhaps", "write none, aggregate or individual"),
    ],
)
def test_an_unknown_word_is_refused_with_the_known_ones(kind: Kind, cell: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read(kind, cell)


@pytest.mark.parametrize(
    ("part", "ours"), [("media_type", MediaType), ("frequency", Frequency), ("state", set)]
)
def test_no_word_of_the_data_file_means_two_things(part: str, ours: type) -> None:
    meanings: dict[str, set[str]] = {}
    for meaning, words in vocabulary(part).items():
        assert ours is set or meaning in list(ours)  # type: ignore[call-overload]
        for word in words:
            meanings.setdefault(folded(word), set()).add(meaning)
    assert {word: found for word, found in meanings.items() if len(found) > 1} == {}


def test_no_word_says_both_yes_and_no() -> None:
    assert not set(vocabulary("lists")["yes"]) & set(vocabulary("lists")["no"])


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-06-04", "2026/6/4", "20260604", "2026. 06. 04.", "2026-06-04 00:00:00"),
        *("2026-06-04T08:00:00Z", "4. juni 2026", "June 4th, 2026", "4 de junho de 2026"),
        *("Thursday, 4 June 2026", "4 июня 2026 г.", "4 Jun 2026", "le 4 juin 2026"),
    ],
)
def test_a_day_is_read_where_it_is_sure_which(cell: str) -> None:
    assert read(Kind.DATE, cell) == date(2026, 6, 4)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("13/06/2026", date(2026, 6, 13)),
        ("06/13/2026", date(2026, 6, 13)),
        ("06.06.2026", date(2026, 6, 6)),
        ("1er août 2026", date(2026, 8, 1)),
    ],
)
def test_an_all_digit_day_that_can_only_be_one_is_read(cell: str, day: date) -> None:
    assert read(Kind.DATE, cell) == day


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("04/06/2026", "may be two days"),
        ("04.06.2026", "may be two days"),
        ("4.6.26", "2026-06-04"),
        ("46177", "2026-06-04"),
        ("31.02.2026", "not a day of the calendar"),
        ("4 listopad 2026", "2026-06-04"),
        ("the meeting of 4 June 2026", "2026-06-04"),
        ("2026-13-45", "not a day of the calendar"),
        ("0001-01-01", "cannot be meant"),
    ],
)
def test_a_day_that_is_not_sure_is_refused_and_says_why(cell: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read(Kind.DATE, cell)
