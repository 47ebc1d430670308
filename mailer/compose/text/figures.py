"""Pictures of a text: one on a line of its own is a figure with what is said about it; one within a
sentence, or with an address that is not safe to show, is a link to it (standards B-4, X-4).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup, escape

from mailer.compose.text.tokens import link, outside_links, text

#: The width that the sheet of a message leaves for a picture, in pixels.
SHEET_WIDTH = 544
SECURE = "https://"
IMAGE = Markup('<img src="{}" alt="{}" width="{}"{}>')


@dataclass(frozen=True)
class Picture:
    """A picture that a text shows, and what is said about it in one language."""

    #: As the manuscript calls it; for a picture from elsewhere its address.
    name: str
    #: Where the whole picture is.
    href: str
    #: What it shows, for who does not see it.
    alt: str = ""
    caption: str = ""
    #: Who made it, and what may be done with it.
    credit: str = ""
    rights: str = ""
    #: In pixels; 0 when not known.
    width: int = 0
    height: int = 0
    #: What the message shows where that is smaller than the whole picture.
    small_href: str = ""
    #: What the stored file of a picture of the release is known by; empty for one from elsewhere.
    digest: str = ""

    @property
    def sayings(self) -> tuple[str, ...]:
        """All that is said about it, each thing once."""
        said = (self.alt, self.caption, self.credit, self.rights)
        return tuple(dict.fromkeys(" ".join(words.split()) for words in said if words.strip()))


Pictures = Mapping[str, Picture]


def make_figures(state: StateCore) -> None:
    """Each picture on a line of its own becomes a block; `picture` in its meta tells of it."""
    state.tokens = list(_with_figures(state.tokens, state.env.get("pictures", {})))


def make_pictures_links(state: StateCore) -> None:
    """All other pictures are links to them."""
    pictures = state.env.get("pictures", {})
    for block in state.tokens:
        if any(token.type == "image" for token in block.children or ()):
            block.children = list(_without_images(block.children or [], pictures))


def figure_html(_renderer: object, tokens: Sequence[Token], place: int, *_given: Any) -> str:
    """The figure as HTML; a tap on it leads to the whole picture."""
    picture: Picture = tokens[place].meta["picture"]
    image = _image(picture)
    if picture.alt:
        image = Markup('<a href="{}">{}</a>').format(picture.href, image)
    caption = _caption(picture)
    written = Markup("<figcaption>{}</figcaption>").format(caption) if caption else ""
    return f"<figure>{image}{written}</figure>\n"


def _with_figures(tokens: Sequence[Token], pictures: Pictures) -> Iterator[Token]:
    rest = iter(enumerate(tokens))
    for place, token in rest:
        shown = _alone(tokens[place + 1], pictures) if token.type == "paragraph_open" else []
        for picture in shown:
            yield Token("figure", "figure", 0, block=True, meta={"picture": picture})
        if shown:
            # The line of the pictures, and the end of its paragraph.
            next(rest)
            next(rest)
        else:
            yield token


def _alone(line: Token, pictures: Pictures) -> list[Picture]:
    """The pictures of a paragraph that holds nothing else, if all of them can be shown."""
    pieces = [piece for piece in line.children or () if piece.type != "softbreak"]
    if any(piece.type != "image" for piece in pieces):
        return []
    shown = [_picture(piece, pictures) for piece in pieces]
    return [one for one in shown if one] if all(shown) else []


def _picture(image: Token, pictures: Pictures) -> Picture | None:
    """What is known of a picture; what the manuscript says about it comes first."""
    target, alt = _target(image), _alt(image)
    caption = str(image.attrGet("title") or "")
    if known := pictures.get(unquote(target)):
        return replace(known, alt=alt or known.alt, caption=caption or known.caption)
    if target.startswith(SECURE):
        return Picture(name=target, href=target, alt=alt, caption=caption)
    return None


def _without_images(children: Sequence[Token], pictures: Pictures) -> Iterator[Token]:
    for token, is_outside in outside_links(children):
        if token.type != "image":
            yield token
            continue
        known = pictures.get(unquote(_target(token)))
        target = known.href if known else _target(token)
        alt = _alt(token) or (known.alt if known else "")
        words = [text(alt or target)]
        yield from link(target, words) if is_outside else words


def _target(image: Token) -> str:
    return str(image.attrGet("src") or "")


def _alt(image: Token) -> str:
    return "".join(part.content or " " for part in image.children or ()).strip()


def _image(picture: Picture) -> Markup:
    """With its size where it is known: the text does not jump when it comes.

    Outlook goes by the attributes; all others scale it with the sheet.
    """
    width = min(picture.width, SHEET_WIDTH) or SHEET_WIDTH
    height = Markup("")
    if picture.width and picture.height:
        scaled = round(picture.height * width / picture.width)
        height = Markup(' height="{}"').format(scaled)
    return IMAGE.format(picture.small_href or picture.href, picture.alt, width, height)


def _caption(picture: Picture) -> Markup:
    """The caption, and below it whose picture it is, in whichever language that is said."""
    said = (
        Markup("<bdi>{}</bdi>").format(each) for each in (picture.credit, picture.rights) if each
    )
    owner = Markup(" – ").join(said)
    return Markup("<br>").join(line for line in (escape(picture.caption), owner) if line)
