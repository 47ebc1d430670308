"""The columns of a candidate, in the order in which they are read."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from mailer.audience.finding.sources import ROLES, Column, Source, column_of
from mailer.models import Address, Desk, Journalist, LegalBasis, Outlet, Role

#: How it is written down that she gave us her data herself.
HERSELF = ("herself", "himself", "themself", "self", "the person", "sign-up")


def own_columns(
    source: Source, *, over_by: date | None, has_others: sa.ColumnElement[bool], place: Column
) -> list[Column]:
    """The parts of the name, then what is the candidate's own.

    `over_by` is the day when jobs that are over are looked for, too.
    """
    who = _role_columns(has_others) if source is ROLES else _desk_columns()
    # Only that of a job that is over: what ends one day does not matter yet.
    ended_on = sa.case((source.ended_on <= over_by, source.ended_on)) if over_by else sa.null()
    return [*who, ended_on, *_contact_columns(place)]


def _role_columns(has_others: sa.ColumnElement[bool]) -> list[Column]:
    return [
        column_of(Journalist.given_name),
        column_of(Journalist.particle),
        column_of(Journalist.family_name),
        column_of(Journalist.family_name_first),
        column_of(Role.journalist_id),
        column_of(Role.id),
        sa.null(),
        column_of(Role.is_primary),
        has_others,
        column_of(Journalist.do_not_contact),
        column_of(Journalist.paused_until),
    ]


def _desk_columns() -> list[Column]:
    return [
        column_of(Desk.name),
        sa.literal(""),
        sa.literal(""),
        sa.false(),
        sa.null(),
        sa.null(),
        column_of(Desk.id),
        sa.true(),
        sa.false(),
        column_of(Desk.do_not_contact),
        column_of(Desk.paused_until),
    ]


def _contact_columns(place: Column) -> list[Column]:
    return [
        sa.func.coalesce(col(Address.id), 0),
        sa.func.coalesce(col(Address.email), ""),
        sa.func.coalesce(col(Address.domain), ""),
        sa.type_coerce(sa.func.coalesce(col(Address.state), "ok"), sa.String),
        sa.func.coalesce(col(Address.state_reason), ""),
        column_of(Outlet.id),
        sa.func.coalesce(col(Outlet.name), ""),
        place,
    ]


def profile_columns(source: Source) -> list[Column]:
    """As the database writes them: most have been read before."""
    table = Journalist if source is ROLES else Desk
    return [
        sa.type_coerce(col(Outlet.media_type), sa.String),
        source.country(),
        column_of(table.zone),
        column_of(Outlet.zone),
        sa.cast(source.languages, sa.Text),
        sa.cast(col(Outlet.publication_languages), sa.Text),
        sa.type_coerce(col(table.tracking), sa.String),
        col(table.tracking_consented_at).is_not(None),
        column_of(table.plain_text_only),
        column_of(table.embargo_trusted),
        _wishes(table),
        _notice(table),
    ]


def _wishes(table: type[Journalist | Desk]) -> Column:
    """Topics, kinds, whether urgent only, and whether files are welcome, as one document; empty
    for the many who ask nothing.

    A column more for each of a million rows costs more than this costs the database.
    """
    topics, kinds = sa.cast(col(table.topics), sa.Text), sa.cast(col(table.kinds), sa.Text)
    urgent_only = col(table.urgent_only).is_(True)
    comma: Column = sa.literal_column("','")
    takes_files = col(table.wants_attachments).is_(True)
    is_urgent = sa.case((urgent_only, "1"), else_="0")
    takes = sa.case((takes_files, "1"), else_="0")
    lists: Column = sa.literal_column("'['") + topics + comma + kinds + comma
    whole: Column = lists + is_urgent + comma + takes
    asks_nothing = sa.and_(topics == "[]", kinds == "[]", ~urgent_only, takes_files)
    return sa.case((asks_nothing, ""), else_=whole + sa.literal_column("']'"))


def _notice(table: type[Journalist | Desk]) -> Column:
    """The basis and, after a blank, the source of the notice that is still owed (GDPR Art. 14).

    Empty for who was told, and for who gave us the data herself and agreed.
    """
    source = sa.func.coalesce(sa.func.nullif(col(table.basis_source), ""), col(table.source))
    agreed = col(table.legal_basis) == LegalBasis.CONSENT
    is_hers = sa.and_(agreed, sa.func.lower(sa.func.trim(source)).in_(HERSELF))
    basis: Column = sa.type_coerce(col(table.legal_basis), sa.String)
    needs_none = sa.or_(col(table.informed_at).is_not(None), is_hers)
    return sa.case((needs_none, ""), else_=basis + sa.literal_column("' '") + source)
