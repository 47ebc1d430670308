"""E-mail addresses in a cell: several, with names around them, as links."""

import re
from functools import lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES

from mailer import addresses
from mailer.addresses import MailAddress
from mailer.contacts.importing.values.splitting import split
from mailer.errors import BadInput

#: Local parts that need no closer look: dot-atoms of RFC 5322 in plain letters, 64 at most.
PLAIN = re.compile(
    r"(?P<local>[A-Za-z0-9_+\-]+(?:\.[A-Za-z0-9_+\-]+)*)@(?P<domain>[A-Za-z0-9.\-]+)"
)
#: A domain that is spelled as DNS has it. Two hyphens in a row may be a letter in disguise.
LABEL = r"[a-z0-9]+(?:-[a-z0-9]+)*"
PLAIN_DOMAIN = re.compile(rf"(?:{LABEL}\.)+[a-z]{{2,63}}")
#: Endings that belong to no one on the net, or to tests; the library knows which are refused.
RESERVED = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)
LONGEST_LABEL, LONGEST_DOMAIN = 63, 253
#: "Eva Lund <eva@example.org>", whatever stands before.
IN_BRACKETS = re.compile(r"[^<>]*<\s*(?P<address>[^<>\s]+)\s*>\s*")
ALL_IN_BRACKETS = re.compile(r"(?:[^<>@]*<\s*[^<>\s]+\s*>[\s,;|]*)+")
AROUND = " \t.,;:<>\"'()[]"
DISGUISED = re.compile(
    r"[(\[{]\s*(?:at|ät|a|æt|chez|dot|punkt|point)\s*[)\]}]|\s(?:at|\(?@\)?)\s", re.IGNORECASE
)
LONGEST_LOCAL, LONGEST = 64, 254
SPACES = re.compile(r"(?<=[^\s@])\s+(?=[^\s@]+@)")


def read_emails(text: str, delimiter: str = "") -> tuple[MailAddress, ...]:
    """The addresses of a cell, each once.

    Raises BadInput for what is no address, also when it is disguised as in eva (at) example.org:
    an address is never put together by guessing.
    """
    if plain := _plain(text):
        return (plain,)
    found: dict[str, MailAddress] = {}
    parts = _parts(text, delimiter)
    for part in parts:
        address = _address(part) if len(parts) == 1 else _one_of_several(part, text)
        found.setdefault(address.normalised, address)
    return tuple(found.values())


def _parts(text: str, delimiter: str) -> list[str]:
    if ALL_IN_BRACKETS.fullmatch(text):
        # The comma in "Lund, Eva <eva@example.org>" parts no addresses.
        return [match["address"] for match in IN_BRACKETS.finditer(text)]
    return [part for whole in split(text, delimiter=delimiter) for part in _apart(whole)]


def _apart(text: str) -> list[str]:
    """Addresses with only spaces between them."""
    if text.count("@") < 2 or "<" in text or '"' in text:
        return [text]
    return SPACES.split(text)


def _one_of_several(part: str, cell: str) -> MailAddress:
    """One address of a cell. What is wrong may be what parts it from the others."""
    try:
        return _address(part)
    except BadInput as wrong:
        raise BadInput(f"{wrong} (the whole cell is {cell!r})") from wrong


def _address(text: str) -> MailAddress:
    bare = _bare(text)
    if plain := _plain(bare):
        return plain
    if DISGUISED.search(bare):
        raise BadInput(f"{text!r} is a disguised address: write it with @, as in eva@example.org")
    return addresses.parse(bare)


def _plain(text: str) -> MailAddress | None:
    """An address that needs no closer look, as `addresses.parse` reads it."""
    match = PLAIN.fullmatch(text)
    if match is None or len(match["local"]) > LONGEST_LOCAL or len(text) > LONGEST:
        return None
    domain = _domain(match["domain"])
    return MailAddress(text, f"{match['local'].lower()}@{domain}") if domain else None


def _bare(text: str) -> str:
    match = IN_BRACKETS.fullmatch(text)
    bare = (match["address"] if match else text).strip(AROUND)
    if bare[:7].casefold() == "mailto:":
        bare = bare[7:].partition("?")[0].strip(AROUND)
    return bare


@lru_cache(maxsize=65536)
def _domain(typed: str) -> str:
    """The domain as we compare it; empty when it needs a closer look.

    Plain ones are known at sight: a closer look costs more than the rest of a row.
    """
    domain = typed.lower()
    if (
        PLAIN_DOMAIN.fullmatch(domain)
        and len(domain) <= LONGEST_DOMAIN
        and domain.rpartition(".")[2] not in RESERVED
        and all(len(label) <= LONGEST_LABEL for label in domain.split("."))
    ):
        return domain
    try:
        return addresses.parse(f"a@{typed}").domain
    except BadInput:
        return ""
