import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.errors import BadToken, NotFound
from mailer.tokens import Claim, Keyring, Purpose

KEYS = Keyring({1: b"\x01" * 32, 2: b"\x02" * 32})
ROW_IDS = st.integers(0, 2**48 - 1)
LINKS = st.integers(0, 2**16 - 1)


@given(purpose=st.sampled_from(Purpose), row_id=ROW_IDS, link=LINKS)
def test_a_token_says_again_what_was_signed(purpose: Purpose, row_id: int, link: int) -> None:
    token = KEYS.sign(purpose, row_id, link=link)
    assert KEYS.verify(purpose, token) == Claim(row_id=row_id, link=link)


@given(row_id=ROW_IDS, link=LINKS)
def test_a_token_survives_a_server_that_writes_local_parts_in_capitals(
    row_id: int, link: int
) -> None:
    token = KEYS.sign(Purpose.BOUNCE, row_id, link=link)
    assert KEYS.verify(Purpose.BOUNCE, token.upper()).row_id == row_id


@given(
    row_id=ROW_IDS,
    place=st.integers(0, 30),
    letter=st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"),
)
def test_a_token_with_one_letter_changed_is_refused(row_id: int, place: int, letter: str) -> None:
    token = KEYS.sign(Purpose.UNSUBSCRIBE, row_id)
    forged = token[:place] + letter + token[place + 1 :]
    if forged == token:
        return
    with pytest.raises(BadToken):
        KEYS.verify(Purpose.UNSUBSCRIBE, forged)


@given(text=st.text(max_size=64))
def test_any_other_text_is_refused_and_never_crashes(text: str) -> None:
    with pytest.raises(BadToken):
        KEYS.verify(Purpose.VIEW, text)


def test_a_token_is_good_for_one_purpose_only() -> None:
    token = KEYS.sign(Purpose.OPEN, 7)
    for other in set(Purpose) - {Purpose.OPEN}:
        with pytest.raises(BadToken):
            KEYS.verify(other, token)


@pytest.mark.parametrize(
    ("purpose", "row_id", "link", "token"),
    [
        (Purpose.BOUNCE, 0, 0, "aiaaaaaaaaaaaaa4o5rvgsyavsujoua"),
        (Purpose.UNSUBSCRIBE, 7, 0, "aiaaaaaaaadqaag2tz6iblj6ggt2aqi"),
        (Purpose.VIEW, 123456, 3, "aiaaaaab4jaaaay6wuosciksqcjeuiq"),
        (Purpose.CLICK, 2**48 - 1, 2**16 - 1, "al777777777777zb2hk4cdqmkz7f63q"),
    ],
)
def test_the_spelling_of_a_token_never_changes(
    purpose: Purpose, row_id: int, link: int, token: str
) -> None:
    assert KEYS.sign(purpose, row_id, link=link) == token


@given(row_ids=st.lists(ROW_IDS, max_size=200), link=LINKS)
def test_many_tokens_are_those_of_each(row_ids: list[int], link: int) -> None:
    signed = KEYS.sign_many(Purpose.CLICK, row_ids, link=link)
    assert signed == [KEYS.sign(Purpose.CLICK, row_id, link=link) for row_id in row_ids]


def test_an_older_key_signs_again_what_it_signed_once() -> None:
    old = Keyring({1: KEYS.keys[1]})
    assert KEYS.sign_many(Purpose.VIEW, [7], number=1) == [old.sign(Purpose.VIEW, 7)]
    with pytest.raises(NotFound, match=r"the key 3 is no longer in secrets\.keys"):
        KEYS.sign_many(Purpose.VIEW, [7], number=3)


def test_a_token_fits_into_a_local_part_with_its_prefix() -> None:
    token = KEYS.sign(Purpose.BOUNCE, 2**48 - 1, link=2**16 - 1)
    assert len(f"b+{token}") <= 64
    assert token == token.lower()


def test_a_retired_key_still_verifies_and_an_unknown_one_does_not() -> None:
    old = Keyring({1: KEYS.keys[1]})
    token = old.sign(Purpose.VIEW, 7)
    assert KEYS.verify(Purpose.VIEW, token).row_id == 7
    with pytest.raises(BadToken):
        old.verify(Purpose.VIEW, KEYS.sign(Purpose.VIEW, 7))


def test_an_address_has_one_hash_under_each_key_and_is_kept_under_the_newest() -> None:
    hashes = KEYS.address_hashes("eva@example.org")
    assert len(set(hashes)) == 2
    assert KEYS.address_hash("eva@example.org") in hashes
    assert KEYS.address_hash("eva@example.org") == hashes[-1]
    assert not any("eva" in hashed for hashed in hashes)
