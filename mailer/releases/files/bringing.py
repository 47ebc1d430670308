"""Brings in the files that manuscripts name, and the pictures that their texts show."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mailer.errors import BadInput
from mailer.releases.files.preparing import Prepared, prepared, read_file
from mailer.releases.files.storing import Brought, Said
from mailer.releases.manuscripts.files import FileDraft, pictures_of
from mailer.releases.manuscripts.reading import EditionDraft
from mailer.settings.sections import FileSettings


def bring_files(
    path: Path, drafts: Sequence[EditionDraft], *, limits: FileSettings
) -> tuple[Brought, ...]:
    """The files of these manuscripts, clean, with all that they say about each.

    They lie in the folder of the manuscripts; nothing is looked for elsewhere. Raises BadInput for
    one that is not there or is not sent.
    """
    folder = path if path.is_dir() else path.parent
    ready: dict[str, Prepared] = {}
    brought: dict[tuple[str, str], Brought] = {}
    for draft, file in _named(folder, drafts):
        if file.name not in ready:
            octets = _read(folder / file.name, draft, limits=limits)
            ready[file.name] = prepared(octets, name=file.name, limits=limits)
        key = file.name, file.language
        before = brought[key].said if key in brought else Said()
        brought[key] = Brought(ready[file.name], _together(before, file))
    return tuple(brought.values())


def _named(
    folder: Path, drafts: Sequence[EditionDraft]
) -> Iterator[tuple[EditionDraft, FileDraft]]:
    """Those of the heads first, which tell more, then those that only a text shows."""
    for draft in drafts:
        for file in draft.files:
            yield draft, file
    named = {file.name for draft in drafts for file in draft.files}
    for draft in drafts:
        for name in pictures_of(draft.body):
            if name not in named and (folder / name).is_file():
                yield draft, FileDraft(name)


def _read(path: Path, draft: EditionDraft, *, limits: FileSettings) -> bytes:
    try:
        return read_file(path, limits=limits)
    except BadInput as wrong:
        raise BadInput(f"{draft.file}: {wrong}") from wrong


def _together(before: Said, file: FileDraft) -> Said:
    """What several manuscripts say: each in its own language, the first of what is for all."""
    return Said(
        language=file.language,
        alts={**file.alts, **before.alts},
        captions={**file.captions, **before.captions},
        credit=before.credit or file.credit,
        rights=before.rights or file.rights,
        rights_said={**file.rights_said, **before.rights_said},
    )
