"""One outlet with those who work there now, and its desks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import clock
from mailer.contacts.outlets import former_names
from mailer.models import Address, Desk, Journalist, Outlet, Role
from mailer.models.ending import is_lasting


@dataclass(frozen=True)
class Colleague:
    """Somebody's job at the outlet."""

    journalist_id: int
    name: str
    job_title: str
    beats: tuple[str, ...]
    #: Both are empty where there is no address.
    email: str
    state: str
    do_not_contact: bool


@dataclass(frozen=True)
class DeskThere:
    """A desk of the outlet; one that is closed stays on the card."""

    desk_id: int
    name: str
    beats: tuple[str, ...]
    email: str
    state: str
    do_not_contact: bool
    ended_on: date | None


@dataclass(frozen=True)
class OutletCard:
    """An outlet, whole."""

    outlet_id: int
    name: str
    former_names: tuple[str, ...]
    group_name: str
    media_type: str
    publication_languages: tuple[str, ...]
    country: str
    city: str
    zone: str
    website: str
    public_note: str
    external_id: str
    #: Jobs that last; of many some are on the card.
    people_count: int
    people: tuple[Colleague, ...]
    desks: tuple[DeskThere, ...]


def outlet_card(
    session: Session, outlet: Outlet, *, limit: int | None = None, skip: int = 0
) -> OutletCard:
    """The card of an outlet with its people by family name: `limit` of them after the first `skip`.

    None for all of them.
    """
    lasting = _lasting(outlet)
    count = session.exec(select(sa.func.count()).select_from(Role).where(*lasting)).one()
    return OutletCard(
        outlet_id=outlet.id or 0,
        name=outlet.name,
        former_names=tuple(former_names(outlet)),
        group_name=outlet.group_name,
        media_type=outlet.media_type.value,
        publication_languages=tuple(outlet.publication_languages),
        country=outlet.country,
        city=outlet.city,
        zone=outlet.zone,
        website=outlet.website,
        public_note=outlet.public_note,
        external_id=outlet.external_id,
        people_count=count,
        people=tuple(_people(session, lasting, limit=limit, skip=skip)),
        desks=tuple(_desks(session, outlet)),
    )


def _lasting(outlet: Outlet) -> tuple[sa.ColumnElement[bool], ...]:
    today = clock.now().date()
    return col(Role.outlet_id) == outlet.id, is_lasting(col(Role.ended_on), today)


def _people(
    session: Session, lasting: tuple[sa.ColumnElement[bool], ...], *, limit: int | None, skip: int
) -> list[Colleague]:
    rows: Iterable[tuple[Journalist, Role, Address | None]] = session.exec(
        select(Journalist, Role, Address)
        .join(Role, col(Role.journalist_id) == Journalist.id)
        .outerjoin(Address, col(Address.id) == Role.address_id)
        .where(*lasting)
        .order_by(col(Journalist.family_name), col(Journalist.given_name), col(Role.id))
        .limit(limit)
        .offset(skip)
    )
    return [
        Colleague(
            journalist_id=person.id or 0,
            name=person.full_name,
            job_title=role.job_title,
            beats=tuple(role.beats),
            email=address.email if address is not None else "",
            state=address.state.value if address is not None else "",
            do_not_contact=person.do_not_contact,
        )
        for person, role, address in rows
    ]


def _desks(session: Session, outlet: Outlet) -> list[DeskThere]:
    """The desks that last come first."""
    rows = session.exec(
        select(Desk, Address)
        .join(Address, col(Address.id) == Desk.address_id)
        .where(Desk.outlet_id == outlet.id)
        .order_by(col(Desk.ended_on).is_not(None), col(Desk.name), col(Desk.id))
    )
    return [
        DeskThere(
            desk_id=desk.id or 0,
            name=desk.name,
            beats=tuple(desk.beats),
            email=address.email,
            state=address.state.value,
            do_not_contact=desk.do_not_contact,
            ended_on=desk.ended_on,
        )
        for desk, address in rows
    ]
