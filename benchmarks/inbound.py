"""Returned mail: how many reports a second are read and classified, as `mailer inbound classify`
does it.
"""

import statistics
import time
from typing import Any

from mailer.feedback.returned.reports import read_report
from mailer.models import InboundKind
from tests import returned_mail

REPETITIONS, REPORTS = 5, 2_000
DIAGNOSTICS = (
    ("5.1.1", "smtp; 550 5.1.1 User unknown"),
    ("5.2.2", "smtp; 552 5.2.2 Mailbox full"),
    ("5.7.1", "smtp; 550 5.7.1 Message rejected due to content restrictions"),
    ("4.7.1", "smtp; 451 4.7.1 Greylisted, please try again later"),
    ("5.4.4", "smtp; 550 5.4.4 Host or domain name not found"),
)


def corpus(number: int) -> list[bytes]:
    """Mail as it comes back: mostly bounces; delays, complaints, automatic answers, replies."""
    kinds = [
        *(returned_mail.notice(status=status, diagnostic=text) for status, text in DIAGNOSTICS),
        returned_mail.notice(action="delayed", status="4.4.1"),
        returned_mail.complaint(return_path="b+x@bounce.press.example.org"),
        returned_mail.letter(
            "I am away until Monday.", auto_submitted="auto-replied", subject="Out of office"
        ),
        returned_mail.letter("Whom can I call about this?", subject="Re: Harbours agree"),
    ]
    return [kinds[turn % len(kinds)] for turn in range(number)]


def run(*, repetitions: int = REPETITIONS, reports: int = REPORTS) -> dict[str, Any]:
    """The median of some passes over the same mail."""
    mail = corpus(reports)
    rates = []
    for _ in range(repetitions):
        began = time.perf_counter()
        found = [read_report(raw).kind for raw in mail]
        rates.append(reports / (time.perf_counter() - began))
    bounces = sum(kind is InboundKind.BOUNCE for kind in found)
    return {
        "reports_per_second": round(statistics.median(rates), 1),
        "reports": reports,
        "bounces": bounces,
        "runs": [round(rate, 1) for rate in rates],
    }
