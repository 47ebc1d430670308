from datetime import timedelta

import pytest
from sqlmodel import Session, select

from mailer.contacts.suppressions import suppress
from mailer.errors import BadToken
from mailer.feedback.engagement import Fetch, clicked, opened
from mailer.models import (
    Agent,
    DeliveryEvent,
    DeliveryStatus,
    EngagementCount,
    EventKind,
    SuppressionReason,
    TrackedLink,
    TrackingMode,
)
from mailer.tokens import Keyring, Purpose
from tests import factories
from tests.factories import NOW
from tests.feedback.conftest import KAREN, Story

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
BY_A_PERSON = Fetch(method="GET", user_agent=FIREFOX, at=NOW, is_tracking_enabled=True)


def by(**changes: object) -> Fetch:
    return Fetch(**(vars(BY_A_PERSON) | changes))


def load_image(
    session: Session, story: Story, keyring: Keyring, fetch: Fetch = BY_A_PERSON
) -> bool:
    token = keyring.sign(Purpose.OPEN, story.delivery.id or 0)
    return opened(session, token, fetch=fetch, keyring=keyring)


def follow_link(
    session: Session, story: Story, keyring: Keyring, fetch: Fetch = BY_A_PERSON, link: int = 3
) -> str:
    token = keyring.sign(Purpose.CLICK, story.delivery.id or 0, link=link)
    return clicked(session, token, fetch=fetch, keyring=keyring)


def events(session: Session) -> list[DeliveryEvent]:
    return list(session.exec(select(DeliveryEvent)))


def test_an_open_is_recorded_with_its_verdict_and_nothing_else(
    session: Session, story: Story, keyring: Keyring
) -> None:
    assert load_image(session, story, keyring)

    [event] = events(session)
    assert (event.kind, event.agent, event.occurred_at) == (EventKind.OPENED, Agent.PERSON, NOW)
    assert event.details == {"reasons": [], "rules": 1, "family": "firefox"}
    assert event.link_number is None


def test_a_click_is_recorded_and_leads_to_the_stored_target(
    session: Session, story: Story, keyring: Keyring
) -> None:
    assert follow_link(session, story, keyring) == "https://x.example/code"

    [event] = events(session)
    assert (event.kind, event.link_number) == (EventKind.CLICKED, 3)


def test_one_open_a_minute_is_plenty(session: Session, story: Story, keyring: Keyring) -> None:
    load_image(session, story, keyring)

    assert not load_image(session, story, keyring, by(at=NOW + timedelta(seconds=59)))
    assert load_image(session, story, keyring, by(at=NOW + timedelta(seconds=60)))
    assert load_image(session, story, keyring, by(user_agent="Mozilla/5.0"))
    assert len(events(session)) == 3


def test_two_links_in_one_minute_are_two_clicks(
    session: Session, story: Story, keyring: Keyring
) -> None:
    revision = story.link.revision_id
    factories.saved(session, TrackedLink(revision_id=revision, number=4, url="https://x.example/b"))
    follow_link(session, story, keyring)
    follow_link(session, story, keyring, link=4)

    assert [event.link_number for event in events(session)] == [3, 4]


def test_seconds_after_the_sending_it_was_a_scanner(
    session: Session, story: Story, keyring: Keyring
) -> None:
    story.delivery.sent_at = NOW - timedelta(seconds=9)

    load_image(session, story, keyring)

    assert events(session)[0].agent is Agent.SCANNER


def test_the_minimum_age_is_a_parameter(session: Session, story: Story, keyring: Keyring) -> None:
    story.delivery.sent_at = NOW - timedelta(seconds=9)

    load_image(session, story, keyring, by(minimum_age_seconds=5))

    assert events(session)[0].agent is Agent.PERSON


def test_before_we_recorded_the_sending_it_was_a_scanner(
    session: Session, story: Story, keyring: Keyring
) -> None:
    story.delivery.sent_at, story.delivery.status = None, DeliveryStatus.SENDING

    load_image(session, story, keyring)

    assert events(session)[0].agent is Agent.SCANNER
    assert story.delivery.status is DeliveryStatus.SENDING


def test_a_person_who_opens_resolves_an_unknown_delivery_and_a_scanner_does_not(
    session: Session, story: Story, keyring: Keyring
) -> None:
    story.delivery.status, story.delivery.sent_at = DeliveryStatus.UNKNOWN, None
    story.delivery.first_attempt_at = NOW - timedelta(hours=1)

    load_image(session, story, keyring, by(user_agent="curl/8"))
    assert story.delivery.status is DeliveryStatus.UNKNOWN
    load_image(session, story, keyring)
    assert story.delivery.status is DeliveryStatus.SENT


def test_a_head_request_redirects_and_is_never_counted(
    session: Session, story: Story, keyring: Keyring
) -> None:
    assert follow_link(session, story, keyring, by(method="HEAD")) == "https://x.example/code"
    assert not load_image(session, story, keyring, by(method="HEAD"))
    assert events(session) == []


def switched_off(_session: Session, story: Story, _keyring: Keyring) -> Fetch:
    return by(is_tracking_enabled=False)


def consent_withdrawn(_session: Session, story: Story, _keyring: Keyring) -> Fetch:
    story.journalist.tracking = TrackingMode.NONE
    return BY_A_PERSON


def consent_never_recorded(_session: Session, story: Story, _keyring: Keyring) -> Fetch:
    story.journalist.tracking_consented_at = None
    return BY_A_PERSON


