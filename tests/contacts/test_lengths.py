"""No text that is too long to be looked up comes in by any way: PostgreSQL indexes only so much."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import AutoString, Session, SQLModel, select

from mailer.audience.criteria import parse
from mailer.audience.list_rules import add_rule
from mailer.contacts import list_keeping, scoped
from mailer.contacts.history import TRACKED
from mailer.contacts.keeping.editing import edit
from mailer.contacts.keeping.moving import find_outlet
from mailer.contacts.lengths import LONGEST, LONGEST_RULE
from mailer.errors import BadInput
from mailer.models import (
    Journalist,
    ListPurpose,
    MediaListEntry,
    Outlet,
    Suppression,
    SuppressionReason,
)
from mailer.tokens import Keyring
from tests import factories
from tests.contacts.texts import noise, wide

#: What has an index of its own, and what bounds it: ours, or the form that it has by itself.
OURS = {
    ("outlet", "name"),
    ("outlet", "external_id"),
    ("desk", "name"),
    ("journalist", "family_name"),
    ("role", "external_id"),
    ("media_list", "name"),
    ("media_list_entry", "criteria"),
    ("suppression", "scope_value"),
}
BY_FORM = {
    ("address", "normalised"),
    ("address", "domain"),
    ("journalist", "phone_e164"),
    ("journalist", "mobile_e164"),
    ("role", "phone_e164"),
    ("role", "mobile_e164"),
    ("suppression", "address_hash"),
}


def test_a_field_a_new_outlet_and_a_topic_are_refused_too(session: Session) -> None:
    person = factories.journalist(session)
    outlet = factories.outlet(session)
    for rows, field in (((person,), "family_name"), ((outlet,), "name")):
        with pytest.raises(BadInput, match=f"{field}: the text has 6,000 characters"):
            edit(session, rows, {field: noise(6000)}, source="test")
    with pytest.raises(BadInput, match="the name of the outlet: the text has"):
        find_outlet(session, noise(6000), is_new=True)
    with pytest.raises(BadInput, match="a topic: the text has"):
        scoped.topic(noise(6000))


def test_the_longest_of_them_fit(session: Session, keyring: Keyring) -> None:
    person = factories.journalist(session)
    edit(session, (person,), {"family_name": wide(LONGEST)}, source="test")
    find_outlet(session, wide(LONGEST), is_new=True)
    scope = scoped.topic(wide(LONGEST))
    reason = SuppressionReason.MANUAL
    scoped.suppress(session, "a@x.example", scope, keyring=keyring, reason=reason, source="test")
    session.flush()
    assert len(session.exec(select(Journalist)).one().family_name) == LONGEST
    assert len(session.exec(select(Outlet).where(Outlet.country == "")).one().name) == LONGEST
    assert len(session.exec(select(Suppression)).one().scope_value) == LONGEST


def test_a_rule_may_be_as_long_as_an_index_holds(session: Session) -> None:
    ports = list_keeping.make(session, "Ports", purpose=ListPurpose.PRESS)
    longest = parse("address:" + ",".join(address(number) for number in range(59)))
    assert LONGEST_RULE - 40 < len(longest.line()) <= LONGEST_RULE
    assert add_rule(session, "Ports", longest)
    entry = MediaListEntry(list_id=ports.id or 0, criteria=wide(LONGEST_RULE // 4))
    assert factories.saved(session, entry).id
    longer = parse("address:" + ",".join(address(number) for number in range(61)))
    with pytest.raises(BadInput, match="octets, and a list keeps 2,500 at most: split it"):
        add_rule(session, "Ports", longer)


def address(number: int) -> str:
    letters = noise(4000)[number * 32 : number * 32 + 32]
    return f"{letters[:12]}@{letters[12:]}.example"


def test_every_text_of_the_address_book_with_an_index_is_bounded() -> None:
    tables: tuple[type[SQLModel], ...] = (*TRACKED, Suppression)
    found = set()
    for table in (sa.inspect(one).local_table for one in tables):
        unique = (rule for rule in table.constraints if isinstance(rule, sa.UniqueConstraint))
        for index in (*table.indexes, *unique):
            found |= {(table.name, column.name) for column in index.columns if _is_text(column)}
        found |= {(table.name, column.name) for column in table.columns if column.unique}
    assert found == OURS | BY_FORM


def _is_text(column: sa.ColumnElement[Any]) -> bool:
    return isinstance(column, sa.Column) and isinstance(column.type, AutoString)
