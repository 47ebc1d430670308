"""The letter: everything that one message needs, gathered once so that nothing is looked up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from mailer.addresses import a_label
from mailer.compose.covers.notice import NO_TERMS, Notice, Terms, notice_of
from mailer.compose.covers.own_words import told_line, told_note
from mailer.compose.enclosing import NOTHING, Enclosing, Enclosures
from mailer.compose.signing import Signer, load_signers
from mailer.errors import NotFound
from mailer.languages import cover_languages
from mailer.models import LegalBasis, Revision, TrackingMode
from mailer.releases.editions import FullRelease
from mailer.settings import Settings
from mailer.settings.sections import MOST_ATTACHED
from mailer.tokens import Keyring


@dataclass(frozen=True)
class Identity:
    """Who we are on the wire: our domains, our public address, and the keys that sign links."""

    public_url: str
    mail_domain: str
    bounce_domain: str
    tracking_enabled: bool
    keyring: Keyring
    #: Whose signatures our messages carry, in this order.
    signers: tuple[Signer, ...] = ()
    #: What a notice to somebody new tells beside the office.
    terms: Terms = NO_TERMS
    #: So many bytes of documents stand in a message at most.
    message_bytes: int = MOST_ATTACHED

    @classmethod
    def from_settings(cls, settings: Settings, *, signs: bool = True) -> Self:
        """The identity that the settings describe; domains as A-labels.

        Without `signs` no private key is read. Raises SettingsError when one cannot be used.
        """
        return cls(
            public_url=settings.web.public_url,
            mail_domain=a_label(settings.mail.domain),
            bounce_domain=a_label(settings.bounces.domain),
            tracking_enabled=settings.tracking.enabled,
            keyring=Keyring(settings.signing_keys),
            signers=load_signers(settings.dkim) if signs else (),
            terms=Terms(
                months=settings.retention.ended_role_months,
                regulation=settings.privacy.regulation,
                authority=settings.privacy.authority,
            ),
            message_bytes=settings.files.message_bytes,
        )

    @property
    def enclosing(self) -> Enclosing:
        """What says which files go with a letter."""
        return Enclosing(self.public_url, self.mail_domain, self.keyring, self.message_bytes)


class Addressee(Protocol):
    """What a letter must know of a delivery: a row of the table, or what a worker claimed of it."""

    @property
    def id(self) -> int | None:
        """None for a preview."""

    @property
    def address_id(self) -> int | None: ...
    @property
    def email(self) -> str: ...
    @property
    def recipient_name(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def tracking(self) -> TrackingMode: ...
    @property
    def plain_text_only(self) -> bool: ...
    @property
    def attaches_files(self) -> bool: ...
    @property
    def notice_basis(self) -> LegalBasis | None: ...
    @property
    def notice_source(self) -> str: ...
    @property
    def revision_id(self) -> int | None: ...
    @property
    def edition_language(self) -> str: ...
    @property
    def cover_language(self) -> str: ...
    @property
    def message_id(self) -> str: ...
    @property
    def in_reply_to(self) -> str: ...
    @property
    def greeting(self) -> str: ...
    @property
    def personal_note(self) -> str: ...
    @property
    def first_attempt_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Letter:
    """One edition under one cover to one address."""

    identity: Identity
    full: FullRelease
    revision: Revision
    edition_language: str
    cover_language: str
    #: What is really done, the installation's switch included.
    tracking: TrackingMode
    #: 0 for a preview.
    delivery_id: int
    recipient_id: int
    email: str
    recipient_name: str
    #: The reader's time zone, empty when not known.
    zone: str
    #: Empty: made from the release, the revision and the recipient.
    message_id: str
    #: The first attempt; it stays the same on every later one.
    dated_at: datetime
    plain_text_only: bool
    #: Until when its text may not be published; None when it is told after that.
    embargo_until: datetime | None = None
    #: Whether it was withdrawn since it went out: then nobody gets it by mail, but may open it.
    is_withdrawn: bool = False
    #: For somebody who was not told yet that we have her data; None for all others.
    notice: Notice | None = None
    #: The pages of the print rendition of this very edition; None prints no count.
    pages: int | None = None
    #: What goes with it, in its text and beside it.
    enclosures: Enclosures = NOTHING
    #: The line that greets the reader; empty: none.
    greeting: str = ""
    #: The officer's words to this reader alone, paragraph by paragraph; empty: none.
    note: tuple[str, ...] = ()
    #: The Message-IDs before it in its thread, the oldest first; empty: it begins one.
    references: tuple[str, ...] = ()

    @property
    def is_reply(self) -> bool:
        """Whether it goes on with a thread."""
        return bool(self.references)


def write_letter(
    delivery: Addressee,
    full: FullRelease,
    *,
    identity: Identity,
    at: datetime,
    told_at: datetime | None = None,
    pages: int | None = None,
) -> Letter:
    """The letter of that delivery; a preview's delivery has no id, and goes the same way.

    `at` dates it unless an attempt was made before. An embargo that has passed by `told_at` (`at`
    if not said) is not told. Raises NotFound when the edition's revision is not in `full`, or there
    are no cover words in its language.
    """
    _refuse_unspoken(delivery.cover_language)
    return Letter(
        identity=identity,
        full=full,
        revision=_frozen_revision(delivery, full),
        edition_language=delivery.edition_language,
        cover_language=delivery.cover_language,
        tracking=delivery.tracking if identity.tracking_enabled else TrackingMode.NONE,
        delivery_id=delivery.id or 0,
        recipient_id=delivery.address_id or 0,
        email=delivery.email,
        recipient_name=delivery.recipient_name,
        zone=delivery.zone,
        message_id=delivery.message_id,
        dated_at=delivery.first_attempt_at or at,
        plain_text_only=delivery.plain_text_only,
        embargo_until=full.embargo_at(told_at or at),
        notice=notice_of(delivery.notice_basis, delivery.notice_source),
        pages=pages,
        greeting=told_line(delivery.greeting),
        note=told_note(delivery.personal_note),
        references=tuple(delivery.in_reply_to.split()),
        enclosures=_enclosures(delivery, full, identity),
    )


def _refuse_unspoken(language: str) -> None:
    if language not in cover_languages():
        message = f"there is no catalog of cover words in {language!r}"
        raise NotFound(f"{message}: plan the distribution again")


def _enclosures(delivery: Addressee, full: FullRelease, identity: Identity) -> Enclosures:
    return identity.enclosing.enclosures(
        full,
        edition_language=delivery.edition_language,
        cover_language=delivery.cover_language,
        attaches=delivery.attaches_files,
        shows_logo=not delivery.plain_text_only,
    )


def _frozen_revision(delivery: Addressee, full: FullRelease) -> Revision:
    newest = full.revisions.get(delivery.edition_language)
    if newest is None or delivery.revision_id not in {None, newest.id}:
        wanted = f"revision {delivery.revision_id} of the {delivery.edition_language!r} edition"
        message = f"{wanted} of release {full.release.reference} was not loaded with it"
        raise NotFound(f"{message}: load the release as it stood when the audience was frozen")
    return newest
