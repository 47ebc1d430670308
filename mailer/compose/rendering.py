"""Rendering: the templates of a release filled with its cover, its text and its links.

Only plain values go in (R9): no row of a table can be reached from a template, and so no private
note either. A name that a template does not know is an error, never an empty place.
"""

import re
from dataclasses import dataclass
from functools import cache

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from mailer.compose.cover import make_cover
from mailer.compose.letter import Letter
from mailer.compose.markup import to_html, to_text
from mailer.compose.saying import COMMAS
from mailer.compose.tracking import Links, links_of
from mailer.compose.wire import isolated, one_line
from mailer.languages import direction, long_date
from mailer.settings import TEMPLATES

#: What no reader can see and some programs stumble over.
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
#: How the layout tells the inliner which styles stay in their element.
KEEP = ' data-css-inline="keep"'
EMPTY_LINES = re.compile(r"\n[ \n]*\n")


@dataclass(frozen=True)
class Text:
    """The edition as templates see it."""

    language: str
    direction: str
    title: str
    subtitle: str
    html: Markup
    plain: str


@dataclass(frozen=True)
class Rendered:
    """One message in words: its subject, and the same content twice."""

    subject: str
    text: str
    html: str


def render(letter: Letter) -> Rendered:
    """The words of that letter, as they are previewed and as they are sent."""
    scope = _scope(letter)
    subject = isolated(one_line(_fill("release/subject.txt", scope)))
    html = _fill("release/body.html", scope | {"subject": subject})
    return Rendered(
        subject=subject,
        text=EMPTY_LINES.sub("\n\n", _fill("release/body.txt", scope)).strip() + "\n",
        html=_inliner().inline(html).replace(KEEP, ""),
    )


def warm_up() -> None:
    """Read all templates, which the first message would otherwise wait for."""
    _inliner()
    for name in _environment().list_templates():
        _environment().get_template(name)


def dateline(letter: Letter) -> str:
    """The words before the first sentence, in the language of the edition."""
    release, language = letter.full.release, letter.edition_language
    place = letter.revision.place or release.place
    where = f"{place}{COMMAS.get(language, ',')} " if place else ""
    return f"{where}{long_date(release.dated_on, language)} –"


def _scope(letter: Letter) -> dict[str, object]:
    """All that a template may see; a test looks that no row is among it."""
    links = links_of(letter)
    return {"cover": make_cover(letter), "text": _text(letter, links), "links": links}


def _text(letter: Letter, links: Links) -> Text:
    revision, language = letter.revision, letter.edition_language
    opening, runs = dateline(letter), direction(language)
    html = to_html(revision.body, links.href, dateline=opening)
    return Text(
        language=language,
        direction=runs,
        title=one_line(revision.title),
        subtitle=one_line(revision.subtitle),
        html=Markup(html),  # noqa: S704 - cleaned by nh3 a line ago
        plain=to_text(revision.body, dateline=opening, direction=runs),
    )


def _fill(template: str, scope: dict[str, object]) -> str:
    return INVISIBLE.sub("", _environment().get_template(template).render(scope))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES / "email"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _inliner() -> css_inline.CSSInliner:
    """Styles into the elements; those for dark and narrow screens stay in their style element."""
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)
