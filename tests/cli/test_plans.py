"""What an officer is told before a distribution is decided: the plan, and the decision itself."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from rich.console import Console

from mailer import database
from mailer.audience.criteria import parse
from mailer.cli.context import Context
from mailer.cli.planned import ROOMY, ROWS, Planned, tell
from mailer.distribution.jump import Size
from mailer.distribution.options import AT_ONCE, Options
from mailer.distribution.planning import plan
from mailer.distribution.telling.forecast import prospect_of
from mailer.releases.editions import load
from mailer.settings import Settings
from tests.cli.conftest import Command

EVERYONE = ("31a26", "--audience", "everyone")
#: 10:00 at the office, on a Tuesday.
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
LOCAL_LINKS = "the links in these messages lead to"


@pytest.fixture(autouse=True)
def _on_tuesday() -> Iterator[None]:
    with time_machine.travel(TUESDAY, tick=False):
        yield


def addresses(rows: list[dict[str, Any]], key: str) -> set[str]:
    return {row[key].partition("@")[0] for row in rows}


@pytest.mark.parametrize(
    "words",
    [
        ("--local-time", "08:30"),
        ("--at", "2026-11-26T09:00", "--local-time", "08:30"),
        ("--at", "2026-11-26", "--local-time", "08:30", "--not-after", "2026-11-26T12:00"),
        ("--rate", "1/min", "--hours", "08:00-19:00", "--hours-of", "recipient"),
    ],
)
def test_the_plan_and_the_decision_tell_the_same(abroad: Command, words: tuple[str, ...]) -> None:
    planned = abroad("distributions", "plan", *EVERYONE, *words, "--json").document
    decided = abroad("distributions", "schedule", *EVERYONE, *words, "--json").document
    assert planned["notes"]
    assert planned["starts_at"] == decided["scheduled_at"]
    shared = set(planned) & set(decided)
    assert shared >= {"notes", "first_at", "last_at", "expiring", "local_time", "not_after"}
    assert {name: planned[name] for name in shared} == {name: decided[name] for name in shared}
    for command in ("plan", "schedule"):
        told = abroad("distributions", command, *EVERYONE, *words)
        for note in planned["notes"]:
            assert f"note: {note}" in told.out.splitlines()


def test_a_local_time_that_is_past_is_that_of_the_next_morning(abroad: Command) -> None:
    planned = abroad("distributions", "plan", *EVERYONE, "--local-time", "08:30", "--json").document
    sent = {row["address"]: row["sends_at"] for row in planned["planned"]}
    assert sent["claire@phare.example"] == "2026-11-25T08:30:00+01:00"
    assert sent["yoko@asa.example"] == "2026-11-25T08:30:00+09:00"
    assert sent["tom@sun.example"] == "2026-11-24T08:30:00-05:00"
    told = abroad("distributions", "plan", *EVERYONE, "--local-time", "08:30").out
    assert "08:30 on 2026-11-24 is past for 4 of 5 when it starts" in told
    assert "Asia/Tokyo 2026-11-25T08:30+09:00, Europe/Copenhagen 2026-11-25T08:30+01:00" in told
    assert "the time zone of 1 of 5 is not known" in told
    assert "stands in for it: bob@nowhere.example" in told


def test_what_waits_when_it_starts_does_not_go_out_then(ready: Command) -> None:
    words = ("distributions", "schedule", *EVERYONE, "--dry-run")
    told = ready(*words, "--local-time", "08:30").out
    assert told.startswith("would start at 2026-11-24T10:00+01:00 (office time)")
    assert "note: all messages go at 2026-11-25T08:30+01:00" in told.splitlines()
    assert ready(*words).out.startswith("would go out at 2026-11-24T10:00+01:00 (office time)")


def test_who_is_too_late_is_left_out_and_nowhere_else(abroad: Command) -> None:
    words = ("--at", "2026-11-26", "--local-time", "08:30", "--not-after", "2026-11-26T12:00")
    planned = abroad("distributions", "plan", *EVERYONE, *words, "--json").document
    assert (planned["count"], planned["expiring"]) == (4, 1)
    assert addresses(planned["planned"], "address") == {"redaktion", "claire", "yoko", "bob"}
    left = {one["email"]: one["reason"] for one in planned["left_out"]}
    assert left == {"tom@sun.example": "expires before their time"}
    told = abroad("distributions", "plan", *EVERYONE, *words).out
    assert told.count("tom@sun.example") == 1
    assert "31a26 to everyone: 4 deliveries" in told
    assert "1 left out: expires before their time (1)" in told
    assert "1 of 5 get nothing, for it expires at 2026-11-26T12:00+01:00" in told


def test_the_plan_begins_with_what_it_comes_to(abroad: Command) -> None:
    words = (
        *("--at", "2026-11-26", "--local-time", "8:30", "--not-after", "2026-11-27T08:00"),
        *("--rate", "2/s", "--unknown", "resend", "--urgent"),
    )
    told = abroad("distributions", "plan", *EVERYONE, *words).out.splitlines()
    for line in (
        "31a26 to everyone: 5 deliveries",
        "editions: 5 en",
        "covers: 3 en, 1 da, 1 fr",
        "urgent: ahead of all other traffic",
        "each recipient at 08:30 by their own clock on 2026-11-26",
        "at most 120 a minute",
        "what is left at 2026-11-27T08:00+01:00 expires",
        "deliveries in doubt are sent again under the same Message-ID",
    ):
        assert line in told
    moments = [line.split()[:2] for line in told if line.strip().startswith("2026-11-26")]
    assert moments == [
        ["2026-11-26T00:30+01:00", "1"],
        ["2026-11-26T08:30+01:00", "3"],
        ["2026-11-26T14:30+01:00", "1"],
    ]
    assert "left out" not in "".join(told)


def test_what_goes_at_one_moment_is_told_in_a_line(ready: Command) -> None:
    told = ready("distributions", "plan", *EVERYONE, "--at", "2026-11-26T08:00").out
    assert "sent from 2026-11-26T08:00+01:00 on (Europe/Luxembourg)" in told.splitlines()
    assert "2 deliveries" in told


def test_an_empty_plan_has_no_tables_and_no_picture_in_its_criteria(ready: Command) -> None:
    told = ready("distributions", "plan", "31a26", "--audience", "outlet:radio")
    assert told.out == "31a26 to outlet:radio: 0 deliveries\n"


def test_only_what_prepares_a_sending_says_that_the_links_lead_to_this_machine(
    ready: Command,
) -> None:
    for command in ("plan", "schedule"):
        assert ready("distributions", command, *EVERYONE).err.count(LOCAL_LINKS) == 1
    others = (("distributions", "list"), ("distributions", "status", "1"), ("releases", "list"))
    assert all(LOCAL_LINKS not in ready(*words).err for words in others)


def test_the_limit_in_the_settings_is_told_with_the_plan(
    ready: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_THROTTLE__RATE_PER_MINUTE", "1")
    for command in ("plan", "schedule"):
        told = ready("distributions", command, *EVERYONE, "--json").document
        assert told["notes"][0].startswith("at 1 a minute (the limit in the settings) it takes")
        assert told["last_at"] == "2026-11-24T09:01:00Z"


def crowded(settings: Settings, number: int, options: Options = AT_ONCE) -> Planned:
    """The plan for the same few people, as often as it takes to make so many."""
    engine = database.connect(settings.database_url)
    rule = parse("everyone")
    with database.reading(engine) as session:
        full = load(session, "31a26")
        decided = plan(session, full, rule, at=TUESDAY)
    several = decided.planned * (number // len(decided.planned))
    prospect = prospect_of(full, several, options, at=TUESDAY, now=TUESDAY)
    size = Size(len(several), full.release.kind, earlier=(len(several),))
    return Planned(full, rule, replace(decided, planned=several), prospect, size, expected=None)


def on_a_terminal(planned: Planned, *, width: int) -> list[str]:
    screen = io.StringIO()
    console = Console(file=screen, width=width, force_terminal=True, no_color=True, emoji=False)
    tell(Context(out=console), planned)
    return screen.getvalue().splitlines()


@pytest.mark.usefixtures("abroad")
def test_a_terminal_shows_the_first_rows_and_counts_the_rest(settings: Settings) -> None:
    told = on_a_terminal(crowded(settings, 1000), width=ROOMY)
    assert sum("claire@phare.example" in line for line in told) == ROWS // 5
    assert f"and {1000 - ROWS} more: --json lists all" in told
    assert "31a26 to everyone: 1000 deliveries" in told


@pytest.mark.usefixtures("abroad")
def test_a_table_fits_into_eighty_columns(settings: Settings) -> None:
    morning = Options(local_time="08:30")
    narrow = on_a_terminal(crowded(settings, 10, morning), width=80)
    rows = [line for line in narrow if "@" in line and not line.startswith("note:")]
    assert len(rows) == 10
    assert all(len(line) <= 80 for line in rows)
    assert "no Danish edition" not in "".join(narrow)
    wide = on_a_terminal(crowded(settings, 10, morning), width=160)
    assert "no Danish edition" in "".join(wide)


@pytest.mark.usefixtures("abroad")
def test_a_file_or_a_pipe_gets_every_row(mailer: Command, files: Path) -> None:
    head = "email,outlet,desk,outlet_country\n"
    rows = [f"desk{number}@many.example,Many,Desk {number},DK\n" for number in range(3 * ROWS)]
    (files / "many.csv").write_text(head + "".join(rows), encoding="utf-8")
    assert mailer("contacts", "import", "many.csv").exit_code == 0
    told = mailer("distributions", "plan", *EVERYONE).out
    assert told.count("@many.example") == 3 * ROWS
    assert "more: --json lists all" not in told


def test_who_has_no_address_is_told_by_name(ready: Command, files: Path) -> None:
    unreachable = "given_name,family_name,outlet,beats\nEva,Lind,Le Phare,crime\n"
    (files / "unreachable.csv").write_text(unreachable, encoding="utf-8")
    assert ready("contacts", "import", "unreachable.csv").exit_code == 0
    told = ready("distributions", "plan", "31a26", "--audience", "beat:crime").out
    assert "Eva Lind has no e-mail address" in [
        " ".join(line.split()) for line in told.splitlines()
    ]
