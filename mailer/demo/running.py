"""Runs the demo: a home, the real parts, the world around them, the story, and then the pages until
someone has seen enough.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from rich.console import Console

from mailer import clock, database, valkey
from mailer.demo import home as homes
from mailer.demo.home import Home, Ports
from mailer.demo.inbox.entries import correspondents_in
from mailer.demo.inbox.pages import Inbox, Pages
from mailer.demo.parts import Parts, answers_http, answers_smtp
from mailer.demo.plot import read_plot
from mailer.demo.story import Ending, Story
from mailer.demo.world.mailroom import Mailroom
from mailer.demo.world.relay import Relay
from mailer.processes import Family, StopRequest, part
from mailer.releases.offices import the_office
from mailer.reports.figures import Line

START_SECONDS = 60.0
WEB = part("web", "mailer.web")
WORKER = part("worker", "workers", "worker")
SCHEDULER = part("scheduler", "workers", "scheduler")
INBOUND = part("inbound", "mailer", "inbound", "serve")


@dataclass(frozen=True)
class DemoResult:
    """How the story ended, in figures; each counts deliveries, and each delivery once."""

    #: Those to be handed over; who was left out counts in `withheld`.
    recipients: int
    #: The relay took it, also where it bounced later.
    sent: int
    deferred_then_sent: int
    rejected: int
    bounced: int
    #: By persons; only who agreed is counted one by one.
    opened: int
    clicked: int
    unsubscribed: int
    #: Opened by a scanner or a proxy.
    machine_opened: int
    autoreplied: int
    withheld: int
    cover_languages: int
    edition_languages: int
    #: Handed over, by name; the largest first.
    by_cover_language: Mapping[str, int]
    by_outlet: Mapping[str, int]
    seconds: float
    went_as_told: bool
    #: What went otherwise, in plain words.
    differences: tuple[str, ...]
    #: Where to look: press_office, inbox, report.
    urls: Mapping[str, str]
    officer: str
    password: str


@dataclass(frozen=True)
class Stage:
    """Everything that runs, ready for the story."""

    home: Home
    story: Story
    inbox: Inbox

    @property
    def urls(self) -> dict[str, str]:
        """Where to look."""
        press_office = self.home.settings.web.public_url
        return {
            "press_office": f"{press_office}/",
            "report": f"{press_office}/releases/{self.story.plot.release}/report",
            "inbox": f"{self.inbox.url}/",
        }


def run_demo(
    *,
    recipients: int | None,
    exit_after: bool,
    console: Console,
    on_result: Callable[[DemoResult], object],
    home: Path | None = None,
) -> DemoResult:
    """The whole demo; call it from the main thread of a process of its own.

    `on_result` is called when the story is over; unless `exit_after`, the pages then go on being
    served until SIGTERM or Ctrl-C. Everything is ended and a throw-away home is removed, however
    it goes; a `home` that was named is kept. Raises MailerError when a step fails.
    """
    began = time.monotonic()
    homes.forget_environment()
    stop = StopRequest()
    with _set_up(console, folder=home, recipients=recipients, stop=stop) as stage:
        told = stage.story.tell()
        result = _result(told, stage, seconds=time.monotonic() - began)
        on_result(result)
        if not exit_after:
            _serve_on(stage, result, stop=stop)
    return result


@contextmanager
def _set_up(
    console: Console, *, folder: Path | None, recipients: int | None, stop: StopRequest
) -> Iterator[Stage]:
    """Build the stage; at the end take it down in the reverse order."""
    with ExitStack() as ending:
        place = homes.open_folder(folder)
        if folder is None:
            # Called in the reverse order, when all else has ended.
            ending.callback(console.print, "Everything is ended, and the demo's home is removed.")
            ending.callback(homes.remove_folder, place)
        plot, mailroom = read_plot(), Mailroom(place / "mail")
        web, bounces = homes.free_ports(2)
        relay = Relay(mailroom, plot.behaviours, bounce_port=bounces)
        relay.start()
        ending.callback(relay.stop)
        home = homes.furnish(place, ports=Ports(web=web, relay=relay.port, bounces=bounces))
        ending.enter_context(_log_into(home.logs / "demo.log"))
        engine = database.connect(home.settings.database_url)
        ending.callback(engine.dispose)
        parts = _start_parts(home, ending, stop=stop)
        story = Story(plot, home, engine, mailroom, parts, console)
        story.say(f"Started on this machine, in {place}: queue, web, worker, scheduler, listener")
        # The parts take a while to come up; the sample is loaded meanwhile.
        contacts = homes.fill(home, engine, recipients=recipients)
        story.say(f"Loaded: the sample's office, {contacts} contacts and its releases")
        _await_parts(parts, web=web, bounces=bounces)
        pages = Pages(
            mailroom,
            correspondents=correspondents_in(engine),
            press_office_url=home.settings.web.public_url,
            zone=_office_zone(engine),
        )
        inbox = Inbox(pages)
        inbox.start()
        ending.callback(inbox.stop)
        yield Stage(home, story, inbox)


def _office_zone(engine: sa.Engine) -> ZoneInfo:
    with database.reading(engine) as session:
        return clock.zone(the_office(session).zone)


def _start_parts(home: Home, ending: ExitStack, *, stop: StopRequest) -> Parts:
    broker = valkey.start(home.settings)
    if broker is not None:
        ending.callback(broker.stop)
    family = Family(environment={"MAILER_CONFIG": str(home.config)}, log_folder=home.logs)
    ending.callback(family.stop)
    family.start([WEB, WORKER, SCHEDULER, INBOUND])
    return Parts(family, home.logs, stop)


def _await_parts(parts: Parts, *, web: int, bounces: int) -> None:
    parts.wait(
        lambda: answers_http(web),
        doing="the web server was coming up",
        seconds=START_SECONDS,
        part=WEB.name,
    )
    parts.wait(
        lambda: answers_smtp(bounces),
        doing="the listener for returned mail was coming up",
        seconds=START_SECONDS,
        part=INBOUND.name,
    )


@contextmanager
def _log_into(path: Path) -> Iterator[None]:
    """What the demo's own process logs goes into a file, as that of the other parts does."""
    before = structlog.get_config()
    with path.open("a", encoding="utf-8") as lines:
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(lines))
        try:
            yield
        finally:
            structlog.configure(**before)


