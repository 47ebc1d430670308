"""Who would get which edition under which cover, by which rule, and who is left out and why.

The officer's plan, the preview and the fan-out all come from here, so that what is shown is what
is sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from mailer import addresses
from mailer.audience import selection
from mailer.audience.criteria import Criteria, parse
from mailer.audience.leaving_out.matters import Matter
from mailer.audience.leaving_out.representing import Standing
from mailer.audience.selection import LeftOut, in_chunks, readings, refused
from mailer.compose.covers.notice import told_source
from mailer.distribution.planning.earlier import Earlier
from mailer.distribution.planning.leaves import Leaves
from mailer.distribution.planning.personal import OwnWords, Personal
from mailer.distribution.planning.rules import Decision, PlannedDelivery, Rules
from mailer.errors import NotFound
from mailer.models import Delivery, LanguagePolicy
from mailer.releases.editions import (
    FullRelease,
)
from mailer.tokens import Keyring

#: Addresses that are looked up together among the earlier deliveries.
ADDRESSES_AT_ONCE = 1000


@dataclass(frozen=True)
class Plan:
    """A distribution before it is decided: everyone in it, and everyone left out of it."""

    planned: tuple[PlannedDelivery, ...]
    left_out: tuple[LeftOut, ...]


def plan(
    session: Session,
    full: FullRelease,
    criteria: Criteria,
    *,
    at: datetime,
    is_urgent: bool = False,
    keyring: Keyring | None = None,
    languages: LanguagePolicy = LanguagePolicy.FALLBACK,
) -> Plan:
    """The plan for sending `full` to the people of `criteria` at that moment.

    Who has left the topic or the office is found by the `keyring`.
    """
    planned: list[PlannedDelivery] = []
    left_out: list[LeftOut] = []
    found = decide(
        session,
        full,
        criteria,
        at=at,
        is_urgent=is_urgent,
        keyring=keyring,
        languages=languages,
    )
    for decision in found:
        if decision.planned is not None:
            planned.append(decision.planned)
        left_out.extend(decision.left_out)
    return Plan(planned=tuple(planned), left_out=tuple(left_out))


def decide(
    session: Session,
    full: FullRelease,
    criteria: Criteria,
    *,
    at: datetime,
    is_urgent: bool = False,
    shuffled_by: int | None = None,
    keyring: Keyring | None = None,
    languages: LanguagePolicy = LanguagePolicy.FALLBACK,
) -> Iterator[Decision]:
    """The same address by address, in the order of `selection.readings`: a plan of any size."""
    leaves = Leaves(session, full, keyring)
    matter = replace(matter_of(full, at=at, is_urgent=is_urgent), parts=leaves.parts)
    rules, personal = Rules(full, languages), Personal(session, full, at=at)
    earlier = Earlier(session, full, at=at, counts=not (matter.outranks or matter.is_urgent))

    def decisions() -> Iterator[Decision]:
        found = readings(session, criteria, at=at, shuffled_by=shuffled_by, matter=matter)
        for chunk in in_chunks(found, ADDRESSES_AT_ONCE):
            wanted = [reading.recipient for reading in chunk if reading.recipient]
            ledger = earlier.of([one.address_id for one in wanted])
            left, own = leaves.of(wanted), personal.of(wanted)
            for reading in chunk:
                yield _with_own_words(rules.decision(reading, ledger, left), own)

    if not full.office.one_at_outlet:
        return decisions()
    # Once to see who is best placed at each outlet, and once more to decide.
    standing = Standing()
    for seen in decisions():
        if reader := seen.planned.recipient if seen.planned else seen.reader:
            standing.see(reader, has_it=seen.planned is None)
    return (_represented(one, standing) for one in decisions())


def _with_own_words(decision: Decision, own: OwnWords) -> Decision:
    planned = decision.planned
    return decision._replace(planned=_addressed(planned, own)) if planned else decision


def _addressed(planned: PlannedDelivery, own: OwnWords) -> PlannedDelivery:
    """The same with what stands in her message alone."""
    greeting, note = own.to(planned.recipient, language=planned.cover.language)
    if not (greeting or note):
        return planned
    return planned._replace(greeting=greeting, personal_note=note)


def matter_of(full: FullRelease, *, at: datetime, is_urgent: bool = False) -> Matter:
    """What decides who wants that release, and who may have it, at that moment."""
    embargo = full.release.embargo_until
    return Matter(
        kind=full.release.kind,
        beats=tuple(full.release.beats),
        is_urgent=is_urgent,
        is_embargoed=embargo is not None and at < embargo,
    )


def _represented(decision: Decision, standing: Standing) -> Decision:
    """The same, unless somebody else stands for the outlet."""
    if decision.planned is None:
        return decision
    recipient = decision.planned.recipient
    refusal = standing.refusal(recipient)
    if refusal is None:
        return decision
    return Decision(None, (refused(recipient, refusal), *decision.left_out))


def planned_for(
    session: Session, full: FullRelease, address: str, *, at: datetime
) -> PlannedDelivery:
    """What the holder of `address` would get, also when a rule would leave them out.

    Raises NotFound when no contact has that address.
    """
    normalised = addresses.parse(address).normalised
    audience = selection.select(session, parse(f"address:{normalised}"), at=at, leave_out=False)
    if not audience.recipients:
        raise NotFound(f"no contact has the address {address}: `mailer contacts import` brings it")
    recipient = audience.recipients[0]
    own = Personal(session, full, at=at).of([recipient])
    return _addressed(Rules(full).planned(recipient), own)


def as_delivery(planned: PlannedDelivery) -> Delivery:
    """The delivery that the plan describes, not yet part of any distribution."""
    who = planned.recipient
    return Delivery(
        id=0,
        distribution_id=0,
        address_id=who.address_id,
        journalist_id=who.journalist_id,
        role_id=who.role_id,
        desk_id=who.desk_id,
        outlet_id=who.outlet_id,
        email=who.email,
        recipient_name=who.name,
        outlet_name=who.outlet_name,
        country=who.country,
        zone=planned.zone.name if planned.zone.is_known else "",
        reasons=list(who.reasons),
        plain_text_only=who.plain_text_only,
        attaches_files=who.profile.wants_attachments,
        notice_basis=who.profile.notice_basis,
        notice_source=told_source(who.profile.notice_source),
        revision_id=None if planned.waits else planned.edition.revision.id,
        edition_language=planned.language,
        edition_rule=planned.rule,
        cover_language=planned.cover.language,
        cover_rule=planned.cover.rule,
        tracking=planned.tracking,
        greeting=planned.greeting,
        personal_note=planned.personal_note,
    )
