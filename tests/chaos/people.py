"""An office with very many contacts in six languages, made quickly."""

from collections.abc import Sequence

from sqlmodel import Session

from mailer.models import Address, Journalist, Outlet, Role
from tests import factories

#: Language and country of the outlets, in turn.
LANGUAGES = (("en", "IE"), ("fr", "FR"), ("de", "DE"), ("es", "ES"), ("da", "DK"), ("el", "GR"))
#: Outlets have so many reporters each, and providers so many addresses.
REPORTERS = 20
#: Those who get what is urgent, too.
EVERYONE, URGENT = "beat:crime", "beat:harbours"
CHUNK = 5_000


def fill(session: Session, *, number: int, urgent: int = 0) -> None:
    """So many journalists, the first `urgent` of them also for what is urgent."""
    for start in range(0, number, CHUNK):
        numbers = range(start, min(start + CHUNK, number))
        _add(session, numbers, urgent=urgent)


def _add(session: Session, numbers: Sequence[int], *, urgent: int) -> None:
    outlets = {turn: _outlet(turn) for turn in sorted({number // REPORTERS for number in numbers})}
    addresses = {number: _address(number) for number in numbers}
    people = {number: _journalist(number) for number in numbers}
    session.add_all([*outlets.values(), *addresses.values(), *people.values()])
    session.flush()
    session.add_all(
        Role(
            journalist_id=people[number].id or 0,
            outlet_id=outlets[number // REPORTERS].id,
            address_id=addresses[number].id or 0,
            job_title="Reporter",
            beats=["crime", "harbours"] if number < urgent else ["crime"],
        )
        for number in numbers
    )
    session.flush()


def _outlet(turn: int) -> Outlet:
    language, country = LANGUAGES[turn % len(LANGUAGES)]
    return Outlet(name=f"The Herald {turn}", publication_languages=[language], country=country)


def _address(number: int) -> Address:
    domain = f"paper{number // REPORTERS}.example"
    email = f"reporter{number}@{domain}"
    return Address(email=email, normalised=email, domain=domain)


def _journalist(number: int) -> Journalist:
    language, _ = LANGUAGES[number // REPORTERS % len(LANGUAGES)]
    return Journalist(
        given_name="Karen",
        family_name=f"Holm {number}",
        languages=[language],
        first_seen_at=factories.NOW,
    )
