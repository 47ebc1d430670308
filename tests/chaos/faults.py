"""What can go wrong while a distribution is being sent, and how it is put right again."""

import signal
from dataclasses import replace

import redis

from mailer import database, valkey
from mailer.distribution import lifecycle
from mailer.errors import MailerError
from tests.chaos.manners import Manners
from tests.chaos.scene import Scene, fault
from workers.broker import NAMESPACE

#: While one wave of a line is on the wire, the next is claimed already.
WAVES = 2

# ---------------------------------------------------------------- processes


@fault("kill -9 of a worker")
def worker_killed(scene: Scene) -> None:
    victim = scene.a_worker()
    scene.office.kill(victim)
    scene.died(victim)
    scene.hold()
    scene.office.start(victim)


@fault("kill -9 of all workers")
def workers_killed(scene: Scene) -> None:
    for victim in scene.office.workers:
        scene.office.kill(victim)
    scene.died(*scene.office.workers)
    for victim in scene.office.workers:
        scene.office.start(victim)


@fault("kill -9 of a worker right after an accept")
def worker_killed_after_accept(scene: Scene) -> None:
    victim = scene.a_worker()
    part = scene.office.parts[victim]
    scene.died(victim)
    # The relay itself does it, between taking a message and saying so. Whose message that is
    # nobody chooses: it may be the other worker's.
    scene.office.relay.behave(replace(scene.manners, kills=part.pid))
    scene.office.wait_until(
        lambda: part.poll() is not None or scene.office.is_over(scene.distribution_id),
        doing="a message that the worker dies of",
    )
    scene.office.relay.behave(scene.manners)
    scene.office.kill(victim)
    scene.office.start(victim)


@fault("kill -9 of the scheduler")
def scheduler_killed(scene: Scene) -> None:
    scene.office.kill("scheduler")
    scene.hold()
    scene.office.start("scheduler")


@fault("kill -9 of everything at once")
def everything_killed(scene: Scene) -> None:
    office = scene.office
    for name in [*office.workers, "scheduler"]:
        office.kill(name)
    office.kill_queue()
    scene.died(*office.workers)
    office.start_all()


@fault("the machine goes down")
def machine_down(scene: Scene) -> None:
    """As above, and what stood in the journals did not reach the disk."""
    office = scene.office
    for name in [*office.workers, "scheduler"]:
        office.kill(name)
    office.kill_queue()
    for journal in office.settings.home.glob("journals/*"):
        journal.unlink()
    waves = len(office.workers) * office.lines * WAVES
    scene.doubt += waves * office.settings.delivery.wave_size
    office.start_all()


@fault("SIGTERM of a worker in mid-wave")
def worker_ended(scene: Scene) -> None:
    victim = scene.a_worker()
    scene.office.end(victim)
    scene.office.start(victim)


@fault("SIGTERM of all workers in mid-wave")
def workers_ended(scene: Scene) -> None:
    for victim in scene.office.workers:
        scene.office.end(victim)
    for victim in scene.office.workers:
        scene.office.start(victim)


@fault("a worker stands still for longer than its lease")
def worker_frozen(scene: Scene) -> None:
    victim = scene.a_worker()
    part = scene.office.parts[victim]
    delivery = scene.office.settings.delivery
    part.send_signal(signal.SIGSTOP)
    scene.hold(delivery.lease_seconds + 1)
    part.send_signal(signal.SIGCONT)
    scene.has_stragglers = True
    scene.doubt += scene.office.lines * WAVES * delivery.wave_size


@fault("two schedulers at once")
def two_schedulers(scene: Scene) -> None:
    scene.office.start("scheduler2")
    # The second one lives until the round is over; see `calm_down`.


# ---------------------------------------------------------------- the queue


@fault("kill -9 of Valkey")
def queue_killed(scene: Scene) -> None:
    scene.office.kill_queue()
    scene.hold()
    scene.office.queue = valkey.start(scene.office.settings)


@fault("kill -9 of Valkey, and the parts start it again")
def queue_left(scene: Scene) -> None:
    scene.office.kill_queue()
    if scene.random.random() < 0.5:
        scene.office.kill("scheduler")
        scene.office.start("scheduler")


@fault("the queue is flushed")
def queue_flushed(scene: Scene) -> None:
    with redis.Redis.from_url(valkey.broker_url(scene.office.settings)) as broker:
        broker.flushall()


