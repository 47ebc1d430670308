"""J5: Friday, 17:55, the text is wrong. Some received it, some wait for it, some failed and of some
nobody knows: each gets what is due to them, once, in their own thread, ahead of all other traffic.
"""

import re
from collections import Counter
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import clock, database
from mailer.distribution import batches
from mailer.models import (
    Batch,
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Revision,
)
from tests.journeys.press_office import PressOffice

#: In the proportions of a real Friday.
RECEIVED, QUEUED, FAILED, UNKNOWN = 20, 3, 2, 1
TOTAL = RECEIVED + QUEUED + FAILED + UNKNOWN
NOTE = "The date is the 25th, not the 24th."
HEADER = "email,given_name,family_name,outlet,outlet_country,languages,lists\n"
TEXT = """\
---
reference: {reference}
kind: {kind}
language: {language}
title: {title}
place: Luxembourg
date: 2026-11-23
beats: [crime]
{more}contacts:
  - {{key: anna.keller, name: Anna Keller, role: Press officer, phone: "+352 99 00 00 12"}}
---
{body}
"""


def bring_in(press: PressOffice, reference: str, language: str = "en", **given: str) -> str:
    """Import a text of that release; its reference."""
    more = "".join(
        f"{key}: {given.pop(key)}\n" for key in ("corrects", "change_note") if key in given
    )
    values = {
        "kind": "release",
        "title": f"Twelve harbours agree ({language})",
        "body": "They meet on the 24th.",
        **given,
    }
    text = TEXT.format(reference=reference, language=language, more=more, **values)
    (press.folder / f"{language}.md").write_text(text, encoding="utf-8")
    press.command("releases", "import", f"{language}.md")
    return reference


def text_of(message: EmailMessage) -> str:
    """Its words in plain text."""
    part = message.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def address(number: int) -> str:
    return f"r{number}@paper{number}.example"


def people(press: PressOffice, count: int, *, start: int = 0, lists: str = "Friday") -> None:
    """So many journalists; every second one reads French first."""
    rows = "".join(
        f"{address(number)},Karen,Holm {'x' * number},Havnebladet {number},DK,"
        f"{'fr' if number % 2 else 'en'},{lists}\n"
        for number in range(start, start + count)
    )
    press.take(HEADER + rows)


@pytest.fixture
def friday(press: PressOffice) -> tuple[PressOffice, int]:
    """A distribution that was stopped on its way: some received it, some wait, some failed, and of
    one nobody knows.
    """
    people(press, TOTAL)
    bring_in(press, "2026-042")
    bring_in(press, "2026-042", "fr", body="Le 24 du mois.")
    number = press.send("2026-042", 'list:"Friday"')
    assert len(press.relay.received) == TOTAL
    with database.writing(press.engine) as session:
        states = [
            *[DeliveryStatus.PENDING] * QUEUED,
            *[DeliveryStatus.REJECTED] * (FAILED - 1),
            DeliveryStatus.BOUNCED,
            *[DeliveryStatus.UNKNOWN] * UNKNOWN,
        ]
        rows = session.exec(
            select(Delivery).where(Delivery.distribution_id == number).order_by(col(Delivery.id))
        ).all()
        for row, status in zip(rows, states, strict=False):
            row.status = status
            if status is DeliveryStatus.PENDING:
                row.sent_at, row.next_attempt_at = None, clock.now()
        session.flush()
        batches.recount(session, batch_ids=batches.lock_all(session, number))
        session.exec(
            sa.update(Distribution)
            .where(col(Distribution.id) == number)
            .values(status=DistributionStatus.SENDING, finished_at=None)
        )
    # What the relay took of those that are taken as queued is not looked at.
    del press.relay.received[:]
    return press, number


