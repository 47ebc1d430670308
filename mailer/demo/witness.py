"""What really happened in the demo, read from our own rows and from what the world received, and
in which points it differs from what was told.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlmodel import Session, col, select

from mailer import addresses
from mailer.contacts.suppressions import suppressed_among
from mailer.demo.plot import Plot
from mailer.demo.world.mailroom import Mailroom
from mailer.distribution.batches import HANDED_OVER
from mailer.models import Agent, Delivery, DeliveryEvent, DeliveryStatus, EventKind
from mailer.reports.summary import ReleaseReport, release_report
from mailer.tokens import Keyring

#: The sample's readers have more first languages than this; fewer: covers were not localised.
COVERS_AT_LEAST = 25


@dataclass(frozen=True)
class Evidence:
    """What happened, by address where the story tells it by address (each spelt one way)."""

    report: ReleaseReport
    by_status: Mapping[DeliveryStatus, AbstractSet[str]]
    deferred_then_sent: AbstractSet[str]
    opened: AbstractSet[str]
    clicked: AbstractSet[str]
    machine_opened: AbstractSet[str]
    unsubscribed: AbstractSet[str]
    autoreplied: AbstractSet[str]
    suppressed: AbstractSet[str]
    #: How often the world received something, by address.
    received: Mapping[str, int]
    cover_languages: AbstractSet[str]
    edition_languages: AbstractSet[str]

    @property
    def sent(self) -> AbstractSet[str]:
        """Whose message the relay took, whatever came back later."""
        return frozenset().union(*(self.by_status.get(status, set()) for status in HANDED_OVER))


def gather(
    session: Session, *, plot: Plot, distribution_id: int, keyring: Keyring, mailroom: Mailroom
) -> Evidence:
    """What the rows of that distribution and the mailroom say now."""
    deliveries = session.exec(
        select(Delivery).where(Delivery.distribution_id == distribution_id)
    ).all()
    by_status: dict[DeliveryStatus, set[str]] = {}
    for one in deliveries:
        by_status.setdefault(one.status, set()).add(spelt(one.email))
    sent = [one for one in deliveries if one.status in HANDED_OVER]
    seen = _seen(session, distribution_id)
    named = sorted(plot.refused | plot.bounces_later | plot.unsubscribes)
    return Evidence(
        report=release_report(session, plot.release),
        by_status=by_status,
        deferred_then_sent=seen[EventKind.DEFERRED, None] & {spelt(one.email) for one in sent},
        opened=seen[EventKind.OPENED, Agent.PERSON],
        clicked=seen[EventKind.CLICKED, Agent.PERSON],
        machine_opened=seen[EventKind.OPENED, Agent.SCANNER] | seen[EventKind.OPENED, Agent.PROXY],
        unsubscribed=seen[EventKind.UNSUBSCRIBED, None],
        autoreplied=seen[EventKind.AUTOREPLIED, None],
        suppressed=suppressed_among(session, named, keyring=keyring),
        received=Counter(spelt(one.recipient) for one in mailroom.all()),
        cover_languages={one.cover_language for one in sent},
        edition_languages={one.edition_language for one in sent},
    )


def spelt(email: str) -> str:
    """The address in the one spelling in which the same mailbox is the same."""
    return addresses.parse(email).normalised


class _Seen(dict[tuple[EventKind, Agent | None], set[str]]):
    """Addresses by event and agent; nobody where nothing happened."""

    def __missing__(self, key: tuple[EventKind, Agent | None]) -> set[str]:
        return set()


def _seen(session: Session, distribution_id: int) -> _Seen:
    rows = session.exec(
        select(col(DeliveryEvent.kind), col(DeliveryEvent.agent), col(Delivery.email))
        .join(Delivery, col(Delivery.id) == DeliveryEvent.delivery_id)
        .where(Delivery.distribution_id == distribution_id)
    )
    seen = _Seen()
    for kind, agent, email in rows:
        seen[kind, agent] = seen[kind, agent] | {spelt(email)}
    return seen


def differences(
    plot: Plot, seen: Evidence, *, planned: AbstractSet[str], left_out: int
) -> list[str]:
    """Where what happened is not what was told, one sentence each; empty: it went as told."""
    told = (
        ("handed over", planned - plot.refused, seen.sent),
        ("deferred, then handed over", plot.greylisted, seen.deferred_then_sent),
        ("rejected", plot.refused, seen.by_status.get(DeliveryStatus.REJECTED, set())),
        ("bounced", plot.bounces_later, seen.by_status.get(DeliveryStatus.BOUNCED, set())),
        ("answered automatically", plot.out_of_office, seen.autoreplied),
        ("opened by persons", plot.opens, seen.opened),
        ("clicked by persons", plot.clicks, seen.clicked),
        ("opened by machines", plot.scanned, seen.machine_opened),
        ("unsubscribed", plot.unsubscribes, seen.unsubscribed),
        (
            "closed to further mail",
            plot.refused | plot.bounces_later | plot.unsubscribes,
            seen.suppressed,
        ),
        ("in the world's mailroom", planned - plot.refused, set(seen.received)),
    )
    found = [
        line for what, expected, happened in told for line in _compared(what, expected, happened)
    ]
    found += [f"{one} received it {n} times" for one, n in seen.received.items() if n > 1]
    if seen.report.totals.withheld != left_out:
        found.append(
            f"withheld: {left_out} were to be left out, {seen.report.totals.withheld} were"
        )
    if len(seen.cover_languages) < COVERS_AT_LEAST:
        found.append(
            f"only {len(seen.cover_languages)} cover languages went out,"
            f" {COVERS_AT_LEAST} or more were to"
        )
    return found


def _compared(what: str, expected: AbstractSet[str], happened: AbstractSet[str]) -> Iterable[str]:
    if missing := sorted(expected - happened):
        yield f"{what}: not {_some(missing)}"
    if unforeseen := sorted(happened - expected):
        yield f"{what}: also {_some(unforeseen)}, which was not foreseen"


def _some(addresses: list[str]) -> str:
    rest = f" and {len(addresses) - 3} more" if len(addresses) > 3 else ""
    return ", ".join(addresses[:3]) + rest
