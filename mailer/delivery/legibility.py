"""What a server says, fit for a row, a log and a terminal: it may say anything at all."""

import re

#: What Python makes of octets that are no UTF-8 (PEP 383), and other halves of signs. No database
#: takes them.
HALVES = re.compile("[\ud800-\udfff]")
FIRST_OCTET, LAST_OCTET, ABOVE_OCTETS = 0xDC80, 0xDCFF, 0xDC00


def legible(text: str) -> str:
    """The text, line by line, with a space for each sign that nobody sees.

    Such signs end a line of a listing, turn its direction round or command a terminal; NUL is
    refused by PostgreSQL. Octets that are no UTF-8 are shown as \\xfc.
    """
    if text.isprintable():
        return text
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    if line.isprintable():
        return line
    whole = HALVES.sub(_written_out, line)
    return "".join(sign if sign.isprintable() else " " for sign in whole)


def _written_out(half: re.Match[str]) -> str:
    number = ord(half.group())
    if FIRST_OCTET <= number <= LAST_OCTET:
        return f"\\x{number - ABOVE_OCTETS:02x}"
    return f"\\u{number:04x}"
