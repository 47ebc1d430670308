"""F11 for what follows: a correction and a translation are decided, begun and delivered by parts
that are ended with kill -9 on the way. In the end who got, or may have got, the first text has the
second once, in their own thread; nobody is lost and nobody has it twice; what is in doubt says so.
"""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import clock, database
from mailer.compose.letter import Identity
from mailer.compose.skeleton.proof import prove
from mailer.distribution import lifecycle
from mailer.distribution.options import Options
from mailer.distribution.telling import overview
from mailer.errors import MailerError
from mailer.models import (
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Edition,
    EditionStatus,
    Journalist,
    LanguagePolicy,
    Release,
    Revision,
)
from mailer.models import Office as OfficeRow
from mailer.releases.editions import load_by_id
from tests import factories
from tests.chaos import people
from tests.chaos.databases import Database
from tests.chaos.fatal import Moment
from tests.chaos.faults import calm_down
from tests.chaos.manners import GOOD
from tests.chaos.office import Office, office
from tests.chaos.recorder import recorder
from tests.chaos.scene import FAULTS, Scene
from tests.chaos.tally import at_once, faults, tally
from tests.journeys.conftest import BOTH

RECIPIENTS = 300
BRISK = replace(GOOD, per_second=150.0)
#: While parts are started only to die, which takes a while.
SLOW = replace(GOOD, per_second=2.0)
#: When so many have the first text, what follows it begins.
EARLY = 80
SENT, UNKNOWN, CANCELLED = DeliveryStatus.SENT, DeliveryStatus.UNKNOWN, DeliveryStatus.CANCELLED
NOTE = "The date is the 25th, not the 24th."


@pytest.fixture
def opened(base: Database, tmp_path: Path) -> Iterator[Office]:
    """An office whose parts run, and whose relay takes its time."""
    with ExitStack() as ending:
        relay = ending.enter_context(recorder(tmp_path / "relay.log"))
        one = ending.enter_context(office(tmp_path, base, relay, recipients=RECIPIENTS))
        relay.behave(BRISK)
        one.start_all()
        yield one


