"""Pictures of the release on paper: how large, and what stands there when one cannot be set.

A document names a picture by the digest of its file: what the file holds comes in when it is
printed, so that a print is known, and its pages looked up, without reading any picture.
"""

from collections.abc import Collection, Iterator
from typing import Any

from mailer.compose.printing.flowing import FIGURE, linked_words


def pictures_in(node: Any) -> Iterator[str]:
    """The digests of all pictures that a document shows."""
    if isinstance(node, dict):
        if node.get("kind") == FIGURE:
            yield node["file"]
        for inner in node.values():
            yield from pictures_in(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from pictures_in(inner)


def with_words_for(node: Any, there: Collection[str]) -> Any:
    """The same with words and a link in the place of every picture that is not there."""
    if isinstance(node, dict):
        if node.get("kind") == FIGURE and node["file"] not in there:
            return linked_words(node["href"], node["words"])
        return {key: with_words_for(value, there) for key, value in node.items()}
    if isinstance(node, list):
        return [with_words_for(inner, there) for inner in node]
    return node
