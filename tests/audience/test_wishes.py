"""What those who read asked for, held against what is sent; and the reason that is told."""

from typing import Any

import pytest
from sqlmodel import Session

from mailer.audience.criteria import parse
from mailer.audience.leaving_out.matters import Matter
from mailer.audience.leaving_out.refusals import Cause
from mailer.audience.selection import Reading, readings
from mailer.models import ReleaseKind as K
from tests import factories
from tests.audience.asking import second_role
from tests.factories import NOW


def only(session: Session, matter: Matter, line: str = "everyone") -> Reading:
    session.flush()
    (one,) = readings(session, parse(line), at=NOW, matter=matter)
    return one


@pytest.mark.parametrize(
    ("wishes", "matter", "told"),
    [
        ({}, Matter(K.OP_ED), ""),
        ({"kinds": ["release"]}, Matter(K.RELEASE), ""),
        ({"kinds": ["release"]}, Matter(K.OP_ED), "prefers no op-eds, only: release"),
        ({"kinds": ["Op-Ed "]}, Matter(K.OP_ED), ""),
        ({"kinds": ["release"]}, Matter(K.SPEECH), "prefers no speeches, only: release"),
        ({"kinds": ["release"]}, Matter(K.CORRECTION), ""),
        ({"kinds": ["release"]}, Matter(K.WITHDRAWAL), ""),
        ({"topics": ["ports"]}, Matter(beats=("crime", "Ports")), ""),
        ({"topics": ["ports"]}, Matter(beats=("crime",)), "prefers other topics: ports"),
        ({"topics": ["Wirtschaft"]}, Matter(beats=("crime", "économie")), ""),
        ({"topics": ["Wirtschaft"]}, Matter(beats=("sport",)), "prefers other topics: Wirtschaft"),
        ({"topics": ["ports"]}, Matter(), ""),
        ({"topics": ["ports"]}, Matter(K.CORRECTION, beats=("crime",)), ""),
        ({"urgent_only": True}, Matter(), "wants only what is urgent"),
        ({"urgent_only": True}, Matter(is_urgent=True), ""),
        ({"urgent_only": True}, Matter(K.WITHDRAWAL), ""),
        ({}, Matter(is_embargoed=True), "under embargo, and not trusted with embargoes"),
        ({"embargo_trusted": True}, Matter(is_embargoed=True), ""),
        ({}, Matter(K.CORRECTION, is_embargoed=True), "under embargo, and not trusted"),
        ({"do_not_contact": True}, Matter(K.CORRECTION), "does not want mail"),
    ],
)
@pytest.mark.parametrize("holder", ["desk", "journalist"])
def test_a_wish_is_kept_and_told(
    session: Session, holder: str, wishes: dict[str, Any], matter: Matter, told: str
) -> None:
    getattr(factories, holder)(session, "a@b.example", **wishes)
    one = only(session, matter)
    assert (one.recipient is None) == bool(told)
    assert [left.reason[: len(told)] for left in one.left_out] == ([told] if told else [])


def test_a_suppressed_address_stays_out_of_corrections(session: Session) -> None:
    factories.journalist(session, "a@b.example")
    factories.address(session, "a@b.example").state = "suppressed"
    (left,) = only(session, Matter(K.CORRECTION)).left_out
    assert left.cause is Cause.SUPPRESSED


def test_a_wish_counts_only_for_who_has_it_and_not_for_the_mailbox(session: Session) -> None:
    factories.journalist(session, "news@b.example", family_name="Holm", kinds=["release"])
    factories.journalist(session, "news@b.example", family_name="Berg")
    one = only(session, Matter(K.OP_ED))
    assert one.recipient is not None
    assert one.recipient.name.endswith("Berg")
    assert [(left.name[-4:], left.cause) for left in one.left_out] == [("Holm", Cause.KIND)]


def test_a_wish_follows_the_person_to_every_job(session: Session) -> None:
    person = factories.journalist(session, "a@b.example", kinds=["release"])
    second_role(session, person, "b@b.example")
    found = list(readings(session, parse("everyone"), at=NOW, matter=Matter(K.MEMO)))
    assert [one.recipient for one in found] == [None, None]
    assert {left.reason for one in found for left in one.left_out} == {
        "prefers no memos, only: release"
    }
