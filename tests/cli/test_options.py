"""The options of a distribution on the command line: planned, scheduled, and told again."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from mailer import database
from mailer.models import Batch, Delivery, DeliveryStatus, Distribution, KeptSkeleton
from mailer.settings import Settings
from tests.cli.conftest import Command

EVERYONE = ("31a26", "--audience", "everyone")


def test_the_plan_gives_each_recipient_her_own_morning(abroad: Command) -> None:
    words = ("--at", "2027-01-04", "--local-time", "08:30")
    plan = abroad("distributions", "plan", *EVERYONE, *words, "--json").document
    told = {
        one["address"]: (one["sends_at"], one["zone"], one["zone_from"]) for one in plan["planned"]
    }
    assert told == {
        "redaktion@havnebladet.example": (
            "2027-01-04T08:30:00+01:00",
            "Europe/Copenhagen",
            "country",
        ),
        "claire@phare.example": ("2027-01-04T08:30:00+01:00", "Europe/Paris", "country"),
        "tom@sun.example": ("2027-01-04T08:30:00-05:00", "America/New_York", "own"),
        "yoko@asa.example": ("2027-01-04T08:30:00+09:00", "Asia/Tokyo", "country"),
        "bob@nowhere.example": ("2027-01-04T08:30:00+01:00", "Europe/Luxembourg", "office"),
    }
    assert plan["starts_at"] == "2027-01-03T23:30:00Z"
    assert plan["zones"] == {"own": 1, "outlet": 0, "country": 3, "office": 1}
    assert plan["unknown_zones"] == ["bob@nowhere.example"]


def test_what_was_set_is_told_when_it_is_scheduled_and_in_its_status(abroad: Command) -> None:
    words = (
        *("--at", "2027-01-04", "--local-time", "8:30", "--not-after", "2027-01-05T08:00"),
        *("--rate", "2/s", "--hours", "08:00-19:00", "--hours-of", "recipient"),
        *("--unknown", "resend", "--urgent"),
    )
    made = abroad("distributions", "schedule", *EVERYONE, *words, "--json").document
    assert made["scheduled_at"] == "2027-01-03T23:30:00Z"
    expected = {
        "is_urgent": True,
        "unknown_policy": "resend",
        "rate_limit_per_minute": 120,
        "local_time": "08:30",
        "local_date": "2027-01-04",
        "sending_hours": "08:00-19:00",
        "sending_clock": "recipient",
        "not_after": "2027-01-05T07:00:00Z",
    }
    assert {name: made[name] for name in expected} == expected
    state = abroad("distributions", "status", "1", "--json").document
    assert {name: state[name] for name in expected} == expected
    told = abroad("distributions", "status", "1").out
    for line in (
        "urgent: ahead of all other traffic",
        "each recipient at 08:30 by their own clock on 2027-01-04",
        "handed over only in the hours 08:00-19:00 of the recipient's clock",
        "at most 120 a minute",
        "what is left at 2027-01-05T08:00+01:00 expires",
        "deliveries in doubt are sent again under the same Message-ID",
        "scheduled for 2027-01-04T00:30+01:00",
    ):
        assert line in told


def test_without_options_it_goes_to_all_at_once_and_holds_what_is_in_doubt(ready: Command) -> None:
    made = ready(
        "distributions", "schedule", *EVERYONE, "--at", "2099-01-02T08:00", "--json"
    ).document
    assert (made["unknown_policy"], made["is_urgent"]) == ("hold", False)
    assert [made[name] for name in ("local_time", "sending_hours", "not_after")] == [None] * 3
    assert made["rate_limit_per_minute"] is None


def test_what_becomes_of_the_doubtful_is_as_the_settings_say(
    ready: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_DELIVERY__UNKNOWN", "resend")
    words = ("--at", "2099-01-02T08:00", "--json")
    assert ready("distributions", "schedule", *EVERYONE, *words).document["unknown_policy"] == (
        "resend"
    )
    own = ready("distributions", "schedule", *EVERYONE, *words, "--unknown", "hold").document
    assert own["unknown_policy"] == "hold"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--local-time", "8h30"), "write it like 08:30"),
        (("--rate", "fast"), "write it like 120/min, 2/s or 5000/h"),
        (("--hours", "8 to 7"), "write them like 08:00-19:00"),
        (("--hours-of", "office"), "add --hours 08:00-19:00"),
        (("--not-after", "soon"), "write it like 2026-06-11T08:00+02:00"),
        (("--not-after", "2026-01-01"), "choose a later end"),
        (("--at", "2026-01-01", "--local-time", "08:30"), "'2026-01-01' (a day in"),
        (
            ("--at", "2026-01-01T08:00Z"),
            "'2026-01-01T08:00Z' (2026-01-01T09:00+01:00 in Europe/Luxembourg) lies in the past",
        ),
        (("--at", "2026-01-01", "--rate", "2/s"), "'2026-01-01' (2026-01-01T00:00+01:00 in"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "schedule"])
def test_an_option_that_cannot_be_used_is_refused_with_an_example(
    ready: Command, command: str, words: tuple[str, ...], told: str
) -> None:
    answer = ready("distributions", command, *EVERYONE, *words)
    assert (answer.exit_code, answer.out) == (2, "")
    assert told in answer.err
    assert ready("distributions", "list", "--json").document == []


def test_a_release_under_embargo_goes_to_all_at_the_same_instant(
    ready: Command, files: Path
) -> None:
    text = (files / "release.md").read_text(encoding="utf-8")
    embargoed = text.replace("kind: release", "kind: release\nembargo_until: 2099-01-04T12:00")
    (files / "release.md").write_text(embargoed, encoding="utf-8")
    assert ready("releases", "import", "release.md").exit_code == 0
    trusted = "email,outlet,desk,embargo_trusted\nredaktion@havnebladet.example,Havnebladet,R,yes\n"
    (files / "trusted.csv").write_text(trusted, encoding="utf-8")
    assert ready("contacts", "import", "trusted.csv").exit_code == 0
    words = ("--at", "2099-01-04", "--local-time", "08:30", "--waive", "planned long ahead")
    refused = ready("distributions", "schedule", *EVERYONE, *words)
    assert refused.exit_code == 1
    assert "under embargo, so all recipients get it at the same instant" in refused.err
    assert "leave out the local time" in refused.err


def test_the_status_says_when_the_next_are_due_and_what_to_do_about_doubtful_ones(
    ready: Command, settings: Settings
) -> None:
    ready("distributions", "schedule", *EVERYONE, "--at", "2099-01-02T08:00")
    engine = database.connect(settings.database_url)
    with database.writing(engine) as session:
        row = session.get_one(Distribution, 1)
        session.add(
            Batch(
                distribution_id=1,
                first_position=0,
                last_position=9,
                due_at=row.scheduled_at,
                counts={"pending": 2, "unknown": 1},
            )
        )
    state = ready("distributions", "status", "1", "--json").document
    assert state["next_due_at"] == "2099-01-02T07:00:00Z"
    assert "`mailer deliveries resolve 1 --unknown resend`" in state["what_to_do"]
    told = ready("distributions", "status", "1").out
    assert "the next are due at 2099-01-02T08:00+01:00" in told
    assert "3 deliveries: 2 pending, 1 unknown" in told
    assert "Look into its log" in told


def test_a_delivery_shows_its_relay_its_attempts_and_the_proof_of_its_octets(
    ready: Command, settings: Settings
) -> None:
    ready("distributions", "schedule", *EVERYONE, "--at", "2099-01-02T08:00")
    engine = database.connect(settings.database_url)
    with database.writing(engine) as session:
        skeleton = KeptSkeleton(digest=b"\xab" * 32, parts=b"parts")
        session.add(skeleton)
        session.flush()
        session.add(
            Delivery(
                distribution_id=1,
                email="redaktion@havnebladet.example",
                provider="havnebladet.example",
                status=DeliveryStatus.SENT,
                attempt=2,
                relay="relay",
                reply_code=250,
                reply_text="2.0.0 queued as 4F1",
                skeleton_id=skeleton.id,
                content_hash="ff" * 32,
            )
        )
        session.execute(sa.update(Distribution).values(status="sending"))
    shown = ready("deliveries", "show", "1", "--json").document
    assert (shown["provider"], shown["relay"], shown["attempts"]) == (
        "havnebladet.example",
        "relay",
        2,
    )
    assert shown["next_attempt_at"] is None
    assert (shown["skeleton"], shown["content_hash"]) == ("ab" * 32, "ff" * 32)
    assert "ff" * 32 in ready("deliveries", "show", "1").out
    listed = ready("deliveries", "list", "1", "--json").document
    assert (listed["relay"], listed["content_hash"]) == ("relay", "ff" * 32)
