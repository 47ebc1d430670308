"""How far a stop goes, and when."""

import pytest

from mailer.delivery.smtp.steps import Cut
from workers.sending.ending import GRACE_SECONDS, Ending

UNBEGUN, UNFINISHED, IN_DOUBT = Cut
WAVE, PROCESS = "the wave is over", "the process ends"


@pytest.mark.parametrize(
    ("course", "cuts"),
    [
        ([(0, ""), (1, ""), (100, "")], [None, None, None]),
        ([(0, PROCESS), (GRACE_SECONDS - 1, PROCESS), (GRACE_SECONDS, PROCESS)], [0, 0, 2]),
        # A pause waits for answers as always, but lets no more bodies leave.
        ([(0, WAVE), (GRACE_SECONDS - 1, WAVE), (1000, WAVE)], [0, 0, 1]),
        # A process that ends while a pause waits leaves time for answers too.
        ([(0, WAVE), (1000, PROCESS), (1000 + GRACE_SECONDS, PROCESS)], [0, 1, 2]),
        ([(0, WAVE), (1, ""), (1000, WAVE)], [0, None, 0]),
    ],
)
def test_it_goes_further_when_its_time_is_over(
    course: list[tuple[float, str]], cuts: list[int | None]
) -> None:
    said, now = "", 0.0
    ending = Ending(
        is_wave_over=lambda: said == WAVE,
        is_process_ending=lambda: said == PROCESS,
        clock=lambda: now,
    )
    told = []
    for now, said in course:  # noqa: B007 – the lambdas read them
        told.append(ending.cut())
    assert told == cuts
