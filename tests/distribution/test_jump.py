"""The jump guard: a number far beyond the last ones of that kind has to be typed (F1)."""

import pytest
from sqlmodel import Session

from mailer import clock
from mailer.distribution import jump, lifecycle
from mailer.distribution.jump import Size
from mailer.distribution.options import OptionRefused
from mailer.errors import Refused
from mailer.models import Batch, DistributionStatus, Office, ReleaseKind
from mailer.releases.editions import FullRelease, load
from tests import factories

KIND = ReleaseKind.RELEASE


@pytest.mark.parametrize(
    ("count", "earlier", "is_jump"),
    [
        (500, (), False),
        (501, (), True),
        (100, (50,), False),
        (101, (50,), True),
        (90, (45, 3), False),
        (61, (12,), False),
        (62, (12,), True),
        (201, (10, 100, 20), True),
        (200, (10, 100, 20), False),
        (1, (1000,), False),
    ],
)
def test_a_jump_is_more_than_twice_the_largest_and_fifty_more(
    count: int, earlier: tuple[int, ...], is_jump: bool
) -> None:
    assert Size(count, KIND, earlier).is_jump is is_jump


@pytest.mark.parametrize(("count", "decided"), [(100, 50), (52, 3), (1000, None), (3, 600)])
def test_an_audience_may_grow_a_little_until_it_starts(count: int, decided: int | None) -> None:
    jump.refuse_growth(count, decided=decided)


@pytest.mark.parametrize(("count", "decided"), [(101, 50), (53, 3)])
def test_an_audience_that_has_jumped_since_is_told_with_both_numbers(
    count: int, decided: int
) -> None:
    told = f"has {count} recipients now, and had {decided} when it was decided"
    with pytest.raises(Refused, match=told):
        jump.refuse_growth(count, decided=decided)


def sent(session: Session, full: FullRelease, *, size: int, **given: object) -> None:
    row = factories.distribution(session, full.release, **given)
    counts = {"sent": size - 1, "unknown": 1, "withheld": 40}
    batch = Batch(distribution_id=row.id or 0, first_position=0, last_position=99, counts=counts)
    factories.saved(session, batch)


def test_the_last_five_of_that_kind_are_compared_without_those_withheld(
    session: Session, full: FullRelease, office: Office
) -> None:
    for each in (900, 10, 20, 30, 40, 50):
        sent(session, full, size=each)
    sent(session, full, size=700, status=DistributionStatus.CANCELLED)
    sent(session, full, size=700, fanned_out_at=None)
    speech = factories.release(session, office, kind=ReleaseKind.SPEECH)
    sent(session, load(session, speech.reference), size=800)
    size = jump.measure(session, full, count=101)
    assert size.earlier == (50, 40, 30, 20, 10)
    assert size.is_jump
    assert size.told() == (
        "101 recipients; the last 5 of that kind (release) had 50, 40, 30, 20, 10"
    )


@pytest.fixture
def many(session: Session, full: FullRelease) -> None:
    """Sixty recipients, where the last distribution had three."""
    for _ in range(60):
        factories.desk(session, f"d{_}@x.example")
    sent(session, full, size=3)


def scheduled(session: Session, full: FullRelease, expect: int | None) -> int:
    row = lifecycle.schedule(
        session, full, criteria="everyone", at=clock.now(), by="marie", expect=expect
    )
    return row.distribution.id or 0


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("expect", "told"),
    [
        (None, "that is a jump: 60 recipients; the last one of that kind (release) had 3."),
        (61, "61 recipients were expected, and it is 60 recipients"),
    ],
)
def test_a_jump_is_refused_until_its_number_is_named(
    session: Session, full: FullRelease, expect: int | None, told: str
) -> None:
    with pytest.raises(OptionRefused) as refused:
        scheduled(session, full, expect)
    assert told in str(refused.value)
    assert refused.value.option == "expect"
    assert scheduled(session, full, 60)


def test_a_number_that_is_wrong_is_refused_also_without_a_jump(
    session: Session, full: FullRelease
) -> None:
    factories.desk(session)
    with pytest.raises(OptionRefused, match="2 recipients were expected"):
        scheduled(session, full, 2)
    assert scheduled(session, full, 1)
