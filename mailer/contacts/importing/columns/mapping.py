"""What the list keeper says about columns: in a file, once, and from then on for each file with the
same header row.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import yaml
from sqlmodel import Session, col, select

from mailer import clock
from mailer.contacts.importing.columns.header_words import cleaned
from mailer.contacts.importing.columns.named import Columns
from mailer.contacts.importing.columns.targets import IGNORE, parse_target
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput
from mailer.models import ImportMapping

#: Far more than any header row needs; a larger file is something else.
MOST_BYTES = 1_000_000
EXAMPLE = "write a line for each column, such as `Surname: person.family_name`, or `Fax: ignore`"


def load_mapping(path: Path) -> dict[str, str]:
    """Which header cell means what, from a YAML or JSON file. An empty meaning leaves a column out.

    Raises BadInput for a file that cannot be read, or names something that no column can mean.
    """
    said = _parsed(path, _text(path))
    if not isinstance(said, dict) or not said:
        raise BadInput(f"{path.name} is no mapping of columns: {EXAMPLE}")
    return {_header(path, header): _target(path, target) for header, target in said.items()}


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(f"{path.name} is too large for a mapping of columns: {EXAMPLE}")
        return path.read_text(encoding="utf-8-sig")
    except OSError as wrong:
        raise BadInput(f"cannot read {path}: {wrong.strerror}") from wrong
    except UnicodeDecodeError as wrong:
        raise BadInput(f"{path.name} is not UTF-8 text: save it as UTF-8") from wrong


def _parsed(path: Path, text: str) -> object:
    try:
        return json.loads(text) if path.suffix.lower() == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError) as wrong:
        told = " ".join(str(wrong).split())
        raise BadInput(f"{path.name} cannot be read: {told}; {EXAMPLE}") from wrong


def _header(path: Path, header: object) -> str:
    if isinstance(header, str) and cleaned(header):
        return cleaned(header)
    raise BadInput(f"{path.name}: the column {header!r} is no text: put it into quotation marks")


def _target(path: Path, target: object) -> str:
    if target is None or target == "":
        return IGNORE
    if not isinstance(target, str):
        raise BadInput(f"{path.name}: {target!r} is nothing that a column can mean: {EXAMPLE}")
    try:
        return parse_target(target)
    except BadInput as wrong:
        raise BadInput(f"{path.name}: {wrong}") from wrong


def fingerprint(headers: Iterable[str]) -> str:
    """What two files with the same header row have in common; case and spaces do not count."""
    cells = [spelling(cleaned(header)) for header in headers]
    while cells and not cells[-1]:
        cells.pop()
    return sha256("\x1f".join(cells).encode(errors="replace")).hexdigest()


def remember(session: Session, columns: Columns, name: str = "") -> ImportMapping:
    """Keep what the columns mean, for the next file with this header row. The caller commits."""
    kept = _kept(session, columns.fingerprint)
    if kept is None:
        kept = ImportMapping(fingerprint=columns.fingerprint, used_at=clock.now())
    # No word of the row: without a header, or by mistake, it may be somebody's name.
    kept.columns = {
        str(place): columns.targets[place - 1]
        for place, header in enumerate(columns.header, start=1)
        if header
    }
    kept.name = name or kept.name
    kept.used_at = clock.now()
    session.add(kept)
    session.flush()
    return kept


def recall(session: Session, fingerprint: str) -> Mapping[str, str] | None:
    """What the columns of that header row mean, by their place from one; None for a new one."""
    kept = _kept(session, fingerprint)
    return dict(kept.columns) if kept else None


def by_header(kept: Mapping[str, str], header: Sequence[str]) -> dict[str, str]:
    """What was kept of columns, by their header cells; older ones were kept so themselves."""
    at = {str(place): cell for place, cell in enumerate(header, start=1)}
    return {at.get(place, place): target for place, target in kept.items()}


def _kept(session: Session, fingerprint: str) -> ImportMapping | None:
    wanted = col(ImportMapping.fingerprint) == fingerprint
    return session.exec(select(ImportMapping).where(wanted)).first()
