"""E-mail addresses: one spelling for each, so that one mailbox is one row however it was typed."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import idna
from email_validator import EmailNotValidError, validate_email

from mailer.errors import BadInput

#: Marks that no program shows, such as the soft hyphen (Unicode, Default_Ignorable_Code_Point).
UNSEEN = (
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
#: Joiners spell something in Persian or Hindi; beside a sign of ASCII they do not.
JOINERS = r"(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])"
NOT_SEEN = re.compile(f"{UNSEEN}|{JOINERS}")
#: What an address is made of in ASCII, but for signs that nobody has in a mailbox.
PLAIN = re.compile(r"[A-Za-z0-9]+|[@._+-]")


@dataclass(frozen=True)
class MailAddress:
    """An address as it was meant and as we compare it (standards 6.4: NFC, lower case, A-label)."""

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

    What can only have been pasted by mistake is taken for what it stands for (`meant`). Raises
    BadInput for anything that cannot be an address.
    """
    typed = text.strip() if text.isascii() else meant(text)
    try:
        # Names such as .test are for tests and demos, and no harm: nothing resolves them.
        checked = validate_email(typed, check_deliverability=False, test_environment=True)
    except EmailNotValidError as wrong:
        raise BadInput(f"{text!r} is not an e-mail address: {wrong}") from wrong
    local = unicodedata.normalize("NFC", checked.local_part.lower())
    return MailAddress(typed=typed, normalised=f"{local}@{a_label(checked.domain)}")


def meant(text: str) -> str:
    """The text in NFC without marks that nobody sees, and in ASCII where it only looks different.

    Full-width letters and signs, ligatures and styled letters come from keyboards, PDFs and social
    media. RFC 6532 section 3.1 wants no NFKC, which some names lose a letter by: only signs that
    stand for ASCII are replaced, and the widths that RFC 8265 section 3.3.1 maps.
    """
    seen = NOT_SEEN.sub("", unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFC", "".join(map(_plain, seen))).strip()


@cache
def _plain(sign: str) -> str:
    if sign.isascii():
        return sign
    compatible = unicodedata.normalize("NFKC", sign)
    is_of_width = unicodedata.decomposition(sign).startswith(("<wide>", "<narrow>"))
    return compatible if is_of_width or PLAIN.fullmatch(compatible) else sign


def a_label(domain: str) -> str:
    """The domain in ASCII by IDNA 2008 with UTS 46 (the standard library's codec maps ß to ss)."""
    try:
        return idna.encode(domain, uts46=True).decode().lower()
    except idna.IDNAError as wrong:
        raise BadInput(f"{domain!r} is not a domain name: {wrong}") from wrong
