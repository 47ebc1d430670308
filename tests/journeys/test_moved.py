"""F6: a journalist moves. The lists and the audience of her old outlet let her go; what is hers,
wishes, pause, leave and history, goes with her to the new job; and undo puts all of it back.
"""

import re
from typing import Any

import pytest

from mailer.database import reading
from tests.contacts.keeping.books import book
from tests.journeys.press_office import PressOffice

OLD, NEW = "mette@avisen.example", "mette@ecran.example"
BO, DESK = "bo@avisen.example", "redaction@ecran.example"
CONTACTS = f"""\
email,given_name,family_name,desk,outlet,media_type,outlet_country,outlet_languages,lists
{OLD},Mette,Lund,,Avisen,daily,DK,en,Ports|Press day
{BO},Bo,Friis,,Avisen,daily,DK,en,Ports
{DESK},,,Rédaction,Écran,tv,FR,en,
"""
WISHES = {"languages": "en,da", "plain_text_only": "yes", "urgent_only": "no", "kinds": "release"}
PAUSE, UNTIL = "2031-01-05", "2031-01-05T00:00+00:00"


@pytest.fixture
def office(press: PressOffice) -> PressOffice:
    """Mette of Avisen has wishes, and has got a release there."""
    press.take(CONTACTS)
    press.command("contacts", "edit", OLD, *sets(WISHES))
    press.send(press.write("1"), 'list:"Ports"')
    assert [one.recipient for one in press.relay.received if one.recipient == OLD] == [OLD]
    return press


def sets(fields: dict[str, str]) -> list[str]:
    return [word for name, value in fields.items() for word in ("--set", f"{name}={value}")]


def move(press: PressOffice) -> Any:
    words = ("--to", "Écran", "--email", NEW, "--job-title", "Editor")
    return press.command("contacts", "move", OLD, *words)


def found(press: PressOffice, criteria: str) -> set[str]:
    told = press.command("audience", "show", criteria)
    return {one["email"] for one in told["recipients"]}


def left_out(press: PressOffice, criteria: str = "everyone") -> dict[str, str]:
    told = press.command("audience", "show", criteria)
    return {one["email"]: one["reason"] for one in told["left_out"]}


def rows(press: PressOffice) -> Any:
    """The whole address book; that somebody was told where her data comes from is no edit of it."""
    with reading(press.engine) as session:
        kept = book(session)
    for row in kept["journalist"] + kept["desk"]:
        del row["informed_at"]
    return kept


def test_the_old_outlet_s_lists_and_audience_let_her_go(office: PressOffice) -> None:
    assert found(office, "outlet:daily") == {OLD, BO}
    moved = move(office)
    assert set(moved["lists_left"]) == {"Ports", "Press day"}
    assert found(office, 'list:"Ports"') == {BO}
    assert found(office, "outlet:daily country:DK") == {BO}
    assert found(office, "outlet:tv country:FR") == {NEW, DESK}
    # A list still tells of her that she is not there any more.
    assert left_out(office, 'list:"Ports"')[OLD].startswith("the job ended on ")

    before = len(office.relay.received)
    office.send(office.write("2"), 'list:"Ports"')
    office.send(office.write("3"), "everyone")
    taken = [one.recipient for one in office.relay.received[before:]]
    assert sorted(taken) == sorted([BO, BO, NEW, DESK])


def test_her_wishes_and_her_past_go_with_her(office: PressOffice) -> None:
    move(office)
    office.send(office.write("2"), "everyone")
    (at_new,), (at_old,) = office.received(NEW), office.received(OLD)
    assert at_new.get_content_type() == at_old.get_content_type() == "text/plain"
    assert office.received(DESK)[0].get_content_type() == "multipart/alternative"
    told = office.command("privacy", "export", NEW)
    (person,) = told["records"]
    assert person["languages"] == ["en", "da"]
    assert person["preferences"]["kinds"] == ["release"]
    assert [one["email"] for one in told["deliveries"]] == [OLD, NEW]
    assert [(one["outlet"], one["job_title"]) for one in told["roles"]] == [
        ("Avisen", ""),
        ("Écran", "Editor"),
    ]
    kinds = [one["kind"] for one in office.command("contacts", "history", NEW)]
    assert kinds == ["move", "edit", "import"]
    # A release of a kind that she does not want is not for her there either.
    office.write("4", kind="memo")
    told = office.command("audience", "show", "everyone", "--release", "4")
    reasons = {one["email"]: one["reason"] for one in told["left_out"]}
    assert reasons[NEW] == "prefers no memos, only: release"


