"""Who has left what the release is about, or the office that sends it: looked up for some
recipients at a time. Such a leave holds for corrections, too (R7, R8).
"""

from collections.abc import Sequence

from sqlmodel import Session

from mailer.audience.candidates import Candidate
from mailer.audience.leaving_out.refusals import Cause, Refusal
from mailer.contacts.leavers import Parts
from mailer.contacts.scoped import is_left, left_among, scopes_of
from mailer.releases.editions import FullRelease
from mailer.tokens import Keyring


class Leaves:
    """The leaves that concern one release.

    Without a keyring none can be looked up; the check at the hand-over has one always.
    """

    def __init__(self, session: Session, full: FullRelease, keyring: Keyring | None) -> None:
        self._session, self._keyring = session, keyring
        self._scopes = scopes_of(full.release.beats, full.office.key)
        # Asked once: for a million recipients it would be asked a thousand times.
        self._is_left = is_left(session, self._scopes)

    @property
    def parts(self) -> Parts | None:
        """What to ask persons with several addresses for; None when nobody has left any of it."""
        if self._keyring is None or not self._is_left:
            return None
        return Parts(self._scopes, self._keyring)

    def of(self, recipients: Sequence[Candidate]) -> dict[int, Refusal]:
        """Why those of the recipients get nothing who have left, by the number of the address."""
        if self._keyring is None or not self._is_left:
            return {}
        emails = [one.email for one in recipients]
        left = left_among(self._session, emails, self._scopes, keyring=self._keyring)
        return {
            one.address_id: Refusal(Cause.LEFT, left[one.email])
            for one in recipients
            if one.email in left
        }
