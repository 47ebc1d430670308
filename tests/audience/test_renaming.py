"""A list gets another name, and whatever names it finds it still; also when that is taken back."""

import pytest
from sqlmodel import Session, select

from mailer.audience import list_rules
from mailer.audience.criteria import parse
from mailer.audience.renaming import Renamed, rename
from mailer.audience.renaming.undoing import undo
from mailer.contacts import list_keeping
from mailer.contacts.history import operation
from mailer.errors import BadInput, Refused
from mailer.models import (
    ContactOperation,
    Distribution,
    DistributionStatus,
    ListPurpose,
    MediaList,
    MediaListEntry,
    OperationKind,
)
from mailer.tokens import Keyring
from tests import factories
from tests.audience.asking import emails, put_on_list


@pytest.fixture(autouse=True)
def ports(session: Session) -> MediaList:
    """A list with one person on it, named by a rule of the list All."""
    put_on_list(session, "Ports", factories.journalist(session, "a@x.example"))
    factories.journalist(session, "b@x.example")
    list_keeping.make(session, "All", purpose=ListPurpose.PRESS)
    list_rules.add_rule(session, "All", parse("country:DK list:ports"))
    list_rules.add_rule(session, "All", parse("list:Ports -list:Others"))
    return list_keeping.find(session, "Ports")


@pytest.fixture(autouse=True)
def _others(session: Session) -> None:
    list_keeping.make(session, "Others", purpose=ListPurpose.PRESS)


def call(session: Session, name: str, new: str) -> Renamed:
    return rename(session, list_keeping.find(session, name), new, source="test")


def rules(session: Session, name: str = "All") -> tuple[str, ...]:
    return list_keeping.card(session, name).rules


def test_rules_and_distributions_to_come_follow_and_those_over_stay(session: Session) -> None:
    release = factories.release(session, factories.office(session))
    coming, over = (
        factories.distribution(
            session, release, criteria='list:Ports,"Others"', status=status, fanned_out_at=at
        )
        for status, at in (
            (DistributionStatus.SCHEDULED, None),
            (DistributionStatus.SENT, factories.NOW),
        )
    )
    renamed = call(session, "ports", " The  harbours ")
    assert (renamed.before, renamed.after, renamed.rules) == ("Ports", "The harbours", 2)
    assert renamed.distributions == (coming.id,)
    assert rules(session) == ('country:DK list:"The harbours"', 'list:"The harbours" -list:Others')
    assert session.get_one(Distribution, coming.id).criteria == 'list:"The harbours",Others'
    assert session.get_one(Distribution, over.id).criteria == 'list:Ports,"Others"'
    assert emails(session, "list:All") == ["a@x.example"]
    done = session.get_one(ContactOperation, renamed.operation_id)
    assert done.note == (
        "the list Ports is called The harbours now; 2 rules name it so, too; so do the criteria of"
        f" the distributions to come: {coming.id}"
    )


def test_it_is_taken_back_with_all_that_names_it_by_now(session: Session, keyring: Keyring) -> None:
    before = rules(session)
    renamed = call(session, "Ports", "Harbours")
    coming = factories.distribution(
        session,
        factories.release(session, factories.office(session)),
        criteria="list:Harbours",
        status=DistributionStatus.PAUSED,
        fanned_out_at=None,
    )
    list_keeping.make(session, "More", purpose=ListPurpose.PRESS)
    list_rules.add_rule(session, "More", parse("list:Harbours"))
    undone = undo(session, renamed.operation_id or 0, keyring=keyring, source="test")
    assert undone.conflict_count == 0
    assert rules(session) == ("country:DK list:Ports", before[1])
    assert rules(session, "More") == ("list:Ports",)
    assert session.get_one(Distribution, coming.id).criteria == "list:Ports"
    again = undo(session, undone.undo_id, keyring=keyring, source="test")
    assert again.conflict_count == 0
    assert rules(session, "More") == ("list:Harbours",)
    assert emails(session, "list:All") == ["a@x.example"]


def test_of_two_renamed_in_one_rule_each_is_taken_back_alone(
    session: Session, keyring: Keyring
) -> None:
    first = call(session, "Ports", "Harbours")
    call(session, "Others", "Rest")
    undone = undo(session, first.operation_id or 0, keyring=keyring, source="test")
    assert undone.conflict_count == 0
    assert rules(session)[1] == "list:Ports -list:Rest"


def test_a_rule_that_comes_back_names_the_list_as_it_is_called_now(
    session: Session, keyring: Keyring
) -> None:
    line = rules(session)[1]
    with operation(session, OperationKind.EDIT, source="test") as done:
        list_keeping.remove_rule(session, "All", line)
    call(session, "Ports", "Harbours")
    list_keeping.make(session, "Ports", purpose=ListPurpose.PRESS)
    list_rules.add_rule(session, "All", parse("list:Ports country:SE"))
    undo(session, done.id, keyring=keyring, source="test")
    assert sorted(rules(session)) == [
        "country:DK list:Harbours",
        "country:SE list:Ports",
        "list:Harbours -list:Others",
    ]


def test_two_lists_change_names_and_rules_follow_each(session: Session) -> None:
    for name, new in (("Ports", "x"), ("Others", "Ports"), ("x", "Others")):
        call(session, name, new)
    assert rules(session) == ("country:DK list:Others", "list:Others -list:Ports")


def test_a_name_that_another_list_has_by_now_is_not_taken_back(
    session: Session, keyring: Keyring
) -> None:
    renamed = call(session, "Ports", "Harbours")
    list_keeping.make(session, "PORTS", purpose=ListPurpose.PRESS)
    session.commit()
    with pytest.raises(Refused, match="two lists 'Ports' then: give the one"):
        undo(session, renamed.operation_id or 0, keyring=keyring, source="test")
    session.rollback()
    assert rules(session)[0] == "country:DK list:Harbours"


def test_called_so_already_is_no_operation_but_another_case_is_one(session: Session) -> None:
    assert call(session, "ports", "Ports ").operation_id is None
    assert session.exec(select(ContactOperation)).all() == []
    assert call(session, "Ports", "PORTS").rules == 2
    assert rules(session)[0] == "country:DK list:PORTS"


@pytest.mark.parametrize(
    ("name", "wrong", "told"),
    [
        (" ", BadInput, "a list needs a name"),
        ("n/a", BadInput, "choose another name"),
        ("x" * 201, BadInput, "200 characters at most"),
        ("others", Refused, "there is a list 'Others' already"),
    ],
)
def test_a_name_that_cannot_be_is_refused(
    session: Session, name: str, wrong: type[Exception], told: str
) -> None:
    with pytest.raises(wrong, match=told):
        call(session, "Ports", name)


def test_a_rule_that_would_become_too_long_keeps_the_name(session: Session) -> None:
    filler = ",".join(f"a{number:05}@x.example" for number in range(230))
    line = parse(f"list:Ports address:{filler}").line()
    assert 3900 < len(line) <= 4000
    list_id = list_keeping.find(session, "All").id or 0
    entry = factories.saved(session, MediaListEntry(list_id=list_id, criteria=line))
    with pytest.raises(Refused, match=f"the rule {entry.id} could not be read with that name"):
        call(session, "Ports", "y" * 200)


def test_what_cannot_be_read_any_more_is_left_as_it_is(session: Session) -> None:
    list_id = list_keeping.find(session, "Others").id or 0
    factories.saved(session, MediaListEntry(list_id=list_id, criteria="colour:red list:Ports"))
    call(session, "Ports", "Harbours")
    assert rules(session, "Others") == ("colour:red list:Ports",)
