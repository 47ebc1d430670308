"""How the pages write: strict templates, and the few ways in which figures and times are put."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.templating import Jinja2Templates

from mailer import clock, languages
from mailer.distribution.rates import rate_in_words
from mailer.settings import TEMPLATES
from mailer.web import static_files

#: The pages of the press office speak English.
PAGE_LANGUAGE = "en"
#: How messages quote what is typed on a command line.
COMMAND = re.compile(r"`([^`]*)`")


def make_templates() -> Jinja2Templates:
    """The templates of the press office's pages and of the public ones."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static_files.url
    environment.filters |= {
        "breakable": breakable,
        "by_clock": by_clock,
        "clock": clock_time,
        "day": day,
        "direction": languages.direction,
        "iso": iso,
        "language": language_name,
        "moment": moment,
        "number": number,
        "plural": plural,
        "rate": rate,
        "share": share,
        "short_moment": short_moment,
        "told": told,
        "utc": utc,
        "words": words,
    }
    return Jinja2Templates(env=environment)


def number(value: int) -> str:
    """12 345: thousands parted by a narrow space that does not break."""
    return f"{value:,}".replace(",", "\u202f")


def rate(a_minute: float) -> str:
    """1 200 a minute, or 100 an hour."""
    return rate_in_words(a_minute, written=number)


def plural(value: int, one: str, many: str = "") -> str:
    """The number with its noun: 1 message, 2 messages."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def share(part: int, whole: int) -> str:
    """What part of the whole it is, as a percentage for SVG and for people; 0 of nothing."""
    return f"{100 * part / whole:.4g}" if whole else "0"


def told(message: str) -> Markup:
    """What an error or a finding says, as a sentence of a page; commands stand out in it."""
    text = f"{message[:1].upper()}{message[1:]}".rstrip(".") + "."
    return Markup(COMMAND.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def breakable(address: str) -> Markup:
    """An address that a narrow column may break before its @ and behind the dots of its domain."""
    local, at, domain = str(address).rpartition("@")
    pieces = [str(escape(local)), "<wbr>@" if at else "", str(escape(domain))]
    pieces[-1] = pieces[-1].replace(".", ".<wbr>")
    return Markup("".join(pieces))  # noqa: S704 - escaped piece by piece


def words(items: Iterable[str], last: str = "and") -> str:
    """a, b and c."""
    *most, end = [*items] or [""]
    return f"{', '.join(most)} {last} {end}" if most else end


def language_name(tag: str) -> str:
    """The language's English name."""
    return languages.name(tag, written_in=PAGE_LANGUAGE)


def day(value: date) -> str:
    """4 June 2007."""
    return languages.long_date(value, PAGE_LANGUAGE)


def moment(value: datetime, zone: str) -> str:
    """24 November 2026, 10:00 (Europe/Luxembourg, UTC+1)."""
    local = value.astimezone(clock.zone(zone))
    return f"{day(local)}, {local:%H:%M} ({zone}, {_offset(local)})"


def by_clock(value: datetime, zone: str) -> str:
    """2026-11-24 10:00 (Europe/Luxembourg): as reasons and the history tell times."""
    return clock.told(value, zone_name=zone)


def short_moment(value: datetime, zone: str) -> str:
    """24 November 2026, 10:00 (UTC+1): where the zone is named beside it."""
    local = value.astimezone(clock.zone(zone))
    return f"{day(local)}, {local:%H:%M} ({_offset(local)})"


def _offset(local: datetime) -> str:
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"


def clock_time(value: datetime, zone: str) -> str:
    """10:00:05 in that zone."""
    return f"{value.astimezone(clock.zone(zone)):%H:%M:%S}"


def utc(value: datetime) -> str:
    """24 November 2026, 09:00 UTC."""
    at = value.astimezone(UTC)
    return f"{day(at)}, {at:%H:%M} UTC"


def iso(value: datetime) -> str:
    """As the datetime attribute wants it."""
    return value.astimezone(UTC).isoformat(timespec="seconds")