@dataclass(frozen=True)
class Story:
    """A first distribution, and what follows it."""

    opened: Office

    # ------------------------------------------------------------ what dies

    def dies(self, moment: Moment, table: str, module: str, *words: str) -> None:
        """Run that command or part, and see it end with kill -9 at that moment."""
        config = ("--config", str(self.opened.config))
        command = (*config, *words) if module == "mailer" else (*words, *config)
        ended = subprocess.run(
            [sys.executable, "-m", "tests.chaos.fatal", moment, table, module, *command],
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()

    def workers_die(self, follow_up: int) -> Scene:
        """While the follow-up goes out: one right after an accept, and then all of them."""
        self.opened.relay.behave(BRISK)
        scene = Scene(self.opened, Random(7), follow_up, manners=BRISK)
        self.await_mail(self.opened.relay.log.read() + 20)
        FAULTS["kill -9 of a worker right after an accept"](scene)
        self.await_mail(self.opened.relay.log.read() + 20)
        FAULTS["kill -9 of all workers"](scene)
        return scene

    # ------------------------------------------------------------ what is waited for

    def await_mail(self, number: int) -> None:
        """Until the relay has taken so many messages."""
        log = self.opened.relay.log
        self.opened.wait_until(lambda: log.read() >= number, doing=f"{number} messages")

    def await_end(self, scene: Scene, *numbers: int) -> None:
        """Until nothing of these distributions is left to do."""
        calm_down(scene)

        def is_over() -> bool:
            self.opened.start_all()
            told = [self.opened.progress(number) for number in numbers]
            return self.opened.relay.is_quiet() and all(
                one is not None and one.status is DistributionStatus.SENT and not one.unfinished
                for one in told
            )

        self.opened.wait_until(is_over, doing="everything to come to an end")

    # ------------------------------------------------------------ what the rows say

    def followers(self) -> list[Distribution]:
        """What follows, as far as it is decided."""
        with database.reading(self.opened.engine) as session:
            rows = select(Distribution).where(col(Distribution.follows_id).is_not(None))
            return list(session.exec(rows.order_by(col(Distribution.id))))

    def counts(self, number: int) -> dict[str, int]:
        """The deliveries of a distribution by their status."""
        with database.reading(self.opened.engine) as session:
            return dict(overview.progress(session, number).counts)


@pytest.fixture
def story(opened: Office) -> Story:
    return Story(opened)


def deliveries(session: Session, number: int) -> dict[int, Delivery]:
    """Those of a distribution, by the number of their address."""
    found = select(Delivery).where(Delivery.distribution_id == number)
    return {one.address_id or 0: one for one in session.exec(found)}


def assert_in_thread(session: Session, row: Delivery, *, after: str, identity: Identity) -> None:
    """The very octets that were handed over answer that message; or none, where it is empty."""
    if not row.content_hash:
        assert row.status is UNKNOWN
        return
    proof = prove(session, row.id or 0, identity=identity)
    assert proof.matches
    message = message_from_bytes(proof.data, policy=policy.default)
    assert message["Message-ID"] == row.message_id
    assert str(message["In-Reply-To"] or "") == after


def assert_books(story: Story, session: Session, *numbers: int, bound: int) -> None:
    """The relay and we tell the same, and no more is in doubt than was on the wire."""
    log = story.opened.relay.log
    told = tally(session, numbers, log)
    assert told.is_right, told.as_dict()
    assert told.unknown <= bound
    for number in numbers:
        found = [one for one in faults(session, number, log) if "nobody" not in one]
        assert not found, found
    known = {one.message_id for n in numbers for one in deliveries(session, n).values()}
    assert set(log.taken) <= known


# ---------------------------------------------------------------- a correction


def import_correction(story: Story, number: int) -> str:
    """The right text, under the old reference, which it returns."""
    with database.writing(story.opened.engine) as session:
        release = session.get_one(Release, session.get_one(Distribution, number).release_id)
        (first,) = session.exec(
            select(Revision).join(Edition).where(Edition.release_id == release.id)
        )
        values = first.model_dump() | {"id": None, "number": 2, "change_note": NOTE}
        session.add(Revision(**(values | {"body": "On the 25th.", "content_hash": "2"})))
        return release.reference


@BOTH
def test_a_correction_that_is_killed_on_its_way_reaches_each_once(story: Story) -> None:
    opened = story.opened
    number = opened.schedule()
    story.await_mail(EARLY)
    opened.relay.behave(SLOW)
    reference = import_correction(story, number)
    opened.kill("worker0")
    opened.kill("scheduler")
    words = ("distributions", "correct", str(number), reference, "--waive", "a test")
    for moment in (Moment.AMID, Moment.BEFORE):
        story.dies(moment, "distribution", "mailer", *words)
        assert not story.followers()
    assert CANCELLED not in story.counts(number)
    story.dies(Moment.AFTER, "distribution", "mailer", *words)
    (follow_up,) = (one.id or 0 for one in story.followers())
    with pytest.raises(MailerError, match=f"distribution {follow_up} is still to follow {number}"):
        opened.command(*words)
    # Nothing of the old text is begun from here on, and it is stopped and planned anew as one step.
    for moment in (Moment.AMID, Moment.BEFORE):
        story.dies(moment, "batch", "workers", "scheduler")
        assert story.counts(follow_up) == {}
        assert CANCELLED not in story.counts(number)
    story.dies(Moment.AFTER, "batch", "workers", "scheduler")
    assert story.counts(follow_up)
    opened.start("scheduler")
    opened.start("worker0")
    scene = story.workers_die(follow_up)
    scene.died("worker0")
    story.await_end(scene, number, follow_up)
    assert_corrected(story, number, follow_up, bound=scene.doubt)


def assert_corrected(story: Story, number: int, follow_up: int, *, bound: int) -> None:
    log, identity = story.opened.relay.log, Identity.from_settings(story.opened.settings)
    with database.reading(story.opened.engine) as session:
        at_once(session)
        assert_books(story, session, number, follow_up, bound=bound)
        old, new = deliveries(session, number), deliveries(session, follow_up)
        assert len(new) == len(old) == RECIPIENTS
        statuses = Counter(one.status for one in old.values())
        assert statuses.keys() <= {SENT, UNKNOWN, CANCELLED}
        assert statuses[CANCELLED]
        for address, row in new.items():
            earlier = old[address]
            may_have_it = earlier.status in {SENT, UNKNOWN}
            after = earlier.message_id if may_have_it else ""
            assert log.taken[earlier.message_id] <= may_have_it
            assert row.status in {SENT, UNKNOWN}
            assert row.in_reply_to == after
            assert_in_thread(session, row, after=after, identity=identity)


# ---------------------------------------------------------------- a translation that comes later


def schedule_following(story: Story) -> int:
    """A release whose French text is expected, to all; who reads French wants it, but for some."""
    with database.writing(story.opened.engine) as session:
        sender = session.exec(select(OfficeRow)).one()
        release = factories.release(session, sender, reference="follow-1")
        missing = Edition(release_id=release.id or 0, language="fr", status=EditionStatus.MISSING)
        session.add(missing)
        wants = sa.update(Journalist).where(col(Journalist.id) % 7 != 0)
        session.execute(wants.values(wants_translations=True))
        return (
            lifecycle.schedule(
                session,
                load_by_id(session, release.id or 0),
                criteria=people.EVERYONE,
                at=clock.now(),
                by="chaos",
                waive_because="a test",
                options=Options(language_policy=LanguagePolicy.FOLLOW),
                expect=RECIPIENTS,
            ).distribution.id
            or 0
        )


def bring_french(story: Story) -> None:
    """The French text is ready."""
    with database.writing(story.opened.engine) as session:
        edition = session.exec(select(Edition).where(Edition.language == "fr")).one()
        edition.status = EditionStatus.READY
        session.add(
            Revision(
                edition_id=edition.id or 0,
                number=1,
                title="Douze ports adoptent un code",
                place="Luxembourg",
                body="Douze ports.",
                content_hash="fr",
                created_at=clock.now(),
            )
        )


def wanting(session: Session) -> set[int]:
    """The addresses of those who are to have the French text after the other."""
    rows = select(Delivery.address_id).join(
        Journalist, col(Journalist.id) == col(Delivery.journalist_id)
    )
    wanted = rows.where(
        col(Journalist.wants_translations), sa.cast(col(Journalist.languages), sa.Text).like("%fr%")
    )
    return {one for one in session.exec(wanted) if one is not None}


@BOTH
def test_a_translation_that_is_killed_on_its_way_reaches_each_who_wants_it_once(
    story: Story,
) -> None:
    opened = story.opened
    number = schedule_following(story)
    story.await_mail(EARLY)
    opened.relay.behave(SLOW)
    opened.kill("worker0")
    opened.kill("scheduler")
    bring_french(story)
    story.dies(Moment.BEFORE, "distribution", "workers", "scheduler")
    assert not story.followers()
    story.dies(Moment.AFTER, "distribution", "workers", "scheduler")
    (follow_up,) = (one.id or 0 for one in story.followers())
    story.dies(Moment.BEFORE, "batch", "workers", "scheduler")
    assert story.counts(follow_up) == {}
    story.dies(Moment.AFTER, "batch", "workers", "scheduler")
    opened.start("scheduler")
    opened.start("worker0")
    scene = story.workers_die(follow_up)
    scene.died("worker0")
    story.await_end(scene, number, follow_up)
    assert_translated(story, number, follow_up, bound=scene.doubt)


def assert_translated(story: Story, number: int, follow_up: int, *, bound: int) -> None:
    identity = Identity.from_settings(story.opened.settings)
    assert [one.id for one in story.followers()] == [follow_up]
    with database.reading(story.opened.engine) as session:
        at_once(session)
        assert_books(story, session, number, follow_up, bound=bound)
        old, new = deliveries(session, number), deliveries(session, follow_up)
        assert len(old) == RECIPIENTS
        assert {one.status for one in old.values()} <= {SENT, UNKNOWN}
        wanted = wanting(session)
        assert 0 < len(wanted) < RECIPIENTS
        assert new.keys() == wanted
        for address, row in new.items():
            assert (row.edition_language, row.in_reply_to) == ("fr", old[address].message_id)
            assert row.status in {SENT, UNKNOWN}
            after = old[address].message_id
            assert_in_thread(session, row, after=after, identity=identity)
