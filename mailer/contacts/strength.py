"""How much the reasons for which an address is closed weigh, and which of them its row tells."""

from collections.abc import Iterable

from mailer.models import AddressState, SuppressionReason

#: The weakest first. A stronger reason replaces a weaker one: who left after a bounce stays out
#: when the bounce is lifted.
STRENGTH = (
    SuppressionReason.BOUNCED,
    SuppressionReason.MANUAL,
    SuppressionReason.UNSUBSCRIBED,
    SuppressionReason.COMPLAINED,
    SuppressionReason.ERASED,
)
#: What a person of the office may take back, with a note; all else is its owner's.
LIFTABLE = {SuppressionReason.BOUNCED, SuppressionReason.MANUAL}
_TOLD = {
    AddressState.HARD: SuppressionReason.BOUNCED,
    AddressState.COMPLAINED: SuppressionReason.COMPLAINED,
}


def is_stronger(reason: SuppressionReason, than: SuppressionReason) -> bool:
    """Whether it replaces the other."""
    return STRENGTH.index(reason) > STRENGTH.index(than)


def strongest(reasons: Iterable[SuppressionReason | None]) -> SuppressionReason | None:
    """The reason that speaks; None of none."""
    return max((one for one in reasons if one is not None), key=STRENGTH.index, default=None)


def told_by_row(state: AddressState, why: str) -> SuppressionReason | None:
    """What closed the address by its row: of a suppression whose key was retired nothing else is
    left. None for one that is open.
    """
    if state in (AddressState.OK, AddressState.SOFT):
        return None
    if state in _TOLD:
        return _TOLD[state]
    return SuppressionReason(why) if why in set(SuppressionReason) else SuppressionReason.MANUAL
