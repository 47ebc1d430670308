"""The checks of the linter; each takes the whole subject and tells what it finds."""

from collections.abc import Callable
from typing import Final

from mailer.releases.readiness.checks import (
    agreement,
    calendars,
    duty,
    embargo,
    facts,
    figures,
    gaps,
    headings,
    hours,
    leftovers,
    links,
    pictures,
    tongue,
)
from mailer.releases.readiness.findings import Found
from mailer.releases.readiness.reading import Subject

#: In the order in which an officer would mend them.
EVERY: Final[tuple[Callable[[Subject], Found], ...]] = (
    facts.check,
    duty.check,
    embargo.check,
    links.check,
    gaps.check,
    leftovers.check,
    headings.check,
    calendars.check,
    hours.check,
    pictures.check,
    tongue.check,
    figures.check,
    agreement.check,
)
