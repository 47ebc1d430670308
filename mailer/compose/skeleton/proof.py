"""What was sent, octet by octet, whatever has changed since: contacts, offices, editions (R12)."""

from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import Session

from mailer.compose.letter import Identity
from mailer.compose.skeleton import Skeleton, remake
from mailer.errors import NotFound, Refused
from mailer.models import Delivery, KeptSkeleton
from mailer.releases.files.carried import HeldFile
from mailer.releases.files.storing import octets_of


@dataclass(frozen=True)
class Proof:
    """A message made again, and whether it is the one of which the hash was recorded."""

    data: bytes
    recorded_sha256: str

    @property
    def sha256(self) -> str:
        """The hash of the octets made again, in hexadecimal digits."""
        return sha256(self.data).hexdigest()

    @property
    def matches(self) -> bool:
        """Whether these are the very octets that were sent."""
        return self.sha256 == self.recorded_sha256


def prove(session: Session, delivery_id: int, *, identity: Identity) -> Proof:
    """The message of that delivery as it was handed over last; no private key is needed.

    Raises NotFound when there is no such delivery, Refused when nothing of it was sent, or what
    was kept of it is gone.
    """
    if (delivery := session.get(Delivery, delivery_id)) is None:
        raise NotFound(f"there is no delivery {delivery_id}")
    if not delivery.email:
        raise Refused(f"the message of delivery {delivery_id} was erased: {_left(delivery)}")
    if not delivery.content_hash:
        message = f"delivery {delivery_id} is {delivery.status}: nothing of it has been sent yet"
        raise Refused(f"{message}; `mailer releases preview` shows what would be")
    kept = session.get(KeptSkeleton, delivery.skeleton_id) if delivery.skeleton_id else None
    if kept is None:
        raise Refused(f"the message of delivery {delivery_id} was erased: {_left(delivery)}")
    skeleton = Skeleton.load(kept.parts, _files(session, kept))
    data = remake(skeleton, delivery, identity=identity, signatures=delivery.signatures)
    return Proof(data, recorded_sha256=delivery.content_hash)


def _files(session: Session, kept: KeptSkeleton) -> dict[int, HeldFile]:
    """The files that stand in it. Raises Refused when one is gone."""
    found = octets_of(session, kept.file_ids)
    if len(found) != len(set(kept.file_ids)):
        raise Refused("a file that the message carried is gone: put the database back from a copy")
    return {number: HeldFile(number, octets) for number, octets in found.items()}


def _left(delivery: Delivery) -> str:
    return "only its hash is kept" if delivery.content_hash else "nothing of it had been sent"
