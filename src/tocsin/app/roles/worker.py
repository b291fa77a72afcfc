"""The worker role: events -> columns and signals."""

from collections.abc import Iterator, Sequence
from itertools import chain

from tocsin.app.layout import patiently
from tocsin.app.life import Life
from tocsin.line import settle
from tocsin.model.canary import Marker
from tocsin.normalise.columns import Rows, Spot, streams
from tocsin.normalise.redact import Redactor
from tocsin.services.live.frame import FrameWork
from tocsin.services.live.lag import Lag
from tocsin.services.live.rules import load_rules
from tocsin.services.live.topics import EVENTS, WORKER
from tocsin.services.live.worker import Worker
from tocsin.telemetry.status import Sample

IDLE_SECONDS = (0.002, 0.1)
"""How long it sleeps when there was nothing, at first and at most."""


def run(life: Life, index: int, workers: int) -> None:
    """Work until told to stop. index: this worker has every partition that leaves it as the remainder by `workers`."""
    settings = life.settings
    journal = life.layout.open_journal(settings)
    rules = load_rules(life.snapshot, settings, life.layout.snapshots)
    work = FrameWork(rules, Redactor(life.layout.key("redaction")), Marker(life.layout.key("canary")))
    partitions = range(index, settings.journal.partitions, workers)
    streams([Rows("", [Spot(0, 0, 0)], [b""], [None], {})], 1)
    settle()
    place = life.layout
    dead = place.dead / "worker"
    with patiently(lambda: Worker(journal, partitions, work, place.run, dead)) as worker:
        worker.beat = life.beat
        lag = Lag(journal, WORKER, EVENTS, partitions)
        life.samples = lambda: chain(_samples(worker), lag.samples())
        life.problems = lambda: chain(_problems(worker, rules.setup.problems), lag.problems())
        life.be_ready()
        idle = IDLE_SECONDS[0]
        while not life.stopping.is_set():
            life.beat()
            if worker.step():
                idle = IDLE_SECONDS[0]
            else:
                life.stopping.wait(idle)
                idle = min(idle * 2, IDLE_SECONDS[1])


def _problems(worker: Worker, of_rules: Sequence[str]) -> Iterator[str]:
    if worker.killers:
        yield f"{worker.killers} records stopped a worker; they are in {worker.dead}, each with what was seen"
    if worker.unkept:
        yield f"{worker.unkept} of them found no room there; the store has them, as refused. Look at those, then delete them"
    yield from of_rules


def _samples(worker: Worker) -> Iterator[Sample]:
    yield Sample("worker_frames_total", worker.frames, kind="counter")
    yield Sample("worker_events_total", worker.events, kind="counter")
    yield Sample("worker_dead_total", worker.killers, kind="counter")
    yield Sample("worker_dead_unkept_total", worker.unkept, kind="counter")
    for lane in worker.lanes:
        labels = {"topic": EVENTS, "partition": str(lane.partition)}
        yield Sample("consumer_offset", lane.done, labels)
