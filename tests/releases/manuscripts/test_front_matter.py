"""The head of a release file is read as it was typed, and each mistake is named."""

import contextlib
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.errors import BadInput
from mailer.releases.manuscripts.front_matter import Record, read_parts

HEAD = "---\ntitle: Twelve harbours\n---\nText\n"


def written(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "en.md"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def record(**values: object) -> Record:
    return Record(dict(values), where="en.md")


def test_head_and_body_come_apart(tmp_path: Path) -> None:
    head, body = read_parts(written(tmp_path, HEAD))
    assert head.line("title") == "Twelve harbours"
    assert body == "Text\n"


def test_a_byte_order_mark_and_line_ends_of_windows_do_no_harm(tmp_path: Path) -> None:
    windows = "\ufeff" + HEAD.replace("\n", "\r\n")
    head, body = read_parts(written(tmp_path, windows))
    assert (head.line("title"), body) == ("Twelve harbours", "Text\n")


def test_a_rule_in_the_text_does_not_end_it(tmp_path: Path) -> None:
    _, body = read_parts(written(tmp_path, HEAD + "\n---\n\nMore\n"))
    assert body == "Text\n\n---\n\nMore\n"


@pytest.mark.parametrize("typed", ["365e09", "0123", "1_000", "2026-11-23", "no", "1.10", "0x1F"])
def test_a_value_is_the_text_that_was_typed(tmp_path: Path, typed: str) -> None:
    head, _ = read_parts(written(tmp_path, f"---\nreference: {typed}\n---\nText"))
    assert head.line("reference") == typed


def test_an_emoji_escaped_as_json_does_is_one_sign(tmp_path: Path) -> None:
    head, _ = read_parts(written(tmp_path, '---\ntitle: "Port \\ud83d\\ude00"\n---\nText'))
    assert head.line("title") == "Port \U0001f600"


def test_half_an_escaped_pair_is_refused(tmp_path: Path) -> None:
    head, _ = read_parts(written(tmp_path, '---\ntitle: "Port \\ud83d"\n---\nText'))
    with pytest.raises(BadInput, match="control character"):
        head.line("title")


@pytest.mark.parametrize("typed", ["", "~", "null"])
def test_nothing_stays_nothing(tmp_path: Path, typed: str) -> None:
    head, _ = read_parts(written(tmp_path, f"---\nplace: {typed}\n---\nText"))
    assert head.line("place") == ""


def test_letters_with_loose_accents_become_one_sign(tmp_path: Path) -> None:
    head, body = read_parts(written(tmp_path, "---\ntitle: Cafe\u0301\n---\nCafe\u0301"))
    assert (head.line("title"), body) == ("Café", "Café")


def test_the_no_break_space_before_a_french_colon_stays() -> None:
    assert record(title="Code\u00a0: \t douze\nports ").line("title") == "Code\u00a0: douze ports"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        ("Only text".encode("utf-16"), "UTF-16"),
        (b"---\ntitle: a\0b\n---\nText", "NUL"),
        ("---\ntitle: Ærø\n---\nText".encode("latin-1"), "line 2: not UTF-8"),
        ("Just text\n", "no front matter"),
        ("Text first\n---\ntitle: x\n---\n", "no front matter"),
        ("---\ntitle: x\nText without an end\n", "has no end"),
        ("---\n---\nText", "must be lines such as title"),
        ("---\n- title\n---\nText", "must be lines such as title"),
        ("---\nlanguage: en\ntitle: Harbours: a code\n---\nText", "line 3"),
        ("---\nlanguage: en\ntitle: Harbours: a code\n---\nText", "in quotes"),
        ("---\ntitle: a\ntitle: b\n---\nText", "line 3.*title stands there twice"),
        ("---\ntitle: !!python/object:os.system x\n---\nText", "cannot be read"),
        ("---\n[a, b]: x\n---\nText", "cannot be read"),
        ("---\nplace: " + "[" * 5000 + "\n---\nText", "cannot be read"),
        ("---\ntitle: a\n---\nfirst\nsecond\x0c\n", "line 5: a control character .U.000C"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_what_is_no_release_file_is_refused_with_what_to_do(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    with pytest.raises(BadInput, match=f"^en.md.*{said}"):
        read_parts(written(tmp_path, content))


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot read .*gone\.md"):
        read_parts(tmp_path / "gone.md")


# A file is written and read for each: how fast is the disk's affair.
@settings(deadline=None)
@given(content=st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "en.md"
    path.write_bytes(b"---\n" + content + b"\n---\nText")
    with contextlib.suppress(BadInput):
        assert isinstance(read_parts(path)[1], str)


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(BadInput, match=r"en\.md: unknown key 'tilte': did you mean title\?"):
        record(tilte="x").refuse_unknown(("title", "place"))


def test_a_key_like_no_other_names_all() -> None:
    with pytest.raises(BadInput, match="known are title, place"):
        record(zzz="x").refuse_unknown(("title", "place"))


def test_a_control_character_in_a_line_is_refused() -> None:
    with pytest.raises(BadInput, match="control character"):
        record(title="a\x07b").line("title")


@pytest.mark.parametrize("value", [["a"], {"a": "b"}, 5])
def test_a_line_is_not_a_list(value: object) -> None:
    with pytest.raises(BadInput, match=r"en\.md: title must be one line of text"):
        record(title=value).line("title")


@pytest.mark.parametrize("value", [["crime", " sea ", "crime", ""], "crime, sea"])
def test_words_come_as_a_list_or_with_commas_and_none_twice(value: object) -> None:
    assert record(beats=value).words("beats") == ("crime", "sea")


@pytest.mark.parametrize("value", [{"a": "b"}, [["a"]]])
def test_words_are_not_records(value: object) -> None:
    with pytest.raises(BadInput, match="must be a list such as"):
        record(beats=value).words("beats")


def test_entries_are_words_or_records_that_know_their_place() -> None:
    first, second = record(contacts=["mira.lund", {"name": "Duty desk"}]).items("contacts")
    assert first == "mira.lund"
    assert isinstance(second, Record)
    assert second.where == "en.md: contacts, entry 2"


def test_one_entry_needs_no_list() -> None:
    assert list(record(contacts="mira.lund").items("contacts")) == ["mira.lund"]


def test_an_entry_is_not_a_list() -> None:
    with pytest.raises(BadInput, match="entry 1 must be a word or a record"):
        list(record(contacts=[["a"]]).items("contacts"))


@pytest.mark.parametrize(("typed", "claim"), [("yes", True), ("False", False), ("", True)])
def test_a_claim_is_yes_or_no(typed: str, claim: bool) -> None:
    assert record(open_to_press=typed).claim("open_to_press", default=True) is claim


def test_a_claim_is_nothing_else() -> None:
    with pytest.raises(BadInput, match="must be yes or no"):
        record(open_to_press="perhaps").claim("open_to_press", default=True)


def test_a_day_is_a_date() -> None:
    assert record(date="2007-06-04").day("date") == date(2007, 6, 4)


@pytest.mark.parametrize("typed", ["04.06.2007", "2007-06-31", "June", "2007-06-04T09:00"])
def test_no_other_way_to_write_a_day_is_guessed_at(typed: str) -> None:
    with pytest.raises(BadInput, match=r"date must be written like 2007-06-04, not"):
        record(date=typed).day("date")


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("2007-06-11T09:30", "2007-06-11T09:30:00"),
        ("2007-06-11 09:30:15", "2007-06-11T09:30:15"),
        ("2007-06-11 09:30 +02:00", "2007-06-11T09:30:00+02:00"),
        ("2007-06-11T09:30 Z", "2007-06-11T09:30:00+00:00"),
    ],
)
def test_a_moment_keeps_the_zone_it_has(typed: str, iso: str) -> None:
    moment = record(starts=typed).moment("starts")
    assert isinstance(moment, datetime)
    assert moment.isoformat() == iso


def test_a_moment_may_be_a_whole_day() -> None:
    assert record(ends="2007-06-12").moment("ends") == date(2007, 6, 12)


def test_a_moment_in_words_is_refused() -> None:
    with pytest.raises(BadInput, match="starts must be written like"):
        record(starts="tomorrow").moment("starts")


def test_a_pipe_or_a_device_is_no_manuscript() -> None:
    with pytest.raises(BadInput, match="null is no file"):
        read_parts(Path("/dev/null"))