@fault("tasks are delivered twice")
def tasks_doubled(scene: Scene) -> None:
    """What waits in the queue is put there again, as it is, several times."""
    with redis.Redis.from_url(valkey.broker_url(scene.office.settings)) as broker:
        for key in list(broker.scan_iter(f"{NAMESPACE}:*.msgs")):
            queue = key.removesuffix(b".msgs")
            for task_id in list(broker.hkeys(key)):
                broker.lpush(queue, *[task_id] * 3)
    for _ in range(10):
        scene.office.nudge(scene.distribution_id)


# ---------------------------------------------------------------- the database


@fault("the database is away")
def database_away(scene: Scene) -> None:
    scene.office.database.take_away()
    try:
        scene.hold(scene.random.uniform(1.0, 4.0))
    finally:
        scene.office.database.bring_back()


@fault("the database crashes")
def database_crashes(scene: Scene) -> None:
    scene.office.database.crash()
    try:
        scene.hold(scene.office.database.crash_seconds)
    finally:
        scene.office.database.bring_back()


@fault("the database is away, and a worker dies meanwhile")
def database_away_worker_killed(scene: Scene) -> None:
    victim = scene.a_worker()
    scene.office.database.take_away()
    try:
        scene.hold(0.5)
        scene.office.kill(victim)
        scene.died(victim)
    finally:
        scene.office.database.bring_back()
    scene.office.start(victim)


# ---------------------------------------------------------------- the relay


def _moody(scene: Scene, manners: Manners, *, seconds: float | None = None) -> None:
    scene.office.relay.behave(manners)
    scene.hold(seconds)
    scene.office.relay.behave(scene.manners)


@fault("the relay refuses connections")
def relay_down(scene: Scene) -> None:
    # Its connections are cut with whatever is on them.
    scene.died(*scene.office.workers)
    _moody(scene, replace(scene.manners, listening=False))


@fault("the relay says 421 in the middle")
def relay_leaves(scene: Scene) -> None:
    _moody(scene, replace(scene.manners, leave_every=scene.random.randint(5, 50)))


@fault("the relay says 451, then accepts")
def relay_defers(scene: Scene) -> None:
    _moody(scene, replace(scene.manners, defer_share=scene.random.choice((0.05, 0.5))))


@fault("the relay refuses some recipients")
def relay_rejects(scene: Scene) -> None:
    _moody(scene, replace(scene.manners, reject_share=0.1))


@fault("the connection is cut before the dot")
def cut_before_dot(scene: Scene) -> None:
    every = scene.random.randint(5, 50)
    _moody(scene, replace(scene.manners, cut_before_dot_every=every))


@fault("the connection is cut after the dot, the message is taken")
def cut_after_dot_taken(scene: Scene) -> None:
    every = scene.random.randint(20, 100)
    _moody(scene, replace(scene.manners, cut_after_dot_every=every, takes_before_cut=True))


@fault("the connection is cut after the dot, the message is not taken")
def cut_after_dot_lost(scene: Scene) -> None:
    every = scene.random.randint(20, 100)
    _moody(scene, replace(scene.manners, cut_after_dot_every=every, takes_before_cut=False))


@fault("the relay is slow and dribbles")
def relay_dribbles(scene: Scene) -> None:
    slow = scene.random.choice((0.0, 0.002, 0.02))
    _moody(scene, replace(scene.manners, dribbles=True, answer_seconds=slow))


@fault("the relay is slower than we wait for an answer")
def relay_silent(scene: Scene) -> None:
    patience = scene.office.settings.relay.final_dot_timeout_seconds
    _moody(scene, replace(scene.manners, answer_seconds=patience + 1), seconds=patience + 2)
    scene.has_stragglers = True
    # Each connection may have waited in vain for the answer to a message that was taken.
    scene.died(*scene.office.workers)
    scene.died(*scene.office.workers)


@fault("the relay offers no pipelining")
def relay_step_by_step(scene: Scene) -> None:
    _moody(scene, replace(scene.manners, pipelining=False))


# ---------------------------------------------------------------- people


@fault("an officer pauses and resumes")
def officer_pauses(scene: Scene) -> None:
    try:
        with database.writing(scene.office.engine) as session:
            lifecycle.pause(session, scene.distribution_id)
    except MailerError:
        return  # It was over already.
    scene.hold()
    with database.writing(scene.office.engine) as session:
        lifecycle.resume(session, scene.distribution_id)


def calm_down(scene: Scene) -> None:
    """Whatever was broken, make it whole."""
    office = scene.office
    office.database.bring_back()
    office.relay.behave(scene.manners)
    if "scheduler2" in office.parts:
        office.kill("scheduler2")
    if office.queue is None or not valkey.answers(office.queue.socket):
        office.queue = valkey.start(office.settings)
    office.start_all()
    if scene.has_stragglers:
        workers_ended(scene)
