"""What is shown is what is sent: plan, fan-out, and a slow and simple reading of the rules agree
about an untidy population that is larger than everything that is read in one go.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from mailer.audience.criteria import parse
from mailer.compose.letter import Identity
from mailer.distribution.fanout import fan_out
from mailer.distribution.planning import Plan, as_delivery, plan
from mailer.distribution.timing import first_moment
from mailer.models import (
    Address,
    AddressState,
    Delivery,
    DeliveryStatus,
    Desk,
    Distribution,
    Journalist,
    MediaListEntry,
    Role,
)
from mailer.releases.editions import FullRelease
from mailer.settings import Settings
from tests import factories
from tests.distribution.population import populate

NOW = factories.NOW
PEOPLE = 600
LINES = ("everyone", 'everyone -list:"Do not invite"', "language:da,fr country:DK,FR,NO")
MADE = {"id", "distribution_id", "position", "message_id", "provider", "next_attempt_at"}


@pytest.fixture
def crowd(session: Session, full: FullRelease) -> None:
    """An untidy population, of whom some have the text already and some were refused it."""
    populate(session, people=PEOPLE)
    for status in (DeliveryStatus.SENT, DeliveryStatus.REJECTED):
        earlier = factories.distribution(session, full.release)
        for position, language in enumerate(("en", "fr") * 40):
            address_id = 1 + 7 * position + (status == DeliveryStatus.SENT)
            row = Delivery(
                distribution_id=earlier.id or 0,
                position=position,
                address_id=address_id,
                email="a@b.example",
                revision_id=full.revisions[language].id,
                status=status,
            )
            session.add(row)
    session.flush()


@pytest.fixture
def fanned_out(
    session: Session, full: FullRelease, identity: Identity, settings: Settings, crowd: None
) -> Any:
    """Fans out to whom a line finds: the plan of that moment, the distribution, its deliveries."""

    def fanning(line: str, **given: Any) -> tuple[Plan, Distribution, list[Delivery]]:
        planned = plan(session, full, parse(line), at=NOW)
        values = {"criteria": line, "fanned_out_at": None} | given
        distribution = factories.distribution(session, full.release, **values)
        number = fan_out(
            session,
            distribution,
            identity=identity,
            at=NOW,
            batch_size=100,
            throttle=settings.throttle,
        )
        rows = session.exec(
            select(Delivery)
            .where(Delivery.distribution_id == distribution.id)
            .order_by(col(Delivery.position))
        ).all()
        assert number == len(planned.planned) == sum(row.status == "pending" for row in rows)
        return planned, distribution, list(rows)

    return fanning


@pytest.mark.parametrize(("line", "hours"), [*zip(LINES, (-1, 1, -1), strict=True)])
def test_each_planned_delivery_is_written_as_it_was_shown(
    full: FullRelease, fanned_out: Any, line: str, hours: int
) -> None:
    full.release.embargo_until = NOW + timedelta(hours=hours)
    planned, distribution, rows = fanned_out(line, sending_hours="10:00-12:00")
    shown = {one.recipient.address_id: as_delivery(one) for one in planned.planned}
    written = {row.address_id: row for row in rows if row.status == DeliveryStatus.PENDING}
    assert len(shown) > 20
    assert written.keys() == shown.keys()
    for address_id, row in written.items():
        assert row.model_dump(exclude=MADE) == shown[address_id].model_dump(exclude=MADE)
        assert row.next_attempt_at == first_moment(
            distribution, row.zone, office_zone=full.office.zone
        )


@pytest.mark.parametrize("line", LINES[1:])
def test_each_address_that_gets_nothing_is_withheld_once_with_a_reason_that_was_shown(
    fanned_out: Any, line: str
) -> None:
    planned, _, rows = fanned_out(line)
    reasons = defaultdict(set)
    for left in planned.left_out:
        reasons[left.address_id].add((left.reason, left.name, left.has_it_already))
    gets = {one.recipient.address_id for one in planned.planned}
    has = {number for number, told in reasons.items() if any(known for *_, known in told)}
    withheld = {row.address_id: row for row in rows if row.status == DeliveryStatus.WITHHELD}
    assert withheld.keys() == reasons.keys() - gets - has - {None}
    for address_id, row in withheld.items():
        assert (row.reason, row.recipient_name, False) in reasons[address_id]
        assert row.next_attempt_at is None


def test_the_order_is_whole_and_interleaved(fanned_out: Any) -> None:
    _, _, rows = fanned_out("everyone")
    assert [row.position for row in rows] == list(range(len(rows)))
    assert len({row.address_id for row in rows}) == len(rows)
    pending = [row for row in rows if row.status == DeliveryStatus.PENDING]
    assert len({row.message_id for row in pending}) == len(pending)
    assert len({row.provider for row in pending[:12]}) == 12


@pytest.mark.parametrize("line", LINES[:2])
def test_the_rules_read_slowly_and_simply_choose_the_same(
    session: Session, full: FullRelease, crowd: None, line: str
) -> None:
    excluded = set(session.exec(select(MediaListEntry.role_id))) if "-list" in line else set()
    expected = _Slow(session, excluded_roles=excluded)
    decided = plan(session, full, parse(line), at=NOW)
    has_it = {left.address_id for left in decided.left_out if left.has_it_already}
    chosen = {one.recipient.address_id: one.recipient.holder for one in decided.planned}
    assert chosen == {
        address_id: holder
        for address_id, holder in expected.readers.items()
        if address_id not in has_it
    }
    assert has_it <= expected.readers.keys()
    left = sorted(
        (left.address_id or 0, left.name, _kind(left.reason))
        for left in decided.left_out
        if not left.has_it_already
    )
    assert left == sorted(expected.left_out)


class _Slow:
    """The rules in their plainest words, with everything in memory at once."""

    def __init__(self, session: Session, *, excluded_roles: set[int | None]) -> None:
        self.addresses = {row.id: row for row in session.exec(select(Address))}
        people = {row.id: row for row in session.exec(select(Journalist))}
        all_roles = session.exec(select(Role).order_by(col(Role.id))).all()
        roles = [row for row in all_roles if _is_current(row)]
        desks = [row for row in session.exec(select(Desk)) if _is_current(row)]
        #: A list with a minus counts for the person, and for the mailbox of that very job.
        shunned = {row.journalist_id for row in all_roles if row.id in excluded_roles}
        self.shunned_boxes = {row.address_id for row in roles if row.id in excluded_roles}
        self.closed = {
            row.address_id for row in roles if people[row.journalist_id].do_not_contact
        } | {row.address_id for row in desks if row.do_not_contact}
        #: Who left or complained at one of her addresses, also at that of a job that is over.
        self.gone = {row.journalist_id for row in all_roles if self._has_left(row.address_id)}
        jobs: defaultdict[tuple[str, int], list[Any]] = defaultdict(list)
        for role in roles:
            jobs["journalist", role.journalist_id].append((role, people[role.journalist_id]))
        for desk in desks:
            jobs["desk", desk.id or 0].append((desk, desk))
        self.left_out: list[tuple[int, str, str]] = []
        found: defaultdict[int, list[tuple[bool, tuple[str, int], str]]] = defaultdict(list)
        for holder, theirs in jobs.items():
            is_shunned = holder[0] == "journalist" and holder[1] in shunned
            if (best := self._best(theirs, is_shunned=is_shunned)) is not None:
                found[best].append((holder[0] != "desk", holder, _name(theirs[0][1])))
        self.readers = {number: min(readers)[1] for number, readers in found.items()}
        for number, readers in found.items():
            for _, _, name in sorted(readers)[1:]:
                self.left_out.append((number, name, "same"))

    def _has_left(self, address_id: int | None) -> bool:
        address = self.addresses.get(address_id)
        return address is not None and (
            address.state is AddressState.COMPLAINED
            or (address.state, address.state_reason) == (AddressState.SUPPRESSED, "unsubscribed")
        )

    def _best(self, jobs: Iterable[tuple[Any, Any]], *, is_shunned: bool) -> int | None:
        why = [self._why(job, holder, is_shunned=is_shunned) for job, holder in jobs]
        still_open = [
            (not getattr(job, "is_primary", True), job.id, job.address_id)
            for (job, _), reason in zip(jobs, why, strict=True)
            if not reason
        ]
        best = min(still_open)[2] if still_open else None
        told = {best}
        for (job, holder), reason in zip(jobs, why, strict=True):
            number = job.address_id or 0
            if number not in told:
                told.add(number)
                self.left_out.append((number, _name(holder), reason or "elsewhere"))
        return best

    def _why(self, job: Any, holder: Any, *, is_shunned: bool) -> str:
        address = self.addresses.get(job.address_id)
        if holder.do_not_contact:
            return "wish"
        if address is None or address.state not in {AddressState.OK, AddressState.SOFT}:
            return "dead"
        if isinstance(holder, Journalist) and holder.id in self.gone:
            return "gone"
        if is_shunned or job.address_id in self.shunned_boxes:
            return "list"
        if holder.paused_until and holder.paused_until > NOW:
            return "paused"
        return "shared" if job.address_id in self.closed else ""


def _is_current(row: Role | Desk) -> bool:
    return row.ended_on is None or row.ended_on > date(2026, 11, 24)


def _name(holder: Journalist | Desk) -> str:
    return holder.name if isinstance(holder, Desk) else holder.full_name


def _kind(reason: str) -> str:
    beginnings = {
        "does not want": "wish",
        "address is dead": "dead",
        "suppressed": "dead",
        "left at": "gone",
        "complained at": "gone",
        "has no e-mail": "dead",
        "on list": "list",
        "paused": "paused",
        "shares its": "shared",
        "gets it at": "elsewhere",
        "same address": "same",
    }
    return next(kind for words, kind in beginnings.items() if reason.startswith(words))