def test_her_pause_goes_with_her(office: PressOffice) -> None:
    office.command("contacts", "edit", OLD, "--set", f"paused_until={PAUSE}")
    before = left_out(office)
    assert before == {OLD: before[OLD]}
    move(office)
    assert left_out(office) == {NEW: before[OLD]}
    assert "paused until" in before[OLD]
    distribution = office.send(office.write("2"), "everyone")
    assert office.deliveries(distribution)[NEW]["status"] == "withheld"
    assert office.received(NEW) == []
    office.command("contacts", "edit", NEW, "--set", "paused_until=")
    office.send(office.write("3"), "everyone")
    assert len(office.received(NEW)) == 1


def test_her_leave_goes_with_her_and_stays_after_an_undo(office: PressOffice) -> None:
    (got,) = office.received(OLD)
    link = re.search(r"https?://[^/\s]+(/u/\w+)", got.get_content())
    assert link is not None
    assert office.reader.post(link.group(1)).status_code == 200
    before = rows(office)
    moved = move(office)
    assert moved["closed"] == f"unsubscribed at {OLD}"
    assert left_out(office) == {NEW: "suppressed: unsubscribed"}
    office.send(office.write("2"), "everyone")
    office.command("contacts", "undo", str(moved["operation_id"]))
    assert rows(office) == before
    office.send(office.write("3"), "everyone")
    assert (office.received(NEW), len(office.received(OLD))) == ([], 1)
    for address in (OLD, NEW):
        assert office.command("suppressions", "check", address)["reason"] == "unsubscribed"


def test_her_leave_at_the_new_address_stays_after_an_undo_and_with_a_second_one(
    office: PressOffice,
) -> None:
    moved = move(office)
    office.send(office.write("2"), "everyone")
    (got,) = office.received(NEW)
    link = re.search(r"https?://[^/\s]+(/u/\w+)", got.get_content())
    assert link is not None
    assert office.reader.post(link.group(1)).status_code == 200
    told = office.mailer("contacts", "undo", str(moved["operation_id"]))
    assert f"unsubscribed at {NEW} since, and that holds here as well" in told.out
    assert left_out(office) == {OLD: "suppressed: unsubscribed"}
    # A file that brings a private address of hers opens nothing.
    private = "mette@private.example"
    office.take(CONTACTS.replace(OLD, f"{OLD}|{private}"), name="private.csv")
    office.send(office.write("3"), "everyone")
    assert left_out(office)[private] == f"left at {OLD}"
    assert [len(office.received(one)) for one in (OLD, NEW, private)] == [1, 1, 0]


def test_undo_puts_all_back(office: PressOffice) -> None:
    before, audience = rows(office), found(office, 'list:"Ports"')
    moved = move(office)
    office.send(office.write("2"), "everyone")
    undone = office.command("contacts", "undo", str(moved["operation_id"]))
    assert undone["conflict_count"] == 0
    assert rows(office) == before
    assert found(office, 'list:"Ports"') == audience == {OLD, BO}
    assert [one["kind"] for one in office.command("contacts", "history", OLD)] == [
        "undo",
        "move",
        "edit",
        "import",
    ]
    office.send(office.write("3"), "everyone")
    assert len(office.received(OLD)) == 2
    # What went to the address that she had for a while is still told as hers.
    told = office.command("privacy", "export", OLD)
    assert [one["email"] for one in told["deliveries"]] == [OLD, NEW, OLD]


def test_a_job_that_ends_without_another_takes_her_out_of_everything(office: PressOffice) -> None:
    before = rows(office)
    ended = office.command("contacts", "move", OLD, "--ends")
    assert found(office, "everyone") == found(office, 'list:"Ports" outlet:daily') | {DESK}
    assert OLD not in found(office, "everyone")
    office.command("contacts", "undo", str(ended["operation_id"]))
    assert rows(office) == before
