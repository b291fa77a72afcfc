"""The journal: how fast events become durable, how long a sender waits for that, how fast they are read."""

import os
import statistics
import tempfile
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from hashlib import shake_128
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from common import ROOT, Report, Size, options, spread
from tocsin.errors import DeliveryError
from tocsin.journal.local import LocalJournal
from tocsin.ports.journal import Appender, Frame, Offsets, Topic

EVENT = 800
BATCHES = (100, 500, 2_000)
EVENTS: dict[Size, int] = {"tiny": 4_000, "quick": 200_000, "full": 1_000_000}
RUNS: dict[Size, int] = {"tiny": 1, "quick": 3, "full": 5}
IN_FLIGHT = 8
BURST = 100_000
"""Events a second."""
BURST_BATCH = 1_000
BURSTS: dict[Size, int] = {"tiny": 1, "quick": 10, "full": 60}
"""Seconds."""
GOLDEN = 0.618
"""Multiples of it, without what is before the point, fill a second evenly."""
TOPIC = Topic("events", consumers=("worker",))
Measure = Callable[[Path, list[Frame]], list[float]]


class Rate(NamedTuple):
    """events: a second. waits: seconds from append to answer."""

    events: float
    waits: list[float]


def main() -> None:
    """Measure and report."""
    given = options(__doc__ or "")
    size: Size = given.size
    report = Report("The journal", given)
    report.note(
        f"{EVENTS[size]:,} events of {EVENT} random bytes, encoded beforehand, one partition, one writer; "
        f"{RUNS[size]} runs: median (lowest-highest), on the clock, on the disk of the checkout. "
        "The floor is a loop that appends length, CRC and bytes to a file and calls fdatasync. Answered: durable."
    )
    rows = []
    for batch in BATCHES:
        for name, measure in (("floor", floor), ("one at a time", alone), (f"{IN_FLIGHT} waiting", together)):
            found = [measured(measure, batch, EVENTS[size]) for _ in range(RUNS[size])]
            waits = sorted(wait * 1_000 for one in found for wait in one.waits)
            rows.append(
                [
                    batch,
                    name,
                    spread([one.events for one in found]),
                    f"{statistics.median(waits):.2f}",
                    f"{waits[int(len(waits) * 0.99)]:.2f}",
                ]
            )
    report.table(["events a batch", "", "events/s", "answered after, ms: p50", "p99"], rows)
    rates, delays = zip(*[reading(EVENTS[size]) for _ in range(RUNS[size])], strict=True)
    late = sorted(delay * 1_000 for some in delays for delay in some)
    report.note(
        f"Reading back, batches of 500, payloads copied and checked: {spread(rates)} events/s. "
        "A reader in another process that waits has a frame after its append was called: "
        f"p50 {statistics.median(late):.1f} ms, p99 {late[int(len(late) * 0.99)]:.1f} ms."
    )
    report.table(
        [
            "burst, events/s",
            "s",
            "answered, events/s",
            "answered after, ms: p50",
            "p99",
            "behind at the end, events",
            "drained after, s",
        ],
        [burst(BURSTS[size])],
    )
    report.finish()


