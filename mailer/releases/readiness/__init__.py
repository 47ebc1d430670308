"""Whether a release is fit to go out."""

from mailer.releases.readiness.linter import (
    Finding,
    Severity,
    fingerprint,
    lint,
    open_findings,
    waive,
)

__all__ = ["Finding", "Severity", "fingerprint", "lint", "open_findings", "waive"]
