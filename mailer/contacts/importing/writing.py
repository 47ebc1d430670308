"""From the rows on disk to the address book: which outlets, then who, then what is said of the
outlets; slice by slice, so that memory stays flat.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlmodel import Session, col, select

from mailer.contacts import suppressions
from mailer.contacts.history import Recording
from mailer.contacts.importing.applying import Applying, Origin
from mailer.contacts.importing.changing import Applied
from mailer.contacts.importing.contact_row import ContactRow
from mailer.contacts.importing.known import Known, look_up
from mailer.contacts.importing.outlets import decide_outlets, shared_in_words
from mailer.contacts.importing.placing import place
from mailer.contacts.importing.plans import OutletPlan
from mailer.contacts.importing.report import Mark, Tally
from mailer.contacts.importing.spool import Spool
from mailer.models import Outlet, SuppressionReason
from mailer.tokens import Keyring

#: So many rows are looked up and written at once.
SLICE = 2000
#: How far it is: rows done, of how many.
Progress = Callable[[int, int], None]


class Writing:
    """One import's way into the address book."""

    def __init__(
        self,
        session: Session,
        spool: Spool,
        tally: Tally,
        *,
        keyring: Keyring,
        recording: Recording,
        origin: Origin,
        at: datetime,
    ) -> None:
        self.session, self.spool, self.tally = session, spool, tally
        self.keyring, self.recording = keyring, recording
        self.source = origin.source
        self.applying = Applying(session, recording, keyring=keyring, origin=origin, at=at)
        self.at = at
        self.outlets: dict[str, OutletPlan] = {}
        #: Numbers that several outlets have.
        self.shared: Collection[str] = ()
        #: The outlets of which the file says what they are.
        self.of_a_kind: set[str] = set()

    def write(self, *, progress: Progress) -> None:
        """Write all the rows."""
        self._decide_outlets()
        done = 0
        for rows in self.spool.by_contact(size=SLICE):
            self._write_contacts(rows)
            done += len(rows)
            progress(done, len(self.spool))
        for rows in self.spool.by_outlet(size=SLICE):
            self._write_outlets(rows)
        for plan in self.outlets.values():
            if plan.row and plan.ref not in self.of_a_kind:
                self.tally.notice(plan.row, "a new outlet without a media type: it stays unknown")

    def _decide_outlets(self) -> None:
        decided = decide_outlets(self.session, self.spool)
        self.outlets, self.shared = decided.plans, decided.shared.keys()
        if told := shared_in_words(decided.shared):
            self.tally.notice(0, told)
        for line, reason in decided.unusable.items():
            self.tally.refuse(line, reason)
        self.spool.drop(decided.unusable)

    def _write_contacts(self, rows: list[ContactRow]) -> None:
        self._close(rows)
        known = look_up(self.session, rows, outlets=self.outlets, keyring=self.keyring)
        placement = place(
            self._welcome(rows, known), known=known, outlets=self.outlets, today=self.at.date()
        )
        applied = self.applying.apply(
            placement,
            emails={row.mailbox: row.email for row in rows if row.email is not None},
            known=known,
        )
        for bad in placement.unusable:
            self.tally.refuse(bad.row, bad.reason)
        for line in placement.telling:
            self.tally.mark(line, Mark.TELLS)
        for line, notice in placement.notices:
            self.tally.notice(line, notice)
        # What an unusable row says of its outlet is not heard either.
        self.spool.drop(bad.row for bad in placement.unusable)
        self._told(applied, rows)

    def _close(self, rows: list[ContactRow]) -> None:
        """Keep what the file tells of those who left, complained or cannot be reached."""
        told = {row.mailbox: row.closed_because for row in rows if row.mailbox}
        reasons = {mailbox: reason for mailbox, reason in told.items() if reason is not None}
        if reasons:
            suppressions.suppress_many(
                self.session, reasons, keyring=self.keyring, source=self.source
            )

    def _welcome(self, rows: list[ContactRow], known: Known) -> list[ContactRow]:
        """The rows that may be kept. Of an erased person nothing is, not even the name."""
        kept: list[ContactRow] = []
        for row in rows:
            reason = known.suppressed.get(row.mailbox)
            if reason is not None and not row.is_beside:
                self.tally.close(row.row, reason)
            if reason != SuppressionReason.ERASED:
                kept.append(row)
        return kept

    def _write_outlets(self, rows: list[ContactRow]) -> None:
        plans = {row.outlet_ref: self.outlets[row.outlet_ref] for row in rows}
        for row in rows:
            plan = plans[row.outlet_ref]
            if plan.facts.say(row.row, **(self._number(plan, row) | dict(row.outlet_facts))):
                self.tally.mark(row.row, Mark.TELLS)
        numbers = [plan.outlet_id for plan in plans.values() if plan.outlet_id is not None]
        found = self.session.exec(select(Outlet).where(col(Outlet.id).in_(numbers)))
        outlets = {outlet.id: outlet for outlet in found}
        applied = self.applying.tell_outlets(
            (plan, outlets[plan.outlet_id]) for plan in plans.values() if plan.outlet_id in outlets
        )
        for plan in plans.values():
            if "media_type" in plan.facts:
                self.of_a_kind.add(plan.ref)
            plan.facts.clear()
        self._told(applied, rows)

    def _number(self, plan: OutletPlan, row: ContactRow) -> dict[str, str]:
        """The number of the outlet; one that several have takes the place of no other."""
        number = row.outlet_external_id
        is_kept = number not in self.shared or plan.external_id in ("", number)
        return {"external_id": number} if is_kept else {}

    def _told(self, applied: Applied, rows: list[ContactRow]) -> None:
        names = {row.row: row.called for row in reversed(rows)}
        for line in applied.new_rows:
            self.tally.mark(line, Mark.NEW)
        for line, reason in applied.closed_rows.items():
            self.tally.close(line, reason)
        for line, field, before, after in applied.changes:
            self.tally.change(line, names.get(line, ""), field, before, after)
        # The session itself holds on to nothing that is written.
        self.recording.forget_rows()
