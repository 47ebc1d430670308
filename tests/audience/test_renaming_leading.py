"""What is taken back leaves no rule that leads nowhere, and takes no list away that is named."""

import pytest
from sqlmodel import Session

from mailer.audience import list_rules
from mailer.audience.criteria import parse
from mailer.audience.renaming.undoing import undo
from mailer.contacts import list_keeping
from mailer.contacts.history import operation
from mailer.contacts.keeping.undoing import Undone
from mailer.models import DistributionStatus, ListPurpose, OperationKind
from mailer.tokens import Keyring
from tests import factories
from tests.audience.asking import emails, put_on_list


@pytest.fixture(autouse=True)
def _lists(session: Session) -> None:
    for name in ("A", "B"):
        put_on_list(session, name, factories.journalist(session, f"{name.lower()}@x.example"))


def add(session: Session, name: str, line: str) -> None:
    list_rules.add_rule(session, name, parse(line))


def taken_off(session: Session, name: str, line: str) -> int:
    with operation(session, OperationKind.EDIT, source="test") as done:
        list_keeping.remove_rule(session, name, line)
    return done.id


def rules(session: Session, name: str) -> tuple[str, ...]:
    return list_keeping.card(session, name).rules


def why(undone: Undone) -> list[str]:
    return [conflict.why for conflict in undone.conflicts]


@pytest.mark.parametrize("back", ["list:A", "country:DK -list:a"])
def test_a_rule_that_would_go_in_a_circle_stays_away_until_it_does_not(
    session: Session, keyring: Keyring, back: str
) -> None:
    add(session, "A", "list:B")
    off = taken_off(session, "A", "list:B")
    add(session, "B", back)
    undone = undo(session, off, keyring=keyring, source="test")
    assert why(undone) == ["cannot come back: it would lead back to its own list"]
    assert undone.conflicts[0].name == "list:B on A"
    assert (undone.is_done, undone.returned) == (False, 0)
    assert (rules(session, "A"), len(rules(session, "B"))) == ((), 1)
    assert emails(session, "list:A") == ["a@x.example"]
    taken_off(session, "B", rules(session, "B")[0])
    assert undo(session, off, keyring=keyring, source="test").conflict_count == 0
    assert rules(session, "A") == ("list:B",)


def test_a_circle_over_a_third_list_is_seen(session: Session, keyring: Keyring) -> None:
    add(session, "A", "list:B")
    off = taken_off(session, "A", "list:B")
    list_keeping.make(session, "C", purpose=ListPurpose.PRESS)
    add(session, "B", "list:C")
    add(session, "C", "list:A")
    assert undo(session, off, keyring=keyring, source="test").conflict_count == 1
    assert rules(session, "A") == ()


def test_a_rule_that_names_a_list_that_is_gone_stays_away(
    session: Session, keyring: Keyring
) -> None:
    add(session, "A", "list:B")
    off = taken_off(session, "A", "list:B")
    list_keeping.delete(session, "B")
    undone = undo(session, off, keyring=keyring, source="test")
    assert why(undone) == ["cannot come back: there is no list 'B' any more"]
    assert emails(session, "list:A") == ["a@x.example"]
    list_keeping.make(session, "B", purpose=ListPurpose.INTERNAL)
    undone = undo(session, off, keyring=keyring, source="test")
    assert why(undone) == ["cannot come back: the list 'B' is internal now"]


def test_of_a_list_that_comes_back_all_comes_but_such_a_rule(
    session: Session, keyring: Keyring
) -> None:
    list_keeping.make(session, "C", purpose=ListPurpose.PRESS)
    for line in ("country:DK", "list:C"):
        add(session, "A", line)
    with operation(session, OperationKind.EDIT, source="test") as gone:
        list_keeping.delete(session, "A")
    list_keeping.delete(session, "C")
    undone = undo(session, gone.id, keyring=keyring, source="test")
    assert (undone.is_done, undone.returned, undone.conflict_count) == (True, 3, 1)
    assert rules(session, "A") == ("country:DK",)
    list_keeping.make(session, "C", purpose=ListPurpose.PRESS)
    rest = undo(session, gone.id, keyring=keyring, source="test")
    assert (rest.returned, rest.conflict_count) == (1, 0)
    assert sorted(rules(session, "A")) == ["country:DK", "list:C"]


def test_a_list_that_a_rule_or_a_distribution_names_is_not_taken_away(
    session: Session, keyring: Keyring
) -> None:
    with operation(session, OperationKind.IMPORT, source="test") as made:
        for name in ("Ports", "Press day", "Nowhere"):
            list_keeping.make(session, name, purpose=ListPurpose.PRESS)
    add(session, "A", "list:Ports")
    release = factories.release(session, factories.office(session))
    coming = factories.distribution(
        session,
        release,
        criteria='list:"Press day"',
        status=DistributionStatus.SCHEDULED,
        fanned_out_at=None,
    )
    undone = undo(session, made.id, keyring=keyring, source="test")
    assert why(undone) == [
        "is named by the rule 'list:Ports' of list 'A'",
        f"is named by distribution {coming.id}, which goes to it",
    ]
    assert undone.removed == 1
    assert [line.name for line in list_keeping.overview(session, today=factories.NOW.date())] == [
        "A",
        "B",
        "Ports",
        "Press day",
    ]
    assert emails(session, "list:A") == ["a@x.example"]
