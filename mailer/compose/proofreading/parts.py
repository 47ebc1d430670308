"""Whether both parts say the same, show the way out, and hold nothing unfilled (PF-08, PF-09)."""

import re
from typing import Final

from mailer.compose.proofreading.sample import WORD, Sample
from mailer.releases.readiness.findings import Found
from mailer.releases.readiness.reading import Reading

#: So many of the words of the HTML must stand in the text part (standards B-1).
LEAST_SHARE: Final = 0.95
#: What a template leaves where it was given nothing.
UNFILLED: Final = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{[a-z_]+\}|(?<![\w’'-])(?:None|null|undefined|NaN)(?![\w’'-])"
)


def check(sample: Sample) -> Found:
    """Text and HTML against each other and against what both must have."""
    yield from _parity(sample)
    yield from _way_out(sample)
    yield from _unfilled(sample)
    for fault in sample.page.faults:
        yield sample.finding(
            "html-faults",
            "message",
            f"the HTML has {fault}, which a screen reader needs",
            "say what the picture shows; else tell whoever runs Press Mailer",
        )


def _parity(sample: Sample) -> Found:
    shown, said = set(sample.page.words), set(WORD.findall(sample.text))
    share = len(shown & said) / len(shown) if shown else 1.0
    if not sample.text.strip() or share < LEAST_SHARE:
        lost = ", ".join(sorted(shown - said)[:6])
        yield sample.finding(
            "parity",
            "message",
            f"the text part has only {share:.0%} of the words of the HTML; it lacks {lost}",
            "tell whoever runs Press Mailer: both are made from one text",
        )


def _way_out(sample: Sample) -> Found:
    ways = re.findall(r"<(https?:[^<>]*)>", " ".join(sample.values("List-Unsubscribe")))
    address = WORD.findall(sample.full.office.postal_address)
    read = sample.page.words
    lacks = []
    for name, has_way, words in (
        ("text", any(way in sample.text for way in ways), WORD.findall(sample.text)),
        ("HTML", any(way in sample.page.targets for way in ways), read),
    ):
        if not has_way:
            lacks.append(f"the {name} part has no link to leave by")
        if not address or not set(address) <= set(words):
            lacks.append(f"the {name} part lacks the postal address of the office")
    for fault in lacks:
        yield sample.finding(
            "no-way-out",
            "message",
            f"{fault}, which the law asks for",
            "give the office its postal_address; else tell whoever runs Press Mailer",
        )


def _unfilled(sample: Sample) -> Found:
    """What our templates left, not what the author wrote: that is another check's matter."""
    full = sample.full
    reading = Reading(sample.language, full.revisions[sample.language], full)
    written = "\n".join([*(p.words for p in reading.passages), *_facts(sample)])
    for match in UNFILLED.finditer(sample.text):
        if match[0] not in written:
            shown = sample.text[max(0, match.start() - 20) : match.end() + 20].split("\n")
            yield sample.finding(
                "unfilled",
                "message",
                f"something was not filled in: “{' '.join(shown).strip()}”",
                "give the office or the contact what is missing there",
            )


def _facts(sample: Sample) -> list[str]:
    """What records give to the message beside the text."""
    contacts = [f"{one.name} {one.role}" for one in sample.full.contacts]
    office = sample.full.office
    return [*contacts, office.name, office.postal_address, *office.names.values()]
