"""`mailer suppressions`: the addresses we must not write to."""

from typing import Annotated, Any

import typer
from sqlmodel import Session

from mailer import clock
from mailer.cli.context import BIGGEST, AsJson, Context
from mailer.contacts import lost_keys, scoped, suppressions
from mailer.contacts.directory import Elsewhere, reachable_elsewhere
from mailer.contacts.keeping.leaves import LEAVES
from mailer.contacts.scoped import Scope
from mailer.database import writing
from mailer.errors import BadInput, NotFound
from mailer.models import Suppression, SuppressionReason

app = typer.Typer(no_args_is_help=True, help="Addresses we must not write to.")

Topic = Annotated[str, typer.Option(help="Only for releases with this beat.")]
OfficeKey = Annotated[str, typer.Option("--office", help="Only for this office, by its key.")]


@app.command("add")
def add(
    context: typer.Context,
    address: str,
    reason: Annotated[SuppressionReason, typer.Option(help="Why.")] = SuppressionReason.MANUAL,
    note: Annotated[str, typer.Option(help="Who asked, when, how.")] = "",
    topic: Topic = "",
    new_topic: Annotated[
        bool, typer.Option("--new-topic", help="Also a beat that nothing has yet.")
    ] = False,
    office: OfficeKey = "",
    as_json: AsJson = False,
) -> None:
    """Never write to an address again, whatever list or import brings it."""
    desk: Context = context.obj
    with desk.writing() as session:
        scope = _scope(session, topic, office)
        if topic and not new_topic:
            _refuse_unknown(session, topic)
        said: dict[str, Any] = {"reason": reason, "source": "command line", "note": note}
        if scope is None:
            is_new = suppressions.suppress(session, address, keyring=desk.keyring, **said)
        else:
            is_new = scoped.suppress(session, address, scope, keyring=desk.keyring, **said)
        # A leave holds wherever she reads; what closes a mailbox alone is to be decided.
        is_hers = reason in LEAVES
        today = clock.now().date()
        others = [] if is_hers else reachable_elsewhere(session, address, today=today)
    told = "suppressed" if is_new else "was suppressed already"
    told += f" for the {scope.kind} {scope.value}" if scope else ""
    also = [{"name": one.name, "address": one.email} for one in others]
    desk.answer(
        {"address": address, "is_new": is_new, "also_reachable": also} | _named(scope),
        as_json=as_json,
        told=lambda: desk.say("\n".join((f"{address} {told}", *map(_also, others)))),
    )


def _also(one: Elsewhere) -> str:
    """That whoever is meant reads elsewhere too, and what to do about it."""
    told = f"{one.name} is also reachable at {one.email}: if nothing shall go there either,"
    return f"{told} `mailer suppressions add {one.email}` with the same reason"


@app.command("check")
def check(context: typer.Context, address: str, as_json: AsJson = False) -> None:
    """Say whether an address is suppressed, and why."""
    desk: Context = context.obj
    with desk.reading() as session:
        reasons = suppressions.reasons_among(session, [address], keyring=desk.keyring)
        parts = scoped.kept(session, address, keyring=desk.keyring)
    reason = reasons.get(address)
    told = [f"suppressed, {reason}"] if reason else []
    told += [_of(row).told(row.reason) for row in parts]
    document: dict[str, Any] = {
        "address": address,
        "is_suppressed": reason is not None,
        "reason": reason,
    }
    document["scopes"] = [_named(_of(row)) | {"reason": row.reason} for row in parts]
    desk.answer(
        document,
        as_json=as_json,
        told=lambda: desk.say(f"{address}: {'; '.join(told) or 'not suppressed'}"),
    )


@app.command("list")
def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List all suppressions; addresses are kept as keyed hashes only."""
    desk: Context = context.obj
    with desk.reading() as session:
        rows = [row.model_dump() for row in suppressions.list_suppressions(session)]
    desk.answer(
        rows,
        as_json=as_json,
        told=lambda: desk.table(
            "reason",
            "covers",
            "source",
            "since",
            "note",
            "hash",
            rows=(
                (
                    r["reason"],
                    f"{r['scope']} {r['scope_value']}".rstrip(),
                    r["source"],
                    desk.at(r["created_at"]),
                    r["note"],
                    r["address_hash"][:14],
                )
                for r in rows
            ),
        ),
    )


@app.command("lift")
def lift(
    context: typer.Context,
    address: str,
    note: Annotated[str, typer.Option(help="Why it is right to write there again.")],
    topic: Topic = "",
    office: OfficeKey = "",
    as_json: AsJson = False,
) -> None:
    """Write to an address again after a bounce; one that left or was erased stays out."""
    desk: Context = context.obj
    with desk.writing() as session:
        scope = _scope(session, topic, office)
        if scope is None:
            suppressions.lift(session, address, keyring=desk.keyring, note=note)
        else:
            scoped.lift(session, address, scope, keyring=desk.keyring, note=note)
    desk.answer(
        {"lifted": address} | _named(scope),
        as_json=as_json,
        told=lambda: desk.say(f"{address}: lifted"),
    )


@app.command("give-up-key")
def give_up_key(
    context: typer.Context,
    number: Annotated[int, typer.Argument(min=0, max=BIGGEST, help="Its number in secrets.keys.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Forget them; nothing brings them back.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Forget what stands under a key that is lost for good; without --yes say how much it is."""
    desk: Context = context.obj
    with writing(desk.tables) as session:
        count = lost_keys.give_up(session, number, known=set(desk.settings.secrets.keys))
        if not yes:
            session.rollback()
    told = f"{'forgotten' if yes else 'would forget'}: {count} suppressions under the key {number}"
    stays = "; whom the address book knows as suppressed stays so, all others may be written to"
    desk.answer(
        {"key": number, "suppressions": count, "is_done": yes},
        as_json=as_json,
        told=lambda: desk.say(f"{told}{stays}{'' if yes else ': --yes does it'}"),
    )


def _scope(session: Session, topic: str, office: str) -> Scope | None:
    """What is named; None is everything. Raises BadInput for both at once."""
    if topic and office:
        raise BadInput("--topic and --office are two suppressions: add each by itself")
    if topic:
        return scoped.topic(topic)
    return scoped.office(session, office) if office else None


def _refuse_unknown(session: Session, topic: str) -> None:
    try:
        scoped.known_topic(session, topic)
    except NotFound as unknown:
        raise NotFound(f"{unknown} --new-topic takes it all the same") from None


def _named(scope: Scope | None) -> dict[str, Any]:
    return {"scope": scope.kind, "scope_value": scope.value} if scope else {}


def _of(row: Suppression) -> Scope:
    return Scope(row.scope, row.scope_value)
