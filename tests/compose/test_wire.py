"""How words become octets that every server and reader takes."""

import quopri
import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.addresses import parse
from mailer.compose import wire
from mailer.compose.wire import (
    POLICY,
    encoded,
    isolated,
    mailbox,
    on_wire,
    one_line,
    phrase,
    quoted_printable,
    subject,
)

ENCODED_WORD = re.compile(r"=\?utf-8\?[bq]\?[^? ]*\?=")
LONG = "Ærø Søndergård " * 20
NAMES = [
    "Jane Doe",
    'Jane "JD" Doe, Jr.',
    "back\\slash",
    "Jørgen Ærø",
    "Παπαδόπουλος, Γιώργος",
    "עיתון הבוקר",
    "صحيفة الميناء",
    "👩🏽‍💻 Ada <ada@evil.example>",
    "=?utf-8?q?=61?=",
    "a" * 300,
    LONG.strip(),
    "@",
    "名前",
]


def _sent(name: str, value: str) -> bytes:
    message = EmailMessage(POLICY)
    message[name] = value
    return message.as_bytes().partition(b"\r\n\r\n")[0]


def _unfolded(raw: bytes) -> str:
    return re.sub(rb"\r\n(?=[ \t])", b"", raw).decode("ascii")


def _name_in(raw: bytes) -> str:
    name, _ = parseaddr(_unfolded(raw).partition(": ")[2])
    return str(make_header(decode_header(name)))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_can_be_read_back(name: str) -> None:
    raw = _sent("To", mailbox(name, "jane@outlet.example", header="To"))
    assert _name_in(raw) == name
    assert parseaddr(_unfolded(raw).partition(": ")[2])[1] == "jane@outlet.example"


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_name_leaves_one_line_per_header_and_one_address(name: str) -> None:
    raw = _sent("To", mailbox(name, "jane@outlet.example", header="To"))
    lines = raw.split(b"\r\n")
    assert all(line.startswith(b" ") for line in lines[1:])
    assert all(len(line) <= 200 for line in lines)
    assert raw.isascii()
    read = message_from_bytes(raw + b"\r\n\r\n", policy=POLICY)
    assert len(read.items()) == 1
    assert parseaddr(_unfolded(raw).partition(": ")[2])[1] == "jane@outlet.example"


@pytest.mark.parametrize("name", ["Jane\r\nBcc: all@example.org", "a\u2028b\x00c\x1b[31m"])
def test_a_line_break_in_a_name_is_a_blank(name: str) -> None:
    written = phrase(name, header="To")
    assert "\n" not in written
    assert "\r" not in written
    assert _name_in(_sent("To", f"{written} <a@b.example>")) == one_line(name)


def test_marks_that_turn_the_text_round_are_taken_out_of_names() -> None:
    assert phrase("Jane\u202egro.live\u2066", header="To") == '"Janegro.live"'


def test_an_empty_name_leaves_the_address_alone() -> None:
    assert mailbox(" \r\n", "a@b.example", header="To") == "a@b.example"


def test_hard_blanks_of_french_stay() -> None:
    assert one_line("Cybercriminalité\u00a0: «\u00a0oui\u00a0»") == (
        "Cybercriminalité\u00a0: «\u00a0oui\u00a0»"
    )


@pytest.mark.parametrize("text", [LONG.strip(), "Κυβερνοέγκλημα " * 12 + "τέλος", "💶" * 90])
def test_every_word_of_a_subject_is_short_and_decodable_alone(text: str) -> None:
    raw = _sent("Subject", subject(text))
    lines = raw.decode("ascii").split("\r\n")
    assert all(len(line) <= 76 for line in lines)
    words = ENCODED_WORD.findall(raw.decode("ascii"))
    assert all(len(word) <= 75 for word in words)
    # Each by itself: no letter is cut in two.
    assert "".join(str(make_header(decode_header(word))) for word in words) == text


def test_a_plain_subject_stays_readable_in_the_source() -> None:
    assert subject("Harbours agree on a code") == "Harbours agree on a code"


def test_a_subject_that_looks_encoded_is_encoded() -> None:
    assert str(make_header(decode_header(subject("=?utf-8?q?=61?=")))) == "=?utf-8?q?=61?="


@settings(deadline=None)
@given(st.text(min_size=1, max_size=400))
def test_any_subject_is_read_back(text: str) -> None:
    line = one_line(text)
    raw = _sent("Subject", subject(text))
    assert all(len(part) <= 76 for part in raw.split(b"\r\n"))
    assert str(make_header(decode_header(_unfolded(raw).partition(": ")[2]))) == line


def test_mostly_latin_words_stay_half_readable() -> None:
    assert encoded("Jørgen", header="To") == "=?utf-8?q?J=C3=B8rgen?="
    assert encoded("Αθήνα", header="To").startswith("=?utf-8?b?")


def test_a_long_address_is_never_torn() -> None:
    value = f"<https://press.example.org/u/{'a' * 200}>, <mailto:u+{'b' * 90}@bounce.example>"
    raw = _sent("List-Unsubscribe", value)
    assert _unfolded(raw) == f"List-Unsubscribe: {value}"
    assert b"=?" not in raw


def test_a_header_stands_only_once() -> None:
    message = EmailMessage(POLICY)
    message["Subject"] = "one"
    with pytest.raises(ValueError, match="at most 1"):
        message["Subject"] = "two"


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_quoted_printable_is_read_back(text: str) -> None:
    assert quopri.decodestring(quoted_printable(text).encode("ascii")) == text.encode()


@settings(deadline=None)
@given(st.text(alphabet="Aé= .\nFrom ", max_size=400))
def test_no_line_of_quoted_printable_is_long_or_ambiguous(text: str) -> None:
    for line in quoted_printable(text).split("\n"):
        assert len(line) <= 76
        assert not line.endswith(" ")
        assert not line.startswith((".", "From "))
        assert not re.search(r"=[0-9A-F]?$", line.removesuffix("="))


@pytest.mark.parametrize(
    ("text", "marked"),
    [("plain", False), ("שלום", False), ("שלום Hansa Lines", True), ("مدونة 24/7", False)],
)
def test_only_text_of_both_directions_is_set_apart(text: str, marked: bool) -> None:
    assert isolated(text) == (f"\u2068{text}\u2069" if marked else text)


@given(st.from_regex(wire.USUAL_DOMAIN, fullmatch=True).filter(lambda one: len(one) < 180))
def test_a_usual_domain_is_what_every_check_would_make_of_it(domain: str) -> None:
    assert on_wire(f"Eva.Lind@{domain}") == f"Eva.Lind@{parse(f'a@{domain}').domain}"


@given(st.from_regex(wire.PLAIN_NAME, fullmatch=True))
def test_a_plain_name_is_quoted_as_any_other(name: str) -> None:
    plain = phrase(name, header="To")
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(wire, "PLAIN_NAME", re.compile("(?!)"))
        assert plain == phrase(name, header="To")
