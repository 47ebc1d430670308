"""`mailer contacts`: the list keeper's files, and everything that stands behind an address."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer

from mailer import clock
from mailer.cli import keeping
from mailer.cli.beginnings import TakesCriteria
from mailer.cli.context import AsJson, Context
from mailer.cli.exporting import export_file
from mailer.cli.importing import import_file
from mailer.contacts import looking, scoped
from mailer.contacts.directory import ContactCard, DeskCard, RoleCard, describe
from mailer.models import AddressState

app = typer.Typer(no_args_is_help=True, help="Journalists, desks and outlets.")


app.command("import")(import_file)
app.command("export", cls=TakesCriteria)(export_file)


@app.command("show")
def show(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="An address, or the name of a person or desk.")],
    as_json: AsJson = False,
) -> None:
    """Show who reads an address, where, on which lists, and its state."""
    desk: Context = context.obj
    with desk.reading() as session:
        # What has no @ is the name of somebody, or of a desk.
        known_at = address if "@" in address else looking.address_of(session, address)
        card = describe(session, known_at)
        parts = scoped.told_of(session, card.normalised, keyring=desk.keyring)
    document = {**vars(card), "suppressed_in_part": parts}
    desk.answer(document, as_json=as_json, told=lambda: _tell_card(desk, card, parts))


def _tell_card(desk: Context, card: ContactCard, parts: Sequence[str]) -> None:
    today = clock.now().date()
    desk.say(f"{card.email}: {'; '.join((_standing(card, today), *parts))}")
    readers: list[tuple[RoleCard | DeskCard, str]] = [
        (one, _job(one, card, today)) for one in card.roles
    ]
    readers += [(one, ", ".join(("desk", *_ended(one, today)))) for one in card.desks]
    rows = [
        (
            *(one.name, job, one.outlet, _country(one), one.languages, one.beats),
            # A job that is over keeps its entries, and nothing goes to it by them.
            *(one.lists if one.lasts(today) else [], _told(one)),
        )
        for one, job in readers
    ]
    desk.table(
        "name",
        "job",
        "outlet",
        "country",
        "languages",
        "beats",
        "lists",
        "informed",
        rows=((*row[:4], *(", ".join(words) for words in row[4:7]), row[7]) for row in rows),
    )
    # A person has the same wishes in all her jobs.
    for name, wishes in dict.fromkeys((one.name, _wishes(desk, one)) for one, _ in readers):
        desk.say(f"{name}: {wishes}")


def _wishes(desk: Context, one: RoleCard | DeskCard) -> str:
    """What decides, beside the state of the address, whether and when mail goes there."""
    paused = one.wishes.paused_until
    return "; ".join(one.wishes.in_words(paused_until=desk.at(paused) if paused else ""))


def _country(one: RoleCard | DeskCard) -> str:
    """By which country criteria find it, and whose that is."""
    if not one.country:
        return ""
    own = "the desk's own" if isinstance(one, DeskCard) else "the person's own"
    return f"{one.country} ({own if one.is_own_country else 'the market of the outlet'})"


def _standing(card: ContactCard, today: date) -> str:
    """The state of the address; of a good one too, that nobody has a job there any more."""
    state = f"{card.state} {card.state_reason}".rstrip()
    here: list[RoleCard | DeskCard] = [one for one in card.roles if one.email == card.email]
    here += card.desks
    ends = [one.ended_on for one in here if one.ended_on and not one.lasts(today)]
    if not here or len(ends) < len(here):
        return state
    ended = f"ended on {max(ends)}"
    return ended if card.state is AddressState.OK else f"{state}; {ended}"


def _job(one: RoleCard, card: ContactCard, today: date) -> str:
    """The title, where it is read if not here, and the last day."""
    at = [f"at {one.email}"] if one.email and one.email != card.email else []
    return ", ".join(filter(None, (one.job_title, *at, *_ended(one, today))))


def _ended(one: RoleCard | DeskCard, today: date) -> list[str]:
    if one.ended_on is None:
        return []
    return [f"{'ends' if one.lasts(today) else 'ended'} on {one.ended_on}"]


def _told(one: RoleCard | DeskCard) -> str:
    """The day on which somebody was told that we hold her data."""
    return str(one.informed_at.date()) if one.informed_at else "not yet"


for name, command in keeping.COMMANDS.items():
    app.command(name)(command)
