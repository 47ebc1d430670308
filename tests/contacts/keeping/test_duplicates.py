"""Who may be there twice: by name and a second sign, never by name alone."""

import pytest
from sqlmodel import Session

from mailer.contacts.keeping.duplicates import find_duplicates
from mailer.contacts.keeping.duplicates.names import likeness, words
from mailer.models import Journalist, Outlet, Role
from tests import factories


def _score(one: str, other: str, *, nearly: float = 90.0) -> float:
    return likeness(words(one), words(other), nearly=nearly).score


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jörg Müller", "Joerg Mueller"),
        ("Jörg Müller", "Jorg Muller"),
        ("Jörg Müller", "MÜLLER, Jörg"),
        ("Søren Kjær", "Soeren Kjaer"),
        ("Åse Holm", "Aase Holm"),
        ("Ursula von der Leyen", "Ursula Leyen"),
        ("Anna Maria Weiß", "Maria Anna Weiss"),
        ("Mary O'Brien", "Mary OBrien"),
        ("Иван Петров", "Ivan Petrov"),
        ("François Lefèvre", "Francois Lefevre"),
    ],
)
def test_one_name_in_two_spellings_is_the_same(one: str, other: str) -> None:
    assert _score(one, other) == 100.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("J. Smith", "John Smith"),
        ("D. Hansen", "Dorte Hansen"),
        ("Karen Holm", "Karen Bech Holm"),
        ("Katharina Weiss", "Katarina Weiß"),
        ("Γιώργος Παπαδόπουλος", "Giorgos Papadopoulos"),
    ],
)
def test_names_that_are_nearly_the_same_score_less(one: str, other: str) -> None:
    assert 90.0 <= _score(one, other) < 100.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Peter Hansen", "Anna Hansen"),
        ("Christian Berg", "Christina Berg"),
        ("Anne Holm", "Anna Holm"),
        ("Karen Hansen", "Karen Jensen"),
        ("J. H.", "J. H."),
        ("Madonna", "Madonna"),
        ("", ""),
        ("P. Hansen", "Anna Hansen"),
    ],
)
def test_other_names_are_other_people(one: str, other: str) -> None:
    assert _score(one, other) == 0.0


def test_a_wrong_letter_counts_less_where_the_phone_is_the_same() -> None:
    assert _score("Michelle Berg", "Michele Berq") == 0.0
    assert _score("Michelle Bergen", "Michelle Berger") == 0.0
    assert _score("Michelle Bergen", "Michelle Berger", nearly=80.0) > 90.0


def _person(
    session: Session, given: str, family: str, at: Outlet | None = None, **more: str
) -> Journalist:
    return factories.journalist(session, outlet=at, given_name=given, family_name=family, **more)


def test_the_same_name_at_the_same_outlet_is_proposed_with_the_reasons(session: Session) -> None:
    paper = factories.outlet(session, "Avisen")
    one = _person(session, "Jörg", "Müller", paper)
    other = _person(session, "Joerg", "Mueller", paper)
    _person(session, "Anna", "Müller", paper)
    (pair,) = find_duplicates(session).pairs
    assert (pair.first.id, pair.second.id, pair.score) == (one.id, other.id, 95)
    assert pair.reasons == ("same name", "same outlet: Avisen")
    assert (pair.first.name, pair.first.outlets) == ("Jörg Müller", ("Avisen",))


def test_the_same_phone_says_more_than_the_same_outlet(session: Session) -> None:
    _person(session, "Karen", "Holm", mobile_e164="+4520304050")
    other = _person(session, "Holm", "Karen")
    role = factories.saved(session, Role(journalist_id=other.id or 0, phone_e164="+4520304050"))
    (pair,) = find_duplicates(session).pairs
    assert pair.score == 100
    assert pair.reasons == ("same name in another order", "same phone: +4520304050")
    role.phone_e164 = ""
    session.flush()
    assert find_duplicates(session).count == 0


def test_a_name_alone_proposes_nobody(session: Session) -> None:
    _person(session, "Anna", "Jensen", factories.outlet(session, "Avisen"))
    _person(session, "Anna", "Jensen", factories.outlet(session, "Radio"))
    assert find_duplicates(session).count == 0


def test_outlets_of_one_group_and_one_address_are_signs_too(session: Session) -> None:
    _person(session, "Anna", "Jensen", factories.outlet(session, "Avisen", group_name="Medier"))
    _person(session, "Anna", "Jensen", factories.outlet(session, "Radio", group_name="Medier"))
    (pair,) = find_duplicates(session).pairs
    assert (pair.score, pair.reasons[1]) == (85, "same group of outlets: Medier")
    for _ in range(2):
        factories.journalist(session, "x@y.example", given_name="Bo", family_name="Friis")
    best = find_duplicates(session).pairs[0]
    assert (best.score, best.reasons[1]) == (100, "same address: x@y.example")


def test_senior_and_junior_are_two(session: Session) -> None:
    paper = factories.outlet(session)
    _person(session, "John", "Smith", paper, suffix="Sr")
    _person(session, "John", "Smith", paper, suffix="Jr")
    assert find_duplicates(session).count == 0


def test_the_likeliest_pairs_come_first_and_all_are_counted(session: Session) -> None:
    paper = factories.outlet(session)
    for given in ("J.", "John", "John"):
        _person(session, given, "Smith", paper)
    proposal = find_duplicates(session, limit=2)
    assert [pair.score for pair in proposal.pairs] == [95, 88]
    assert proposal.count == 3
