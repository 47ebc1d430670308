"""A reading of a message's head by the letter of RFC 5322, 2047, 2231 and 8058, from its octets.

It shares no code with what writes the messages, nor with the standard library, which forgives much.
"""

import base64
import re
from typing import Final

#: RFC 5322 section 2.1.1, without the line end.
LONGEST_LINE: Final = 998
FIELD: Final = re.compile(r"([!-9;-~]+): (.*)", re.DOTALL)
ATOM: Final = r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+"
QUOTED: Final = r'"(?:[ !#-\[\]-~]|\\[ -~])*"'
#: RFC 2047 section 2 and, within a phrase, section 5 rule 3.
ENCODED: Final = re.compile(
    r"=\?(?P<charset>utf-8)\?(?P<way>[bq])\?(?P<text>[A-Za-z0-9!*+/=_-]*)\?="
)
LONGEST_WORD: Final = 75
MAILBOX: Final = re.compile(
    rf"(?:(?P<phrase>{QUOTED}|[^<>\"]+) )?(?P<open><)?(?P<spec>[^<>\s]+)(?(open)>)"
)
SPEC: Final = re.compile(rf"(?:{ATOM})(?:\.{ATOM})*@[a-z0-9-]+(?:\.[a-z0-9-]+)+")


def lines_of(data: bytes) -> list[bytes]:
    """The lines; every line end is CRLF, and none is too long."""
    assert data.endswith(b"\r\n")
    lines = data[:-2].split(b"\r\n")
    assert not re.search(rb"[\r\n\0]", b"".join(lines))
    assert max(map(len, lines)) <= LONGEST_LINE
    return lines


def fields_of(data: bytes) -> list[tuple[str, str]]:
    """The header fields in order, unfolded as RFC 5322 section 2.2.3 says."""
    lines = lines_of(data)
    fields: list[str] = []
    for line in lines[: lines.index(b"")]:
        text = line.decode("utf-8")
        # A line of blanks only is obsolete syntax, and so is an empty first line of a value.
        assert text.strip()
        if text[0] in " \t":
            fields[-1] += text
        else:
            fields.append(text)
    found = [FIELD.fullmatch(field) for field in fields]
    assert all(found), fields
    return [(one[1], one[2]) for one in found if one]


def field(data: bytes, name: str) -> str:
    """The value of a header that stands there exactly once."""
    (value,) = (value for key, value in fields_of(data) if key.lower() == name.lower())
    return value


def word(text: str) -> str:
    """What an encoded-word says, read alone (RFC 2047 section 6)."""
    read = ENCODED.fullmatch(text)
    assert read, text
    assert len(text) <= LONGEST_WORD
    if read["way"] == "b":
        assert len(read["text"]) % 4 == 0
        return base64.b64decode(read["text"], validate=True).decode("utf-8")
    octets = re.sub(
        "=([0-9A-F]{2})", lambda one: chr(int(one[1], 16)), read["text"].replace("_", " ")
    )
    assert "=" not in re.sub("=[0-9A-F]{2}", "", read["text"])
    return octets.encode("latin-1").decode("utf-8")


def unstructured(value: str) -> str:
    """A subject: plain as it is, or encoded-words alone, whose blanks between them are none."""
    if "=?" not in value:
        assert value.isascii()
        return value
    return "".join(map(word, value.split(" ")))


def mailbox(value: str) -> tuple[str, str]:
    """The one display name and address of a From, To or Reply-To (RFC 5322 section 3.4)."""
    read = MAILBOX.fullmatch(value)
    assert read, value
    assert bool(read["phrase"]) == bool(read["open"])
    assert SPEC.fullmatch(read["spec"]) or not read["spec"].isascii(), read["spec"]
    assert "=?" not in read["spec"]
    phrase = read["phrase"] or ""
    if phrase.startswith('"'):
        assert "=?" not in phrase
        return re.sub(r"\\(.)", r"\1", phrase[1:-1]), read["spec"]
    return "".join(map(word, phrase.split(" "))) if phrase else "", read["spec"]


def addresses(value: str) -> list[str]:
    """What stands between < and > in a header of RFC 2369, with commas between."""
    assert re.fullmatch(r"<[^<>\s,]+>(?:, <[^<>\s,]+>)*", value), value
    return re.findall(r"<([^<>]+)>", value)


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A word and its parameters; those in pieces or in another script are joined (RFC 2231)."""
    kind, *written = value.split("; ")
    plain: dict[str, str] = {}
    coded: dict[str, list[str]] = {}
    for one in written:
        name, _, said = one.partition("=")
        if name.endswith("*"):
            base, _, number = name[:-1].partition("*")
            pieces = coded.setdefault(base, [])
            assert int(number or 0) == len(pieces)
            pieces.append(said)
        else:
            assert re.fullmatch(QUOTED, said), said
            plain[name] = re.sub(r"\\(.)", r"\1", said[1:-1])
    for base, pieces in coded.items():
        assert base not in plain
        assert all(len(piece) <= LONGEST_WORD for piece in pieces)
        charset, language, said = "".join(pieces).split("'")
        assert (charset, language) == ("utf-8", "")
        assert re.fullmatch(r"(?:[A-Za-z0-9!#$&+.^_`{}|~-]|%[0-9A-F]{2})*", said), said
        octets = re.sub("%([0-9A-F]{2})", lambda hit: chr(int(hit[1], 16)), said)
        plain[base] = octets.encode("latin-1").decode("utf-8")
    return kind, plain


def message_ids(value: str) -> list[str]:
    """The Message-IDs of a value, with single blanks between them (RFC 5322 section 3.6.4)."""
    found = value.split(" ")
    for one in found:
        assert re.fullmatch(rf"<(?:{ATOM}\.?)+@[a-z0-9.-]+>", one), one
    return found
