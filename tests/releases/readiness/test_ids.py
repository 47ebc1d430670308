"""Every check is told of in docs/linting.md, as severe as it is, and comes up in the tests."""

import re
from pathlib import Path

from mailer.releases.readiness import SEVERITIES

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"^\| `(?P<id>[a-z-]+)` \| (?P<severity>\w+) \| .+ \|$", re.MULTILINE)


def test_the_document_tells_of_every_check_in_order() -> None:
    rows = ROW.findall((ROOT / "docs" / "linting.md").read_text(encoding="utf-8"))
    assert rows == [(check, severity.value) for check, severity in SEVERITIES.items()]


def test_every_check_finds_something_in_a_test() -> None:
    tests = [*(ROOT / "tests/releases").rglob("*.py"), *(ROOT / "tests/compose").rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in tests)
    assert [check for check in SEVERITIES if f'"{check}"' not in text] == []
