"""`mailer suppressions`: the addresses we must not write to."""

from typing import Annotated

import typer

from mailer.cli.context import AsJson, Context
from mailer.contacts import suppressions
from mailer.models import SuppressionReason

app = typer.Typer(no_args_is_help=True, help="Addresses we must not write to.")


@app.command("add")
def add(
    context: typer.Context,
    address: str,
    reason: Annotated[SuppressionReason, typer.Option(help="Why.")] = SuppressionReason.MANUAL,
    note: Annotated[str, typer.Option(help="Who asked, when, how.")] = "",
    as_json: AsJson = False,
) -> None:
    """Never write to an address again, whatever list or import brings it."""
    desk: Context = context.obj
    with desk.writing() as session:
        is_new = suppressions.suppress(
            session,
            address,
            keyring=desk.keyring,
            reason=reason,
            source="command line",
            note=note,
        )
    said = "suppressed" if is_new else "was suppressed already"
    desk.answer(
        {"address": address, "is_new": is_new},
        as_json=as_json,
        told=lambda: desk.say(f"{address} {said}"),
    )


@app.command("check")
def check(context: typer.Context, address: str, as_json: AsJson = False) -> None:
    """Say whether an address is suppressed, and why."""
    desk: Context = context.obj
    with desk.reading() as session:
        reasons = suppressions.reasons_among(session, [address], keyring=desk.keyring)
    reason = reasons.get(address)
    desk.answer(
        {"address": address, "is_suppressed": reason is not None, "reason": reason},
        as_json=as_json,
        told=lambda: desk.say(
            f"{address}: {f'suppressed, {reason}' if reason else 'not suppressed'}"
        ),
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
            "source",
            "since",
            "note",
            "hash",
            rows=(
                (r["reason"], r["source"], str(r["created_at"]), r["note"], r["address_hash"][:14])
                for r in rows
            ),
        ),
    )


@app.command("lift")
def lift(
    context: typer.Context,
    address: str,
    note: Annotated[str, typer.Option(help="Why it is right to write there again.")],
    as_json: AsJson = False,
) -> None:
    """Write to an address again after a bounce; one that left or was erased stays out."""
    desk: Context = context.obj
    with desk.writing() as session:
        suppressions.lift(session, address, keyring=desk.keyring, note=note)
    desk.answer({"lifted": address}, as_json=as_json, told=lambda: desk.say(f"{address}: lifted"))
