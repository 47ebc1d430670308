"""Lists in criteria: internal beside press, jobs that are over, and very many terms."""

from datetime import date

import pytest
from sqlmodel import Session

from mailer.audience import list_rules
from mailer.audience.criteria import parse
from mailer.audience.finding.counting import count
from mailer.contacts import list_keeping, media_lists
from mailer.errors import BadInput, Refused
from mailer.models import Desk, Distribution, Journalist, ListPurpose, MediaListEntry
from mailer.releases.editions import load
from tests import factories
from tests.audience.asking import emails, found, left_out, put_on_list, second_role
from tests.factories import NOW

INTERNAL = "internal contact: stands only on internal lists, and the audience names none"


def internal_list(session: Session, *members: Journalist | Desk) -> None:
    media_lists.save_list(session, "Colleagues", purpose=ListPurpose.INTERNAL)
    for member in members:
        put_on_list(session, "Colleagues", member)


def test_who_stands_only_on_internal_lists_is_left_out_of_a_press_audience(
    session: Session,
) -> None:
    internal_list(
        session,
        factories.journalist(session, "a@x.example"),
        factories.desk(session, "d@x.example"),
    )
    both = factories.journalist(session, "both@x.example")
    put_on_list(session, "Colleagues", both)
    put_on_list(session, "Ports", both)
    factories.journalist(session, "c@x.example")
    assert emails(session, "everyone") == ["both@x.example", "c@x.example"]
    assert left_out(session) == {"a@x.example": INTERNAL, "d@x.example": INTERNAL}
    assert emails(session, "list:Colleagues") == ["a@x.example", "d@x.example", "both@x.example"]


def test_a_press_list_is_told_by_any_job_of_the_person(session: Session) -> None:
    person = factories.journalist(session, "a@x.example")
    internal_list(session, person)
    other = second_role(session, person, "b@x.example")
    factories.on_list(session, "Ports", other)
    assert emails(session, "everyone") == ["a@x.example"]


@pytest.mark.parametrize("line", ["list:Ports,Colleagues", "list:Both"])
def test_internal_and_press_lists_never_go_together(session: Session, line: str) -> None:
    internal_list(session)
    media_lists.save_list(session, "Ports")
    both = media_lists.save_list(session, "Both")
    for rule in ("list:Ports", "list:Colleagues"):
        factories.saved(session, MediaListEntry(list_id=both.id or 0, criteria=rule))
    for ask in (lambda: found(session, line), lambda: count(session, parse(line), at=NOW)):
        with pytest.raises(BadInput, match="mixes the internal list “Colleagues” with the press"):
            ask()


def test_an_internal_list_may_be_left_out_of_a_press_audience(session: Session) -> None:
    person = factories.journalist(session, "a@x.example")
    put_on_list(session, "Ports", person)
    internal_list(session, person)
    assert emails(session, "list:Ports -list:Colleagues") == []


@pytest.mark.parametrize("line", ["list:Ports", "address:a@x.example,d@x.example"])
def test_who_is_named_by_hand_and_has_left_is_told(session: Session, line: str) -> None:
    ended = date(2020, 1, 31)
    put_on_list(session, "Ports", factories.journalist(session, "a@x.example", ended_on=ended))
    put_on_list(session, "Ports", factories.desk(session, "d@x.example", ended_on=ended))
    told = "the job ended on 2020-01-31"
    assert left_out(session, line) == {"a@x.example": told, "d@x.example": told}
    assert emails(session, line) == []
    assert left_out(session, "everyone") == {}


def test_the_mailbox_of_a_job_that_is_over_still_reaches_its_other_readers(
    session: Session,
) -> None:
    put_on_list(session, "Ports", factories.journalist(session, "a@x.example", ended_on=NOW.date()))
    put_on_list(session, "Ports", factories.desk(session, "a@x.example"))
    assert emails(session, "list:Ports") == ["a@x.example"]


@pytest.mark.parametrize(("sign", "with_rules"), [("", True), ("everyone -", False)])
def test_a_line_of_a_thousand_lists_is_read(session: Session, sign: str, with_rules: bool) -> None:
    person = factories.journalist(session, "a@x.example", beats=["crime"])
    factories.journalist(session, "b@x.example", beats=["sport"])
    names = [chr(number) for number in range(0x4E00, 0x4E00 + 1010)]
    lists = media_lists.save_lists(session, names)
    if with_rules:
        session.add_all(
            MediaListEntry(list_id=row.id or 0, criteria="beat:crime") for row in lists.values()
        )
        session.flush()
    else:
        for name in (names[0], names[-1]):
            put_on_list(session, name, person)
    line = f"{sign}list:{','.join(names)}"
    result = found(session, line)
    if sign:
        assert [one.email for one in result.recipients] == ["b@x.example"]
        assert [one.reason for one in result.left_out] == [f"on list “{names[0]}” (left out)"]
    else:
        (one,) = result.recipients
        reasons = [f"list “{name}”" for name in names]
        assert list(one.reasons) == (reasons if with_rules else [reasons[0], reasons[-1]])
    assert count(session, parse(line), at=NOW) == 1


def test_a_rule_is_kept_once_and_taken_off_again(session: Session) -> None:
    factories.journalist(session, "a@x.example")
    media_lists.save_list(session, "Ports")
    assert list_rules.add_rule(session, "ports", parse("beat:crime"))
    assert not list_rules.add_rule(session, "Ports", parse("beat:Crime"))
    assert emails(session, "list:Ports") == ["a@x.example"]
    list_keeping.remove_rule(session, "Ports", "beat:crime")
    assert emails(session, "list:Ports") == []


def test_a_rule_is_tried_before_it_is_kept(session: Session) -> None:
    media_lists.save_list(session, "Ports")
    with pytest.raises(BadInput, match="leads back to itself"):
        list_rules.add_rule(session, "Ports", parse("list:Ports"))


def test_an_internal_list_takes_no_rule(session: Session) -> None:
    internal_list(session)
    with pytest.raises(Refused, match="would bring journalists in"):
        list_rules.add_rule(session, "Colleagues", parse("everyone"))


def test_a_list_that_is_named_elsewhere_is_not_deleted(session: Session) -> None:
    for name in ("Ports", "Crime"):
        media_lists.save_list(session, name)
    list_rules.add_rule(session, "Crime", parse("list:Ports"))
    with pytest.raises(Refused, match="list 'Crime' names it"):
        list_rules.refuse_used(session, "Ports")
    release = load(session, factories.release(session, factories.office(session)).reference).release
    coming: Distribution = factories.distribution(
        session, release, criteria="everyone -list:crime", status="scheduled", fanned_out_at=None
    )
    with pytest.raises(Refused, match=f"distribution {coming.id} goes to it"):
        list_rules.refuse_used(session, "Crime")
