"""Interleaving: every newsroom has its turn in each round."""

from mailer.distribution.fanout.interleaving import TELLING_ROUNDS, Interleaving


def test_each_address_of_a_newsroom_has_a_round_of_its_own() -> None:
    turns = Interleaving()
    assert [turns.round_of("a.example") for _ in range(4)] == [0, 1, 2, 3]
    assert turns.round_of("b.example") == 0


def test_the_rounds_of_a_very_large_domain_run_together_and_never_go_back() -> None:
    turns = Interleaving()
    rounds = [turns.round_of("large.example") for _ in range(100_000)]
    assert rounds == sorted(rounds)
    assert rounds[:TELLING_ROUNDS] == list(range(TELLING_ROUNDS))
    assert len(set(rounds)) < TELLING_ROUNDS + 20
