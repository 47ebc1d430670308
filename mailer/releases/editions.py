"""A release with all that goes out with it, and which of its editions a recipient gets (R3)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import sqlalchemy as sa
from babel.languages import get_official_languages
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from mailer.errors import NotFound, Refused
from mailer.languages import closest, cover_languages, parse
from mailer.languages import name as language_name
from mailer.models import (
    Edition,
    EditionStatus,
    Occasion,
    Office,
    PressContact,
    Release,
    ReleaseContact,
    Revision,
)
from mailer.releases.references import find

#: The language of the rules that we print.
PLAIN = "en"


@dataclass(frozen=True)
class FullRelease:
    """A release, its office, the newest revision of each edition that is ready, its contacts."""

    office: Office
    release: Release
    #: By language of the edition; only those that may go out.
    revisions: Mapping[str, Revision]
    contacts: tuple[PressContact, ...] = ()
    occasions: tuple[Occasion, ...] = ()
    #: Where each language stands, also those that may not go out.
    statuses: Mapping[str, EditionStatus] = field(default_factory=dict)


@dataclass(frozen=True)
class EditionChoice:
    """The edition that a recipient gets, and the rule that chose it."""

    revision: Revision
    language: str
    rule: str
    #: Whether no wish and no rule chose it: there is no other.
    is_last_resort: bool = False


@dataclass(frozen=True)
class CoverChoice:
    """The language of a recipient's cover, and the rule that chose it."""

    language: str
    rule: str


@dataclass(frozen=True)
class _Wish:
    """Languages that speak for a recipient, and how a rule says whose they are."""

    whose: str
    tags: tuple[str, ...]


def load(session: Session, reference: str) -> FullRelease:
    """Everything of the release of that reference; NotFound when there is none."""
    if (release := find(session, reference)) is None:
        raise NotFound(f"there is no release {reference!r}: `mailer releases list` shows them all")
    return _with_all(session, release)


def load_by_id(session: Session, release_id: int, *, frozen: Collection[int] = ()) -> FullRelease:
    """Everything of the release of that number; NotFound when there is none.

    `frozen` numbers revisions that stand in place of newer ones of their edition: those that an
    audience was promised when it was frozen.
    """
    if (release := session.get(Release, release_id)) is None:
        raise NotFound(f"there is no release with the number {release_id}")
    full = _with_all(session, release)
    if not frozen:
        return full
    promised = (
        select(Edition.language, Revision)
        .join(Revision, col(Revision.edition_id) == Edition.id)
        .where(Edition.release_id == release_id, col(Revision.id).in_(frozen))
    )
    return replace(full, revisions={**full.revisions, **dict(session.exec(promised).all())})


def _with_all(session: Session, release: Release) -> FullRelease:
    """Four statements, however many editions, contacts and occasions there are."""
    newest = session.exec(newest_revisions().where(Edition.release_id == release.id)).all()
    printed = (
        select(PressContact)
        .join(ReleaseContact)
        .where(ReleaseContact.release_id == release.id)
        .order_by(col(ReleaseContact.position), col(ReleaseContact.id))
    )
    occasions = (
        select(Occasion)
        .where(Occasion.release_id == release.id)
        .order_by(col(Occasion.position), col(Occasion.id))
    )
    return FullRelease(
        office=session.exec(select(Office).where(Office.id == release.office_id)).one(),
        release=release,
        revisions={
            edition.language: revision
            for edition, revision in newest
            if edition.status is EditionStatus.READY
        },
        contacts=tuple(session.exec(printed)),
        occasions=tuple(session.exec(occasions)),
        statuses={edition.language: edition.status for edition, _ in newest},
    )


def newest_revisions() -> Select[Edition, Revision]:
    """Each edition that has a text, with its newest revision, by language."""
    other = aliased(Revision)
    numbers = select(sa.func.max(other.number)).where(other.edition_id == Edition.id)
    return (
        select(Edition, Revision)
        .join(Revision, col(Revision.edition_id) == Edition.id)
        .where(Revision.number == numbers.scalar_subquery())
        .order_by(col(Edition.language))
    )


def pick_edition(
    full: FullRelease,
    *,
    languages: Sequence[str],
    outlet_languages: Sequence[str],
    country: str = "",
) -> EditionChoice:
    """The edition for a recipient who reads `languages` in that order, and why (R3).

    Raises Refused while no edition is ready.
    """
    if not full.revisions:
        reference = full.release.reference
        raise Refused(f"release {reference} has no edition that is ready: import one of its texts")
    asked = {*languages, *outlet_languages}
    market = tuple(tag for tag in market_languages(country) if tag not in asked)
    wishes = [
        *_personal(languages, outlet_languages),
        _Wish(f"market {country.upper()} reads", market),
        _Wish("office default", (full.office.default_language,)),
        _Wish("source language", (full.release.source_language,)),
    ]
    choice = _first_served(wishes, full.revisions, missing="edition")
    is_last_resort = choice is None
    if choice is None:
        # A translation came before its source, and nobody we could ask reads it.
        first = min(full.revisions)
        choice = first, f"{first} is the only one that is ready"
    language, rule = choice
    return EditionChoice(full.revisions[language], language, rule, is_last_resort)


def pick_cover(
    full: FullRelease, *, languages: Sequence[str], outlet_languages: Sequence[str]
) -> CoverChoice:
    """The cover's language: the person's or the outlet's first that has a catalog, and why."""
    wishes = [
        *_personal(languages, outlet_languages),
        _Wish("office default", (full.office.default_language,)),
        _Wish("last resort", (PLAIN,)),
    ]
    choice = _first_served(wishes, cover_languages(), missing="cover")
    if choice is None:
        raise Refused("there is no catalog of cover words: templates/translations/en is missing")
    return CoverChoice(*choice)


@cache
def market_languages(country: str) -> tuple[str, ...]:
    """The official languages of a country by CLDR, none for an unknown one."""
    if not country:
        return ()
    official = get_official_languages(country.upper(), regional=False, de_facto=True)
    return tuple(dict.fromkeys(map(parse, official)))


def _personal(languages: Sequence[str], outlet_languages: Sequence[str]) -> Iterator[_Wish]:
    yield _Wish("reads", tuple(languages))
    yield _Wish("outlet publishes in", tuple(outlet_languages))


def _first_served(
    wishes: Sequence[_Wish], available: Collection[str], *, missing: str
) -> tuple[str, str] | None:
    """The language that serves the first wish that can be served, and the rule as a sentence."""
    said: list[str] = []
    refused: dict[str, None] = {}
    for wish in wishes:
        unserved: list[str] = []
        for tag in wish.tags:
            if match := closest(tag, available):
                said += _unserved(wish, unserved, refused, missing=missing)
                said.append(f"{wish.whose} {tag}" + (f" ({match})" if match != tag else ""))
                return match, "; ".join(said)
            unserved.append(tag)
        said += _unserved(wish, unserved, refused, missing=missing)
    return None


def _unserved(
    wish: _Wish, tags: Sequence[str], refused: dict[str, None], *, missing: str
) -> Iterator[str]:
    """What a rule says of languages that nothing serves: each is named once as missing."""
    if tags:
        yield f"{wish.whose} {', '.join(tags)}"
    names = [language_name(tag, written_in=PLAIN) for tag in tags if tag not in refused]
    if names:
        yield f"no {' or '.join(names)} {missing}"
    refused.update(dict.fromkeys(tags))
