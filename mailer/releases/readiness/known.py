"""Lists that the checks go by: hosts, endings of files, and particles of names."""

import json
from functools import cache
from importlib.resources import files


@cache
def known(what: str) -> frozenset[str]:
    """One of the lists beside this file."""
    text = (files(__package__) / "known.json").read_text(encoding="utf-8")
    return frozenset(json.loads(text)[what].split())
