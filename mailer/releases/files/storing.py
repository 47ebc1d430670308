"""Where files are kept: what they hold once for all, and what each is to which release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import clock
from mailer.database import insert
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import (
    Attachment,
    Distribution,
    DistributionStatus,
    Release,
    StoredFile,
)
from mailer.releases.editions.revising import voids_approval
from mailer.releases.files.preparing import Octets, Prepared
from mailer.releases.manuscripts.front_matter import one_line
from mailer.settings.sections import FileSettings

#: The audience of these is frozen, or about to be: what it gets must not change on the way.
UNDER_WAY = (DistributionStatus.SENDING, DistributionStatus.PAUSED)


@dataclass(frozen=True)
class Said:
    """What is said about a file; what is left out stays as it was."""

    #: The edition that it belongs to; empty: all of them.
    language: str = ""
    alts: Mapping[str, str] = field(default_factory=dict)
    captions: Mapping[str, str] = field(default_factory=dict)
    credit: str = ""
    rights: str = ""
    rights_said: Mapping[str, str] = field(default_factory=dict)


def said_of(words: Mapping[str, str], *, language: str, said_in: str) -> Said:
    """What alt, caption, credit and rights say of a file; the first two in the language `said_in`.

    It belongs to the edition in `language`; empty: to all of them. Raises BadInput for control
    characters.
    """
    words = {what: one_line(text, where=what) for what, text in words.items()}
    alt, caption = words.get("alt", ""), words.get("caption", "")
    return Said(
        language=language,
        alts={said_in: alt} if alt else {},
        captions={said_in: caption} if caption else {},
        credit=words.get("credit", ""),
        rights=words.get("rights", ""),
    )


@dataclass(frozen=True)
class Brought:
    """A file that came with manuscripts, and what they say about it."""

    file: Prepared
    said: Said = field(default_factory=Said)


def store(session: Session, octets: Octets, *, small: Octets | None = None) -> int:
    """The number of the stored file with these octets: they are kept once."""
    small_id = store(session, small) if small else None
    row = insert(session, StoredFile).values(
        digest=octets.digest,
        media_type=octets.media_type,
        octets=octets.held,
        size=len(octets.held),
        width=octets.width,
        height=octets.height,
        small_id=small_id,
        created_at=clock.now(),
    )
    session.execute(row.on_conflict_do_nothing(index_elements=["digest"]))
    kept = sa.select(col(StoredFile.id)).where(col(StoredFile.digest) == octets.digest)
    return int(session.execute(kept).scalar_one() or 0)


def attach(
    session: Session, release: Release, brought: Sequence[Brought], *, limits: FileSettings
) -> bool:
    """Let the release carry these files; one of the same name takes the place of the old one.

    True when anything changed. Raises Refused while it is being sent, BadInput for too much.
    """
    changed = [_attach_one(session, release, one) for one in brought]
    if any(changed):
        refuse_under_way(session, release)
        voids_approval(session, release)
        session.flush()
        _refuse_too_much(session, release, limits=limits)
    return any(changed)


def detach(session: Session, release: Release, name: str, *, language: str = "") -> Attachment:
    """Take a file away from the release; links to it lead nowhere from now on.

    Raises NotFound when it carries none of that name, Refused while it is being sent.
    """
    found = _named(session, release, name, language)
    if found is None:
        raise NotFound(f"release {release.reference} carries no file {name!r}")
    refuse_under_way(session, release)
    voids_approval(session, release)
    session.delete(found)
    session.flush()
    return found


def refuse_under_way(session: Session, release: Release) -> None:
    """Raise Refused while messages of the release go out: all of them carry the same."""
    under_way = session.exec(
        select(Distribution.id).where(
            Distribution.release_id == release.id, col(Distribution.status).in_(UNDER_WAY)
        )
    ).first()
    if under_way is not None:
        message = f"distribution {under_way} of release {release.reference} is going out"
        raise Refused(f"{message}: change its files when it has ended, or cancel it")


def _attach_one(session: Session, release: Release, brought: Brought) -> bool:
    file, said = brought.file, brought.said
    number = store(session, file.whole, small=file.small)
    found = _named(session, release, file.name, said.language)
    is_new = found is None
    row = found or Attachment(
        release_id=release.id or 0,
        file_id=number,
        language=said.language,
        kind=file.kind,
        name=file.name,
        position=_next_position(session, release),
    )
    before = row.model_dump()
    row.file_id, row.kind = number, file.kind
    row.alts, row.captions = {**row.alts, **said.alts}, {**row.captions, **said.captions}
    row.credit = said.credit or row.credit or file.owner.credit or file.owner.maker
    # One line for all takes the place of what was said in each language.
    kept = {} if said.rights else row.rights_said
    row.rights_said = {**kept, **said.rights_said}
    row.rights = said.rights or row.rights or file.owner.rights
    session.add(row)
    is_changed = is_new or row.model_dump() != before
    session.flush()
    return is_changed


def _named(session: Session, release: Release, name: str, language: str) -> Attachment | None:
    return session.exec(
        select(Attachment).where(
            Attachment.release_id == release.id,
            Attachment.name == name,
            Attachment.language == language,
        )
    ).first()


def _next_position(session: Session, release: Release) -> int:
    last = sa.select(sa.func.max(Attachment.position))
    highest = session.execute(last.where(col(Attachment.release_id) == release.id)).scalar()
    return 0 if highest is None else int(highest) + 1


def _refuse_too_much(session: Session, release: Release, *, limits: FileSettings) -> None:
    whole = (
        sa.select(sa.func.sum(StoredFile.size))
        .join(Attachment, col(Attachment.file_id) == StoredFile.id)
        .where(col(Attachment.release_id) == release.id)
    )
    if (session.execute(whole).scalar() or 0) > limits.release_bytes:
        most = limits.release_bytes / 1_000_000
        raise BadInput(
            f"the files of release {release.reference} would be larger than {most:g} MB together:"
            " make them smaller, or link to them"
        )


def octets_of(session: Session, file_ids: Sequence[int]) -> dict[int, bytes]:
    """What those stored files hold, by their numbers; a number that is gone is left out."""
    if not file_ids:
        return {}
    wanted = sa.select(col(StoredFile.id), col(StoredFile.octets))
    rows = session.execute(wanted.where(col(StoredFile.id).in_(file_ids)))
    return {row.id: row.octets for row in rows}
