"""TOML files in which an administrator describes the office and its people."""

import tomllib
from pathlib import Path
from typing import Any

from mailer.errors import BadInput


def read_described(path: Path) -> dict[str, Any]:
    """What the file says. Raises BadInput when it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as away:
        raise BadInput(f"cannot read {path}: {away.strerror}") from away
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise BadInput(f"{path.name} is not TOML in UTF-8: {wrong}") from wrong
