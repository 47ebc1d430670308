"""Who may not be written to now, although she got the earlier text: a leave, an erasure, a pause
and a dead address hold for corrections, too (R7, R8). Looked up for some receivers at a time; what
is hashed, and what happens later, is looked at before each hand-over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import clock
from mailer.audience.leaving_out.doors import NOT_WANTED, why_closed
from mailer.audience.leaving_out.refusals import Cause, Refusal
from mailer.contacts.leavers import left_elsewhere
from mailer.distribution.following.received import Receiver
from mailer.distribution.planning.leaves import Leaves
from mailer.models import Address, Desk, Journalist, TrackingMode
from mailer.releases.editions import FullRelease
from mailer.tokens import Keyring

ERASED = Refusal(Cause.NO_ADDRESS, "the address was erased")


@dataclass(frozen=True)
class Wishes:
    """What the address book says of a reader now."""

    do_not_contact: bool = False
    paused_until: datetime | None = None
    #: None: she is not there any more, and what was frozen holds.
    tracking: TrackingMode | None = None
    plain_text_only: bool = False
    wants_translations: bool = False


NOTHING_KNOWN = Wishes()


@dataclass(frozen=True)
class Verdicts:
    """Who of some receivers may not be written to, by address; and what all of them wish."""

    refusals: dict[int, Refusal] = field(default_factory=dict)
    people: dict[int, Wishes] = field(default_factory=dict)
    desks: dict[int, Wishes] = field(default_factory=dict)

    def wishes(self, row: Any) -> Wishes:
        """What the reader of that delivery wishes."""
        if row.desk_id is not None:
            return self.desks.get(row.desk_id, NOTHING_KNOWN)
        return self.people.get(row.journalist_id or 0, NOTHING_KNOWN)


class Barred:
    """Looks up who may not be written to."""

    def __init__(
        self, session: Session, full: FullRelease, *, keyring: Keyring | None, at: datetime
    ) -> None:
        self._session, self._at, self._zone = session, at, full.office.zone
        self._leaves = Leaves(session, full, keyring)

    def of(self, some: Sequence[Receiver]) -> Verdicts:
        """What is known of these receivers."""
        people = self._wishes(Journalist, {one.row.journalist_id for one in some})
        verdicts = Verdicts({}, people, self._wishes(Desk, {one.row.desk_id for one in some}))
        refusals = verdicts.refusals
        refusals |= {number: refusal for number, refusal in self._closed(some) if refusal}
        left = self._leaves.of(some)  # type: ignore[arg-type]
        elsewhere = left_elsewhere(
            self._session,
            sorted({one.row.journalist_id for one in some if one.row.journalist_id}),
            today=self._at.astimezone(UTC).date(),
        )
        for one in some:
            if one.address_id in refusals:
                continue
            why = self._unwanted(verdicts.wishes(one.row)) or left.get(one.address_id)
            if why is None and (leave := elsewhere.get(one.row.journalist_id or 0)):
                cause = Cause.COMPLAINED if leave.has_complained else Cause.SUPPRESSED
                why = Refusal(cause, leave.told)
            if why is not None:
                refusals[one.address_id] = why
        return verdicts

    def _closed(self, some: Sequence[Receiver]) -> list[tuple[int, Refusal | None]]:
        """Dead, suppressed or erased addresses."""
        rows = self._session.execute(
            sa.select(col(Address.id), col(Address.state), col(Address.state_reason)).where(
                col(Address.id).in_([one.address_id for one in some])
            )
        )
        known = {number: why_closed(state, why or "") for number, state, why in rows}
        return [(one.address_id, known.get(one.address_id, ERASED)) for one in some]

    def _unwanted(self, wishes: Wishes) -> Refusal | None:
        if wishes.do_not_contact:
            return NOT_WANTED
        until = wishes.paused_until
        if until is None or until <= self._at:
            return None
        return Refusal(Cause.PAUSED, f"paused until {clock.told(until, zone_name=self._zone)}")

    def _wishes(
        self, table: type[Journalist] | type[Desk], numbers: set[int | None]
    ) -> dict[int, Wishes]:
        chosen = sorted(filter(None, numbers))
        if not chosen:
            return {}
        rows = self._session.execute(
            sa.select(
                col(table.id),
                *(col(getattr(table, name)) for name in Wishes.__dataclass_fields__),
                col(table.tracking_consented_at),
            ).where(col(table.id).in_(chosen))
        )
        return {
            number: _with_consent(Wishes(*known), has_consented=consented_at is not None)
            for number, *known, consented_at in rows
        }


def _with_consent(wishes: Wishes, *, has_consented: bool) -> Wishes:
    """Without a recorded consent nobody is followed in person (R10)."""
    if wishes.tracking is not TrackingMode.INDIVIDUAL or has_consented:
        return wishes
    return replace(wishes, tracking=TrackingMode.AGGREGATE)
