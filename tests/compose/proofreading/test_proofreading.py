"""What is composed is right as it is; and each fault that a message could have is found."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailer.compose import proofreading
from mailer.compose.letter import Identity, Letter
from mailer.compose.message import ComposedMessage, compose
from mailer.compose.proofreading import covers, headers, octets, parts, proofread
from mailer.compose.proofreading.sample import Sample
from mailer.languages import cover_languages
from mailer.releases.editions import FullRelease
from tests.compose.conftest import NOW, MakeLetter

CHECKS = (octets.check, headers.check, parts.check)


@pytest.fixture
def full(make_letter: MakeLetter) -> FullRelease:
    """A release in three languages."""
    return make_letter().full


@pytest.fixture
def data(make_letter: MakeLetter) -> bytes:
    """A message as it goes over the wire."""
    return compose(make_letter(edition_language="en", cover_language="en")).data


def found(data: bytes, full: FullRelease) -> list[tuple[str, str]]:
    sample = Sample(data, full, "en", "en")
    return [(one.id, one.message) for check in CHECKS for one in check(sample)]


def test_what_we_compose_is_right_under_every_cover(full: FullRelease, identity: Identity) -> None:
    assert proofread(full, identity=identity, at=NOW, is_thorough=True) == []


def test_under_embargo_and_as_a_correction_too(full: FullRelease, identity: Identity) -> None:
    row = full.release.model_copy(update={"embargo_until": NOW + timedelta(days=1)})
    held = replace(full, release=row)
    assert proofread(held, identity=identity, at=NOW) == []


def test_thorough_is_each_cover_of_the_source_and_the_own_one_of_a_translation(
    full: FullRelease,
) -> None:
    source = covers("en", full, is_thorough=True)
    assert (source[0], sorted(source)) == ("en", sorted(cover_languages()))
    assert [covers(tag, full, is_thorough=True) for tag in ("fr", "ar")] == [["fr"], ["ar"]]
    assert covers("en", full, is_thorough=False) == ["en"]


def test_a_sound_message_has_no_fault(data: bytes, full: FullRelease) -> None:
    assert found(data, full) == []


@pytest.mark.parametrize(
    ("old", "new", "check", "words"),
    [
        (b"\r\nSubject: ", b"\r\nSubject: x\r\nSubject: ", "headers", "Subject stands 2 times"),
        (b"\r\nMIME-Version: 1.0", b"", "headers", "MIME-Version stands 0 times"),
        (b"\r\nTo: ", b'\r\nTo: "A" <a@b.example>\r\nTo: ', "headers", "To stands 2 times"),
        (b"\r\nDate: ", b"\r\nX-Date: ", "headers", "Date stands 0 times"),
        (
            b"<press@harbour.example>",
            b'<press@harbour.example>, "B" <b@harbour.example>',
            "headers",
            "exactly one mailbox",
        ),
        (b"List-Unsubscribe: <https:", b"List-Unsubscribe: <http:", "headers", "one https"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=one", "headers", "mail programs look"),
        (b"List-Help: <", b"List-Help: =?utf-8?q?=3C?= <", "headers", "List-Help is encoded"),
        (
            b"<press@harbour.example>",
            b"<press@=?utf-8?q?harbour?=.example>",
            "headers",
            "address in From is encoded",
        ),
        (b"\r\nSubject: ", b"\r\nSubject: =?utf-8?q?=C3?= ", "headers", "cannot be read alone"),
        (b"\r\nSubject: ", b"\r\nSubject: =?utf-8?q?" + b"a" * 80 + b"?= ", "headers", "alone"),
        (b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\n", "octets", "half of one"),
        (b"Twelve", b"Tw\0elve", "octets", "zero octet"),
        (
            b"MIME-Version: 1.0",
            b"X-Long: " + b"a" * 999 + b"\r\nMIME-Version: 1.0",
            "octets",
            "998",
        ),
        (b"\r\n\r\n", b"\r\n\r\n\xc3\xa9", "octets", "eight bits"),
    ],
)
def test_a_fault_on_the_wire_is_found(
    data: bytes, full: FullRelease, old: bytes, new: bytes, check: str, words: str
) -> None:
    assert old in data
    messages = [
        message for name, message in found(data.replace(old, new, 1), full) if name == check
    ]
    assert any(words in message for message in messages)


def reworded(data: bytes, subtype: str, old: str, new: str) -> bytes:
    """The message with other words in one of its parts."""
    message = Sample(data, None, "en", "en").message  # type: ignore[arg-type]
    part = message.get_body((subtype,))
    assert part is not None
    text = part.get_content()
    assert old in text
    part.set_content(text.replace(old, new), subtype=subtype, cte="quoted-printable")
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


@pytest.mark.parametrize(
    ("subtype", "old", "new", "check", "words"),
    [
        ("plain", "Some 120 participants will be looking at:", "", "parity", "it lacks"),
        ("plain", "https://press.example.org/u/", "u/", "no-way-out", "text part has no link"),
        ("html", "https://press.example.org/u/", "u/", "no-way-out", "HTML part has no link"),
        ("plain", "Quai des Exemples", "", "no-way-out", "text part lacks the postal"),
        ("html", "Quai des Exemples", "", "no-way-out", "HTML part lacks the postal"),
        ("plain", "Some 120", "Some {{ count }}", "unfilled", "{{ count }}"),
        ("plain", "Some 120", "Some None", "unfilled", "Some None"),
        ("html", "</body>", "<img src='x.png'></body>", "html-faults", "without alt (x.png)"),
        ("html", "<html lang", "<html data-lang", "html-faults", "no lang and dir"),
        ("html", "</body>", "<p>" + "x" * 102_000 + "</p></body>", "large-html", "102 kB"),
    ],
)
def test_a_fault_in_the_words_is_found(
    data: bytes, full: FullRelease, subtype: str, old: str, new: str, check: str, words: str
) -> None:
    told = found(reworded(data, subtype, old, new), full)
    assert any(name == check and words in message for name, message in told)


def test_words_of_the_author_are_not_taken_for_a_gap(full: FullRelease, identity: Identity) -> None:
    text = "None of the harbours returned null; undefined is the {rest}."
    revision = full.revisions["en"].model_copy(update={"body": text, "title": "None agreed"})
    written = replace(full, revisions={"en": revision})
    assert "unfilled" not in [one.id for one in proofread(written, identity=identity, at=NOW)]


def test_a_large_text_is_told_of_once(full: FullRelease, identity: Identity) -> None:
    text = "\n\n".join(f"Harbour {number} agreed on a code of conduct." for number in range(2500))
    revision = full.revisions["en"].model_copy(update={"body": text})
    told = proofread(replace(full, revisions={"en": revision}), identity=identity, at=NOW)
    assert [(one.id, one.edition, one.severity.value) for one in told] == [
        ("large-html", "en", "warn")
    ]


def test_a_text_that_is_far_too_long_is_read_under_one_cover(
    full: FullRelease, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def composing(letter: Letter) -> ComposedMessage:
        made.append(letter.cover_language)
        return compose(letter)

    monkeypatch.setattr(proofreading, "compose", composing)
    row = "| 1 " * 100 + "|\n"
    table = f"{row}{'|---' * 100}|\n{row * 60}"
    revision = full.revisions["en"].model_copy(update={"body": table})
    written = replace(full, revisions={"en": revision})
    told = proofread(written, identity=identity, at=NOW, is_thorough=True)
    assert "large-html" in [one.id for one in told]
    assert made == ["en"]


def test_a_message_that_many_servers_refuse_is_told_of(data: bytes, full: FullRelease) -> None:
    heavy = data + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 140_000
    assert "large-message" in [name for name, _ in found(heavy, full)]


def test_a_message_that_cannot_be_made_is_told_of(full: FullRelease, identity: Identity) -> None:
    office = full.office.model_copy(update={"from_address": "not an address"})
    told = proofread(replace(full, office=office), identity=identity, at=NOW)
    assert {one.id for one in told} == {"not-composed"}
