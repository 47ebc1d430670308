"""E-mail addresses: one spelling for each, so that one mailbox is one row however it was typed."""

import unicodedata
from dataclasses import dataclass

import idna
from email_validator import EmailNotValidError, validate_email

from mailer.errors import BadInput


@dataclass(frozen=True)
class MailAddress:
    """An address as it was typed and as we compare it (standards 6.4: NFC, lower case, A-label)."""

    typed: str
    normalised: str

    @property
    def domain(self) -> str:
        """The domain as A-labels."""
        return self.normalised.rpartition("@")[2]

    @property
    def needs_smtputf8(self) -> bool:
        """Whether the local part is not ASCII, so that every hop must speak RFC 6531."""
        return not self.normalised.isascii()


def parse(text: str) -> MailAddress:
    """Read one address. Plus and dots in the local part are kept: they may be other mailboxes.

    Raises BadInput for anything that cannot be an address.
    """
    typed = unicodedata.normalize("NFC", text.strip())
    try:
        # Names such as .test are for tests and demos, and no harm: nothing resolves them.
        checked = validate_email(typed, check_deliverability=False, test_environment=True)
    except EmailNotValidError as wrong:
        raise BadInput(f"{text!r} is not an e-mail address: {wrong}") from wrong
    local = unicodedata.normalize("NFC", checked.local_part.lower())
    return MailAddress(typed=typed, normalised=f"{local}@{a_label(checked.domain)}")


def a_label(domain: str) -> str:
    """The domain in ASCII by IDNA 2008 with UTS 46 (the standard library's codec maps ß to ss)."""
    try:
        return idna.encode(domain, uts46=True).decode().lower()
    except idna.IDNAError as wrong:
        raise BadInput(f"{domain!r} is not a domain name: {wrong}") from wrong
