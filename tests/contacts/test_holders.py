"""Who may be meant by the words of a search."""

import pytest
from sqlmodel import Session

from mailer.contacts.holders import holders_of
from tests import factories


def _roles(session: Session, *words: str, many: int = 100) -> int | None:
    """How many jobs the words lead to; None when they lead nowhere."""
    found = holders_of(session, words, many=many)
    return None if found is None else len(session.scalars(found.roles()).all())


@pytest.mark.parametrize(
    ("word", "jobs", "desks"),
    [
        ("sorensen", 1, 0),
        ("ida", 1, 0),
        ("VON", 1, 0),
        ("is@press", 1, 0),
        ("havneblad", 2, 1),
        ("politik", 0, 1),
        ("redaktion@", 0, 1),
        ("press.example", 2, 1),
        ("nobody", 0, 0),
    ],
)
def test_a_word_leads_to_whoever_holds_it_in_any_column(
    session: Session, word: str, jobs: int, desks: int
) -> None:
    paper = factories.outlet(session)
    factories.desk(session, "redaktion@press.example", name="Politik", outlet=paper)
    factories.journalist(
        session,
        "is@press.example",
        given_name="Ida",
        particle="von",
        family_name="Sørensen",
        outlet=paper,
    )
    factories.journalist(session, "kh@press.example", outlet=paper)
    found = holders_of(session, [word])
    assert found is not None
    assert len(session.scalars(found.roles()).all()) == jobs
    assert len(session.scalars(found.desks_there()).all()) == desks


def test_a_word_that_many_hold_leaves_it_to_another(session: Session) -> None:
    for number in range(4):
        factories.journalist(session, f"n{number}@press.example", family_name="Lund")
    factories.journalist(session, "last@press.example", family_name="Bo")
    assert _roles(session, "press.example", "lund", many=4) == 4
    assert _roles(session, "bo", "press.example", many=3) == 1
    assert _roles(session, "press.example", "lund", many=3) is None
    assert _roles(session) is None
