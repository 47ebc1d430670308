"""A bound to how long the reading of a text may take, whatever was pasted into it."""

from markdown_it.rules_inline import StateInline

#: For each opened bracket the parser looks for its end through the rest of the paragraph; so many
#: looks take a fifth of a second. A paragraph of 5,000 letters with 50 links asks for 250,000.
LOOKS = 10_000_000


def leave_brackets(state: StateInline, silent: bool) -> bool:
    """In a paragraph with far too many brackets they are signs like any other."""
    if state.src[state.pos] not in "![" or not _has_too_many(state):
        return False
    if not silent:
        state.pending += state.src[state.pos]
    state.pos += 1
    return True


def _has_too_many(state: StateInline) -> bool:
    """Counted once for a paragraph."""
    source, answer = state.env.get("brackets", ("", False))
    if source is not state.src:
        answer = state.src.count("[") * len(state.src) > LOOKS
        state.env["brackets"] = (state.src, answer)
    return bool(answer)
