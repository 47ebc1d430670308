"""`mailer distributions correct`: to exactly those who got the wrong text, in their own threads."""

import getpass
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import typer

from mailer import clock, languages
from mailer.cli.context import BIGGEST, AsJson, Context, counted
from mailer.cli.options import written
from mailer.cli.plans import Reference, note_local_links
from mailer.cli.progress import Number
from mailer.distribution.following import correcting, translations
from mailer.distribution.following.choosing import Followed
from mailer.distribution.following.correcting import Decided, FollowUpPlan
from mailer.distribution.planning.preflight import Proofs
from mailer.distribution.timing.timetable import read_start
from mailer.releases.editions import FullRelease, load

At = Annotated[str, typer.Option("--at", help="ISO 8601, or now; without a zone: the office's.")]
Waiver = Annotated[
    str, typer.Option(help="The reason to let the linter's blocking findings pass; it is kept.")
]
Expect = Annotated[
    int | None, typer.Option(min=1, max=BIGGEST, help="The exact number of messages.")
]
DryRun = Annotated[bool, typer.Option(help="Show the plan, write nothing.")]
#: So many of those left out are named on a terminal.
NAMED = 20


def correct(
    context: typer.Context,
    number: Number,
    reference: Reference,
    at: At = "now",
    waive: Waiver = "",
    expect: Expect = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Correct or withdraw what went out: to exactly those who got it, each in their own thread.

    The release is a correction, a withdrawal or the notice of a lifted embargo that names the one
    that went out, or a later revision of that very one: an update where an event has moved or is
    called off. It goes ahead of all other traffic. What still waits of the old text is stopped:
    they get only the new one, and nothing of what is withdrawn.
    """
    desk: Context = context.obj
    proofs = _read_ahead(desk, reference, at=at)
    with desk.writing() as session:
        full = load(session, reference)
        starts_at, zone = _start(full, at), full.office.zone
        decided = correcting.correct(
            session,
            number,
            full,
            at=starts_at,
            by=getpass.getuser(),
            waive_because=waive,
            expect=expect,
            keyring=desk.keyring,
            more=proofs.of(full),
        )
        document = _document(decided, full, at=starts_at)
        if dry_run:
            session.rollback()
            document |= {"distribution_id": None, "planned": list(_rows(decided.plan))}
    note_local_links(desk)
    told = partial(_tell, desk, document, decided.plan, written(starts_at, zone))
    desk.answer(document, as_json=as_json, told=told)


def _read_ahead(desk: Context, reference: str, *, at: str) -> Proofs:
    with desk.reading() as session:
        full = load(session, reference)
        return Proofs(full, identity=desk.unsigned, at=_start(full, at))


def _start(full: FullRelease, at: str) -> datetime:
    return read_start(at, local_time="", office_zone=full.office.zone, now=clock.now()).at


def release_waiting(
    context: typer.Context,
    number: Number,
    language: Annotated[
        str, typer.Option(help="Only those who wait for this language, such as fr.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Give those who wait for an edition the next best one now."""
    desk: Context = context.obj
    tag = languages.parse(language) if language else ""
    with desk.writing() as session:
        released = translations.release_waiting(
            session, number, identity=desk.unsigned, language=tag
        )
    document = {"distribution_id": number, "language": tag or None, "released": released}
    desk.answer(document, as_json=as_json, told=lambda: desk.say(f"{released} wait no more"))


def _document(decided: Decided, full: FullRelease, *, at: datetime) -> dict[str, Any]:
    plan = decided.plan
    return {
        "distribution_id": decided.distribution.id,
        "scheduled_at": at,
        "office_time": at.astimezone(clock.zone(full.office.zone)),
        "reference": full.release.reference,
        "follows_id": plan.distribution_id,
        "relation": plan.relation,
        "count": plan.total,
        "replies": len(plan.replies),
        "first_texts": len(plan.first_texts),
        "settling": plan.settling,
        "stopped": plan.stopped,
        "by_language": plan.by_language,
        "left_out": [_left_out(one) for one in plan.left_out],
        "notes": list(plan.notes()),
    }


def _rows(plan: FollowUpPlan) -> Iterator[dict[str, Any]]:
    for one in (*plan.replies, *plan.first_texts):
        row = one.receiver.row
        yield {
            "address": row.email,
            "name": row.recipient_name,
            "outlet": row.outlet_name,
            "edition": one.chosen.language,
            "edition_rule": one.chosen.rule,
            "cover_language": row.cover_language,
            "is_reply": one.receiver.has_it,
            "in_reply_to": one.receiver.thread.split()[-1] if one.receiver.thread else None,
        }


def _left_out(one: Followed) -> dict[str, Any]:
    refusal = one.refusal
    return {
        "address": one.receiver.email,
        "name": one.receiver.row.recipient_name,
        "cause": refusal.cause if refusal else None,
        "reason": refusal.told if refusal else "",
    }


def _tell(desk: Context, document: dict[str, Any], plan: FollowUpPlan, moment: str) -> None:
    if document["distribution_id"] is None:
        desk.say(f"{plan.relation} of distribution {plan.distribution_id}; nothing was written")
    else:
        number = document["distribution_id"]
        desk.say(f"distribution {number} goes out at {moment}, ahead of all other traffic")
    desk.say(f"{len(plan.replies)} replies to those who got it, or may have got it")
    if plan.first_texts:
        desk.say(f"{len(plan.first_texts)} get only the new text: the old one waited for them")
    if plan.by_language:
        desk.say(f"editions: {counted(plan.by_language)}")
    reasons = Counter(one.refusal.told for one in plan.left_out if one.refusal)
    for reason, number in reasons.most_common(NAMED):
        desk.say(f"left out: {number} × {reason}")
    for note in document["notes"]:
        desk.say(f"note: {note}")
