from dataclasses import replace

import pytest

from mailer.demo.plot import Plot
from mailer.demo.witness import Evidence, differences
from mailer.models import DeliveryStatus
from mailer.reports.figures import Figures
from mailer.reports.summary import ReleaseReport

PLOT = Plot(
    release="2026-001",
    audience="everyone",
    opens=frozenset({"a@x.example"}),
    clicks=frozenset({"a@x.example"}),
    unsubscribes=frozenset({"b@x.example"}),
    scanned=frozenset({"c@x.example"}),
    greylisted=frozenset({"d@x.example"}),
    refused=frozenset({"gone@x.example"}),
    bounces_later=frozenset({"lost@x.example"}),
    out_of_office=frozenset({"away@x.example"}),
)
SENT = {f"{one}@x.example" for one in "abcd"} | {"lost@x.example", "away@x.example"}
PLANNED = SENT | {"gone@x.example"}


def report(*, withheld: int) -> ReleaseReport:
    return ReleaseReport(
        reference="2026-001",
        first_sent_at=None,
        last_sent_at=None,
        totals=Figures(withheld=withheld),
        withheld_by_reason={},
        counted={},
        by_cover_language=(),
        by_edition_language=(),
        by_country=(),
        by_media_type=(),
        by_outlet=(),
        by_provider=(),
    )


AS_TOLD = Evidence(
    report=report(withheld=1),
    by_status={
        DeliveryStatus.SENT: SENT - {"lost@x.example"},
        DeliveryStatus.BOUNCED: {"lost@x.example"},
        DeliveryStatus.REJECTED: {"gone@x.example"},
        DeliveryStatus.WITHHELD: {"never@x.example"},
    },
    deferred_then_sent={"d@x.example"},
    opened={"a@x.example"},
    clicked={"a@x.example"},
    machine_opened={"c@x.example"},
    unsubscribed={"b@x.example"},
    autoreplied={"away@x.example"},
    suppressed={"b@x.example", "gone@x.example", "lost@x.example"},
    received=dict.fromkeys(SENT, 1),
    cover_languages={f"l{number}" for number in range(25)},
    edition_languages={"en"},
)


def found(seen: Evidence) -> list[str]:
    return differences(PLOT, seen, planned=PLANNED, left_out=1)


def test_nothing_differs_when_it_went_as_told() -> None:
    assert found(AS_TOLD) == []


def test_a_bounced_message_was_handed_over_all_the_same() -> None:
    assert "lost@x.example" in AS_TOLD.sent
    assert "gone@x.example" not in AS_TOLD.sent


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"opened": set()}, "opened by persons: not a@x.example"),
        ({"clicked": set()}, "clicked by persons: not a@x.example"),
        ({"machine_opened": set()}, "opened by machines: not c@x.example"),
        ({"autoreplied": set()}, "answered automatically: not away@x.example"),
        ({"deferred_then_sent": set()}, "deferred, then handed over: not d@x.example"),
        (
            {"unsubscribed": {"b@x.example", "c@x.example"}},
            "unsubscribed: also c@x.example, which was not foreseen",
        ),
        (
            {"suppressed": {"b@x.example", "gone@x.example"}},
            "closed to further mail: not lost@x.example",
        ),
        (
            {"received": dict.fromkeys(SENT, 1) | {"a@x.example": 2}},
            "a@x.example received it 2 times",
        ),
        (
            {"received": dict.fromkeys(SENT | {"never@x.example"}, 1)},
            "in the world's mailroom: also never@x.example, which was not foreseen",
        ),
        ({"report": report(withheld=0)}, "withheld: 1 were to be left out, 0 were"),
        (
            {"cover_languages": {"da"}},
            "only 1 cover languages went out, 25 or more were to",
        ),
    ],
)
def test_a_difference_is_told_in_words(change: dict[str, object], expected: str) -> None:
    assert found(replace(AS_TOLD, **change)) == [expected]


def test_many_addresses_are_shortened() -> None:
    nobody = replace(AS_TOLD, received={})
    assert found(nobody) == [
        "in the world's mailroom: not a@x.example, away@x.example, b@x.example and 3 more"
    ]
