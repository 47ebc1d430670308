"""Web addresses in a cell, and names at social networks."""

import re
from urllib.parse import urlsplit

from mailer import addresses
from mailer.contacts.importing.values.cleaning import clean
from mailer.contacts.importing.values.splitting import each_once, split
from mailer.errors import BadInput

SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*):(?!\d)")
#: What has no place in a web address, and a use in smuggling one into a page.
FORBIDDEN = re.compile(r"[\s<>\"'`\\{}^]")
#: A site in plain letters, with nothing before it that only looks like one.
PLAIN_SITE = re.compile(
    r"https?://(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,63}(?:[/?#].*)?", re.IGNORECASE | re.ASCII
)
LONGEST_PLAIN = 63
HANDLE = re.compile(r"@?[\w.\-]{1,100}")


def read_url(text: str) -> str:
    """The web address, https:// put before it where nothing is.

    Raises BadInput for what is no address of the web, such as javascript: and mailto:.
    """
    text = clean(text)
    scheme = SCHEME.match(text)
    if scheme and scheme["scheme"].lower() not in ("http", "https"):
        raise BadInput(f"{text!r} is no web address: only http and https are; write https://…")
    url = text if scheme else f"https://{text.removeprefix('//')}"
    if FORBIDDEN.search(url) or not _has_site(url):
        raise BadInput(f"{text!r} is not a web address: write it like https://example.org")
    return url


def _has_site(url: str) -> bool:
    if PLAIN_SITE.fullmatch(url) and url.index(".") < LONGEST_PLAIN:
        return True
    try:
        parts = urlsplit(url)
        _ = parts.port
        host = parts.hostname or ""
        return bool(parts.netloc) and "." in addresses.a_label(host.rstrip("."))
    except (ValueError, BadInput):
        return False


def read_profiles(text: str, delimiter: str = "") -> tuple[str, ...]:
    """Web addresses and names such as @eva, each once. Raises BadInput for anything else."""
    if HANDLE.fullmatch(text) and not text.startswith("www."):
        return (text,)
    return each_once(map(_profile, split(text, delimiter=delimiter)), by=str.casefold)


def _profile(text: str) -> str:
    if SCHEME.match(text) or text.startswith("www.") or "/" in text:
        return read_url(text)
    if HANDLE.fullmatch(text):
        return text
    raise BadInput(f"{text!r} is no profile: write the page's address, or a name such as @eva")
