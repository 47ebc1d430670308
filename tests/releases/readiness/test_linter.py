"""The linter finds what must be mended, nothing else, and keeps what an officer let pass."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from mailer.errors import BadInput, NotFound, Refused
from mailer.models import EditionStatus, Office, PressContact, Revision, Waiver
from mailer.releases.editions import FullRelease, load
from mailer.releases.editions.drafting import import_release, read_release
from mailer.releases.manuscripts.reading import ContactRecord
from mailer.releases.offices.press_contacts import save_press_contact
from mailer.releases.readiness import (
    Finding,
    Severity,
    fingerprint,
    lint,
    open_findings,
    waive,
)
from tests import factories

SAMPLES = Path(__file__).parents[2] / "samples" / "releases"
DEMO = Path(__file__).parents[3] / "mailer" / "demo" / "sample" / "releases"
DEAD = {"en": ("Harbours", "See [the plan](#) and [the map]().")}


def imported(session: Session, office: Office, path: Path) -> FullRelease:
    reference = import_release(session, read_release(path), office=office).reference
    return load(session, reference)


def with_dead_links(session: Session, office: Office) -> FullRelease:
    return load(session, factories.release(session, office, texts=DEAD).reference)


def ids(findings: list[Finding]) -> list[str]:
    return [finding.id for finding in findings]


# ---------------------------------------------------------------- finding


def test_the_seed_has_exactly_its_two_dead_links(session: Session, office: Office) -> None:
    found = open_findings(session, imported(session, office, SAMPLES / "seed.md"))
    assert [(finding.id, finding.severity, finding.edition) for finding in found] == [
        ("dead-link", Severity.BLOCK, "en"),
        ("dead-link", Severity.BLOCK, "en"),
    ]
    assert "Council of Europe Convention on cybercrime" in found[0].where
    assert "Additional Protocol" in found[1].where


@pytest.mark.parametrize("path", [SAMPLES / "harbours", DEMO / "364b02", DEMO / "365a09"])
def test_a_good_release_has_no_findings(session: Session, office: Office, path: Path) -> None:
    # The embargo of one of them ends on that very day.
    assert lint(imported(session, office, path), at=factories.NOW - timedelta(days=1)) == []


def test_an_unfinished_one_has_all_of_them(session: Session, office: Office) -> None:
    mira = ContactRecord(key="mira.lund", name="Mira Lund")
    save_press_contact(session, mira, office=office)
    found = lint(imported(session, office, SAMPLES / "unfinished.md"))
    assert [(finding.id, finding.severity.value, finding.where) for finding in found] == [
        ("dead-link", "block", "link “the plan”"),
        ("dead-link", "block", "link “the photographs”"),
        ("dead-link", "block", "link “the timetable”"),
        ("placeholder", "block", "title “{{ city }} opens its new quay”"),
        ("placeholder", "block", "place “[city]”"),
        (
            "placeholder",
            "block",
            "text “…on Monday 1 December, says [TBC, harbour master]. Some XXX guests are…”",
        ),
        ("placeholder", "block", "text “…[TBC, harbour master]. Some XXX guests are expected.”"),
        ("placeholder", "block", "text “Lorem ipsum dolor sit amet, said {name}.”"),
        ("placeholder", "block", "text “…ipsum dolor sit amet, said {name}.”"),
        ("contact-unreachable", "warn", "contact mira.lund"),
        ("open-point", "warn", "text “…and the timetable. Venue: TBC.”"),
        ("wrong-weekday", "warn", "text “Monday 1 December”"),
    ]
    assert "Tuesday 1 December 2026" in found[-1].message


def test_a_release_without_a_contact_is_blocked(session: Session, office: Office) -> None:
    full = load(session, factories.release(session, office).reference)
    found = lint(replace(full, contacts=()))
    assert [(finding.id, finding.severity) for finding in found] == [("no-contact", Severity.BLOCK)]


def test_a_release_without_a_ready_text_is_blocked(session: Session, office: Office) -> None:
    full = load(session, factories.release(session, office).reference)
    assert ids(lint(replace(full, revisions={}))) == ["no-edition"]


def test_a_stale_translation_is_named(session: Session, office: Office) -> None:
    full = load(session, factories.release(session, office).reference)
    found = lint(replace(full, statuses={"fr": EditionStatus.STALE}))
    assert [(finding.id, finding.edition) for finding in found] == [("stale-edition", "fr")]


@pytest.mark.parametrize(
    ("contact", "is_reachable"),
    [
        ({"phone": "1"}, True),
        ({"email": "a@harbour.example"}, True),
        ({"mobile": "1"}, True),
        ({"mobile": "1", "shows_mobile": False}, False),
        ({}, False),
    ],
)
def test_a_contact_can_be_reached_by_what_is_printed(
    session: Session, office: Office, contact: dict[str, object], is_reachable: bool
) -> None:
    full = load(session, factories.release(session, office).reference)
    person = PressContact(office_id=1, key="m", name="Mira", **contact)
    assert (lint(replace(full, contacts=(person,))) == []) is is_reachable


def test_every_language_is_checked_the_source_first(session: Session, office: Office) -> None:
    body = "[a](#)"
    texts = {"fr": ("Ports", body), "da": ("Havne", body), "en": ("Harbours", body)}
    full = load(session, factories.release(session, office, texts=texts).reference)
    assert [finding.edition for finding in lint(full)] == ["fr", "da", "en"]


def test_a_gap_in_the_target_of_a_link_blocks(session: Session, office: Office) -> None:
    texts = {"en": ("Harbours", "[plan](https://harbour.example/{{slug}}?TBC)")}
    full = load(session, factories.release(session, office, texts=texts).reference)
    assert ids(lint(full)) == ["placeholder"]


# ---------------------------------------------------------------- waiving


def test_a_link_that_shows_another_host_is_warned_of(session: Session, office: Office) -> None:
    texts = {"en": ("Harbours", "See [https://bank.example](https://evil.example/x).")}
    (found,) = lint(load(session, factories.release(session, office, texts=texts).reference))
    assert (found.id, found.severity) == ("other-host", Severity.WARN)
    assert "names bank.example and leads elsewhere, to https://evil.example/x" in found.message


def test_a_text_in_a_language_that_cldr_does_not_know_is_checked(
    session: Session, office: Office
) -> None:
    texts = {"li": ("Haves", "See [the plan](#).")}
    full = load(session, factories.release(session, office, texts=texts).reference)
    assert ids(lint(full)) == ["dead-link"]


def test_a_fingerprint_names_check_edition_and_place(session: Session, office: Office) -> None:
    plan, chart = lint(with_dead_links(session, office))
    assert fingerprint(plan).startswith("dead-link.en.")
    assert fingerprint(plan) != fingerprint(chart)
    assert fingerprint(replace(plan, message="other words")) == fingerprint(plan)


def test_everything_that_blocks_can_be_let_pass_for_a_reason(
    session: Session, office: Office
) -> None:
    full = with_dead_links(session, office)
    waived = waive(session, full, reason=" The texts follow. ", by="marie")
    assert ids(waived) == ["dead-link", "dead-link"]
    assert open_findings(session, full) == []
    assert len(lint(full)) == 2
    rows = session.exec(select(Waiver)).all()
    assert {(row.reason, row.waived_by) for row in rows} == {("The texts follow.", "marie")}


def test_one_finding_can_be_let_pass_alone(session: Session, office: Office) -> None:
    full = with_dead_links(session, office)
    plan, chart = lint(full)
    waive(session, full, [fingerprint(plan)], reason="It follows.", by="marie")
    assert open_findings(session, full) == [chart]


def test_a_check_can_be_let_pass_by_its_name(session: Session, office: Office) -> None:
    full = with_dead_links(session, office)
    assert len(waive(session, full, ["dead-link"], reason="They follow.", by="marie")) == 2


def test_waiving_twice_is_no_error(session: Session, office: Office) -> None:
    full = with_dead_links(session, office)
    waive(session, full, reason="They follow.", by="marie")
    assert waive(session, full, reason="They follow.", by="marie") == []


def test_two_links_with_the_same_words_are_one_waiver(session: Session, office: Office) -> None:
    texts = {"en": ("Harbours", "[plan](#) and again [plan](#)")}
    full = load(session, factories.release(session, office, texts=texts).reference)
    waive(session, full, reason="It follows.", by="marie")
    assert open_findings(session, full) == []


def test_warnings_are_not_waived_unasked(session: Session, office: Office) -> None:
    texts = {"en": ("Harbours", "Venue: TBC")}
    full = load(session, factories.release(session, office, texts=texts).reference)
    assert waive(session, full, reason="All fine.", by="marie") == []
    assert ids(waive(session, full, ["open-point"], reason="Meant.", by="marie")) == ["open-point"]


def test_a_waiver_does_not_cover_a_new_finding(session: Session, office: Office) -> None:
    full = with_dead_links(session, office)
    waive(session, full, reason="They follow.", by="marie")
    revision = Revision(**full.revisions["en"].model_dump() | {"body": "[the chart](#)"})
    assert ids(open_findings(session, replace(full, revisions={"en": revision}))) == ["dead-link"]


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_waiver_needs_a_reason(session: Session, office: Office, reason: str) -> None:
    with pytest.raises(BadInput, match="say why"):
        waive(session, with_dead_links(session, office), reason=reason, by="marie")


def test_what_is_not_found_cannot_be_waived(session: Session, office: Office) -> None:
    with pytest.raises(NotFound, match="no open finding is called 'no-contact'"):
        waive(session, with_dead_links(session, office), ["no-contact"], reason="x", by="marie")


def test_no_reason_makes_up_for_a_missing_text(session: Session, office: Office) -> None:
    full = replace(with_dead_links(session, office), revisions={})
    with pytest.raises(Refused, match="no edition is ready"):
        waive(session, full, reason="x", by="marie")
