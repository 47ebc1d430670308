"""The logo of an office: a picture beside its description, which stands in every message."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlmodel import Session

from mailer.errors import BadInput
from mailer.models import Office
from mailer.releases.files.names import clean_name
from mailer.releases.files.preparing import Prepared, prepared_logo, read_file
from mailer.releases.files.storing import store
from mailer.settings.sections import FileSettings

KEY = "logo"


def logo_beside(
    path: Path, description: Mapping[str, Any], *, limits: FileSettings
) -> Prepared | None:
    """The logo that a description names, clean; None where it names none.

    Raises BadInput for one that is not there, or cannot stand in every message.
    """
    named = description.get(KEY, "")
    if not isinstance(named, str):
        raise BadInput('office: logo must be the name of a picture, such as "logo.png"')
    if not named:
        return None
    name = clean_name(named)
    octets = read_file(path.parent / name, limits=limits, beside=path.name)
    return prepared_logo(octets, name=name, limits=limits)


def without_logo(description: Mapping[str, Any]) -> dict[str, Any]:
    """All else that the description says."""
    return {key: value for key, value in description.items() if key != KEY}


def take_logo(
    session: Session, office: Office, description: Mapping[str, Any], logo: Prepared | None
) -> None:
    """Let the office have that logo; an empty name takes it away, and no name changes nothing."""
    if KEY in description:
        office.logo_id = store(session, logo.whole) if logo else None
        session.add(office)
        session.flush()