def by_status(press: PressOffice, number: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for one in press.deliveries(number).values():
        found.setdefault(one["status"], []).append(one)
    return found


def assert_reply(press: PressOffice, email: str, earlier: dict[str, Any]) -> None:
    """She got the correction in her own thread and language, with what changed in front."""
    (message,) = press.received(email)
    is_french = earlier["edition_language"] == "fr"
    assert message["In-Reply-To"] == earlier["message_id"]
    assert message["References"] == earlier["message_id"]
    assert message["Message-ID"] != earlier["message_id"]
    prefix = "Rectificatif\u00a0: " if is_french else "Correction: "
    assert str(message["Subject"]).startswith(prefix)
    note, body = ("Le 25, pas le 24.", "Le 25 du") if is_french else (NOTE, "They meet")
    assert 0 < text_of(message).index(note) < text_of(message).index(body)


def assert_over(
    press: PressOffice, number: int, follow_up: int, before: dict[str, list[dict[str, Any]]]
) -> None:
    """Nothing is left to do in either of the two."""
    stopped = by_status(press, number)["cancelled"]
    assert [one["email"] for one in stopped] == [one["email"] for one in before["pending"]]
    assert {one["status"] for one in press.deliveries(follow_up).values()} == {"sent"}
    first, second = (
        press.command("distributions", "status", str(one)) for one in (number, follow_up)
    )
    assert (first["status"], second["status"]) == ("sent", "sent")
    assert first["followed_by"] == [{"id": follow_up, "relation": "correction", "status": "sent"}]
    assert (second["follows_id"], second["relation"]) == (number, "correction")
    assert press.command("releases", "show", "2026-042")["status"] == "corrected"


def test_each_gets_what_is_due_to_them_once(friday: tuple[PressOffice, int]) -> None:
    press, number = friday
    before = by_status(press, number)
    got = {one["email"]: one for one in before["sent"] + before["unknown"]}
    queued = {one["email"] for one in before["pending"]}
    assert (len(got), len(queued)) == (RECEIVED + UNKNOWN, QUEUED)
    # Somebody new to the list, after it went out, has nothing to do with it.
    people(press, 2, start=100)
    bring_in(press, "2026-042", body="They meet on the 25th.", change_note=NOTE)
    bring_in(press, "2026-042", "fr", body="Le 25 du mois.", change_note="Le 25, pas le 24.")

    words = ("distributions", "correct", str(number), "2026-042")
    plan = press.command(*words, "--dry-run")
    assert (plan["replies"], plan["first_texts"], plan["relation"]) == (
        RECEIVED + UNKNOWN,
        QUEUED,
        "correction",
    )
    assert plan["distribution_id"] is None
    assert {one["address"] for one in plan["planned"]} == {*got, *queued}
    assert press.command("distributions", "status", str(number))["status"] == "sending"

    decided = press.command(*words, "--expect", str(plan["count"]))
    # From the decision on nothing of the old text goes out.
    assert press.command("distributions", "status", str(number))["status"] == "paused"
    press.work_urgent()
    press.work_urgent()

    assert Counter(one.recipient for one in press.relay.received) == Counter([*got, *queued])
    for email, earlier in got.items():
        assert_reply(press, email, earlier)
    for email in queued:
        (message,) = press.received(email)
        assert message["In-Reply-To"] is None
        # As words: a token of a link may hold any digits.
        text = text_of(message)
        assert "the 25th" in text or "Le 25 du mois" in text
        assert not any(day in text for day in ("24th", "Le 24", "le 24"))
        assert not str(message["Subject"]).startswith(("Correction", "Rectificatif"))
    assert_over(press, number, decided["distribution_id"], before)
    refused = press.mailer("deliveries", "resolve", str(number), "--unknown", "resend")
    assert refused.exit_code == 1
    assert "takes the place" in refused.err


def test_it_overtakes_a_send_of_many(friday: tuple[PressOffice, int]) -> None:
    press, number = friday
    people(press, 60, start=200, lists="Many")
    many = press.schedule(bring_in(press, "2026-050"), 'list:"Many"')
    press.scheduler.start()
    bring_in(press, "2026-042", change_note="The 25th.")
    bring_in(press, "2026-042", "fr", change_note="Le 25.")
    press.command("distributions", "correct", str(number), "2026-042")
    press.scheduler.start()
    # One nudge for all, as the scheduler gives it: the urgent alone.
    press.work()
    press.work_urgent()
    order = [one.recipient for one in press.relay.received]
    last = max(order.index(address(n)) for n in range(TOTAL) if address(n) in order)
    assert all(one in {address(n) for n in range(TOTAL)} for one in order[: last + 1])
    press.work()
    press.work()
    assert press.command("distributions", "status", str(many))["counts"] == {"sent": 60}


def test_a_second_correction_answers_the_first(friday: tuple[PressOffice, int]) -> None:
    press, number = friday
    one = next(iter(by_status(press, number)["sent"]))
    for day in ("25th", "26th"):
        bring_in(press, "2026-042", body=f"They meet on the {day}.", change_note=f"The {day}.")
        bring_in(press, "2026-042", "fr", body=f"{day}.", change_note=f"Le {day}.")
        press.command("distributions", "correct", str(number), "2026-042")
        press.work_urgent()
        press.work_urgent()
    first, second = press.received(one["email"])
    assert second["In-Reply-To"] == first["Message-ID"]
    assert str(second["References"]).split() == [one["message_id"], first["Message-ID"]]
    assert len(press.relay.received) == 2 * (RECEIVED + UNKNOWN + QUEUED)


def test_what_does_not_say_what_changed_goes_to_nobody(friday: tuple[PressOffice, int]) -> None:
    press, number = friday
    bring_in(press, "2026-043", kind="correction", corrects="2026-042", change_note="x")
    with database.writing(press.engine) as session:
        session.exec(sa.update(Revision).values(change_note=" "))
    words = ("distributions", "correct", str(number), "2026-043", "--waive", "a test")
    answer = press.mailer(*words)
    assert answer.exit_code == 1
    assert "does not say what changed in" in answer.err
    assert press.command("distributions", "status", str(number))["status"] == "sending"


def test_the_wrong_list_is_told_that_it_was_the_wrong_one(friday: tuple[PressOffice, int]) -> None:
    """F1: an apology to exactly those who got it; those for whom it waits never hear of it."""
    press, number = friday
    before = by_status(press, number)
    got = {one["email"]: one for one in before["sent"] + before["unknown"]}
    bring_in(
        press,
        "2026-043",
        kind="withdrawal",
        corrects="2026-042",
        change_note="This was not meant for you.",
        title="Withdrawn",
        body="We sent you a text that was meant for others, and apologise.",
    )
    decided = press.command("distributions", "correct", str(number), "2026-043")
    assert (decided["replies"], decided["first_texts"], decided["stopped"]) == (
        RECEIVED + UNKNOWN,
        0,
        QUEUED,
    )
    press.work_urgent()
    press.work_urgent()
    assert Counter(one.recipient for one in press.relay.received) == Counter([*got])
    assert press.command("releases", "show", "2026-042")["status"] == "withdrawn"
    for email, earlier in got.items():
        (message,) = press.received(email)
        assert message["In-Reply-To"] == earlier["message_id"]


def test_a_leave_an_erasure_and_a_pause_hold(friday: tuple[PressOffice, int]) -> None:
    press, number = friday
    left, erased, paused = (one["email"] for one in by_status(press, number)["sent"][:3])
    press.command("suppressions", "add", left, "--reason", "unsubscribed")
    press.command("privacy", "erase", erased, "--note", "asked by phone")
    press.command("contacts", "edit", paused, "--set", "paused_until=2027-01-01")
    bring_in(press, "2026-042", body="They meet on the 25th.", change_note="The 25th.")
    bring_in(press, "2026-042", "fr", body="Le 25.", change_note="Le 25.")
    plan = press.command("distributions", "correct", str(number), "2026-042")
    assert plan["replies"] == RECEIVED + UNKNOWN - 3
    assert {one["address"]: one["cause"] for one in plan["left_out"]} == {
        left: "suppressed",
        paused: "paused",
    }
    press.work_urgent()
    press.work_urgent()
    assert not {left, erased, paused} & {one.recipient for one in press.relay.received}


def test_who_gets_the_old_text_at_that_moment_gets_the_new_one_after_it(
    friday: tuple[PressOffice, int],
) -> None:
    press, number = friday
    sent, back = by_status(press, number)["pending"][:2]
    with Session(press.engine) as session:
        for one in (sent, back):
            row = session.get_one(Delivery, one["id"])
            row.status, row.next_attempt_at = DeliveryStatus.SENDING, None
            row.lease_owner = "gone"
        session.flush()
        numbers = batches.lock_all(session, number)
        batches.recount(session, batch_ids=numbers)
        batch = session.get_one(Batch, numbers[0])
        batch.lease_owner, batch.lease_until = "gone", clock.now() + timedelta(hours=1)
        session.commit()
    bring_in(press, "2026-042", body="They meet on the 25th.", change_note="The 25th.")
    bring_in(press, "2026-042", "fr", body="Le 25.", change_note="Le 25.")
    decided = press.command("distributions", "correct", str(number), "2026-042")
    assert (decided["settling"], decided["first_texts"]) == (2, QUEUED - 2)
    press.work_urgent()
    taken = {one.recipient for one in press.relay.received}
    assert not taken & {sent["email"], back["email"]}
    assert press.command("distributions", "status", str(decided["distribution_id"]))["status"] == (
        "sending"
    )
    # One arrived after all, the other is given back.
    with Session(press.engine) as session:
        for one, status in ((sent, DeliveryStatus.SENT), (back, DeliveryStatus.PENDING)):
            row = session.get_one(Delivery, one["id"])
            row.status, row.lease_owner = status, ""
            at = clock.now()
            row.sent_at, row.next_attempt_at = (at, None) if one is sent else (None, at)
        session.flush()
        numbers = batches.lock_all(session, number)
        batch = session.get_one(Batch, numbers[0])
        batch.lease_owner, batch.lease_until = "", None
        session.flush()
        batches.recount(session, batch_ids=numbers)
        session.commit()
    press.work_urgent()
    press.work_urgent()
    (reply,), (first,) = press.received(sent["email"]), press.received(back["email"])
    assert reply["In-Reply-To"] == sent["message_id"]
    assert first["In-Reply-To"] is None
    assert press.command("distributions", "status", str(number))["status"] == "sent"
    assert press.deliveries(number)[back["email"]]["status"] == "cancelled"


def test_the_page_asks_for_the_number_and_shows_the_thread(
    friday: tuple[PressOffice, int],
) -> None:
    press, number = friday
    path = f"/distributions/{number}/correct"
    assert f'href="{path}"' in press.desk.get(f"/distributions/{number}").text
    assert 'value="2026-042"' in press.desk.get(path).text
    early = press.desk.post(f"{path}/review", data={"reference": "2026-042"})
    assert early.status_code == 409
    assert "has not changed since it went out" in early.text
    bring_in(press, "2026-042", body="They meet on the 25th.", change_note=NOTE)
    bring_in(press, "2026-042", "fr", body="Le 25 du mois.", change_note="Le 25.")
    reviewed = press.desk.post(f"{path}/review", data={"reference": "2026-042"}).text
    assert f"{RECEIVED + UNKNOWN} readers who got it" in reviewed
    assert f"{QUEUED} readers for whom the old one waited" in reviewed
    assert NOTE in reviewed
    for typed, status in (("", 400), ("3", 409)):
        wrong = press.desk.post(path, data={"reference": "2026-042", "expect": typed})
        assert wrong.status_code == status
        assert "expect-error" in wrong.text
    total = RECEIVED + UNKNOWN + QUEUED
    done = press.desk.post(path, data={"reference": "2026-042", "expect": str(total)})
    assert done.status_code == 303
    later = press.desk.get(done.headers["location"]).text
    assert f'href="/distributions/{number}">Distribution {number}</a>, as a correction' in later
    page = press.desk.get(f"/distributions/{number}").text
    assert "(correction): scheduled" in page
    assert f'href="{path}"' not in page


def view_of(message: EmailMessage) -> str:
    """The way to its view in the browser."""
    (found,) = re.findall(r"https?://[^/\s>]+(/v/\S+?)[\s>]", text_of(message) + " ")
    return str(found)


@pytest.fixture
def two(press: PressOffice) -> tuple[PressOffice, int, int]:
    """A release that went out in two threads, and one more reader who has not had it."""
    people(press, 3)
    people(press, 2, start=3, lists="Late")
    bring_in(press, "2026-042")
    bring_in(press, "2026-042", "fr", body="Le 24 du mois.")
    first, second = (press.send("2026-042", f'list:"{name}"') for name in ("Friday", "Late"))
    people(press, 1, start=9, lists="New")
    return press, first, second


def withdraw(press: PressOffice, number: int) -> Any:
    given = {"kind": "withdrawal", "corrects": "2026-042", "change_note": "It is not true."}
    for language in ("en", "fr"):
        bring_in(press, "2026-043", language, **given)
    return press.command("distributions", "correct", str(number), "2026-043")


def test_a_withdrawn_text_goes_to_nobody_any_more(two: tuple[PressOffice, int, int]) -> None:
    press, first, _ = two
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    words = ("distributions", "schedule", "2026-042", "--audience", 'list:"New"')
    later = press.command(*words, "--at", tomorrow)["distribution_id"]
    withdraw(press, first)
    refused = press.mailer(*words)
    assert refused.exit_code == 1
    assert "release 2026-043 takes the place of 2026-042" in refused.err
    press.work_urgent()
    press.work_urgent()
    refused = press.mailer(*words)
    assert "release 2026-042 was withdrawn" in refused.err
    old, new = press.received(address(0))
    assert "Withdrawal" in press.desk.get(view_of(old)).text
    assert "Withdrawal" not in text_of(old)
    html = new.get_body(("html",))
    assert isinstance(html, EmailMessage)
    told = press.desk.get(view_of(new)).text.count("Withdrawal")
    assert told == str(html.get_content()).count("Withdrawal")

    with database.writing(press.engine) as session:
        due = sa.update(Distribution).where(col(Distribution.id) == later)
        session.exec(due.values(scheduled_at=clock.now()))
    press.work()
    held = press.command("distributions", "status", str(later))
    assert (held["status"], held["counts"]) == ("paused", {})
    assert "release 2026-042 was withdrawn" in held["note"]
    assert press.received(address(9)) == []


def test_who_got_it_in_another_thread_is_not_forgotten(two: tuple[PressOffice, int, int]) -> None:
    press, first, second = two
    with database.writing(press.engine) as session:
        again = sa.update(Distribution).where(col(Distribution.id) == second)
        session.exec(again.values(status=DistributionStatus.SENDING, finished_at=None))
    told = withdraw(press, first)["notes"]
    assert f"2 got it in distribution {second}, a thread of its own" in told[0]
    held = press.command("distributions", "status", str(second))
    assert held["status"] == "paused"
    assert "correct this one as well" in held["note"]
