"""A population that is as untidy as real ones: shared mailboxes, several jobs, dead addresses,
pauses, odd names, unknown zones; the same one for the same seed.
"""

from datetime import date, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from mailer.contacts import media_lists
from mailer.models import Address, AddressState, Desk, Journalist, MediaType, Outlet, Role
from tests.factories import NOW

LANGUAGES = (["da", "en"], ["fr"], ["pt-BR", "es"], ["no"], ["cnr"], ["el", "fr"], ["tlh"], [])
COUNTRIES = ("DK", "FR", "BR", "NO", "ME", "US", "")
ZONES = ("", "", "Europe/Copenhagen", "America/Sao_Paulo", "Asia/Kathmandu", "Mars/Olympus")
NAMES = ("Karen", "", "O'Neil", "tab\there", "back\\slash", "\\N", "new\nline", '"quoted"', "Ελένη")
TRACKING = ("none", "aggregate", "individual")
STATES = [*[AddressState.OK] * 8, AddressState.SOFT, *AddressState]
PAUSES = (None, None, None, None, NOW + timedelta(hours=1), NOW - timedelta(hours=1))


def populate(session: Session, *, people: int, seed: int = 1) -> None:
    """Fill the address book. There are fewer addresses than persons: mailboxes are shared."""
    random = Random(seed)
    outlets = max(2, people // 8)
    addresses = max(2, people * 3 // 4)
    _add(session, Outlet, [_outlet(random, number) for number in range(1, outlets + 1)])
    _add(session, Address, [_address(random, number) for number in range(1, addresses + 1)])
    _add(session, Journalist, [_journalist(random, number) for number in range(1, people + 1)])
    roles = [
        _role(random, journalist, outlets=outlets, addresses=addresses)
        for journalist in range(1, people + 1)
        for _ in range(random.choice((1, 1, 1, 2, 3)))
    ]
    _add(session, Role, [{"id": number, **row} for number, row in enumerate(roles, 1)])
    desks = [_desk(random, outlets=outlets, addresses=addresses) for _ in range(people // 5)]
    _add(session, Desk, [{"id": number, **row} for number, row in enumerate(desks, 1)])
    not_invited = media_lists.save_list(session, "Do not invite").id or 0
    numbers = random.sample(range(1, len(roles) + 1), people // 10)
    media_lists.add_entries(session, [(not_invited, number, None) for number in numbers])


def _add(session: Session, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    session.execute(sa.insert(table), rows)


def _outlet(random: Random, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"Bladet {number} {random.choice(NAMES)}",
        "media_type": random.choice(list(MediaType)),
        "publication_languages": random.choice(LANGUAGES),
        "country": random.choice(COUNTRIES),
        "zone": random.choice(ZONES),
    }


def _address(random: Random, number: int) -> dict[str, Any]:
    domain = f"paper{random.randrange(12)}.example"
    state = random.choice(STATES)
    return {
        "id": number,
        "email": f"N{number}@{domain}",
        "normalised": f"n{number}@{domain}",
        "domain": domain,
        "state": state,
        "state_reason": random.choice(("", "unsubscribed")) if state != AddressState.OK else "",
    }


def _journalist(random: Random, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "given_name": random.choice(NAMES),
        "particle": random.choice(("", "", "van der")),
        "family_name": random.choice(("", f"Holm {number}", f"Holm {number}")),
        "family_name_first": random.random() < 0.2,
        **_wishes(random),
    }


def _desk(random: Random, *, outlets: int, addresses: int) -> dict[str, Any]:
    return {
        "name": random.choice(("News", "Foreign", "Pictures\\")),
        "outlet_id": random.randint(1, outlets),
        "address_id": random.randint(1, addresses),
        "ended_on": random.choice((None, None, None, date(2020, 1, 1))),
        **_wishes(random),
    }


def _wishes(random: Random) -> dict[str, Any]:
    return {
        "languages": random.choice(LANGUAGES),
        "country": random.choice(COUNTRIES),
        "zone": random.choice(ZONES),
        "tracking": random.choice(TRACKING),
        "tracking_consented_at": random.choice((None, NOW)),
        "plain_text_only": random.random() < 0.2,
        "do_not_contact": random.random() < 0.05,
        "embargo_trusted": random.random() < 0.5,
        "paused_until": random.choice(PAUSES),
        "first_seen_at": NOW,
    }


def _role(random: Random, journalist: int, *, outlets: int, addresses: int) -> dict[str, Any]:
    return {
        "journalist_id": journalist,
        "outlet_id": random.choice((None, random.randint(1, outlets), random.randint(1, outlets))),
        "address_id": None if random.random() < 0.1 else random.randint(1, addresses),
        "beats": [],
        "is_primary": random.random() < 0.5,
        "ended_on": random.choice((None, None, None, None, date(2020, 1, 1), date(2030, 1, 1))),
    }
