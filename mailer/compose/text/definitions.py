"""Targets that a text defines and never uses, such as `[a]: https://…`: they are printed as typed,
for nobody can tell whether they were meant as words.
"""

from collections.abc import Iterator

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from mailer.compose.text.tokens import paragraph, text


def keep_unused_definitions(state: StateCore) -> None:
    """Each stands in a paragraph of its own below the text."""
    given = [*state.env.get("references", {}).values(), *state.env.get("duplicate_refs", ())]
    used = set(_targets(state.tokens)) if given else set()
    lines = state.src.split("\n")
    for each in given:
        if each["href"] not in used:
            first, after = each["map"]
            words = " ".join(line.strip("> \t") for line in lines[first:after])
            state.tokens += paragraph([text(words)])


def _targets(tokens: list[Token]) -> Iterator[str]:
    for block in tokens:
        for token in block.children or ():
            yield str(token.attrGet("href") or token.attrGet("src") or "")
