"""Which edition a recipient gets, under which cover, and by which rule (R3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailer.errors import Refused
from mailer.languages import cover_languages
from mailer.models import EditionStatus, Revision
from mailer.releases.editions import FullRelease
from mailer.releases.editions.wishes import PLAIN, Wish, first_served, for_an_edition, personal


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
    wishes = _wishes(full, languages, outlet_languages, country)
    choice = first_served(wishes, full.revisions, missing="edition")
    is_last_resort = choice is None
    if choice is None:
        # A translation came before its source, and nobody we could ask reads it.
        first = min(full.revisions)
        choice = first, f"{first} is the only one that is ready"
    language, rule = choice
    return EditionChoice(full.revisions[language], language, rule, is_last_resort)


def pick_expected(
    full: FullRelease,
    *,
    languages: Sequence[str],
    outlet_languages: Sequence[str],
    country: str = "",
) -> tuple[str, str] | None:
    """The language of the edition that the same rules would choose if those that are expected were
    ready, and why; None where it is one that is ready.
    """
    expected = {one for one, status in full.statuses.items() if status is not EditionStatus.READY}
    if not expected:
        return None
    wishes = _wishes(full, languages, outlet_languages, country)
    choice = first_served(wishes, {*full.revisions, *expected}, missing="edition")
    if choice is None or choice[0] in full.revisions:
        return None
    language, rule = choice
    return language, f"{rule}, which is {full.statuses[language].replace('_', ' ')}"


def pick_cover(
    full: FullRelease, *, languages: Sequence[str], outlet_languages: Sequence[str]
) -> CoverChoice:
    """The cover's language: the person's or the outlet's first that has a catalog, and why."""
    wishes = [
        *personal(languages, outlet_languages),
        Wish("office default", (full.office.default_language,)),
        Wish("last resort", (PLAIN,)),
    ]
    choice = first_served(wishes, cover_languages(), missing="cover")
    if choice is None:
        raise Refused("there is no catalog of cover words: templates/translations/en is missing")
    return CoverChoice(*choice)


def _wishes(
    full: FullRelease, languages: Sequence[str], outlet_languages: Sequence[str], country: str
) -> list[Wish]:
    defaults = (full.office.default_language, full.release.source_language)
    return for_an_edition(languages, outlet_languages, country=country, defaults=defaults)
