import gc

import pytest

from mailer.memory import RARELY, rarely_searched


def test_it_is_searched_as_before_once_the_rows_are_through() -> None:
    before = gc.get_threshold()
    thresholds: list[tuple[int, int, int]] = []
    with pytest.raises(LookupError):
        _fail_in_between(thresholds)
    assert (thresholds, gc.get_threshold()) == ([RARELY], before)


@rarely_searched()
def _fail_in_between(thresholds: list[tuple[int, int, int]]) -> None:
    thresholds.append(gc.get_threshold())
    raise LookupError
