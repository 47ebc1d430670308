"""Whether a release is fit to go out."""

from mailer.releases.readiness.findings import SEVERITIES, Finding, Severity, fingerprint
from mailer.releases.readiness.linter import lint, open_findings, silences, waive

__all__ = [
    "SEVERITIES",
    "Finding",
    "Severity",
    "fingerprint",
    "lint",
    "open_findings",
    "silences",
    "waive",
]
