"""Reports: how a release went, as a page and as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from mailer.models import Agent, EventKind
from mailer.releases import editions
from mailer.reports.summary import ReleaseReport, release_report
from mailer.web.dependencies import Parts, page, signed_in

#: What the tables of the report are called, in the order of the page.
TABLES = {
    "cover_language": "Cover language",
    "edition_language": "Edition",
    "country": "Country",
    "media_type": "Media type",
    "outlet": "Outlet",
}
MACHINES = (Agent.PROXY, Agent.SCANNER)

router = APIRouter(dependencies=[Depends(signed_in)])


@dataclass(frozen=True)
class Seen:
    """Images loaded, or links followed: how often, and how often by a machine.

    None: so few that a figure could point to a person.
    """

    total: int | None
    machines: int | None


@router.get("/releases/{reference:path}/report")
def show_report(request: Request, door: Parts, reference: str) -> Response:
    """The report of a release."""
    with door.reading() as session:
        full = editions.load(session, reference)
        report = release_report(session, full.release.reference)
    context = {
        "reference": full.release.reference,
        "zone": full.office.zone,
        "report": report,
        "tables": [(TABLES[name], name, report.tables()[name]) for name in TABLES],
        "persons": _by_persons(report),
        "together": {kind: _together(agents) for kind, agents in report.counted.items()},
    }
    return page(request, "web/report.html", context)


@router.get("/releases/{reference:path}/report.csv")
def download_report(door: Parts, reference: str) -> Response:
    """The same figures as CSV; the mark at its head tells spreadsheets that it is UTF-8."""
    with door.reading() as session:
        full = editions.load(session, reference)
        rows = release_report(session, full.release.reference).as_rows()
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    name = full.release.reference.replace("/", "-")
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="report-{name}.csv"'},
    )


def _by_persons(report: ReleaseReport) -> dict[str, Seen]:
    """Of those who agreed to be measured in person: deliveries opened and clicked."""
    figures = report.totals
    opened = figures.opened_by_proxies + figures.opened_by_scanners
    clicked = figures.clicked_by_proxies + figures.clicked_by_scanners
    return {
        EventKind.OPENED: Seen(figures.opened_by_persons + opened, opened),
        EventKind.CLICKED: Seen(figures.clicked_by_persons + clicked, clicked),
    }


def _together(agents: Mapping[str, int | None]) -> Seen:
    """Of all who are only counted together."""
    machines = _sum(agents[agent] for agent in MACHINES)
    return Seen(_sum((agents[Agent.PERSON], machines)), machines)


def _sum(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return None if None in known else sum(count or 0 for count in known)
