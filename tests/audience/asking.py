"""What tests ask of an audience, and how they put people into it."""

from typing import Any

from sqlmodel import Session, select

from mailer.audience import criteria, selection
from mailer.audience.selection import Audience
from mailer.models import (
    Desk,
    Journalist,
    Role,
)
from tests import factories
from tests.factories import NOW


def found(session: Session, line: str) -> Audience:
    session.flush()
    return selection.select(session, criteria.parse(line), at=NOW)


def emails(session: Session, line: str) -> list[str]:
    return [recipient.email for recipient in found(session, line).recipients]


def left_out(session: Session, line: str = "everyone") -> dict[str, str]:
    return {left.email: left.reason for left in found(session, line).left_out}


def role_of(session: Session, person: Journalist) -> int:
    return session.exec(select(Role.id).where(Role.journalist_id == person.id)).one() or 0


def put_on_list(session: Session, name: str, member: Journalist | Desk) -> None:
    is_desk = isinstance(member, Desk)
    at = member if is_desk else session.get_one(Role, role_of(session, member))
    factories.on_list(session, name, at)


def second_role(session: Session, person: Journalist, email: str, **given: Any) -> Role:
    mailbox = factories.address(session, email)
    values = {"is_primary": False, "beats": ["crime"]} | given
    return factories.saved(
        session, Role(journalist_id=person.id or 0, address_id=mailbox.id, **values)
    )
