"""The journal: what is known of a wave when the process that sent it is gone."""

import os
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from mailer.delivery import journal
from mailer.delivery.claims import Claimed
from mailer.delivery.journal import Journal, Remains
from mailer.delivery.outcome import Outcome, OutcomeKind, Phase, from_reply, lost
from mailer.delivery.waves import Handed
from mailer.models import TrackingMode

ACCEPTED = from_reply(Phase.AFTER_DOT, 250, "2.0.0 Ok: queued as 4F1A", relay="spare")
HASH = "ab" * 32


def handed(number: int) -> Handed:
    claimed = Claimed(
        id=number,
        position=number,
        address_id=None,
        email="desk@havnebladet.example",
        recipient_name="",
        zone="",
        provider="",
        revision_id=1,
        edition_language="en",
        cover_language="da",
        in_reply_to="",
        notice_basis=None,
        notice_source="",
        tracking=TrackingMode.NONE,
        plain_text_only=False,
        message_id="<x@y.example>",
        attempt=2,
        first_attempt_at=None,
    )
    return Handed(claimed, 7, HASH, ("b=abc+/=", "b=def"))


@pytest.fixture
def open_journal(tmp_path: Path) -> Callable[[], Journal]:
    def open_one() -> Journal:
        opened = Journal(tmp_path)
        opened.open_wave([handed(number) for number in range(3)])
        return opened

    return open_one


def die(opened: Journal) -> None:
    """What the system does with the files of a process that is killed."""
    opened.abandon()


def remains(folder: Path) -> Remains:
    (only,) = journal.abandoned(folder)
    return only


