"""Criteria that begin with a minus: a shell hands them over like an option."""

import re
from typing import Any

from typer.core import TyperCommand

from mailer.audience.terms import Key

#: Such as -list:"Do not invite"; no option of ours has a colon in its name.
MINUS = re.compile(rf"-({'|'.join(Key)}):", re.IGNORECASE)
#: What stands behind it is no option, whatever it begins with.
NO_MORE_OPTIONS = "--"


class TakesCriteria(TyperCommand):
    """A command whose last argument is criteria."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words of the line, those of criteria as what they are."""
        if NO_MORE_OPTIONS in args:
            return super().parse_args(ctx, args)
        criteria = [word for word in args if MINUS.match(word)]
        others = [word for word in args if not MINUS.match(word)]
        last = [NO_MORE_OPTIONS, *criteria] if criteria else []
        return super().parse_args(ctx, [*others, *last])