def frames(batch: int, events: int) -> Iterator[Frame]:
    """Yield batches; four payloads in turn, so that making them costs nothing."""
    payloads = [payload(number, batch) for number in range(4)]
    for number in range(max(2, events // batch)):
        yield Frame(payloads[number % 4], events=batch, arrived=time.time_ns())


def payload(number: int, batch: int) -> bytes:
    """Return bytes that no disk can make smaller, the same in every run."""
    return shake_128(bytes([number])).digest(batch * EVENT)


@contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder on the checkout's disk: a temporary one may be in memory."""
    base = ROOT / "out"
    base.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=base, prefix="bench-journal-") as made:
        yield Path(made)


def measured(measure: Measure, batch: int, events: int) -> Rate:
    """Run one measurement on a new folder."""
    given = list(frames(batch, events))
    with folder() as place:
        started = time.perf_counter()
        waits = measure(place, given)
        return Rate(len(given) * batch / (time.perf_counter() - started), waits)


def floor(place: Path, given: list[Frame]) -> list[float]:
    """Append to a file and sync, as simply as it can be done."""
    waits = []
    with (place / "floor").open("wb", buffering=0) as file:
        for frame in given:
            started = time.perf_counter()
            length, crc = len(frame.payload), zlib.crc32(frame.payload)
            file.write(length.to_bytes(4, "little") + crc.to_bytes(4, "little") + frame.payload)
            os.fdatasync(file.fileno())
            waits.append(time.perf_counter() - started)
    return waits


def alone(place: Path, given: list[Frame]) -> list[float]:
    """Append a batch, wait for the answer, append the next."""
    appender = LocalJournal(place, [TOPIC]).appender("events", 0)
    waits = []
    for frame in given:
        started = time.perf_counter()
        appender.append([frame]).result()
        waits.append(time.perf_counter() - started)
    appender.close()
    return waits


def together(place: Path, given: list[Frame]) -> list[float]:
    """Have several appends wait at any time, as intake has."""
    appender = LocalJournal(place, [TOPIC]).appender("events", 0)
    waits: list[float] = []
    waiting: deque[Future[Offsets]] = deque()

    def answered(started: float, _: Future[Offsets]) -> None:
        waits.append(time.perf_counter() - started)

    for frame in given:
        if len(waiting) == IN_FLIGHT:
            waiting.popleft().result()
        started = time.perf_counter()
        future = appender.append([frame])
        future.add_done_callback(partial(answered, started))
        waiting.append(future)
    appender.close()
    return waits


def reading(events: int) -> tuple[float, list[float]]:
    """Return events/s of reading back, and how late a waiting reader in another process is."""
    with folder() as place:
        journal = LocalJournal(place, [TOPIC])
        together(place, list(frames(500, events)))
        reader = journal.reader("events", 0)
        started = time.perf_counter()
        count = 0
        while more := reader.read():
            count += sum(one.frame.events for one in more)
        rate = count / (time.perf_counter() - started)
        return rate, _delays(place, reader.offset, 50 if events < 10_000 else 500)


def _delays(place: Path, offset: int, times: int) -> list[float]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_follow, args=(place, offset, times, theirs))
    child.start()
    ours.recv()
    appender = LocalJournal(place, [TOPIC]).appender("events", 0)
    content = payload(0, 500)
    for number in range(times):
        time.sleep(0.03 * (number * GOLDEN % 1))  # at any moment of the reader's wait, evenly
        appender.append([Frame(content, 500, time.monotonic_ns())]).result()
    delays: list[float] = ours.recv()
    child.join()
    appender.close()
    return delays


def _follow(place: Path, offset: int, times: int, pipe: Connection) -> None:
    reader = LocalJournal(place, [TOPIC]).reader("events", 0, offset)
    delays: list[float] = []
    pipe.send("ready")
    while len(delays) < times:
        delays += [(time.monotonic_ns() - one.frame.arrived) / 1e9 for one in reader.read(wait=1)]
    pipe.send(delays)


def burst(seconds: int) -> list[object]:
    """Append at a rate, whatever is answered, while a consumer in another process reads, checks and commits."""
    with folder() as place:
        appender = LocalJournal(place, [TOPIC]).appender("events", 0)
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        count = BURST * seconds // BURST_BATCH
        child = context.Process(target=_drain, args=(place, count, theirs))
        child.start()
        ours.recv()
        waits: list[float] = []
        content = [payload(number, BURST_BATCH) for number in range(4)]
        futures = []
        began = time.perf_counter()
        for number in range(count):
            due = began + number * BURST_BATCH / BURST
            time.sleep(max(0.0, due - time.perf_counter()))
            future = _appended(appender, Frame(content[number % 4], BURST_BATCH, time.time_ns()))
            future.add_done_callback(partial(_note, waits, due))
            futures.append(future)
        for future in futures:
            future.result()
        taken = time.perf_counter() - began
        behind = (count - LocalJournal(place, [TOPIC]).passed("worker", "events", 0)) * BURST_BATCH
        ours.recv()
        drained = time.perf_counter() - began - taken
        child.join()
        appender.close()
    waits.sort()
    rate = count * BURST_BATCH / taken
    p50, p99 = (f"{waits[int(len(waits) * share)] * 1_000:,.0f}" for share in (0.5, 0.99))
    return [f"{BURST:,}", seconds, f"{rate:,.0f}", p50, p99, f"{behind:,}", f"{drained:.1f}"]


def _note(waits: list[float], due: float, _: object) -> None:
    waits.append(time.perf_counter() - due)


def _appended(appender: Appender, frame: Frame) -> Future[Offsets]:
    """Append; wait, as senders have to, while too much waits for the disk."""
    while True:
        future = appender.append([frame])
        if not (future.done() and isinstance(future.exception(), DeliveryError)):
            return future
        time.sleep(0.002)


def _drain(place: Path, count: int, pipe: Connection) -> None:
    journal = LocalJournal(place, [TOPIC])
    consumer = journal.consumer("worker", "events", 0)
    reader = journal.reader("events", 0, 0)
    pipe.send("ready")
    committed = time.monotonic()
    while reader.offset < count:
        reader.read(wait=1)
        if time.monotonic() > committed + 1 or reader.offset == count:
            consumer.commit(reader.offset)
            committed = time.monotonic()
    consumer.close()
    pipe.send("drained")


if __name__ == "__main__":
    main()
