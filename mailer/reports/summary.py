"""How a release went: who was reached, what came back, who looked, by language, country, outlet.

Opens and clicks of persons, of proxies and of machines at the gate are never added up, and the
report says how many recipients could be measured at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.feedback.machines import RULES_VERSION
from mailer.models import (
    Agent,
    Delivery,
    DeliveryStatus,
    Distribution,
    Edition,
    EngagementCount,
    EventKind,
    Revision,
)
from mailer.releases.references import found
from mailer.reports.figures import DIMENSIONS, Figures, Line, lines_by, total

#: A smaller number of readers counted together could point to one of them.
SMALLEST_CELL = 5
#: A spreadsheet would take a cell that begins so for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class ReleaseReport:
    """How one release went, all its distributions together."""

    reference: str
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    totals: Figures
    withheld_by_reason: Mapping[str, int]
    #: Opens and clicks of all who are counted together, by kind and agent; None: fewer than five.
    counted: Mapping[str, Mapping[str, int | None]]
    by_cover_language: tuple[Line, ...]
    by_edition_language: tuple[Line, ...]
    by_country: tuple[Line, ...]
    by_media_type: tuple[Line, ...]
    by_outlet: tuple[Line, ...]
    by_provider: tuple[Line, ...]

    def tables(self) -> dict[str, tuple[Line, ...]]:
        """The lines by what they are sorted by."""
        return {name: getattr(self, f"by_{name}") for name in DIMENSIONS}

    def as_json(self) -> dict[str, Any]:
        """The whole report for a machine; moments in ISO 8601."""
        return {
            "reference": self.reference,
            "first_sent_at": self.first_sent_at and self.first_sent_at.isoformat(),
            "last_sent_at": self.last_sent_at and self.last_sent_at.isoformat(),
            "totals": self.totals.as_json(),
            "withheld_by_reason": dict(self.withheld_by_reason),
            "counted": {kind: dict(agents) for kind, agents in self.counted.items()},
            "machine_rules": RULES_VERSION,
        } | {
            f"by_{name}": [{"name": line.name} | line.figures.as_json() for line in lines]
            for name, lines in self.tables().items()
        }

    def as_rows(self) -> list[list[str | int]]:
        """The report as a table for a spreadsheet: a head, the totals, and a row for each line.

        Names come from contacts files of others, so none of them can be a formula.
        """
        names = [field.name for field in fields(Figures)]
        lines = [("total", Line("", self.totals))]
        lines += [(table, line) for table, found in self.tables().items() for line in found]
        return [
            ["by", "name", *names],
            *(
                [table, as_text(line.name), *(getattr(line.figures, name) for name in names)]
                for table, line in lines
            ),
        ]


def as_text(name: str) -> str:
    """The name as a cell that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(FORMULA_SIGNS) else name


def release_report(session: Session, reference: str) -> ReleaseReport:
    """How the release of that reference went until now. Raises NotFound."""
    release = found(session, reference)
    release_id = release.id or 0
    lines = {f"by_{name}": lines_by(session, release_id, dimension=name) for name in DIMENSIONS}
    totals = total(line.figures for line in lines["by_country"])
    first, last = _span(session, release_id)
    return ReleaseReport(
        reference=release.reference,
        first_sent_at=first,
        last_sent_at=last,
        totals=totals,
        withheld_by_reason=_withheld(session, release_id),
        counted=_counted(session, release_id, is_counted=bool(totals.counted_together)),
        **lines,
    )


def _span(session: Session, release_id: int) -> tuple[datetime | None, datetime | None]:
    sent_at = col(Delivery.sent_at)
    first, last = session.exec(
        select(sa.func.min(sent_at), sa.func.max(sent_at))
        .join(Distribution, col(Distribution.id) == Delivery.distribution_id)
        .where(Distribution.release_id == release_id)
    ).one()
    return first, last


def _withheld(session: Session, release_id: int) -> dict[str, int]:
    rows = session.exec(
        select(Delivery.reason, sa.func.count())
        .join(Distribution, col(Distribution.id) == Delivery.distribution_id)
        .where(Distribution.release_id == release_id, Delivery.status == DeliveryStatus.WITHHELD)
        .group_by(Delivery.reason)
        .order_by(Delivery.reason)
    )
    return dict(rows.all())


def _counted(
    session: Session, release_id: int, *, is_counted: bool
) -> dict[str, dict[str, int | None]]:
    rows = session.exec(
        select(EngagementCount.kind, EngagementCount.agent, sa.func.sum(EngagementCount.count))
        .join(Revision, col(Revision.id) == EngagementCount.revision_id)
        .join(Edition, col(Edition.id) == Revision.edition_id)
        .where(Edition.release_id == release_id)
        .group_by(EngagementCount.kind, EngagementCount.agent)
    )
    found = {(kind, agent): int(count) for kind, agent, count in rows}
    return {
        kind.value: {
            agent.value: _shown(found.get((kind, agent), 0), is_counted=is_counted)
            for agent in Agent
        }
        for kind in (EventKind.OPENED, EventKind.CLICKED)
    }


def _shown(count: int, *, is_counted: bool) -> int | None:
    return None if is_counted and count < SMALLEST_CELL else count
