"""How far opens and clicks are followed, and where redirects lead."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, select

from mailer.compose.letter import Identity
from mailer.compose.text.markup import links_in
from mailer.compose.tracking import links_of, register_links
from mailer.models import Office, Revision, TrackedLink, TrackingMode
from mailer.tokens import Purpose
from tests import factories

CODE = "https://harbour.example/code"
ARCHIVE = "https://archive.example/?a=1&b=2"


def test_without_tracking_links_lead_straight_there(make_letter: Any) -> None:
    links = links_of(make_letter(tracking=TrackingMode.NONE))
    assert links.href(CODE) == CODE
    assert links.pixel_url == ""
    assert links.stop_measuring_url == ""


def test_the_switch_of_the_installation_wins(make_letter: Any, identity: Identity) -> None:
    off = replace(identity, tracking_enabled=False)
    letter = make_letter(tracking=TrackingMode.INDIVIDUAL, identity=off)
    assert letter.tracking is TrackingMode.NONE
    assert links_of(letter).redirects == {}


def test_aggregate_links_are_the_same_for_everyone(make_letter: Any, identity: Identity) -> None:
    one = links_of(make_letter(tracking=TrackingMode.AGGREGATE, id=7, address_id=9))
    other = links_of(make_letter(tracking=TrackingMode.AGGREGATE, id=8, address_id=10))
    assert one.redirects == other.redirects
    assert one.pixel_url == other.pixel_url
    token = one.href(ARCHIVE).removeprefix("https://press.example.org/c/")
    claim = identity.keyring.verify(Purpose.SHARED_CLICK, token)
    assert (claim.row_id, claim.link) == (1, 2)
    assert one.stop_measuring_url == ""


def test_individual_links_are_those_of_one_delivery(make_letter: Any, identity: Identity) -> None:
    links = links_of(make_letter(tracking=TrackingMode.INDIVIDUAL))
    pixel = links.pixel_url.removeprefix("https://press.example.org/o/").removesuffix(".gif")
    assert identity.keyring.verify(Purpose.OPEN, pixel).row_id == 7
    click = links.href(CODE).removeprefix("https://press.example.org/c/")
    assert identity.keyring.verify(Purpose.CLICK, click).link == 1
    assert links.stop_measuring_url.startswith(links.unsubscribe_url)


@pytest.mark.parametrize("mode", list(TrackingMode))
def test_leaving_and_viewing_are_always_personal(
    make_letter: Any, identity: Identity, mode: TrackingMode
) -> None:
    links = links_of(make_letter(tracking=mode))
    leave = links.unsubscribe_url.removeprefix("https://press.example.org/u/")
    assert identity.keyring.verify(Purpose.UNSUBSCRIBE, leave).row_id == 7
    view = links.view_url.removeprefix("https://press.example.org/v/")
    assert identity.keyring.verify(Purpose.VIEW, view).row_id == 7
    assert links.one_click_url == links.unsubscribe_url
    assert f"u+{leave}@bounce.press.example.org" in links.unsubscribe_mailto


def _a_revision(session: Session, office: Office, body: str) -> Revision:
    factories.release(session, office, texts={"en": ("Title", body)})
    return session.exec(select(Revision)).one()


def test_links_are_registered_once(session: Session, office: Office) -> None:
    body = f"[code]({CODE}) [archive]({ARCHIVE}) www.harbour.example [code]({CODE})"
    revision = _a_revision(session, office, body)
    register_links(session, revision)
    register_links(session, revision)
    rows = session.exec(select(TrackedLink).order_by(TrackedLink.number)).all()
    assert [(row.number, row.url) for row in rows] == [(1, CODE), (2, ARCHIVE)]
    assert [row.url for row in rows] == links_in(body)


def test_a_text_without_links_registers_none(session: Session, office: Office) -> None:
    revision = _a_revision(session, office, "No links, but www.harbour.example.")
    register_links(session, revision)
    assert session.exec(select(TrackedLink)).all() == []
