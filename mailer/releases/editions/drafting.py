"""From manuscripts to a release: one file per language in, numbered revisions out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session, col, select

from mailer import clock, languages
from mailer.errors import BadInput, Refused
from mailer.models import Office, Release, ReleaseKind
from mailer.releases.editions.printing import print_contacts
from mailer.releases.editions.revising import (
    GONE_OUT,
    ImportedEdition,
    file_texts,
    mark_stale,
    voids_approval,
)
from mailer.releases.manuscripts.reading import EditionDraft, Stated, read_manuscript
from mailer.releases.occasions import print_occasions
from mailer.releases.references import (
    find,
    find_again,
    nearest,
    next_reference,
    refuse_printed,
)

#: What all files of a release must agree on, as the draft and as the file name it.
SHARED: Final = {
    "dated_on": "date",
    "reference": "reference",
    "kind": "kind",
    "embargo_until": "embargo_until",
    "publish_at": "publish_at",
    "corrects": "corrects",
    "boilerplate": "boilerplate",
}
#: What journalists were told; after the release was sent only a correction can change it.
PROMISED: Final = ("kind", "dated_on", "embargo_until")
#: What is about another release, and so must name it.
ABOUT_ANOTHER: Final = (
    ReleaseKind.CORRECTION,
    ReleaseKind.WITHDRAWAL,
    ReleaseKind.EMBARGO_LIFTED,
)


@dataclass(frozen=True)
class ImportedRelease:
    """What an import made or revised."""

    reference: str
    is_new: bool
    editions: tuple[ImportedEdition, ...]
    #: Translations that stay behind: their source changed since they were made.
    stale: tuple[str, ...] = ()


def read_release(path: Path) -> list[EditionDraft]:
    """The manuscripts at `path`: a Markdown file, or a folder with one for each language.

    Raises BadInput for a file that cannot be used, a language that stands there twice, and facts
    that contradict each other.
    """
    if not path.exists():
        raise BadInput(f"there is no file or folder {path}")
    files = [path]
    if path.is_dir():
        visible = (file for file in path.iterdir() if not file.name.startswith("."))
        files = sorted(file for file in visible if file.suffix.lower() == ".md")
    drafts = [read_manuscript(file) for file in files]
    if not drafts:
        raise BadInput(f"{path} holds no .md file: put one file for each language into it")
    _refuse_contradictions(drafts)
    return drafts


def _refuse_contradictions(drafts: Sequence[EditionDraft]) -> None:
    by_language: dict[str, EditionDraft] = {}
    for draft in drafts:
        other = by_language.setdefault(draft.language, draft)
        if other is not draft:
            twice = f"{other.file} and {draft.file} are both in {draft.language}"
            raise BadInput(f"{twice}: keep one file for each language")
    for field, key in SHARED.items():
        first: EditionDraft | None = None
        for draft in drafts:
            value = getattr(draft, field)
            if first is None:
                first = draft if value else None
            elif value and _comparable(value) != _comparable(getattr(first, field)):
                said = f"{key} is {getattr(first, field)} in {first.file}, {value} in {draft.file}"
                raise BadInput(f"{said}: files of one release must agree")


def _comparable(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def import_release(
    session: Session, drafts: Sequence[EditionDraft], *, office: Office
) -> ImportedRelease:
    """Make the release of these manuscripts, or add and revise editions of the one there is.

    Without a reference the release is found again by its date, kind and title, else it gets the
    next free number of its year. Raises BadInput for what contradicts the release as it is, and
    Refused for a changed promise after it went out.
    """
    if not drafts:
        raise BadInput("there is no manuscript to import")
    _refuse_contradictions(drafts)
    _wait_for_other_imports(session)
    release = _existing(session, drafts, office)
    is_new = release is None
    if release is None:
        release = _new_release(session, drafts, office=office)
    source = next((one for one in drafts if one.language == release.source_language), None)
    changed = _take_facts(release, drafts, office=office, is_source_given=source is not None)
    changed |= _name_corrected(session, release, drafts)
    session.add(release)
    session.flush()
    changed |= print_contacts(session, release, drafts, source=source, office=office)
    changed |= print_occasions(session, release, drafts, source=source, office=office)
    _refuse_silent_change(release, drafts)
    imported = file_texts(session, release, drafts)
    if changed or any(one.changed for one in imported):
        voids_approval(session, release)
    session.flush()
    is_source_new = any(one.changed and one.language == release.source_language for one in imported)
    stale = mark_stale(session, release, is_source_new=is_source_new)
    return ImportedRelease(release.reference, is_new, imported, stale)


def _name_corrected(session: Session, release: Release, drafts: Sequence[EditionDraft]) -> bool:
    """Set which release it corrects, where the files name one; True when that changed."""
    named = _stated(drafts, "corrects")
    if named and release.kind not in ABOUT_ANOTHER:
        kinds = ", ".join(ABOUT_ANOTHER)
        raise BadInput(
            f"{_stating(drafts, 'corrects')}: corrects belongs to a text about another one: add"
            f" kind: … ({kinds}), or take the line out"
        )
    if not named:
        if release.kind in ABOUT_ANOTHER and release.corrects_id is None:
            raise BadInput(
                f"{drafts[0].file}: a release of the kind {release.kind} is about another one: add"
                " a line corrects: … with the reference of that one"
            )
        return False
    other = find(session, named)
    if other is None or other is release:
        near = nearest(session, named, but=release.reference)
        raise BadInput(
            f"{_stating(drafts, 'corrects')}: corrects names no other release {named!r}:"
            f" {near}`mailer releases list` shows them all"
        )
    changed = release.corrects_id != other.id
    release.corrects_id = other.id
    return changed


def _refuse_silent_change(release: Release, drafts: Sequence[EditionDraft]) -> None:
    """Its first lines are what changed, in every language."""
    silent = next((draft for draft in drafts if not draft.change_note), None)
    if release.kind.replaces and silent:
        raise BadInput(
            f"{silent.file}: change_note is missing: a {release.kind} says in its first line what"
            " has changed; add a line change_note: …"
        )


def _wait_for_other_imports(session: Session) -> None:
    """Two imports at once must not take the same number, nor two offices the same reference;
    SQLite lets only one write anyway.
    """
    session.exec(select(Office.id).order_by(col(Office.id)).with_for_update()).all()


def _stated(drafts: Iterable[EditionDraft], field: str) -> Any:
    """The value that the files agree on, or None where none states it."""
    return next((value for draft in drafts if (value := getattr(draft, field))), None)


def _stating(drafts: Iterable[EditionDraft], field: str) -> str:
    """The file that states it."""
    return next(draft.file for draft in drafts if getattr(draft, field))


def _existing(session: Session, drafts: Sequence[EditionDraft], office: Office) -> Release | None:
    if reference := _stated(drafts, "reference"):
        return find(session, reference)
    kind = _stated(drafts, "kind") or ReleaseKind.RELEASE
    return find_again(session, drafts, kind=kind, office=office)


def _new_release(session: Session, drafts: Sequence[EditionDraft], *, office: Office) -> Release:
    source = _source(drafts, office=office)
    dated_on = drafts[0].dated_on
    if reference := _stated(drafts, "reference"):
        refuse_printed(session, reference)
    return Release(
        office_id=office.id or 0,
        reference=reference or next_reference(session, office, day=dated_on),
        dated_on=dated_on,
        source_language=source.language,
        created_at=clock.now(),
    )


def _source(drafts: Sequence[EditionDraft], *, office: Office) -> EditionDraft:
    """The text that others are translated from: the office's language, else the fullest file."""
    by_language = {draft.language: draft for draft in drafts}
    match = languages.closest(office.default_language, by_language)
    return by_language[match] if match else max(drafts, key=lambda draft: draft.shared_facts)


