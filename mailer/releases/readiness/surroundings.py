"""What the database knows beside a release: its files, other releases, and private notes."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from mailer.models import Attachment, Desk, Edition, Journalist, Release, Revision
from mailer.releases.editions import FullRelease
from mailer.releases.readiness.reading import Reading, Surroundings
from mailer.releases.readiness.tongues.words import folded

#: Shorter sentences are written by chance: "Prefers mornings."
SHORTEST_SENTENCE = 24
#: A reference of fewer signs may be any number.
SHORTEST_REFERENCE = 5
SENTENCE_ENDS = ".!?;\n"


def look_around(session: Session, full: FullRelease) -> Surroundings:
    """Everything that a check compares the release with; reads, and changes nothing."""
    readings = [Reading(tag, revision, full) for tag, revision in full.revisions.items()]
    text = " ".join(passage.folded for reading in readings for passage in reading.passages)
    return Surroundings(
        files=_files(session, full),
        other_references=tuple(_other_references(session, full, text)),
        same_titles=_same_titles(session, full),
        private_sentences=tuple(_private_sentences(session, text)),
    )


def _files(session: Session, full: FullRelease) -> tuple[Attachment, ...]:
    own = select(Attachment).where(Attachment.release_id == full.release.id)
    return tuple(session.exec(own.order_by(col(Attachment.position), col(Attachment.id))))


def _other_references(session: Session, full: FullRelease, text: str) -> Iterator[str]:
    """Those of other releases that the text names; the one that it corrects may be named."""
    kin = {full.release.id, full.release.corrects_id}
    others = session.exec(select(Release.id, Release.reference)).all()
    words = set(text.replace("(", " ").replace(")", " ").split())
    named = {word.strip(".,:;«»“”\"'[]") for word in words}
    for number, reference in others:
        is_told = len(reference) >= SHORTEST_REFERENCE and any(map(str.isdigit, reference))
        if number not in kin and is_told and folded(reference) in named:
            yield reference


def _same_titles(session: Session, full: FullRelease) -> dict[str, str]:
    """Which of our titles an earlier release has, too."""
    kin = [full.release.id, full.release.corrects_id]
    titles = {revision.title for revision in full.revisions.values()}
    others = (
        select(Revision.title, Release.reference)
        .join(Edition, col(Edition.id) == col(Revision.edition_id))
        .join(Release, col(Release.id) == col(Edition.release_id))
        .where(col(Revision.title).in_(titles), col(Release.id).not_in([n for n in kin if n]))
        .order_by(col(Release.id))
    )
    return dict(session.exec(others).all())


def _private_sentences(session: Session, text: str) -> Iterator[str]:
    for table in (Journalist, Desk):
        note = col(table.private_note)
        notes = session.exec(select(note).where(note != "").execution_options(yield_per=1000))
        for written in notes:
            yield from (one for one in _sentences(written) if one in text)


def _sentences(note: str) -> Iterator[str]:
    """The sentences of a note that nobody writes by chance, folded."""
    for end in SENTENCE_ENDS[1:]:
        note = note.replace(end, SENTENCE_ENDS[0])
    parts = (folded(part) for part in note.split(SENTENCE_ENDS[0]))
    yield from (part for part in parts if len(part) >= SHORTEST_SENTENCE and " " in part)