def _result(told: Ending, stage: Stage, *, seconds: float) -> DemoResult:
    report = told.seen.report
    figures = report.totals
    return DemoResult(
        recipients=figures.recipients - figures.withheld,
        sent=figures.sent,
        deferred_then_sent=figures.deferred_then_sent,
        rejected=figures.rejected,
        bounced=figures.bounced,
        opened=figures.opened_by_persons,
        clicked=figures.clicked_by_persons,
        unsubscribed=figures.unsubscribed,
        machine_opened=figures.opened_by_scanners + figures.opened_by_proxies,
        autoreplied=len(told.seen.autoreplied),
        withheld=figures.withheld,
        cover_languages=len(told.seen.cover_languages),
        edition_languages=len(told.seen.edition_languages),
        by_cover_language=_sent_by(report.by_cover_language),
        by_outlet=_sent_by(report.by_outlet),
        seconds=round(seconds, 1),
        went_as_told=not told.differences,
        differences=told.differences,
        urls=stage.urls,
        officer=stage.home.officer,
        password=stage.home.password,
    )


def _sent_by(lines: Iterable[Line]) -> dict[str, int]:
    """The lines with something sent; freelances have no outlet, so their line has no name."""
    sent = {line.name: line.figures.sent for line in lines if line.name and line.figures.sent}
    return dict(sorted(sent.items(), key=lambda pair: (-pair[1], pair[0])))


def _serve_on(stage: Stage, result: DemoResult, *, stop: StopRequest) -> None:
    """Serve until we are asked to stop. Raises MailerError when a part ends by itself."""
    say, parts = stage.story.say, stage.story.parts
    say("")
    say(f"Inbox of everyone: {result.urls['inbox']}")
    say(f"Press office:      {result.urls['press_office']}")
    say(f"                   sign in as {result.officer} with the password {result.password}")
    say("Ctrl-C ends the demo.")
    if (ended := parts.family.wait(until=stop)) is not None:
        raise parts.failure(f"the part {ended} ended by itself", part=ended)
