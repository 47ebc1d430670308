"""Where a message stands in its thread: what it answers, and what the reader is told of that.

A follow-up goes to those who got the earlier text, as a reply in the thread of each, and to those
for whom it only waited: they see the new text as if there had been no other.
"""

from mailer.compose.letter import Letter
from mailer.models import Relation, ReleaseKind

#: What a reply is, in the word that stands before its subject; a translation needs none.
WORDS = {
    Relation.CORRECTION: "Correction",
    Relation.WITHDRAWAL: "Withdrawal",
    Relation.UPDATE: "Update",
}
#: What stands before a note on what changed; a later revision of any other kind is an update.
KINDS = {ReleaseKind.CORRECTION: "Correction", ReleaseKind.WITHDRAWAL: "Withdrawal"}


def subject_word(letter: Letter) -> str:
    """The word before the subject of a reply, in English (standards B-6); empty: none."""
    relation = letter.full.relation
    if relation is None or not letter.is_reply:
        return ""
    if letter.full.release.kind is ReleaseKind.EMBARGO_LIFTED:
        return "Embargo lifted"
    if relation is Relation.UPDATE and _is_called_off(letter):
        return "Cancelled"
    return WORDS.get(relation, "")


def _is_called_off(letter: Letter) -> bool:
    """Whether nothing takes place of all that the release invites to."""
    occasions = letter.full.occasions
    return bool(occasions) and all(one.cancelled_at is not None for one in occasions)


def change_word(letter: Letter) -> str:
    """The word before the note on what changed, in English."""
    relation = letter.full.relation
    if relation in {Relation.CORRECTION, Relation.WITHDRAWAL}:
        return WORDS[relation]
    return KINDS.get(letter.full.release.kind, "Update")


def tells_change(letter: Letter) -> bool:
    """Whether the reader is told what changed: not who never saw what it changed from."""
    return letter.is_reply or letter.full.relation is None


def told_kind(letter: Letter) -> ReleaseKind:
    """The kind that the reader is told: the text that was corrected is new to who never saw it."""
    full = letter.full
    if full.corrects is not None and not tells_change(letter):
        return full.corrects.kind
    return full.release.kind
