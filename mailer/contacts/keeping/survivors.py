"""Which record goes on in the place of one that was merged: old numbers still lead to her."""

from sqlmodel import Session, col, select

from mailer.contacts.keeping.undoing import MERGED_INTO
from mailer.models import ChangeAction, ContactChange, Journalist

#: No record is merged into another more often; what leads on longer leads in a circle.
MOST_MERGES = 100


def survivor_of(session: Session, journalist_id: int) -> int | None:
    """The number of the person into whom a record that is gone was merged; None for any other."""
    number: int | None = journalist_id
    for _ in range(MOST_MERGES):
        gone = session.exec(
            select(ContactChange.after)
            .where(
                ContactChange.subject == "journalist",
                ContactChange.subject_id == number,
                ContactChange.action == ChangeAction.REMOVED,
            )
            .order_by(col(ContactChange.id).desc())
        ).first()
        number = (gone or {}).get(MERGED_INTO)
        if number is None or session.get(Journalist, number) is not None:
            return number
    return None
