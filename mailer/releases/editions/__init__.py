"""A release with all that goes out with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from mailer import clock
from mailer.errors import NotFound
from mailer.models import (
    Edition,
    EditionStatus,
    Occasion,
    Office,
    PressContact,
    Relation,
    Release,
    ReleaseContact,
    Revision,
)
from mailer.releases.files.carried import (
    CarriedFile,
    HeldFile,
    Logo,
    carried_by,
    held_documents,
    logo_of,
)
from mailer.releases.offices.duty import named, on_duty, speaking_first
from mailer.releases.references import found


@dataclass(frozen=True)
class FullRelease:
    """A release, its office, the newest revision of each edition that is ready, its contacts."""

    office: Office
    release: Release
    #: By language of the edition; only those that may go out.
    revisions: Mapping[str, Revision]
    #: Those that the release names, then those on duty.
    contacts: tuple[PressContact, ...] = ()
    #: Those whom its files name.
    fixed: tuple[PressContact, ...] = ()
    #: Those on duty, if it asks for them; some may be named anyway.
    duty: tuple[PressContact, ...] = ()
    #: The moment whose duty that is; None: it was decided before.
    at: datetime | None = field(default=None, compare=False)
    occasions: tuple[Occasion, ...] = ()
    #: Where each language stands, also those that may not go out.
    statuses: Mapping[str, EditionStatus] = field(default_factory=dict)
    #: The release that this one corrects, withdraws or lifts the embargo of.
    corrects: Release | None = None
    #: How the distribution that it goes out in follows an earlier one; None: it follows none.
    relation: Relation | None = None
    #: What lies beside the text, in order, and what of it may stand in a message.
    files: tuple[CarriedFile, ...] = ()
    held: Mapping[int, HeldFile] = field(default_factory=dict)
    logo: Logo | None = None

    def embargo_at(self, moment: datetime) -> datetime | None:
        """Until when it may not be published, as is told at that moment; None: it may be, since
        there is no embargo, or it has passed. At its very instant it has.
        """
        until = self.release.embargo_until
        return until if until is not None and moment < until else None

    def tells_time(self, moment: datetime) -> bool:
        """Whether it tells a time on the clock of its reader then: an embargo or an occasion."""
        return bool(self.occasions) or self.embargo_at(moment) is not None

    def contacts_for(self, language: str) -> tuple[PressContact, ...]:
        """The contacts in the order of an edition: of those on duty, who speaks it comes first."""
        added = [one for one in self.contacts if one in self.duty and one not in self.fixed]
        fixed = (one for one in self.contacts if one not in added)
        return (*fixed, *speaking_first(added, language))


def load(session: Session, reference: str, *, at: datetime | None = None) -> FullRelease:
    """Everything of the release of that reference, as it would go out at that moment, or now.

    Raises NotFound when there is none.
    """
    release = found(session, reference)
    return going_out(session, _with_all(session, release), at=at or clock.now())


def going_out(session: Session, full: FullRelease, *, at: datetime) -> FullRelease:
    """The same as it goes out at that moment: with those who are on duty then, if it names them."""
    duty = on_duty(session, full.office, at=at) if full.release.names_duty else ()
    return _with_duty(full, duty, at=at)


def _with_duty(
    full: FullRelease, duty: Sequence[PressContact], *, at: datetime | None
) -> FullRelease:
    """Whoever the release names anyway is not named twice."""
    more = (one for one in duty if one not in full.fixed)
    return replace(full, contacts=(*full.fixed, *more), duty=tuple(duty), at=at)


def load_by_id(
    session: Session,
    release_id: int,
    *,
    frozen: Collection[int] = (),
    at: datetime | None = None,
    duty: Collection[str] | None = None,
) -> FullRelease:
    """Everything of the release of that number, as it goes out at that moment, or now; NotFound
    when there is none. `duty` are the keys of those who were on duty when that was frozen.

    `frozen` numbers revisions that stand in place of newer ones of their edition: those that an
    audience was promised when it was frozen.
    """
    if (release := session.get(Release, release_id)) is None:
        raise NotFound(f"there is no release with the number {release_id}")
    full = _with_all(session, release)
    if duty is None:
        full = going_out(session, full, at=at or clock.now())
    else:
        full = _with_duty(full, named(session, duty), at=None)
    if not frozen:
        return full
    promised = (
        select(Edition.language, Revision)
        .join(Revision, col(Revision.edition_id) == Edition.id)
        .where(Edition.release_id == release_id, col(Revision.id).in_(frozen))
    )
    return replace(full, revisions={**full.revisions, **dict(session.exec(promised).all())})


def following(
    session: Session,
    release_id: int,
    relation: Relation | None,
    *,
    at: datetime | None = None,
    duty: Collection[str] | None = None,
) -> FullRelease:
    """The same, as it follows an earlier distribution in that way."""
    return replace(load_by_id(session, release_id, at=at, duty=duty), relation=relation)


def _with_all(session: Session, release: Release) -> FullRelease:
    """Some statements, however many editions, contacts and occasions there are."""
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
    office = session.exec(select(Office).where(Office.id == release.office_id)).one()
    files = carried_by(session, release.id or 0)
    return FullRelease(
        office=office,
        release=release,
        revisions={
            edition.language: revision
            for edition, revision in newest
            if edition.status is EditionStatus.READY
        },
        contacts=(fixed := tuple(session.exec(printed))),
        fixed=fixed,
        occasions=tuple(session.exec(occasions)),
        statuses={
            language: EditionStatus(status)
            for language, status in session.exec(
                select(Edition.language, Edition.status).where(Edition.release_id == release.id)
            )
        },
        corrects=session.get(Release, release.corrects_id) if release.corrects_id else None,
        files=files,
        held=held_documents(session, files),
        logo=logo_of(session, office.logo_id),
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
