"""What a server has proved itself with, for people to read."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiosmtplib

from mailer.delivery.smtp.secrets import said


@dataclass(frozen=True)
class Certificate:
    """What the server proved itself with, verified."""

    names: tuple[str, ...]
    issuer: str
    valid_until: datetime
    #: Such as TLSv1.3.
    version: str


def certificate_of(smtp: aiosmtplib.SMTP) -> Certificate | None:
    """The certificate of a connection, which was verified when it was made; None in clear text."""
    peer: Any = smtp.get_transport_info("peercert")
    tls: Any = smtp.get_transport_info("ssl_object")
    if not peer:
        return None
    issuer = {key: value for part in peer.get("issuer", ()) for key, value in part}
    return Certificate(
        names=tuple(said(str(value)) for _, value in peer.get("subjectAltName", ())),
        issuer=said(issuer.get("organizationName") or issuer.get("commonName") or "?"),
        valid_until=datetime.fromtimestamp(ssl.cert_time_to_seconds(peer["notAfter"]), UTC),
        version=str(tls.version()) if tls else "",
    )
