"""The mailroom of the demo: every message that the relay took, as its recipient has it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default as modern
from pathlib import Path
from threading import Lock

from mailer import clock

HEADERS = BytesHeaderParser(policy=modern)


@dataclass(frozen=True)
class Received:
    """One message that was taken; its bytes lie in a file, a crowd's would not fit in memory."""

    number: int
    envelope_sender: str
    recipient: str
    subject: str
    message_id: str
    received_at: datetime
    path: Path

    @property
    def queue_id(self) -> str:
        """The name under which the relay says it has queued the message."""
        return f"D{self.number:06d}"

    @property
    def raw(self) -> bytes:
        """The message as it came, to the byte."""
        return self.path.read_bytes()

    def read(self) -> EmailMessage:
        """The message taken apart as a mail program does."""
        return message_from_bytes(self.raw, policy=modern)


class Mailroom:
    """Keeps what was received, in order; safe to read while the relay writes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._received: list[Received] = []
        self._by_recipient: defaultdict[str, list[Received]] = defaultdict(list)
        self._lock = Lock()

    def keep(self, *, envelope_sender: str, recipient: str, raw: bytes) -> Received:
        """Write the message into a file of its own and remember whose it is."""
        headers = HEADERS.parsebytes(raw)
        with self._lock:
            number = len(self._received) + 1
            path = self._folder / f"{number:06d}.eml"
            path.write_bytes(raw)
            received = Received(
                number=number,
                envelope_sender=envelope_sender,
                recipient=recipient,
                subject=str(headers["Subject"] or ""),
                message_id=str(headers["Message-ID"] or "").strip(),
                received_at=clock.now(),
                path=path,
            )
            self._received.append(received)
            self._by_recipient[recipient.lower()].append(received)
        return received

    def all(self) -> Sequence[Received]:
        """Everything received so far, in the order of arrival."""
        with self._lock:
            return tuple(self._received)

    def get(self, number: int) -> Received | None:
        """The message of that number, if there is one."""
        with self._lock:
            return self._received[number - 1] if 0 < number <= len(self._received) else None

    def of(self, recipient: str) -> Sequence[Received]:
        """What that recipient has received, in the order of arrival."""
        with self._lock:
            return tuple(self._by_recipient.get(recipient.lower(), ()))