def only_counted_now(_session: Session, story: Story, _keyring: Keyring) -> Fetch:
    story.journalist.tracking = TrackingMode.AGGREGATE
    return BY_A_PERSON


def office_stricter_now(_session: Session, story: Story, _keyring: Keyring) -> Fetch:
    story.office.tracking = TrackingMode.AGGREGATE
    return BY_A_PERSON


def sent_untracked(_session: Session, story: Story, _keyring: Keyring) -> Fetch:
    story.delivery.tracking = TrackingMode.NONE
    return BY_A_PERSON


def contact_gone(_session: Session, story: Story, _keyring: Keyring) -> Fetch:
    story.delivery.journalist_id = None
    return BY_A_PERSON


def has_left(session: Session, story: Story, keyring: Keyring) -> Fetch:
    suppress(session, KAREN, keyring=keyring, reason=SuppressionReason.UNSUBSCRIBED, source="test")
    return BY_A_PERSON


@pytest.mark.parametrize(
    "since",
    [
        switched_off,
        consent_withdrawn,
        consent_never_recorded,
        only_counted_now,
        office_stricter_now,
        sent_untracked,
        contact_gone,
        has_left,
    ],
    ids=lambda given: given.__name__,
)
def test_nothing_is_recorded_without_consent_now_and_the_link_still_works(
    session: Session, story: Story, keyring: Keyring, since: object
) -> None:
    fetch = since(session, story, keyring)
    session.flush()

    assert not load_image(session, story, keyring, fetch)
    assert follow_link(session, story, keyring, fetch) == "https://x.example/code"
    assert events(session) == []


def test_a_desk_can_consent_too(session: Session, story: Story, keyring: Keyring) -> None:
    desk = factories.desk(session, tracking=TrackingMode.INDIVIDUAL, tracking_consented_at=NOW)
    story.delivery.journalist_id, story.delivery.desk_id = None, desk.id

    assert load_image(session, story, keyring)


@pytest.mark.parametrize("link", [0, 2, 4])
def test_a_link_that_is_not_in_the_release_is_refused(
    session: Session, story: Story, keyring: Keyring, link: int
) -> None:
    with pytest.raises(BadToken):
        follow_link(session, story, keyring, link=link)


def test_a_forged_token_is_refused_and_records_nothing(
    session: Session, story: Story, keyring: Keyring
) -> None:
    forged = Keyring({2: b"\x09" * 32})
    number = story.delivery.id or 0

    with pytest.raises(BadToken):
        clicked(
            session,
            forged.sign(Purpose.CLICK, number, link=3),
            fetch=BY_A_PERSON,
            keyring=keyring,
        )
    for token in (
        forged.sign(Purpose.OPEN, number),
        keyring.sign(Purpose.UNSUBSCRIBE, number),
        "nonsense",
        "",
    ):
        assert not opened(session, token, fetch=BY_A_PERSON, keyring=keyring)
    assert events(session) == []


def test_a_delivery_that_is_erased_records_nothing(session: Session, keyring: Keyring) -> None:
    token = keyring.sign(Purpose.OPEN, 4711)

    assert not opened(session, token, fetch=BY_A_PERSON, keyring=keyring)


def test_shared_links_count_by_the_hour_and_name_nobody(
    session: Session, story: Story, keyring: Keyring
) -> None:
    story.office.tracking = TrackingMode.AGGREGATE
    revision = story.link.revision_id
    pixel = keyring.sign(Purpose.SHARED_OPEN, revision)
    link = keyring.sign(Purpose.SHARED_CLICK, revision, link=3)

    for minute in (0, 10, 70):
        fetch = by(at=NOW + timedelta(minutes=minute))
        assert opened(session, pixel, fetch=fetch, keyring=keyring)
        assert clicked(session, link, fetch=fetch, keyring=keyring) == "https://x.example/code"
    opened(session, pixel, fetch=by(user_agent=""), keyring=keyring)

    counts = {
        (row.kind, row.link_number, row.agent, row.hour): row.count
        for row in session.exec(select(EngagementCount))
    }
    later = NOW + timedelta(hours=1)
    assert counts == {
        (EventKind.OPENED, 0, Agent.PERSON, NOW): 2,
        (EventKind.OPENED, 0, Agent.PERSON, later): 1,
        (EventKind.OPENED, 0, Agent.SCANNER, NOW): 1,
        (EventKind.CLICKED, 3, Agent.PERSON, NOW): 2,
        (EventKind.CLICKED, 3, Agent.PERSON, later): 1,
    }
    assert events(session) == []


@pytest.mark.parametrize(
    ("fetch", "mode"),
    [
        (by(is_tracking_enabled=False), TrackingMode.AGGREGATE),
        (by(method="HEAD"), TrackingMode.AGGREGATE),
        (BY_A_PERSON, TrackingMode.NONE),
    ],
)
def test_shared_links_count_nothing_when_that_is_off(
    session: Session, story: Story, keyring: Keyring, fetch: Fetch, mode: TrackingMode
) -> None:
    story.office.tracking = mode
    session.flush()
    revision = story.link.revision_id
    link = keyring.sign(Purpose.SHARED_CLICK, revision, link=3)

    assert not opened(
        session, keyring.sign(Purpose.SHARED_OPEN, revision), fetch=fetch, keyring=keyring
    )
    assert clicked(session, link, fetch=fetch, keyring=keyring) == "https://x.example/code"
    assert session.exec(select(EngagementCount)).first() is None
