"""Pages and the quick number: they agree with the whole audience, also of an untidy population."""

import pytest
from sqlmodel import Session

from mailer.audience import paging, selection
from mailer.audience.candidates import Candidate
from mailer.audience.criteria import parse
from mailer.audience.finding.counting import count
from mailer.audience.leaving_out.refusals import Cause
from mailer.audience.selection import ADDRESSES_AT_ONCE, LeftOut
from tests.distribution.population import populate
from tests.factories import NOW

#: Those whom the quick number leaves out, too.
NOT_COUNTED = {Cause.DO_NOT_CONTACT, Cause.DEAD, Cause.COMPLAINED, Cause.SUPPRESSED, Cause.MINUS}
LINES = (
    "everyone",
    "language:da,fr country:DK,FR,NO",
    'list:"Do not invite"',
    'everyone -list:"Do not invite" -language:el',
    "address:n7@paper1.example,n8@paper2.example",
)


@pytest.fixture
def crowd(session: Session) -> None:
    """An untidy population."""
    populate(session, people=300)


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("line", LINES)
def test_the_pages_are_the_audience_cut_into_pieces(session: Session, line: str) -> None:
    whole = selection.select(session, parse(line), at=NOW)
    recipients: list[Candidate] = []
    left_out: list[LeftOut] = []
    after = 0
    while True:
        page = paging.page(session, parse(line), at=NOW, size=40, after=after)
        assert len(page.recipients) <= 40
        recipients += page.recipients
        left_out += page.left_out
        if page.next_after is None:
            break
        after = page.next_after
    assert [(one.address_id, one.holder, one.reasons) for one in recipients] == [
        (one.address_id, one.holder, one.reasons) for one in whole.recipients
    ]
    assert left_out == [left for left in whole.left_out if left.address_id is not None]


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("line", LINES)
def test_the_quick_number_is_that_of_the_living_addresses(session: Session, line: str) -> None:
    whole = selection.select(session, parse(line), at=NOW)
    reached = {one.address_id for one in whole.recipients}
    others = {left.address_id for left in whole.left_out if left.cause not in NOT_COUNTED}
    number = count(session, parse(line), at=NOW)
    assert len(reached) <= number
    if "-" not in line:
        assert number <= len(reached | others | _shared(whole))


def _shared(whole: selection.Audience) -> set[int | None]:
    """Mailboxes that are closed only because of another reader, or a leave elsewhere."""
    elsewhere = ("shares", "left at ", "complained at ")
    return {left.address_id for left in whole.left_out if left.reason.startswith(elsewhere)}


def test_a_page_may_be_longer_than_what_is_decided_at_once(session: Session) -> None:
    populate(session, people=1000)
    whole = selection.select(session, parse("everyone"), at=NOW).recipients
    page = paging.page(session, parse("everyone"), at=NOW, size=ADDRESSES_AT_ONCE + 100)
    shown = [one.address_id for one in page.recipients]
    assert len(shown) > ADDRESSES_AT_ONCE // 2
    assert shown == [one.address_id for one in whole][: len(shown)]
    assert page.next_after is not None
    assert shown[-1] > ADDRESSES_AT_ONCE


def test_an_audience_of_nobody_has_one_empty_page(session: Session) -> None:
    page = paging.page(session, parse("everyone"), at=NOW, size=5)
    assert (page.recipients, page.left_out, page.next_after) == ((), (), None)
