"""`mailer duty`: who answers for every release that names the duty, hour by hour."""

from typing import Annotated

import typer

from mailer import clock
from mailer.cli.context import BIGGEST, AsJson, Context
from mailer.releases.offices import the_office
from mailer.releases.offices.duty import Roster, ShiftLine, Stretch, add_shift, remove_shift, roster

app = typer.Typer(no_args_is_help=True, help="Who is on duty, and when nobody is.")

From = Annotated[
    str, typer.Option("--from", help="ISO 8601; without a zone: the office's. A mere date: 00:00.")
]
Until = Annotated[
    str, typer.Option("--until", help="The same; the shift ends just before that moment.")
]


@app.command("list")
def list_all(
    context: typer.Context,
    begin: From = "now",
    until: Until = "",
    as_json: AsJson = False,
) -> None:
    """List the shifts that are not over, and where nobody or several are on duty."""
    desk: Context = context.obj
    with desk.reading() as session:
        office = the_office(session)
        at = clock.parse_moment(begin, zone_name=office.zone)
        end = clock.parse_moment(until, zone_name=office.zone) if until else None
        found = roster(session, office, at=at, until=end)
    desk.answer(found, as_json=as_json, told=lambda: _tell(desk, found))


@app.command("add")
def add(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The key of a press contact, such as anna.keller.")],
    begin: From,
    until: Until,
    as_json: AsJson = False,
) -> None:
    """Put a press contact on duty from one moment to another."""
    desk: Context = context.obj
    with desk.writing() as session:
        office = the_office(session)
        line = add_shift(
            session,
            office,
            key,
            starts_at=clock.parse_moment(begin, zone_name=office.zone),
            ends_at=clock.parse_moment(until, zone_name=office.zone),
        )
    desk.answer(line, as_json=as_json, told=lambda: desk.say(_shift(desk, line)))


@app.command("remove")
def remove(
    context: typer.Context,
    number: Annotated[
        int, typer.Argument(min=1, max=BIGGEST, help="The number that `duty list` shows.")
    ],
    as_json: AsJson = False,
) -> None:
    """Take a shift out of the rota."""
    desk: Context = context.obj
    with desk.writing() as session:
        line = remove_shift(session, number)
    desk.answer(line, as_json=as_json, told=lambda: desk.say(f"removed: {_shift(desk, line)}"))


def _shift(desk: Context, line: ShiftLine) -> str:
    times = f"{desk.at(line.starts_at)} to {desk.at(line.ends_at)}"
    return f"shift {line.id}: {line.key}, {times}"


def _tell(desk: Context, found: Roster) -> None:
    desk.say(f"on duty now: {', '.join(found.now) or 'nobody'}")
    for line in found.shifts:
        desk.say(_shift(desk, line))
    for gap in found.gaps:
        desk.say(f"nobody: {_times(desk, gap)}{_instead(found)}")
    for overlap in found.overlaps:
        desk.say(f"several: {_times(desk, overlap)}: {', '.join(overlap.keys)}")
    end = f"after {desk.at(found.ends_at)}" if found.ends_at else "from now on"
    desk.say(f"nobody is planned {end}{_instead(found)}")


def _times(desk: Context, stretch: Stretch) -> str:
    return f"{desk.at(stretch.starts_at)} to {desk.at(stretch.ends_at)}"


def _instead(found: Roster) -> str:
    """Who stands in, or what comes of it."""
    if found.fallback:
        return f"; {found.fallback} stands in"
    return "; a release that names the duty does not go out then"
