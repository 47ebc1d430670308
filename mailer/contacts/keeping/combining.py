"""One record out of two about the same person: for each column, which of the two holds.

Of two wishes the stricter one holds: whatever either asked us not to do, we do not do.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from mailer.models import Journalist, LegalBasis, TrackingMode

Rule = Callable[[Any, Any], Any]

#: The one that binds us most comes first: a consent is proven, and can be withdrawn at any time.
STRICTEST_BASIS = (
    LegalBasis.CONSENT,
    LegalBasis.LEGITIMATE_INTEREST,
    LegalBasis.PUBLIC_TASK,
    LegalBasis.OTHER,
)
DAY = 24 * 60


def kept(staying: Any, going: Any) -> Any:
    """What stands at the one who stays; where nothing does, what the other has."""
    return staying or going


def union(staying: list[str], going: list[str]) -> list[str]:
    """What either reads, in the order of the one who stays."""
    return list(dict.fromkeys([*staying, *going]))


def narrowed(staying: list[str], going: list[str]) -> list[str]:
    """What both asked for; nothing said is everything.

    Where they asked for different things the wish of the one who stays holds: an empty list would
    send everything.
    """
    if not staying or not going:
        return staying or going
    return [word for word in staying if word in going] or staying


def joined(staying: str, going: str) -> str:
    """Both notes; the same one once."""
    return "\n".join(dict.fromkeys(text for text in (staying, going) if text))


def either(staying: bool, going: bool) -> bool:
    """Asked for by one of them."""
    return staying or going


def both(staying: Any, going: Any) -> Any:
    """Granted at both."""
    return staying and going


def earlier(staying: Any, going: Any) -> Any:
    """The earlier day or moment of those that are known."""
    return min((one for one in (staying, going) if one), default=None)


def later(staying: Any, going: Any) -> Any:
    """The later day or moment of those that are known."""
    return max((one for one in (staying, going) if one), default=None)


def earlier_of_both(staying: datetime | None, going: datetime | None) -> datetime | None:
    """Done for all that we hold only if it was done for both; then since the earlier moment."""
    return min(staying, going) if staying and going else None


def later_of_both(staying: datetime | None, going: datetime | None) -> datetime | None:
    """Done for all that we hold only if it was done for both; then it was with the later one."""
    return max(staying, going) if staying and going else None


def stricter_basis(staying: LegalBasis, going: LegalBasis) -> LegalBasis:
    """The one that binds us more."""
    return min(staying, going, key=STRICTEST_BASIS.index)


def documents(staying: dict[str, Any], going: dict[str, Any]) -> dict[str, Any]:
    """What either tells; by the same name, what the one who stays tells."""
    return going | staying


#: Each column of a person, and what becomes of two of it.
RULES: dict[str, Rule] = {
    "title": kept,
    "given_name": kept,
    "family_name": kept,
    "particle": kept,
    "patronymic": kept,
    "suffix": kept,
    "vocative": kept,
    "salutations": documents,
    "languages": union,
    "country": kept,
    "city": kept,
    "zone": kept,
    "accredited_until": earlier,
    "public_note": joined,
    "private_note": joined,
    "details": documents,
    # flags
    "do_not_contact": either,
    "embargo_trusted": both,
    # preferences
    "topics": narrowed,
    "kinds": narrowed,
    "plain_text_only": either,
    "wants_attachments": both,
    "wants_translations": both,
    "urgent_only": either,
    "paused_until": later,
    "tracking": TrackingMode.strictest,
    # provenance
    "source": joined,
    "legal_basis": stricter_basis,
    "first_seen_at": earlier,
    "basis_source": joined,
    "informed_at": later_of_both,
    "verified_at": earlier_of_both,
}
#: Columns that mean something together only.
TOGETHER = {
    "phone": ("phone", "phone_e164"),
    "mobile": ("mobile", "mobile_e164"),
}


def combined(staying: Journalist, going: Journalist) -> dict[str, Any]:
    """The columns of the one record, from those of the two."""
    values = {
        name: rule(getattr(staying, name), getattr(going, name)) for name, rule in RULES.items()
    }
    for name, columns in TOGETHER.items():
        of = staying if getattr(staying, name) else going
        values |= {column: getattr(of, column) for column in columns}
    named = staying if staying.given_name or staying.family_name else going
    values["family_name_first"] = named.family_name_first
    values["salutation_form"] = _salutation(staying.salutation_form, going.salutation_form)
    values["quiet_from"], values["quiet_until"] = quiet_hours(
        (staying.quiet_from, staying.quiet_until), (going.quiet_from, going.quiet_until)
    )
    values["tracking_consented_at"] = _consent(staying, going, values["tracking"])
    return values


def _salutation(staying: str, going: str) -> str:
    return going if staying == "neutral" else staying


def _consent(staying: Journalist, going: Journalist, mode: TrackingMode) -> datetime | None:
    """When she agreed to be followed in person; nothing once one of the two is not followed."""
    if mode is not TrackingMode.INDIVIDUAL:
        return None
    return later_of_both(staying.tracking_consented_at, going.tracking_consented_at)


def quiet_hours(staying: tuple[str, str], going: tuple[str, str]) -> tuple[str, str]:
    """The shortest stretch of the day that covers the quiet hours of both, over midnight too."""
    if not all(staying) or not all(going):
        return staying if all(staying) else going
    choices = {
        (start, end): _minutes(start, end)
        for start in (staying[0], going[0])
        for end in (staying[1], going[1])
    }
    covering = [one for one in choices if _covers(one, staying) and _covers(one, going)]
    # Two that lie apart are covered by the stretch over the pause between them.
    return min(covering, key=choices.__getitem__, default=max((staying, going), key=_length))


def _length(hours: tuple[str, str]) -> int:
    return _minutes(*hours)


def _covers(outer: tuple[str, str], inner: tuple[str, str]) -> bool:
    return _minutes(outer[0], inner[0]) + _length(inner) <= _length(outer)


def _minutes(start: str, end: str) -> int:
    """From one time of the day to the next other, in minutes."""
    return (_of_day(end) - _of_day(start)) % DAY


def _of_day(written: str) -> int:
    hours, _, minutes = written.partition(":")
    return int(hours) * 60 + int(minutes or 0)
