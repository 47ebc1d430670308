"""By which clock the press office writes and reads times."""

from datetime import UTC

from sqlmodel import Session, col, select

from mailer.models import Office


def office_zone(session: Session) -> str:
    """The zone of the office that sends; UTC while there is none."""
    return session.exec(select(Office.zone).order_by(col(Office.id)).limit(1)).first() or str(UTC)
