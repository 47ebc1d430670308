"""Proofreading: each edition under each cover is composed for a reader who does not exist, by the
call that sends, and its octets are held against the standards (PF-01 to PF-04, PF-08 to PF-12).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from mailer.compose.letter import Identity, write_letter
from mailer.compose.message import compose
from mailer.compose.proofreading import headers, octets, parts
from mailer.compose.proofreading.sample import Sample
from mailer.errors import MailerError
from mailer.languages import closest, cover_languages
from mailer.models import Delivery, TrackingMode
from mailer.releases.editions import FullRelease
from mailer.releases.editions.wishes import PLAIN
from mailer.releases.readiness.findings import Finding, Found, finding

#: A name as others have it; what odd names do to a header is no matter of a release.
READER = "Karen Holm"
#: Letters of HTML, three times what a mailbox shows: a longer message is read under one cover. It
#: takes seconds to make, and is as wrong under all others.
LONGEST = 300_000


def proofread(
    full: FullRelease,
    *,
    identity: Identity,
    at: datetime,
    is_thorough: bool = False,
) -> list[Finding]:
    """What is wrong with the messages of a release; the same fault of an edition is told of once.

    Each edition is read under the cover of its own language; when thorough, the source under all.
    """
    told: dict[tuple[str, str], Finding] = {}
    for language in full.revisions:
        under = covers(language, full, is_thorough=is_thorough)
        for found in _edition(full, language, under, identity=identity, at=at):
            told.setdefault((found.id, language), found)
    return list(told.values())


def covers(language: str, full: FullRelease, *, is_thorough: bool) -> list[str]:
    """The covers to look under, that of the edition's own language first."""
    own = closest(language, cover_languages()) or PLAIN
    if not (is_thorough and language == full.release.source_language):
        return [own]
    return sorted(cover_languages(), key=lambda tag: (tag != own, tag))


def _edition(
    full: FullRelease, language: str, under: Iterable[str], *, identity: Identity, at: datetime
) -> Found:
    for cover in under:
        try:
            data = _composed(full, language, cover, identity=identity, at=at)
        except MailerError as refused:
            yield _not_composed(language, cover, refused)
            continue
        sample = Sample(data, full, language, cover)
        yield from _found_in(sample)
        if len(sample.html) > LONGEST:
            return


def _not_composed(language: str, cover: str, refused: MailerError) -> Finding:
    where = f"message under the cover {cover}"
    why = f"no message can be made: {refused}"
    return finding("not-composed", language, where, why, "mend what it names")


def _composed(
    full: FullRelease, language: str, cover: str, *, identity: Identity, at: datetime
) -> bytes:
    reader = Delivery(
        id=0,
        distribution_id=0,
        address_id=0,
        email=f"reader@{identity.mail_domain}",
        recipient_name=READER,
        revision_id=full.revisions[language].id,
        edition_language=language,
        edition_rule="",
        cover_language=cover,
        cover_rule="",
        tracking=TrackingMode.NONE,
        message_id="",
    )
    return compose(write_letter(reader, full, identity=identity, at=at)).data


def _found_in(sample: Sample) -> Iterator[Finding]:
    for check in (octets.check, headers.check, parts.check):
        yield from check(sample)
