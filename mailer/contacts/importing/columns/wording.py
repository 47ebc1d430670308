"""What columns can mean, and how we know, in words for whoever has never seen our names for it."""

from collections.abc import Sequence
from typing import NamedTuple

from mailer.contacts.importing.columns.targets import IGNORE, TARGETS

ABOUT = {
    "outlet": "Outlet",
    "desk": "Desk of the outlet",
    "person": "Person",
    "role": "Job",
    "list": "Lists",
    "lists": "Lists",
    "tags": "Lists",
    "state": "State of the address",
    "coverage": "Coverage (not kept)",
}
WORDS = {
    "addr1": "address, first line",
    "addr2": "address, second line",
    "beats": "subjects",
    "email": "e-mail address",
    "external_id": "number in the other database",
    "full_name": "whole name",
    "lists": "on the lists",
    "notes_private": "private note",
    "notes_public": "note",
    "periodicity": "how often it appears",
    "postcode": "post code",
    "preferred_channel": "how to be reached",
    "role_type": "kind of job",
    "tags": "tags",
    "url": "web page",
    "zone": "time zone",
    "status": "state there",
    "state": "state there",
}
LEFT_OUT = "left out"
SETS = {
    "press_mailer": "a file of Press Mailer",
    "cision_pipe_csv": "the Cision feed",
    "prmax_export": "an export of PRmax",
    "prmax_private_import": "a file for PRmax",
    "prowly_import": "a file for Prowly",
    "valosan": "a media list of Valosan",
    "muckrack_contacts": "an export of Muck Rack",
    "muckrack_coverage": "coverage of Muck Rack",
    "prezly_api": "an export of Prezly",
    "eso_djangoplicity": "an export of djangoplicity",
    "flanders_vlivia": "an export of Vlivia",
}
FOUND_BY = {
    "synonym": "by its name",
    "similar": "almost by its name",
    "mapping": "you said so",
    "remembered": "as in an earlier file",
    "": "it has no name",
}


class Meaning(NamedTuple):
    """One thing that a column can mean."""

    target: str
    label: str


def meaning_in_words(target: str) -> str:
    """Person: family name."""
    if target == IGNORE:
        return LEFT_OUT
    about, _, what = target.rpartition(".")
    about = about or what
    return f"{ABOUT[about.split('.')[0]]}: {_what(about, what)}"


def meanings() -> list[tuple[str, list[Meaning]]]:
    """All that a column can mean, by what it is about."""
    groups: dict[str, list[Meaning]] = {}
    for target in TARGETS:
        if target != IGNORE:
            about, label = meaning_in_words(target).split(": ", 1)
            groups.setdefault(about, []).append(Meaning(target, label))
    return list(groups.items())


def found_in_words(found_by: str) -> str:
    """How it is known what a column means."""
    return FOUND_BY.get(found_by, "by the file it comes from")


def set_in_words(found_by: Sequence[str]) -> str:
    """The known export that a header row is of; empty when it is none."""
    name = next((how.removeprefix("set ") for how in found_by if how.startswith("set ")), "")
    return SETS.get(name, name.replace("_", " "))


def _what(about: str, what: str) -> str:
    label = WORDS.get(what, what.replace("_", " "))
    return f"profile on {label}" if about.endswith(".social") else label
