"""The options of a distribution as an administrator types them, and how they are told again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any, get_type_hints

import typer

from mailer import clock
from mailer.cli.context import BIGGEST, Context
from mailer.distribution import options
from mailer.distribution.options import Options, Terms
from mailer.distribution.rates import rate_in_words
from mailer.errors import BadInput
from mailer.models import Clock, LanguagePolicy, Office, UnknownPolicy

#: What those get whose own edition is not ready.
LANGUAGES = {
    LanguagePolicy.WAIT: "who reads an edition that is expected waits until it is ready",
    LanguagePolicy.FOLLOW: "a translation that is ready later follows to those who want it",
}


@dataclass(frozen=True)
class Typed:
    """The options as they stand on the command line."""

    local_time: Annotated[
        str,
        typer.Option(
            help="Each recipient when their own clock shows this time, such as 08:30: on the day"
            " of --at if that is a mere date, else the next time from --at on."
        ),
    ] = ""
    not_after: Annotated[str, typer.Option(help="What is left at this time expires; ISO 8601.")] = (
        ""
    )
    rate: Annotated[
        str, typer.Option(help="At most so many hand-overs: 120/min, 2/s, 5000/h, or 120 a minute.")
    ] = ""
    hours: Annotated[
        str, typer.Option(help="Hand over in these hours only: 08:00-19:00, or 20:00-06:00.")
    ] = ""
    hours_of: Annotated[
        Clock | None, typer.Option(help="Whose clock --hours go by; the office's if not said.")
    ] = None
    unknown: Annotated[
        UnknownPolicy | None,
        typer.Option(
            help="Deliveries in doubt: hold them for a decision, or resend them under the same"
            " Message-ID; as delivery.unknown says if not said."
        ),
    ] = None
    languages: Annotated[
        LanguagePolicy,
        typer.Option(
            help="Those whose own edition is expected and not ready: fallback, the next best now;"
            " wait, nothing until it is; follow, the next best now and the translation after it."
        ),
    ] = LanguagePolicy.FALLBACK
    links: Annotated[
        bool | None,
        typer.Option(
            "--links/--attach",
            help="Documents as links to all, or in the message for who takes them; as the office's"
            " attaches_files says if not said.",
        ),
    ] = None
    urgent: Annotated[bool, typer.Option(help="Ahead of all other traffic.")] = False
    expect: Annotated[
        int | None,
        typer.Option(
            min=1, max=BIGGEST, help="The exact number of recipients: wanted where it is a jump."
        ),
    ] = None

    def read(self, desk: Context, *, office: Office, local_date: date | None) -> Options:
        """What was typed as options. Raises BadInput with an example."""
        if self.hours_of is not None and not self.hours.strip():
            raise BadInput("--hours-of says whose clock --hours go by: add --hours 08:00-19:00")
        read = options.read(
            unknown=self.unknown or UnknownPolicy(desk.settings.delivery.unknown),
            office_zone=office.zone,
            not_after=self.not_after,
            rate=self.rate,
            local_time=self.local_time,
            local_date=local_date,
            hours=self.hours,
            hours_of=self.hours_of or Clock.OFFICE,
            languages=self.languages,
        )
        attaches = office.attaches_files if self.links is None else not self.links
        return replace(read, is_urgent=self.urgent, attaches_files=attaches)


def taking_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with each option of `Typed` in place of its argument `typed`."""
    named = {field.name: field.default for field in fields(Typed)}

    @wraps(command)
    def run(**given: Any) -> None:
        typed = Typed(**{name: given.pop(name) for name in named})
        command(**given, typed=typed)

    kinds = get_type_hints(Typed, include_extras=True)
    added = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kinds[name])
        for name, default in named.items()
    ]
    own = signature(command)
    kept = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in own.parameters.values()]
    kept = [one for one in kept if one.name != "typed"]
    run.__signature__ = own.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in (*kept, *added)}
    return run


def as_document(terms: Terms) -> dict[str, Any]:
    """What was decided beside audience and start, for --json."""
    chosen = terms.options
    return {
        "is_urgent": terms.is_urgent,
        "unknown_policy": chosen.unknown_policy,
        "rate_limit_per_minute": chosen.rate_per_minute,
        "local_time": chosen.local_time or None,
        "local_date": chosen.local_date,
        "sending_hours": chosen.sending_hours or None,
        "sending_clock": chosen.sending_clock,
        "not_after": chosen.not_after,
        "language_policy": chosen.language_policy,
        "attaches_files": chosen.attaches_files,
        "next_due_at": terms.next_due_at,
    }


def in_words(terms: Terms, *, office_zone: str) -> Iterator[str]:
    """The same, a line for each."""
    chosen = terms.options
    if terms.is_urgent:
        yield "urgent: ahead of all other traffic"
    if chosen.local_time:
        on = f" on {chosen.local_date.isoformat()}" if chosen.local_date else ""
        yield f"each recipient at {chosen.local_time} by their own clock{on}"
    if chosen.sending_hours:
        whose = "office's" if chosen.sending_clock is Clock.OFFICE else "recipient's"
        yield f"handed over only in the hours {chosen.sending_hours} of the {whose} clock"
    if chosen.rate_per_minute:
        yield f"at most {rate_in_words(chosen.rate_per_minute)}"
    if chosen.not_after:
        yield f"what is left at {written(chosen.not_after, office_zone)} expires"
    if chosen.language_policy is not LanguagePolicy.FALLBACK:
        yield LANGUAGES[chosen.language_policy]
    if not chosen.attaches_files:
        yield "documents go as links, also to those who take attachments"
    if chosen.unknown_policy is UnknownPolicy.RESEND:
        yield "deliveries in doubt are sent again under the same Message-ID"


def written(moment: datetime, zone: str) -> str:
    """A moment as ISO 8601 with the offset of that zone."""
    return moment.astimezone(clock.zone(zone)).isoformat(timespec="minutes")
