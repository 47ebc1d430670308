"""What we log: one line per fact, to standard error, with ids and never an address or a body."""

import sys

import structlog


def configure() -> None:
    """Set the form of the log once, at the door: words on a terminal, JSON lines elsewhere."""
    on_terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.dev.ConsoleRenderer()
            if on_terminal
            else structlog.processors.format_exc_info,
            *([] if on_terminal else [structlog.processors.JSONRenderer()]),
        ],
        logger_factory=_to_standard_error,
    )


def _to_standard_error(*_names: object) -> structlog.PrintLogger:
    """A logger on what standard error is now: a test, or a program around us, may replace it."""
    return structlog.PrintLogger(sys.stderr)
