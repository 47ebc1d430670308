from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.audience import criteria, selection
from mailer.contacts import suppressions
from mailer.models import (
    Role,
    SuppressionReason,
    TrackingMode,
)
from mailer.tokens import Keyring
from tests import factories
from tests.audience.asking import emails, found, left_out, put_on_list, role_of, second_role
from tests.factories import NOW

#: As many addresses as one line may hold.
FULL_LINE = "address:" + ",".join(f"{number}@b.cc" for number in range(1, 455))


def test_a_recipient_brings_what_a_message_needs(session: Session) -> None:
    person = factories.journalist(
        session,
        "Karen@Havn.example",
        outlet=factories.outlet(session),
        family_name="Holm",
        languages=["da", "en"],
        plain_text_only=True,
        zone="Europe/Brussels",
    )
    (one,) = found(session, "everyone").recipients
    assert (one.name, one.email, one.domain) == ("Karen Holm", "Karen@Havn.example", "havn.example")
    assert (one.journalist_id, one.role_id, one.desk_id) == (
        person.id,
        role_of(session, person),
        None,
    )
    assert (one.outlet_name, one.media_type, one.country) == ("Havnebladet", "daily", "DK")
    assert (one.languages, one.outlet_languages) == (("da", "en"), ("da",))
    assert (one.zone, one.plain_text_only, one.tracking) == ("Europe/Brussels", True, "none")


def test_a_desk_has_the_name_of_the_desk_and_the_zone_of_the_outlet(session: Session) -> None:
    desk = factories.desk(session)
    (one,) = found(session, "everyone").recipients
    assert (one.name, one.desk_id, one.journalist_id) == ("Redaktionen", desk.id, None)
    assert one.zone == "Europe/Copenhagen"


@pytest.mark.parametrize(
    ("wish", "consented_at", "mode"),
    [
        (TrackingMode.INDIVIDUAL, NOW, TrackingMode.INDIVIDUAL),
        (TrackingMode.INDIVIDUAL, None, TrackingMode.AGGREGATE),
        (TrackingMode.AGGREGATE, None, TrackingMode.AGGREGATE),
        (TrackingMode.NONE, NOW, TrackingMode.NONE),
    ],
)
def test_a_person_is_followed_only_with_recorded_consent(
    session: Session, wish: TrackingMode, consented_at: Any, mode: TrackingMode
) -> None:
    factories.journalist(session, tracking=wish, tracking_consented_at=consented_at)
    (one,) = found(session, "everyone").recipients
    assert one.tracking == mode


def test_a_person_on_two_lists_gets_one_mail_and_both_reasons_are_shown(session: Session) -> None:
    person = factories.journalist(session)
    put_on_list(session, "Cybercrime", person)
    put_on_list(session, "Ports", person)
    (one,) = found(session, "list:cybercrime,ports beat:crime language:da").recipients
    assert one.reasons == ("language da", "beat crime", "list “Cybercrime”", "list “Ports”")


def test_whoever_is_in_with_everyone_is_told_so(session: Session) -> None:
    factories.journalist(session)
    (one,) = found(session, "everyone").recipients
    assert one.reasons == ("everyone",)


def test_two_roles_at_one_address_are_one_mail_with_the_reasons_of_both(session: Session) -> None:
    person = factories.journalist(session, "karen@free.example", beats=["crime"])
    second_role(session, person, "karen@free.example", beats=["ports"])
    result = found(session, "beat:crime,ports")
    (one,) = result.recipients
    assert one.reasons == ("beat crime", "beat ports")
    assert result.left_out == ()


def test_one_person_with_two_addresses_gets_it_at_the_primary(session: Session) -> None:
    person = factories.journalist(session, "karen@one.example")
    second_role(session, person, "karen@two.example")
    assert emails(session, "beat:crime") == ["karen@one.example"]
    assert left_out(session) == {"karen@two.example": "gets it at karen@one.example"}
    assert emails(session, "address:karen@two.example") == ["karen@two.example"]


def test_a_dead_primary_address_gives_way_to_the_other(session: Session) -> None:
    person = factories.journalist(session, "karen@one.example")
    second_role(session, person, "karen@two.example")
    factories.address(session, "karen@one.example").state = "hard"
    assert emails(session, "everyone") == ["karen@two.example"]
    assert left_out(session) == {"karen@one.example": "address is dead: bounced"}


def test_two_contacts_at_one_address_are_one_mail_to_the_desk(session: Session) -> None:
    factories.journalist(session, "news@havn.example", family_name="Holm", beats=["ports"])
    factories.desk(session, "news@havn.example")
    result = found(session, "beat:crime,ports")
    (one,) = result.recipients
    assert (one.name, one.reasons) == ("Redaktionen", ("beat crime", "beat ports"))
    assert [(left.name, left.reason) for left in result.left_out] == [
        ("Karen Holm", "same address as Redaktionen")
    ]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("unsubscribed", "suppressed: unsubscribed"),
        ("manual", "suppressed: manual"),
        ("complained", "suppressed: complained"),
        ("bounced", "address is dead: 5.1.1 no such user"),
    ],
)
def test_a_suppressed_address_is_left_out_with_the_reason(
    session: Session, keyring: Keyring, reason: str, told: str
) -> None:
    factories.journalist(session, "karen@havn.example")
    suppressions.suppress(
        session,
        "karen@havn.example",
        keyring=keyring,
        reason=SuppressionReason(reason),
        source="test",
        note="5.1.1 no such user",
    )
    assert emails(session, "everyone") == []
    assert left_out(session) == {"karen@havn.example": told}


