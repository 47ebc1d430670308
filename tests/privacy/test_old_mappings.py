"""What older versions remembered of a file without a header: cells of its first contact."""

from sqlmodel import Session

from mailer.contacts.privacy.wording import Words
from mailer.models import ImportMapping
from mailer.privacy import sweeping
from tests import factories

EMAIL = "mette@avisen.example"


def test_an_erasure_takes_her_out_of_the_columns_of_old_files(session: Session) -> None:
    kept = factories.saved(
        session,
        ImportMapping(
            fingerprint="x",
            columns={"Mette Lund": "person.full_name", EMAIL: "role.email", "Fax": "ignore"},
            used_at=factories.NOW,
        ),
    )
    assert sweeping.sweep(session, Words(["Mette Lund", EMAIL])) == 1
    session.refresh(kept)
    assert not {"Mette Lund", EMAIL} & set(kept.columns)
    assert kept.columns["Fax"] == "ignore"
