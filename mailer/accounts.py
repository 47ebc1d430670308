"""Who may use our pages: press officers, their passwords, and their sign-ins.

Of a password and of a sign-in only hashes are kept. Verifying a password takes a tenth of a
second on purpose, so the caller does it while no transaction is open.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256

import sqlalchemy as sa
from pwdlib import PasswordHash
from sqlmodel import Session, col, select

from mailer import addresses, clock
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import OfficerRole, OfficerSession, PressOfficer

PASSWORD_MINIMUM = 10
#: argon2 would take any length; nobody types more than this.
PASSWORD_MAXIMUM = 1024
_hasher = PasswordHash.recommended()


@dataclass(frozen=True)
class Officer:
    """The press officer who is signed in."""

    id: int
    name: str
    email: str
    role: OfficerRole


def add_officer(
    session: Session,
    email: str,
    *,
    name: str,
    password: str,
    role: OfficerRole = OfficerRole.AUTHOR,
) -> PressOfficer:
    """A new press officer. Raises BadInput for a short password or an address already in use."""
    address = addresses.parse(email).normalised
    hashed = _hash_of(password)
    if find_officer(session, address) is not None:
        raise BadInput(f"there is a press officer {address} already: `mailer officers renew`")
    officer = PressOfficer(
        email=address,
        name=name.strip() or address,
        password_hash=hashed,
        role=role,
        created_at=clock.now(),
    )
    session.add(officer)
    session.flush()
    return officer


def find_officer(session: Session, email: str) -> PressOfficer | None:
    """The press officer of that address, active or not."""
    try:
        address = addresses.parse(email).normalised
    except BadInput:
        return None
    return session.exec(select(PressOfficer).where(PressOfficer.email == address)).first()


def authenticate(found: PressOfficer | None, *, password: str) -> PressOfficer:
    """The officer whom `find_officer` found, if that is the password.

    Raises Refused, after the same time and with the same words whatever was wrong.
    """
    known_hash = found.password_hash if found else _hash_of_nobody()
    fits = len(password) <= PASSWORD_MAXIMUM and _hasher.verify(password, known_hash)
    if found is None or not found.is_active or not fits:
        raise Refused("the address or the password is not right: check both and try again")
    return found


def open_session(session: Session, officer_id: int, *, hours: int) -> str:
    """Begin a sign-in that ends after so many hours; the secret that its cookie holds."""
    now = clock.now()
    session.exec(sa.delete(OfficerSession).where(col(OfficerSession.expires_at) <= now))
    secret = secrets.token_urlsafe(32)
    session.add(
        OfficerSession(
            officer_id=officer_id,
            secret_hash=_hashed(secret),
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    session.flush()
    return secret


def officer_of(session: Session, secret: str) -> Officer | None:
    """Whose sign-in that secret is; None when it has ended or never was."""
    found = session.exec(
        select(PressOfficer)
        .join(OfficerSession, col(OfficerSession.officer_id) == PressOfficer.id)
        .where(
            OfficerSession.secret_hash == _hashed(secret),
            OfficerSession.expires_at > clock.now(),
            col(PressOfficer.is_active).is_(True),
        )
    ).first()
    if found is None or found.id is None:
        return None
    return Officer(id=found.id, name=found.name, email=found.email, role=found.role)


def close_session(session: Session, secret: str) -> None:
    """End that sign-in; one that has ended already stays so."""
    session.exec(
        sa.delete(OfficerSession).where(col(OfficerSession.secret_hash) == _hashed(secret))
    )


def deactivate(session: Session, email: str) -> None:
    """Let an officer in no more, and end every sign-in of theirs at once. Raises NotFound."""
    officer = find_officer(session, email)
    if officer is None:
        raise NotFound(f"there is no press officer {email}")
    officer.is_active = False
    session.add(officer)
    session.exec(sa.delete(OfficerSession).where(col(OfficerSession.officer_id) == officer.id))
    session.flush()


def renew_password(session: Session, email: str, *, password: str) -> None:
    """Give an officer a new password, let a deactivated one in again, and end every sign-in.

    Raises NotFound, and BadInput for a short password.
    """
    officer = find_officer(session, email)
    if officer is None:
        raise NotFound(f"there is no press officer {email}")
    officer.password_hash = _hash_of(password)
    officer.is_active = True
    session.add(officer)
    session.exec(sa.delete(OfficerSession).where(col(OfficerSession.officer_id) == officer.id))
    session.flush()


def _hash_of(password: str) -> str:
    if not PASSWORD_MINIMUM <= len(password) <= PASSWORD_MAXIMUM:
        raise BadInput(f"the password is too short: {PASSWORD_MINIMUM} characters or more")
    return _hasher.hash(password)


@cache
def _hash_of_nobody() -> str:
    """Compared with when nobody has the address, so that the answer takes as long."""
    return _hasher.hash(secrets.token_hex())


def _hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