def test_an_address_that_bounced_softly_is_still_written_to(session: Session) -> None:
    factories.journalist(session, "karen@havn.example")
    factories.address(session, "karen@havn.example").state = "soft"
    assert emails(session, "everyone") == ["karen@havn.example"]


def test_who_does_not_want_mail_is_left_out_under_every_address(session: Session) -> None:
    person = factories.journalist(session, "a@havn.example", do_not_contact=True)
    second_role(session, person, "b@havn.example")
    told = "does not want mail (do not contact)"
    assert left_out(session) == {"a@havn.example": told, "b@havn.example": told}
    assert emails(session, "everyone") == []


def test_a_mailbox_is_closed_to_all_when_one_of_its_readers_wants_no_mail(
    session: Session,
) -> None:
    factories.journalist(session, "news@havn.example", do_not_contact=True, beats=["sport"])
    factories.desk(session, "news@havn.example")
    assert emails(session, "beat:crime") == []
    assert "someone who does not want mail" in left_out(session, "beat:crime")["news@havn.example"]


def test_a_pause_holds_until_its_moment(session: Session) -> None:
    factories.journalist(session, "a@x.example", paused_until=NOW + timedelta(hours=1))
    factories.journalist(session, "b@x.example", paused_until=NOW)
    assert emails(session, "everyone") == ["b@x.example"]
    assert left_out(session) == {"a@x.example": "paused until 2026-11-24 10:00 UTC"}


def test_a_job_without_an_address_is_told(session: Session) -> None:
    person = factories.journalist(session)
    role = session.get_one(Role, role_of(session, person))
    role.address_id = None
    assert left_out(session) == {"": "has no e-mail address"}


def test_a_list_with_a_minus_leaves_out_and_says_so(session: Session) -> None:
    factories.desk(session, "in@havn.example")
    person = factories.journalist(session, "out@havn.example")
    put_on_list(session, "Do not invite", person)
    line = 'everyone -list:"do not invite"'
    assert emails(session, line) == ["in@havn.example"]
    assert left_out(session, line) == {"out@havn.example": "on list “Do not invite” (left out)"}


def test_a_minus_counts_for_the_person_whichever_job_it_finds(session: Session) -> None:
    person = factories.journalist(session, "a@havn.example")
    put_on_list(session, "Do not invite", person)
    second_role(session, person, "b@havn.example")
    assert emails(session, 'everyone -list:"Do not invite"') == []


def test_a_minus_list_counts_even_after_the_job_that_put_her_there(session: Session) -> None:
    person = factories.journalist(session, "old@havn.example", ended_on=date(2020, 1, 1))
    put_on_list(session, "Do not invite", person)
    second_role(session, person, "new@havn.example")
    factories.desk(session, "old@havn.example")
    assert emails(session, 'everyone -list:"Do not invite"') == ["old@havn.example"]


def test_only_whom_the_terms_find_is_told_as_left_out(session: Session) -> None:
    factories.journalist(session, "a@havn.example", do_not_contact=True, beats=["sport"])
    factories.journalist(session, "b@havn.example", beats=["crime"])
    assert left_out(session, "beat:crime -beat:sport") == {}


def test_recipients_stand_in_the_order_of_their_addresses(session: Session) -> None:
    for name in ("c", "a", "b"):
        factories.address(session, f"{name}@havn.example")
    for name in ("a", "b", "c"):
        factories.journalist(session, f"{name}@havn.example")
    assert emails(session, "everyone") == ["c@havn.example", "a@havn.example", "b@havn.example"]


def test_selecting_changes_nothing(session: Session) -> None:
    factories.journalist(session)
    session.flush()
    found(session, "everyone")
    assert not session.dirty
    assert session.exec(select(sa.func.count(col(Role.id)))).one() == 1


def test_a_preview_finds_also_those_who_would_be_left_out(session: Session) -> None:
    factories.journalist(session, "a@x.example", do_not_contact=True)
    wanted = criteria.parse("address:a@x.example")
    result = selection.select(session, wanted, at=NOW, leave_out=False)
    assert [recipient.email for recipient in result.recipients] == ["a@x.example"]
    assert result.left_out == ()


@pytest.mark.parametrize("line", [FULL_LINE, f"everyone -{FULL_LINE}"])
def test_a_full_line_of_addresses_can_be_asked_for(session: Session, line: str) -> None:
    factories.desk(session, "7@b.cc", outlet=factories.outlet(session))
    assert criteria.LONGEST - 100 < len(line) <= criteria.LONGEST
    assert emails(session, line) == ([] if "-" in line else ["7@b.cc"])