def is_in_doubt(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.kind is OutcomeKind.UNKNOWN


def test_what_was_answered_is_known_with_the_very_words(
    tmp_path: Path, open_journal: Callable[[], Journal]
) -> None:
    opened = open_journal()
    opened.begun(0)
    odd = ACCEPTED._replace(text="2.0.0 Ok:\n R [1] \u00bbtaget\u00ab \U0001f600")
    opened.answered(0, odd)
    die(opened)
    found = remains(tmp_path)
    assert found.owner == opened.owner
    assert found.outcome(0, 2) == odd
    begun = found.begun[0, 2]
    assert (begun.skeleton_id, begun.content_hash) == (7, HASH)
    assert begun.signatures == ("b=abc+/=", "b=def")


def test_what_was_begun_and_not_answered_is_in_doubt(
    tmp_path: Path, open_journal: Callable[[], Journal]
) -> None:
    opened = open_journal()
    opened.begun(1)
    die(opened)
    outcome = remains(tmp_path).outcome(1, 2)
    assert outcome
    assert outcome.kind is OutcomeKind.UNKNOWN


def test_of_what_was_not_begun_nothing_went_out(
    tmp_path: Path, open_journal: Callable[[], Journal]
) -> None:
    opened = open_journal()
    opened.begun(1)
    die(opened)
    assert remains(tmp_path).outcome(2, 2) is None


def test_a_connection_that_broke_is_told_as_it_was(
    tmp_path: Path, open_journal: Callable[[], Journal]
) -> None:
    opened = open_journal()
    for number, phase in enumerate((Phase.RCPT, Phase.AFTER_DOT)):
        opened.answered(number, lost(phase, "Connection lost", relay="relay"))
    die(opened)
    found = remains(tmp_path)
    kinds = [outcome.kind for number in (0, 1) if (outcome := found.outcome(number, 2))]
    assert kinds == [OutcomeKind.DEFERRED, OutcomeKind.UNKNOWN]


def test_two_waves_are_kept_and_a_third_forgets_the_first(
    tmp_path: Path, open_journal: Callable[[], Journal]
) -> None:
    opened = open_journal()
    opened.begun(0)
    opened.open_wave([handed(9)])
    opened.begun(0)
    opened.open_wave([handed(11)])
    die(opened)
    found = remains(tmp_path)
    assert set(found.begun) == {(9, 2)}
    assert found.outcome(11, 2) is None


def killed_between_two_waves(opened: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of the next wave is emptied and has no head yet."""
    with monkeypatch.context() as patched:
        patched.setattr(journal, "_write", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            opened.open_wave([handed(9)])
    die(opened)


def test_of_a_wave_that_was_about_to_begin_nothing_went_out(
    tmp_path: Path, open_journal: Callable[[], Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_journal()
    opened.answered(0, ACCEPTED)
    opened.begun(1)
    killed_between_two_waves(opened, monkeypatch)
    found = remains(tmp_path)
    assert found.outcome(9, 2) is None
    assert found.outcome(0, 2) == ACCEPTED
    assert is_in_doubt(found.outcome(1, 2))


def test_an_empty_journal_proves_nothing_after_a_reboot(
    tmp_path: Path, open_journal: Callable[[], Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_between_two_waves(open_journal(), monkeypatch)
    booted = tmp_path / "boot_id"
    booted.write_text("another")
    monkeypatch.setattr(journal, "BOOT_ID", booted)
    assert is_in_doubt(remains(tmp_path).outcome(9, 2))


def test_after_a_reboot_whatever_has_no_answer_is_in_doubt(
    tmp_path: Path, open_journal: Callable[[], Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_journal()
    opened.answered(0, ACCEPTED)
    die(opened)
    booted = tmp_path / "boot_id"
    booted.write_text("another")
    monkeypatch.setattr(journal, "BOOT_ID", booted)
    found = remains(tmp_path)
    doubtful = found.outcome(2, 2)
    assert found.outcome(0, 2) == ACCEPTED
    assert doubtful
    assert doubtful.kind is OutcomeKind.UNKNOWN


@pytest.mark.parametrize("torn", [b"S 2 2 7", b"R [2, ", b"\xff\xfe\n", b"S\n", b"R {}\n"])
def test_a_line_that_was_cut_off_or_damaged_does_not_stop_the_rescue(
    tmp_path: Path, open_journal: Callable[[], Journal], torn: bytes
) -> None:
    opened = open_journal()
    opened.answered(0, ACCEPTED)
    os.write(opened._file, torn)
    die(opened)
    assert remains(tmp_path).outcome(0, 2) == ACCEPTED


def test_the_journal_of_a_living_line_is_left_alone(
    tmp_path: Path, open_journal: Callable[[], Journal]
) -> None:
    opened = open_journal()
    assert list(journal.abandoned(tmp_path)) == []
    opened.close()
    assert list(tmp_path.iterdir()) == []


def test_a_journal_goes_only_once_it_has_been_settled(
    tmp_path: Path, open_journal: Callable[[], Journal]
) -> None:
    die(open_journal())
    settling = journal.abandoned(tmp_path)
    next(settling)
    settling.close()  # as when the database goes away in the middle of it
    assert len(list(journal.abandoned(tmp_path))) == 1
    assert list(journal.abandoned(tmp_path)) == []


REFUSED = from_reply(Phase.AFTER_DOT, 554, "5.7.1 relay access denied", relay="relay")


@pytest.mark.parametrize("waves_before", [0, 1], ids=["first file", "second file"])
def test_of_two_waves_of_one_attempt_the_later_counts(tmp_path: Path, waves_before: int) -> None:
    opened = Journal(tmp_path)
    for _ in range(waves_before):
        opened.open_wave([handed(99)])
    both = [handed(1), handed(2)]
    opened.open_wave(both)
    for number in (0, 1):
        opened.begun(number)
        opened.answered(number, REFUSED)
    # The relay was mended; the attempts had been given back.
    opened.open_wave(both)
    opened.begun(0)
    opened.answered(0, ACCEPTED)
    opened.begun(1)
    die(opened)
    found = remains(tmp_path)
    assert found.outcome(1, 2) == ACCEPTED
    assert is_in_doubt(found.outcome(2, 2))


def test_without_its_second_file_everything_without_an_answer_is_in_doubt(
    tmp_path: Path, open_journal: Callable[[], Journal]
) -> None:
    opened = open_journal()
    opened.open_wave([handed(7)])
    opened.begun(0)
    (second,) = tmp_path.glob("*.journal2")
    second.unlink()
    die(opened)
    assert is_in_doubt(remains(tmp_path).outcome(7, 2))


@pytest.mark.parametrize(
    "line",
    [
        b"R 0 2 after_dot 99999999999999999999 relay\tx",
        b"S 0 2 99999999999999999999999 abc",
        b"S 0 2 7 abc " + b"[" * 100_000,
        b"S 99999999999999999999999 2 7 abc",
        b"S -1 2 7 abc",
        "R 0 2 after_dot ٢٥٠ relay\tx".encode(),
        b"Q 1",
        b"S 0 2 7 a\0b",
        b"S 0 2 7 ab",
    ],
)
def test_a_garbled_line_leaves_in_doubt_what_has_no_answer(
    tmp_path: Path, open_journal: Callable[[], Journal], line: bytes
) -> None:
    opened = open_journal()
    (path,) = tmp_path.glob("*.journal2" if line.endswith(b" ab") else "*.journal")
    with path.open("ab") as file:
        # Cut off in the middle, or garbled.
        file.write(line if line.endswith(b" ab") else line + b"\n")
    die(opened)
    assert is_in_doubt(remains(tmp_path).outcome(2, 2))


def test_a_message_must_not_leave_when_the_disk_takes_only_a_part_of_its_line(
    open_journal: Callable[[], Journal], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_journal()
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, octets: real(file, octets[:5]))
    with pytest.raises(OSError, match="No space left"):
        opened.begun(0)
    opened.answered(1, ACCEPTED)  # it was heard all the same


def test_a_journal_that_cannot_be_opened_does_not_keep_the_others_waiting(
    tmp_path: Path, open_journal: Callable[[], Journal]
) -> None:
    (tmp_path / f"0000{journal.SUFFIX}").mkdir()
    opened = open_journal()
    die(opened)
    assert [found.owner for found in journal.abandoned(tmp_path)] == [opened.owner]


def test_a_journal_set_aside_is_kept_and_not_found_again(
    tmp_path: Path, open_journal: Callable[[], Journal]
) -> None:
    opened = open_journal()
    die(opened)
    for found in journal.abandoned(tmp_path):
        journal.set_aside(tmp_path, found)
    assert not list(journal.abandoned(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{opened.owner}.journal.broken",
        f"{opened.owner}.journal2.broken",
    ]
