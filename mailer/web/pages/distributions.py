"""Distributions: the list, the live state of one, and the buttons that stop it and go on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer import clock
from mailer.distribution import doubts, lifecycle
from mailer.distribution.doubts import Decision
from mailer.distribution.following.place import place_of
from mailer.distribution.options import terms_of
from mailer.distribution.telling import listing, overview
from mailer.distribution.telling.overview import Progress
from mailer.models import DeliveryStatus
from mailer.releases import offices
from mailer.web.dependencies import Parts, RowNumber, page, signed_in, wants_fragment

ON_A_PAGE = 50
#: In this order they stand in the bar and in the list of numbers.
ORDER = (
    DeliveryStatus.SENT,
    DeliveryStatus.BOUNCED,
    DeliveryStatus.COMPLAINED,
    DeliveryStatus.SENDING,
    DeliveryStatus.DEFERRED,
    DeliveryStatus.PENDING,
    DeliveryStatus.UNKNOWN,
    DeliveryStatus.REJECTED,
    DeliveryStatus.WITHHELD,
    DeliveryStatus.EXPIRED,
    DeliveryStatus.CANCELLED,
)
#: A screen reader hears of every tenth part, not of every second.
MILESTONE_PERCENT = 10

router = APIRouter(prefix="/distributions", dependencies=[Depends(signed_in)])


@dataclass(frozen=True)
class Segment:
    """One status in the bar: how many, and where it stands, in hundredths."""

    status: DeliveryStatus
    count: int
    start: float
    width: float


@dataclass(frozen=True)
class Standing:
    """A distribution's progress as the page draws it."""

    progress: Progress
    segments: tuple[Segment, ...]
    percent: int

    @property
    def milestone(self) -> str:
        """What was last announced; the browser sends it back, so that nothing is said twice."""
        return f"{self.progress.status}-{self.percent // MILESTONE_PERCENT * MILESTONE_PERCENT}"


@router.get("")
def show_distributions(request: Request, door: Parts) -> Response:
    """All distributions, the newest first."""
    with door.reading() as session:
        lines = overview.list_distributions(session)
        zone = offices.the_office(session).zone
    return page(request, "web/distributions.html", {"distributions": lines, "zone": zone})


@router.get("/{distribution_id}")
def show_distribution(
    request: Request,
    door: Parts,
    distribution_id: RowNumber,
    status: DeliveryStatus | None = None,
    after: RowNumber = 0,
) -> Response:
    """The live state of one distribution, and its deliveries page by page."""
    with door.reading() as session:
        context = _standing(session, distribution_id)
        context |= _deliveries(session, distribution_id, status=status, after=after)
    name = "web/_deliveries.html" if wants_fragment(request) else "web/distribution.html"
    return page(request, name, context)


@router.get("/{distribution_id}/progress")
def show_progress(
    request: Request, door: Parts, distribution_id: RowNumber, known: str = ""
) -> Response:
    """The part of the page that moves; what the browser knows already is not said again."""
    with door.reading() as session:
        context = _standing(session, distribution_id)
    return page(request, "web/_progress.html", {**context, "known": known})


@router.post("/{distribution_id}/pause")
def pause(door: Parts, distribution_id: RowNumber) -> Response:
    """Stop handing over."""
    return _done(door, distribution_id, lifecycle.pause)


@router.post("/{distribution_id}/resume")
def resume(door: Parts, distribution_id: RowNumber) -> Response:
    """Go on with what has not been handed over."""
    return _done(door, distribution_id, lifecycle.resume)


@router.post("/{distribution_id}/cancel")
def cancel(door: Parts, distribution_id: RowNumber) -> Response:
    """Give up what has not been handed over."""
    return _done(door, distribution_id, lifecycle.cancel)


@router.post("/{distribution_id}/resolve/{decision}")
def resolve(door: Parts, distribution_id: RowNumber, decision: Decision) -> Response:
    """Decide the deliveries of which nobody knows whether the relay took them."""

    def decide(session: Session, number: int) -> object:
        return doubts.resolve_unknown(session, number, resend=decision is Decision.RESEND)

    return _done(door, distribution_id, decide)


def _done(door: Parts, distribution_id: int, move: Callable[[Session, int], object]) -> Response:
    with door.writing() as session:
        move(session, distribution_id)
    return RedirectResponse(f"/distributions/{distribution_id}", status_code=303)


def _standing(session: Session, distribution_id: int) -> dict[str, Any]:
    progress = overview.progress(session, distribution_id)
    standing = Standing(
        progress=progress,
        segments=_segments(progress),
        percent=_percent(progress),
    )
    return {
        "standing": standing,
        "progress": progress,
        "terms": terms_of(session, distribution_id),
        "place": place_of(session, distribution_id),
        "now": clock.now(),
        "zone": offices.the_office(session).zone,
    }


def _segments(progress: Progress) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    start = 0.0
    for status in ORDER:
        if count := progress.counts.get(status, 0):
            width = 100 * count / progress.total
            segments.append(Segment(status, count, round(start, 2), round(width, 2)))
            start += width
    return tuple(segments)


def _percent(progress: Progress) -> int:
    """How much of it is done, whatever came of it; 100 only when nothing is left."""
    if not progress.total:
        return 100 if progress.is_over else 0
    return 100 * (progress.total - progress.unfinished) // progress.total


def _deliveries(
    session: Session, distribution_id: int, *, status: DeliveryStatus | None, after: int
) -> dict[str, Any]:
    rows = listing.page(session, distribution_id, size=ON_A_PAGE + 1, start=after, status=status)
    return {
        "deliveries": rows[:ON_A_PAGE],
        "next": rows[ON_A_PAGE].position if len(rows) > ON_A_PAGE else None,
        "after": after,
        "status": status,
    }
