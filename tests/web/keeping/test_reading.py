"""Contacts, lists and proposals as the pages read them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer import clock, database
from mailer.contacts import list_keeping, list_members, scoped
from mailer.contacts.keeping import editing
from mailer.contacts.keeping.merging import merge
from mailer.contacts.keeping.survivors import survivor_of
from mailer.models import Journalist, ListPurpose, MediaList, Release, SuppressionReason
from mailer.releases import editions
from mailer.tokens import Keyring
from mailer.web.keeping import cards, chances, past, proposals
from mailer.web.keeping.cards import Contact
from mailer.web.keeping.proposals import Proposals
from mailer.web.keeping.whose import Kind, Whose, find
from mailer.web.people import find_people
from tests import factories
from tests.audience.asking import second_role
from tests.factories import NOW
from tests.web.samples import make_sample


def contact_of(session: Session, person: Journalist, keyring: Keyring) -> Contact:
    asked = Whose(Kind.PEOPLE, person.id or 0)
    row = find(session, asked, locks=True)
    return cards.read_contact(session, asked, row, keyring=keyring)


def test_people_and_desks_follow_each_other_by_family_name(session: Session) -> None:
    names = [("Zoe", "Aaby"), ("Ann", "Aaby"), ("Ann", "Mole"), ("", "Zz")]
    for number, (given, family) in enumerate(names):
        email = f"n{number}@order.example"
        factories.journalist(session, email, given_name=given, family_name=family)
    for number, name in enumerate(("Foreign desk", "News")):
        factories.desk(session, f"d{number}@order.example", name=name)
    found, place = list[str](), None
    while one := find_people(session, "order.example", limit=1, after=place):
        found.append(one[0].name)
        place = one[0].place
    assert found == ["Ann Aaby", "Zoe Aaby", "Foreign desk", "Ann Mole", "News", "Zz"]


def test_a_job_that_ends_one_day_is_there_until_then(session: Session) -> None:
    today = clock.now().date()
    for number, days in enumerate((-1, 0, 1)):
        ends = today + timedelta(days=days)
        factories.journalist(session, f"n{number}@ends.example", ended_on=ends)
        factories.desk(session, f"d{number}@ends.example", ended_on=ends)
    found = find_people(session, "ends.example", limit=9)
    assert sorted(one.email for one in found) == ["d2@ends.example", "n2@ends.example"]


def test_a_name_is_whole_and_in_its_own_order(session: Session) -> None:
    for name in (
        {"given_name": "Eva", "particle": "van den", "family_name": "Berg"},
        {"given_name": "Andrea", "family_name": "Nagy", "family_name_first": True},
        {"given_name": "", "family_name": "Cherlabelle"},
    ):
        factories.journalist(session, f"{name['family_name']}@whole.example", **name)
    found = find_people(session, "whole.example", limit=9)
    assert [one.name for one in found] == ["Eva van den Berg", "Cherlabelle", "Nagy Andrea"]
    (only,) = find_people(session, "van berg", limit=9)
    assert only.name == "Eva van den Berg"


def test_a_contact_is_read_whole(session: Session, keyring: Keyring) -> None:
    sample = make_sample(session)
    person = factories.journalist(session, "karen@dagens.example", beats=["crime"])
    list_keeping.make(session, "Ports", purpose=ListPurpose.PRESS)
    list_keeping.add(session, "Ports", ["karen@dagens.example"], today=NOW.date())
    scoped.suppress(
        session,
        "karen@dagens.example",
        scoped.topic("crime"),
        keyring=keyring,
        reason=SuppressionReason.UNSUBSCRIBED,
        source="link",
    )
    factories.delivery(
        session, sample.distribution, "karen@dagens.example", journalist_id=person.id
    )
    editing.edit(session, (person,), {"city": "Aarhus"}, source="test")
    contact = contact_of(session, person, keyring)
    (job,), (mailbox,) = contact.jobs, contact.mailboxes
    assert [one.name for one in job.lists] == ["Ports"]
    assert mailbox.leaves == ("left the topic crime",)
    assert [one.reference for one in cards.last_sent(session, contact)] == [
        sample.release.reference
    ]
    (edit,) = past.history(session, contact, whole=False)
    assert edit.can_be_undone
    assert [one.told for one in past.history(session, contact, whole=True)] == [edit.told]
    release = session.exec(select(Release)).one()
    full = editions.load(session, release.reference)
    (any_release,) = chances.chances(session, contact, full=None, keyring=keyring)
    (this_one,) = chances.chances(session, contact, full=full, keyring=keyring)
    assert (any_release.gets_it, this_one.gets_it) == (True, False)
    assert this_one.why == "left the topic crime"


def test_what_she_left_at_her_other_address_is_told_at_this_one(
    session: Session, keyring: Keyring
) -> None:
    sample = make_sample(session)
    person = factories.journalist(session, "karen@dagens.example")
    second_role(session, person, "karen@private.example")
    reason, crime = SuppressionReason.UNSUBSCRIBED, scoped.topic("crime")
    scoped.suppress(
        session, "karen@private.example", crime, keyring=keyring, reason=reason, source="link"
    )
    contact = contact_of(session, person, keyring)
    full = editions.load(session, sample.release.reference)
    told = {
        (one.email, one.why)
        for some in (None, full)
        for one in chances.chances(session, contact, full=some, keyring=keyring)
        if one.email == "karen@dagens.example"
    }
    left = "left the topic crime at karen@private.example"
    assert told == {
        ("karen@dagens.example", f"gets releases, but not all: {left}"),
        ("karen@dagens.example", left),
    }


def test_somebody_without_a_job_or_an_address_gets_nothing(
    session: Session, keyring: Keyring
) -> None:
    ended = factories.journalist(session, "a@x.example", ended_on=NOW.date().replace(year=2020))
    (told,) = chances.chances(
        session, contact_of(session, ended, keyring), full=None, keyring=keyring
    )
    assert (told.gets_it, told.why) == (False, "has no job now")


def test_an_old_number_leads_to_the_last_of_those_who_stayed(
    session: Session, keyring: Keyring
) -> None:
    first, second, third = (factories.journalist(session) for _ in range(3))
    numbers = [one.id or 0 for one in (first, second, third)]
    merge(session, second, first, keyring=keyring, source="test")
    merge(session, third, second, keyring=keyring, source="test")
    assert [survivor_of(session, one) for one in numbers] == [numbers[2], numbers[2], None]


def test_a_list_is_read_by_the_place_of_its_entries(session: Session) -> None:
    made = list_keeping.make(session, "Ports", purpose=ListPurpose.PRESS)
    other = list_keeping.make(session, "Other", purpose=ListPurpose.PRESS)
    emails = [f"p{number}@x.example" for number in range(5)]
    for email in emails:
        factories.journalist(session, email)
    factories.desk(session)
    list_keeping.add(session, "Ports", emails[:3], today=NOW.date())
    list_keeping.add(session, "Other", emails, today=NOW.date())
    list_keeping.add(
        session, "Ports", ["redaktion@havnebladet.example", emails[4]], today=NOW.date()
    )
    found, after = list[str](), 0
    while True:
        page = list_members.page(session, made.id or 0, size=2, after=after)
        found += [one.email for one in page.members]
        if page.next_after is None:
            break
        after = page.next_after
    assert found == [*emails[:3], "redaktion@havnebladet.example", emails[4]]
    entry = list_members.page(session, made.id or 0, size=1).members[0].entry_id
    assert not list_members.take_off(session, other.id or 0, entry)
    assert list_members.take_off(session, made.id or 0, entry)
    assert not list_members.take_off(session, made.id or 0, entry)
    assert isinstance(list_members.list_of(session, made.id or 0), MediaList)


def test_a_search_sees_what_is_kept_and_what_was_decided_since(
    engine: sa.Engine, keyring: Keyring
) -> None:
    with database.writing(engine) as session:
        paper = factories.outlet(session)
        two = [
            factories.journalist(session, f"{one}@x.example", family_name="Holm", outlet=paper)
            for one in "ab"
        ]
    kept = Proposals(engine)
    with database.reading(engine) as session:
        kept.look(session)
        kept.wait()
        found, is_searching = kept.look(session)
    assert found is not None
    assert not is_searching
    assert [pair.score for pair in found.pairs] == [95]
    with database.writing(engine) as session:
        assert len(proposals.still_open(session, found.pairs)) == 1
        first, second = (session.get_one(Journalist, one.id) for one in two)
        merge(session, first, second, keyring=keyring, source="test")
        assert proposals.still_open(session, found.pairs) == []


@pytest.mark.parametrize("kind", list(Kind))
def test_a_locked_record_is_found_as_any_other(session: Session, kind: Kind) -> None:
    person, desk = factories.journalist(session), factories.desk(session)
    number = (desk if kind is Kind.DESKS else person).id or 0
    assert find(session, Whose(kind, number), locks=True).id == number
