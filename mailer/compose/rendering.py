"""Rendering: the templates of a release filled with its cover, its text and its links.

Only plain values go in (R9): no row of a table can be reached from a template, and so no private
note either. A name that a template does not know is an error, never an empty place, and a template
can call nothing but what it is given.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import css_inline
from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mailer.compose.covers.cover import Cover, make_cover
from mailer.compose.covers.occasions import occasion_cards
from mailer.compose.enclosing import FileLink, LogoImage
from mailer.compose.letter import Letter
from mailer.compose.text.edition import EditionText, edition_text
from mailer.compose.text.markup import to_html, to_text
from mailer.compose.text.reading import Setting
from mailer.compose.thread import told_kind
from mailer.compose.tracking import Links, links_of
from mailer.compose.wire import isolated, one_line
from mailer.languages import direction
from mailer.models import ReleaseKind
from mailer.settings import TEMPLATES

#: What is sent for the sake of an occasion.
INVITING = frozenset({ReleaseKind.INVITATION, ReleaseKind.ADVISORY, ReleaseKind.PHOTO})
#: What no reader can see and some programs stumble over.
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
#: How the layout tells the inliner which styles stay in their element.
KEEP = ' data-css-inline="keep"'
EMPTY_LINES = re.compile(r"\n[ \n]*\n")
NO_MARKUP = Markup()


@dataclass(frozen=True)
class Passage:
    """A piece of text, set in both ways; both are empty where there is none."""

    html: Markup = NO_MARKUP
    plain: str = ""


@dataclass(frozen=True)
class Text:
    """The edition as templates see it."""

    language: str
    direction: str
    title: str
    subtitle: str
    #: What changed since the revision before.
    change: Passage
    body: Passage
    #: What closes the body, such as ENDS; may be empty.
    end_mark: str
    notes: Passage
    #: What the office says about itself.
    boilerplate: Passage
    label_language: str
    label_direction: str
    change_label: str
    notes_label: str


@dataclass(frozen=True)
class Files:
    """What lies beside the text as templates see it."""

    links: tuple[FileLink, ...]
    #: One, or none where the office has none.
    logos: tuple[LogoImage, ...]


@dataclass(frozen=True)
class Rendered:
    """One message in words: its subject, and the same content twice."""

    subject: str
    text: str
    html: str
    #: The words of a line of the text that goes on with something of this reader's alone.
    begun: str = ""


def render(letter: Letter) -> Rendered:
    """The words of that letter, as they are previewed and as they are sent."""
    cover = make_cover(letter)
    scope = _scope(letter, cover)
    subject = isolated(one_line(_fill("release/subject.txt", scope)))
    html = _fill("release/body.html", scope | {"subject": subject})
    return Rendered(
        subject=subject,
        text=EMPTY_LINES.sub("\n\n", _fill("release/body.txt", scope)).strip() + "\n",
        html=_inliner().inline(html).replace(KEEP, ""),
        begun="".join(notice.whence for notice in cover.foot.notices),
    )


def warm_up() -> None:
    """Read all templates, which the first message would otherwise wait for."""
    _inliner()
    for name in _environment().list_templates():
        _environment().get_template(name)


def _scope(letter: Letter, cover: Cover) -> dict[str, object]:
    """All that a template may see; a test looks that no row is among it."""
    links = links_of(letter)
    cards = occasion_cards(letter)
    invites = told_kind(letter) in INVITING
    return {
        "cover": cover,
        "text": _text(letter, links),
        "links": links,
        #: An editor who is invited looks for the hour first; else it closes the text.
        "opening": cards if invites else (),
        "occasions": () if invites else cards,
        "files": _files(letter),
    }


def _files(letter: Letter) -> Files:
    image = letter.enclosures.logo_image
    return Files(letter.enclosures.linked, (image,) if image else ())


def _text(letter: Letter, links: Links) -> Text:
    said = edition_text(letter)
    place: Setting = {"direction": said.direction, "pictures": letter.enclosures.pictures}
    return Text(
        language=said.language,
        direction=said.direction,
        title=said.title,
        subtitle=said.subtitle,
        change=_passage(said.change_note, {**place, "part": "c", "heading": 0}),
        body=_body(said, links, place),
        end_mark=said.end_mark,
        notes=_passage(said.notes, {**place, "part": "n", "heading": 3}),
        boilerplate=_passage(said.boilerplate, {**place, "part": "b"}),
        label_language=said.label_language,
        label_direction=direction(said.label_language),
        change_label=said.change_label,
        notes_label=said.notes_label,
    )


def _body(said: EditionText, links: Links, place: Setting) -> Passage:
    return _passage(said.body, {**place, "dateline": said.dateline}, href=links.href)


def _passage(text: str, setting: Setting, *, href: Callable[[str], str] = str) -> Passage:
    """The text set in both ways. Only links of the body are counted, so others have no `href`."""
    plain = to_text(text, **setting)
    if not INVISIBLE.sub("", plain).strip():
        return Passage()
    html = to_html(text, href, **setting)
    return Passage(html=Markup(html), plain=plain)  # noqa: S704 - cleaned by nh3 a line ago


def _fill(template: str, scope: dict[str, object]) -> str:
    return INVISIBLE.sub("", _environment().get_template(template).render(scope))


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
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
