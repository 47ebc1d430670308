"""A name in what leads somewhere is replaced so that it still leads there; a name in what is
somebody else's, or published, is told with its place.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, select

from mailer.audience.criteria import parse
from mailer.audience.renaming import rename
from mailer.audience.selection import select as select_audience
from mailer.contacts.beats import TOP_BEATS
from mailer.contacts.keeping.outlets.correcting import correct
from mailer.models import (
    ContactChange,
    ContactOperation,
    Distribution,
    ImportMapping,
    Journalist,
    MediaList,
    MediaListEntry,
    Occasion,
    OfficerRole,
    Outlet,
    PressContact,
    PressOfficer,
    Release,
    Role,
    Suppression,
    SuppressionReason,
    SuppressionScope,
    Waiver,
)
from mailer.privacy.erasing import Erased, erase
from mailer.privacy.telling import erased_in_words
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW, saved

KAREN, LARS = "karen.holm@havnebladet.example", "lars@havnebladet.example"


@pytest.fixture
def karen(session: Session) -> Journalist:
    return factories.journalist(session, KAREN, given_name="Karen", family_name="Holm")


@pytest.fixture
def lars(session: Session) -> Journalist:
    return factories.journalist(session, LARS, given_name="Lars", family_name="Bruun")


def forget(session: Session, keyring: Keyring, who: str = KAREN, *also: str) -> Erased:
    said: dict[str, Any] = {"note": "asked by mail", "source": "test", "now": NOW, "also": also}
    erased = erase(session, who, keyring=keyring, **said)
    session.expire_all()
    return erased


def listed(session: Session, name: str, member: Journalist) -> MediaList:
    row = saved(session, MediaList(name=name))
    job = session.exec(select(Role).where(Role.journalist_id == member.id)).one()
    saved(session, MediaListEntry(list_id=row.id or 0, role_id=job.id))
    return row


def reached(session: Session, line: str) -> list[str]:
    return [one.email for one in select_audience(session, parse(line), at=NOW).recipients]


@pytest.mark.usefixtures("karen")
def test_a_list_by_her_name_is_renamed_and_found_by_all_rules(
    session: Session, keyring: Keyring, lars: Journalist
) -> None:
    friends = listed(session, "Friends of Karen Holm", lars)
    same = saved(session, MediaList(name="Friends of [erased]"))
    rule = 'list:"friends of  KAREN HOLM" beat:crime -list:"Karen Holm, old"'
    named = saved(session, MediaList(name="Others"))
    entry = saved(session, MediaListEntry(list_id=named.id or 0, criteria=parse(rule).line()))
    release = factories.release(session, factories.office(session))
    line = parse(f'list:"Friends of Karen Holm" address:{KAREN},{LARS}').line()
    distribution = factories.distribution(session, release, criteria=line)
    erased = forget(session, keyring)
    new = f"Friends of [erased] ({friends.id})"
    assert erased.renamed == {friends.id: new}
    assert [row.name for row in (friends, same, named)] == [new, "Friends of [erased]", "Others"]
    assert entry.criteria == parse(f'list:"{new}" beat:crime -list:"[erased], old"').line()
    assert reached(session, f'list:"{new}"') == [LARS]
    kept = session.get_one(Distribution, distribution.id).criteria
    assert kept == f'list:"{new}" address:erased@erased.example,{LARS}'
    told = "\n".join(erased_in_words(erased, dry_run=True))
    assert f"list {friends.id} is called “{new}” from now on" in told
    assert "still stands" not in told


@pytest.mark.usefixtures("karen")
def test_criteria_that_nobody_can_read_any_more_lose_the_name(
    session: Session, keyring: Keyring
) -> None:
    release = factories.release(session, factories.office(session))
    line = f'tag:"Karen Holm" address:{KAREN}'
    kept = factories.distribution(session, release, criteria=line)
    forget(session, keyring)
    row = session.get_one(Distribution, kept.id)
    assert row.criteria == 'tag:"[erased]" address:erased@erased.example'


def test_a_single_name_renames_no_list_and_is_told(session: Session, keyring: Keyring) -> None:
    factories.journalist(session, "c@x.example", given_name="", family_name="Cherlabelle")
    row = saved(session, MediaList(name="Cherlabelle"))
    erased = forget(session, keyring, "c@x.example")
    assert (erased.renamed, row.name) == ({}, "Cherlabelle")
    (told,) = erased.remaining
    assert told.startswith(f"the name of the list {row.id}: one word may be anybody's")


@pytest.mark.usefixtures("karen")
def test_a_header_that_is_remembered_loses_her(session: Session, keyring: Keyring) -> None:
    row = saved(
        session,
        ImportMapping(fingerprint="f", columns={"Karen Holm": "name", "Ort": "city"}, used_at=NOW),
    )
    forget(session, keyring)
    assert row.columns == {"[erased]": "name", "Ort": "city"}


Put = Callable[[Session, Journalist], object]


def _outlet(session: Session, lars: Journalist) -> object:
    row = factories.outlet(session, "Karen Holm Media")
    saved(session, Role(journalist_id=lars.id or 0, outlet_id=row.id))
    return f"the outlet {row.id}"


def _desk(session: Session, lars: Journalist) -> object:
    return f"the desk {factories.desk(session, name='Redaktion Karen Holm').id}"


def _address_form(session: Session, lars: Journalist) -> object:
    lars.salutations = {"da": "Kære Karen Holm og Lars"}
    return f"the form of address of the person {lars.id}"


def _beats(session: Session, lars: Journalist) -> object:
    job = session.exec(select(Role).where(Role.journalist_id == lars.id)).one()
    job.beats = [*TOP_BEATS[:1], "the trial of Karen Holm"]
    return f"the beats of the person {lars.id}"


def _release(session: Session, **given: Any) -> Release:
    return factories.release(session, factories.office(session), **given)


def _text(session: Session, lars: Journalist) -> object:
    row = _release(session, reference="31a26")
    factories.revision(session, row, "fr", title="Un prix", body="Pour Karen Holm.")
    return "the text of the release 31a26"


def _topic_of_release(session: Session, lars: Journalist) -> object:
    return f"the release {_release(session, beats=['Karen Holm']).reference}"


def _occasion(session: Session, lars: Journalist) -> object:
    row = _release(session)
    given: dict[str, Any] = {"title": "Prize for Karen Holm", "starts_at": NOW, "zone": "UTC"}
    saved(session, Occasion(release_id=row.id or 0, **given))
    return f"an occasion of {row.reference}"


def _part_of_occasion(session: Session, lars: Journalist) -> object:
    row = _release(session)
    given: dict[str, Any] = {"title": "Prize", "starts_at": NOW, "zone": "UTC"}
    parts = [{"title": "Speech of Karen Holm"}]
    saved(session, Occasion(release_id=row.id or 0, parts=parts, **given))
    return f"an occasion of {row.reference}"


def _topic(session: Session, lars: Journalist) -> object:
    given: dict[str, Any] = {
        "address_hash": "1:x",
        "reason": SuppressionReason.UNSUBSCRIBED,
        "created_at": NOW,
    }
    scope: dict[str, Any] = {"scope": SuppressionScope.TOPIC, "scope_value": "karen holm"}
    return (
        f"the topic that was left, suppression {saved(session, Suppression(**given, **scope)).id}"
    )


def _contact(session: Session, lars: Journalist) -> object:
    sender = factories.office(session)
    row = PressContact(office_id=sender.id or 0, key="karen.holm", name="Karen Holm")
    return f"our press contact {saved(session, row).key}"


def _officer(session: Session, lars: Journalist) -> object:
    given: dict[str, Any] = {
        "email": KAREN,
        "name": "K",
        "password_hash": "-",
        "role": OfficerRole.AUTHOR,
    }
    return f"the officer {saved(session, PressOfficer(**given, created_at=NOW)).id}"


def _decision(session: Session, lars: Journalist) -> object:
    row = factories.distribution(session, _release(session), created_by="Karen Holm")
    return f"the decision of distribution {row.id}"


def _waiver(session: Session, lars: Journalist) -> object:
    given: dict[str, Any] = {
        "finding": "x",
        "reason": "",
        "waived_by": "Karen Holm",
        "waived_at": NOW,
    }
    return f"the waiver {saved(session, Waiver(release_id=_release(session).id or 0, **given)).id}"


@pytest.mark.usefixtures("karen")
@pytest.mark.parametrize(
    "put",
    [
        _outlet,
        _desk,
        _address_form,
        _beats,
        _text,
        _topic_of_release,
        _occasion,
        _part_of_occasion,
        _topic,
        _contact,
        _officer,
        _decision,
        _waiver,
    ],
    ids=lambda put: put.__name__.strip("_"),
)
def test_what_stays_is_told_with_its_place(
    session: Session, keyring: Keyring, lars: Journalist, put: Put
) -> None:
    place = put(session, lars)
    session.flush()
    erased = forget(session, keyring)
    (told,) = erased.remaining
    assert told.startswith(f"{place}: ")
    assert f"the name still stands in {told}" in erased_in_words(erased, dry_run=False)


def test_many_places_of_a_kind_are_counted(
    session: Session, keyring: Keyring, karen: Journalist
) -> None:
    for number in range(8):
        row = factories.outlet(session, f"Karen Holm {number}")
        factories.journalist(session, outlet=row)
    told = forget(session, keyring).remaining
    assert len(told) == 6
    assert told[-1].startswith("3 more like the outlet")


def test_what_was_changed_since_goes_when_she_is_erased_by_name_again(
    session: Session, keyring: Keyring, karen: Journalist, lars: Journalist
) -> None:
    """The outlet has no one any more, and the history of a change has her name."""
    number = factories.outlet(session, "Karen Holm Media").id
    job = saved(session, Role(journalist_id=lars.id or 0, outlet_id=number))
    assert len(forget(session, keyring).remaining) == 1
    session.delete(job)
    session.flush()
    first = forget(session, keyring)
    assert len(first.remaining) == 0  # nothing but the address is known of her any more
    assert session.get(Outlet, number) is not None
    again = forget(session, keyring, KAREN, "Karen Holm")
    assert (again.remaining, session.get(Outlet, number)) == ((), None)
    assert session.exec(select(ContactChange).where(ContactChange.subject == "outlet")).all() == []


def test_a_name_that_an_outlet_or_a_list_had_before_goes_with_her(
    session: Session, keyring: Keyring, karen: Journalist
) -> None:
    paper = factories.outlet(session, "Notes by Karen Holm")
    factories.desk(session, LARS, outlet=paper)
    correct(session, paper, {"name": "Harbour notes"}, source="test")
    rename(session, listed(session, "Karen Holm and others", karen), "Ports", source="test")
    forget(session, keyring)
    told = [row.model_dump_json() for row in session.exec(select(Outlet))]
    told += [row.model_dump_json() for row in session.exec(select(ContactOperation))]
    told += [row.model_dump_json() for row in session.exec(select(ContactChange))]
    assert [one for one in told if "Karen Holm" in one] == []
    assert session.get_one(Outlet, paper.id).name == "Harbour notes"
