"""`mailer releases lint`: findings with a name each, and waivers of one kind or of one finding."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command

TEXT = """---
reference: 2026-031
kind: release
language: en
title: Harbours agree on a code of conduct
place: Luxembourg
date: 2026-11-23
contacts:
  - name: Anna Keller
    phone: "+352 99 00 00 12"
---
See [the plan](#) and [the map](/map). Venue: TBC
"""


@pytest.fixture
def imported(ready: Command, tmp_path: Path) -> Command:
    """The command, when a release with three findings was imported."""
    path = tmp_path / "en.md"
    path.write_text(TEXT, encoding="utf-8")
    assert ready("releases", "import", str(path)).exit_code == 0
    return ready


def test_each_finding_has_a_name_by_which_it_is_waived_alone(imported: Command) -> None:
    plan, chart, open_point = imported("releases", "lint", "2026-031", "--json").document
    assert [one["id"] for one in (plan, chart, open_point)] == [
        "dead-link",
        "dead-link",
        "open-point",
    ]
    words = ("releases", "lint", "2026-031", "--waive", "It follows.", "--only", plan["name"])
    answer = imported(*words, "--json")
    assert answer.exit_code == 1
    assert [one["name"] for one in answer.document] == [chart["name"], open_point["name"]]


def test_a_kind_of_finding_is_waived_by_its_id(imported: Command) -> None:
    words = ("releases", "lint", "2026-031", "--waive", "They follow.")
    assert imported(*words, "--only", "dead-link", "--only", "open-point").exit_code == 0
    assert imported("releases", "lint", "2026-031", "--json").document == []


def test_without_a_reason_nothing_is_waived(imported: Command) -> None:
    answer = imported("releases", "lint", "2026-031", "--only", "dead-link")
    assert answer.exit_code == 2
    assert "give a reason with --waive" in answer.err


def test_what_is_not_found_is_not_waived(imported: Command) -> None:
    answer = imported("releases", "lint", "2026-031", "--waive", "x", "--only", "no-contact")
    assert answer.exit_code == 2
    assert "no open finding is called 'no-contact'" in answer.err


def test_a_finding_is_told_with_its_id_and_how_to_mend_it(imported: Command) -> None:
    told = imported("releases", "lint", "2026-031").out
    assert "block: the link “the plan” leads nowhere" in told
    assert "https://" in told
    assert "[dead-link]" in told
