"""`mailer contacts`: what a list keeper does to those who are known."""

from collections.abc import Callable

from mailer.cli.keeping import merging, moving, undoing

COMMANDS: dict[str, Callable[..., None]] = {
    "imports": undoing.imports,
    "undo": undoing.undo,
    "history": undoing.history,
    "edit": moving.edit,
    "move": moving.move,
    "duplicates": merging.duplicates,
    "merge": merging.merge,
    "different": merging.different,
}
