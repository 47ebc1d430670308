"""What a server may say, and what is left of it for a row, a log and a terminal."""

import pytest

from mailer.delivery.legibility import legible
from mailer.delivery.outcome import Outcome, Phase, from_reply, lost

LATIN_1 = b"ung\xfcltig".decode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("", ""),
        ("2.0.0 Ok: queued as 4F1", "2.0.0 Ok: queued as 4F1"),
        ("ungültig, 無効, недействителен", "ungültig, 無効, недействителен"),
        ("one\ntwo", "one\ntwo"),
        (LATIN_1, r"ung\xfcltig"),
        ("half a sign \ud83d", r"half a sign \ud83d"),
        ("nul \x00, red \x1b[31m, \x9b31m, delete \x7f", "nul  , red  [31m,  31m, delete  "),
        ("tab\t, return\r, page\f, line\u2028", "tab , return , page , line "),
        ("turned \u202e round, unseen \u200b, mark \ufeff", "turned   round, unseen  , mark  "),
    ],
)
def test_what_nobody_sees_is_left_out_and_all_else_is_kept(said: str, shown: str) -> None:
    assert legible(said) == shown
    shown.encode()


@pytest.mark.parametrize(
    "outcome",
    [
        from_reply(Phase.RCPT, 550, f"5.1.1 {LATIN_1}\0"),
        from_reply(Phase.AFTER_DOT, 250, f"2.0.0 {LATIN_1}\0"),
        from_reply(Phase.CONNECT, 200, f"{LATIN_1}\0"),
        lost(Phase.AFTER_DOT, f"{LATIN_1}\0"),
        lost(Phase.CONNECT, f"{LATIN_1}\0"),
    ],
)
def test_no_outcome_holds_what_no_row_takes(outcome: Outcome) -> None:
    assert r"ung\xfcltig" in outcome.text
    assert outcome.text.isprintable()


def test_an_enhanced_code_is_one_of_plain_digits() -> None:
    assert from_reply(Phase.RCPT, 550, "5.١.١ no such user").enhanced is None
