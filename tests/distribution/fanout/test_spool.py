"""The spool: rows come back whole, by key, in the order in which they went in."""

from mailer.distribution.fanout.spool import ROWS_IN_MEMORY, Spool


def test_rows_come_back_by_key_in_the_order_in_which_they_were_added() -> None:
    with Spool[int]() as spool:
        for number in range(ROWS_IN_MEMORY + 10):
            spool.add(number % 3, (number, f"Ελένη\n{number}", None))
        assert spool.keys() == {0, 1, 2}
        for key in (2, 0, 1):
            rows = [row for some in spool.rows(key) for row in some]
            assert rows == [
                (number, f"Ελένη\n{number}", None) for number in range(key, ROWS_IN_MEMORY + 10, 3)
            ]


def test_a_spool_without_rows_has_no_keys() -> None:
    with Spool[int]() as spool:
        assert spool.keys() == set()
        assert list(spool.rows(1)) == []
