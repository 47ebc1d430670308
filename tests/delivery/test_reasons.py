"""The reasons in the words of people."""

import pytest

from mailer.delivery.reasons import WORDS, Reason, in_words


def test_every_reason_has_words_of_its_own() -> None:
    assert set(WORDS) == {reason.value for reason in Reason}
    assert len(set(WORDS.values())) == len(WORDS)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("mailbox_full", "the mailbox is full"),
        ("relay: network", "our relay, not the recipient: the connection failed"),
        ("decided by an officer", "decided by an officer"),
        ("", ""),
    ],
)
def test_the_reason_of_a_delivery_is_put_into_words(reason: str, words: str) -> None:
    assert in_words(reason) == words
