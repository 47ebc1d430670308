from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.contacts import media_lists
from mailer.errors import BadInput
from mailer.models import (
    MediaListEntry,
    MediaType,
)
from tests import factories
from tests.audience.asking import emails, found, left_out, put_on_list, second_role
from tests.factories import NOW


@pytest.fixture
def newsrooms(session: Session) -> None:
    """Three outlets in two markets, a desk, and a freelance."""
    daily = factories.outlet(session)
    wire = factories.outlet(
        session,
        "Nordtelegram",
        media_type=MediaType.WIRE,
        country="NO",
        publication_languages=["nb"],
    )
    factories.desk(session, "desk@daily.example", outlet=daily, beats=["crime", "ports"])
    factories.journalist(
        session, "da@daily.example", outlet=daily, languages=["da", "en"], beats=["crime"]
    )
    factories.journalist(session, "nb@wire.example", outlet=wire, languages=[], beats=["Sport"])
    factories.journalist(
        session, "pt@free.example", languages=["pt-BR"], country="BR", beats=["culture"]
    )


@pytest.mark.usefixtures("newsrooms")
@pytest.mark.parametrize(
    ("line", "recipients"),
    [
        ("everyone", ["desk@daily", "da@daily", "nb@wire", "pt@free"]),
        ("language:da", ["desk@daily", "da@daily"]),
        ("language:en", ["da@daily"]),
        ("language:no", ["nb@wire"]),
        ("language:pt", ["pt@free"]),
        ("language:is", []),
        ("outlet:wire", ["nb@wire"]),
        ("outlet:freelance", ["pt@free"]),
        ("outlet:wire,freelance", ["nb@wire", "pt@free"]),
        ("country:DK", ["desk@daily", "da@daily"]),
        ("country:BR", ["pt@free"]),
        ("beat:crime", ["desk@daily", "da@daily"]),
        ("beat:SPORT", ["nb@wire"]),
        ("beat:politics", []),
        ("beat:ports,culture", ["desk@daily", "pt@free"]),
        ("beat:crime country:DK language:en", ["da@daily"]),
        ("address:NB@wire.example", ["nb@wire"]),
        ("everyone -country:DK", ["nb@wire", "pt@free"]),
        ("everyone -language:da -beat:culture", ["nb@wire"]),
    ],
)
def test_terms_of_one_key_are_alternatives_and_keys_narrow(
    session: Session, line: str, recipients: list[str]
) -> None:
    assert emails(session, line) == [f"{email}.example" for email in recipients]


@pytest.mark.usefixtures("newsrooms")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('list:"Cybercrim"', "there is no list 'Cybercrim': did you mean 'Cybercrime'?"),
        ("everyone -list:Nobody", "there is no list 'Nobody'"),
        ("beat:crim", "nobody covers the beat 'crim': did you mean 'crime'?"),
    ],
)
def test_a_list_or_beat_that_nobody_knows_is_refused_with_the_nearest(
    session: Session, line: str, told: str
) -> None:
    media_lists.save_list(session, "Cybercrime")
    with pytest.raises(BadInput) as refused:
        found(session, line)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("ended_on", "is_in"),
    [
        (None, True),
        (NOW.date() + timedelta(days=1), True),
        (NOW.date(), False),
        (date(2020, 1, 1), False),
    ],
)
def test_only_current_jobs_count(session: Session, ended_on: date | None, is_in: bool) -> None:
    factories.journalist(session, ended_on=ended_on)
    factories.desk(session, ended_on=ended_on)
    assert len(emails(session, "everyone")) == (2 if is_in else 0)
    assert left_out(session) == {}


def test_any_current_job_will_do(session: Session) -> None:
    person = factories.journalist(session, "karen@one.example", beats=["ports"])
    second_role(session, person, "karen@one.example", beats=["crime"])
    assert emails(session, "beat:crime") == ["karen@one.example"]


def test_all_keys_must_fit_the_same_job(session: Session) -> None:
    person = factories.journalist(
        session, "k@one.example", beats=["ports"], outlet=factories.outlet(session)
    )
    second_role(session, person, "k@one.example", beats=["crime"])
    assert emails(session, "beat:crime outlet:daily") == []


def test_a_list_may_hold_a_rule(session: Session) -> None:
    factories.desk(session, "desk@havn.example", beats=["ports"])
    factories.journalist(session, "no@havn.example", beats=["sport"])
    media_list = media_lists.save_list(session, "Ports")
    factories.saved(
        session, MediaListEntry(list_id=media_list.id or 0, criteria="everyone -beat:sport")
    )
    (one,) = found(session, "list:Ports").recipients
    assert (one.email, one.reasons) == ("desk@havn.example", ("list “Ports”",))


def test_a_rule_that_leads_back_to_its_list_is_refused(session: Session) -> None:
    media_list = media_lists.save_list(session, "Ports")
    factories.saved(session, MediaListEntry(list_id=media_list.id or 0, criteria="list:Ports"))
    with pytest.raises(BadInput, match="leads back to itself"):
        found(session, "list:Ports")


def test_the_number_of_queries_does_not_grow_with_the_audience(
    engine: sa.Engine, session: Session
) -> None:
    for _ in range(60):
        put_on_list(session, "Ports", factories.journalist(session))
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert len(emails(session, "language:da beat:crime list:Ports -country:SE")) == 60
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert len(seen) < 20