def _take_facts(
    release: Release, drafts: Sequence[EditionDraft], *, office: Office, is_source_given: bool
) -> bool:
    """Set the language-free facts that the files state; True when one of them changed.

    Those that are left out stay: a forgotten line must not lift an embargo.
    """
    stated = {field: _stated(drafts, field) for field in ("kind", "dated_on")}
    times = {field: _stated(drafts, field) for field in ("embargo_until", "publish_at")}
    facts = {field: value for field, value in stated.items() if value}
    facts |= {field: _moment(value, office=office) for field, value in times.items() if value}
    if boilerplate := _stated(drafts, "boilerplate"):
        facts["carries_boilerplate"] = boilerplate == "yes"
    changed = {field for field, value in facts.items() if getattr(release, field) != value}
    if changed and release.id is not None:
        _refuse_change(release, changed, drafts, is_source_given=is_source_given)
    if is_source_given:
        source = next(draft for draft in drafts if draft.language == release.source_language)
        facts |= {"place": source.place} if source.place else {}
        facts |= {"beats": list(source.beats)} if source.beats else {}
    changed = {field for field, value in facts.items() if getattr(release, field) != value}
    for field, value in facts.items():
        setattr(release, field, value)
    return bool(changed)


def _moment(value: Stated, *, office: Office) -> datetime | None:
    if isinstance(value, datetime):
        return clock.localise(value, zone_name=office.zone)
    return None


def _refuse_change(
    release: Release,
    changed: set[str],
    drafts: Sequence[EditionDraft],
    *,
    is_source_given: bool,
) -> None:
    key = SHARED.get(min(changed), "boilerplate")
    if not is_source_given:
        said = f"{drafts[0].file}: {key} contradicts release {release.reference}"
        raise BadInput(f"{said}: change it in the {release.source_language} file and import both")
    if release.status in GONE_OUT and changed & set(PROMISED):
        key = SHARED[min(changed & set(PROMISED))]
        said = f"release {release.reference} went out with another {key}"
        raise Refused(f"{said}: tell the press in a release of the kind correction")
