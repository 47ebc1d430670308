"""A person or a desk of an outlet, but not both of them and no second person, where the office says
so: who stands for the outlet.
"""

from collections.abc import Iterable

from mailer.audience.candidates import Candidate
from mailer.audience.leaving_out.refusals import Cause, Refusal
from mailer.audience.terms import Key
from mailer.models import MediaType

BY_HAND = {Key.LIST, Key.ADDRESS}
BY_SUBJECT = {Key.BEAT, Key.LANGUAGE}

#: The smaller one stands for the outlet.
Rank = tuple[bool, int, bool, int]


class Standing:
    """Who stands for each outlet, whichever order they are seen in.

    Who has the text already comes first; then who was named by hand, on a list or by address; then
    a person whom a beat or a language found; then a desk; then any other person. Of two alike it is
    the one whose main job it is, and then whose address we knew first.
    """

    def __init__(self, recipients: Iterable[Candidate] = ()) -> None:
        self._first: dict[int, tuple[Rank, str]] = {}
        for one in recipients:
            self.see(one)

    def see(self, one: Candidate, *, has_it: bool = False) -> None:
        """Take one more recipient into account."""
        if (outlet := _outlet_of(one)) is None:
            return
        rank = _rank(one, has_it=has_it)
        first = self._first.get(outlet)
        if first is None or rank < first[0]:
            self._first[outlet] = rank, one.name

    def refusal(self, one: Candidate) -> Refusal | None:
        """Why another gets it in her place; None when she stands for the outlet, or for none."""
        outlet = _outlet_of(one)
        if outlet is None or outlet not in self._first:
            return None
        (*_, address_id), name = self._first[outlet]
        if address_id == one.address_id:
            return None
        return Refusal(Cause.ONE_AT_OUTLET, f"{name} stands for {one.outlet_name}")


def _outlet_of(one: Candidate) -> int | None:
    """The outlet that she may stand for; some databases put all freelances at one."""
    return None if one.media_type == MediaType.FREELANCE else one.outlet_id


def _rank(one: Candidate, *, has_it: bool) -> Rank:
    found_by = one.profile.found_by
    if found_by & BY_HAND:
        group = 0
    elif one.desk_id is not None:
        group = 2
    else:
        group = 1 if found_by & BY_SUBJECT else 3
    return not has_it, group, not one.is_primary, one.address_id
