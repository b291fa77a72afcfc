"""Searches over millions of events while more arrive, and what the store takes of the disk.

Events go the store's own way: frames of columns, a journal, the loader. They are made as the worker makes them, in a
process of its own, and lie in thirty days.
"""

import multiprocessing
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from pathlib import Path
from random import Random
from typing import NamedTuple

from common import ROOT, Report, Size, apart, data, options
from live_load import marker
from live_load.corpora import from_corpora
from live_load.stream import Stream
from tocsin.journal.local import LocalJournal
from tocsin.model import received
from tocsin.model.canary import Marker
from tocsin.model.columns import TOPIC
from tocsin.model.place import Place
from tocsin.model.received import Context, Received
from tocsin.ports.journal import Frame, Topic
from tocsin.ports.store import Question
from tocsin.services.hunt.setup import Options, prepare
from tocsin.services.live.derive import Placed
from tocsin.services.live.frame import FrameWork
from tocsin.services.live.rules import LiveRules
from tocsin.services.packs import BUILT_IN
from tocsin.store.database import Database
from tocsin.store.loader import Bounds, Loader
from tocsin.store.reader import Reader
from tocsin.store.schema import migrate

SEED = 20_261_123
EACH = 1_000
"""Events of a frame."""
DAYS = 30
DAY = 86_400
INGEST = 2_000
"""Events a second that arrive while it is asked."""
AT_ONCE = 16
"""Frames that are worked on together beforehand, as a worker does that has work waiting."""
BLOCK = Bounds(rows=100_000, seconds=1e9, size=256 << 20)
"""Of loading beforehand; while it is asked, blocks are as the monitor has them."""
QUIET = 120.0
"""Seconds that merging may take before the disk is looked at."""
WAIT = 120.0
"""Seconds that the maker of events may take for its first frame."""


class Plan(NamedTuple):
    """How many events are searched, how many are weighed on the disk, how often each question is asked."""

    events: int
    weighed: int
    times: int


PLANS: dict[Size, Plan] = {
    "tiny": Plan(20_000, 4_000, 3),
    "quick": Plan(1_000_000, 200_000, 40),
    "full": Plan(10_000_000, 1_000_000, 200),
}


class Made(NamedTuple):
    """A frame of columns, and the bytes of its events as they came."""

    frame: Frame
    raw: int


class Weight(NamedTuple):
    """Bytes: as they came, of the store as it is, and merged into as few parts as there can be."""

    raw: int
    stored: int
    merged: int


@dataclass
class Asked:
    """Seconds that one kind of question took, and how many had an answer."""

    name: str
    promised: str
    waits: list[float] = field(default_factory=list)
    found: int = 0


def main() -> None:
    """Measure and report."""
    given = options(__doc__ or "")
    chosen: Size = given.size
    plan = PLANS[chosen]
    report = Report("Search", given)
    with tempfile.TemporaryDirectory(dir=ROOT / "out") as name:
        told, raw, stored, seconds = apart(searched, Path(name), plan)
    report.note(
        f"{plan.events:,} events ({raw / 1e6:,.0f} MB as they came, {stored / raw:.0%} of that on the disk) over {DAYS} days, "
        f"loaded in {seconds:,.0f} s, days merged; {INGEST:,} a second arrive while it is asked. Every question is another one; the condition "
        "cache is off. Seconds on the clock, in the store's own process."
    )
    report.table(
        ["question", "times", "with an answer", "p50, ms", "p95, ms", "max, ms", "asked"],
        [
            [
                one.name,
                len(one.waits),
                one.found,
                *(f"{at(one.waits, share) * 1e3:,.0f}" for share in (0.5, 0.95, 1.0)),
                one.promised,
            ]
            for one in told
        ],
    )
    report.show()
    rows = []
    for name, index, promised in (("with the token index", True, "40%"), ("without", False, "25%")):
        with tempfile.TemporaryDirectory(dir=ROOT / "out") as place:
            weight = apart(weighed, Path(place), plan.weighed, token_index=index)
        rows.append(
            [name, f"{weight.stored / weight.raw:.1%}", f"{weight.merged / weight.raw:.1%}", promised]
        )
    report.table([f"disk of {plan.weighed:,} events", "of raw, as loaded", "merged", "asked"], rows)
    report.finish()


class Order(NamedTuple):
    """What frames are made. begin, step: arrivals, in seconds. rate: events a second, that arrive now; 0: as fast as taken."""

    corpus: Path
    events: int
    begin: float
    step: float
    rate: float


def make(to: "Queue[Made]", order: Order) -> None:
    """Be the process that makes frames."""
    _, events, begin, step, rate = order
    work = FrameWork(
        LiveRules(prepare(Options(paths=(), rules=(BUILT_IN,))), "0" * 64),
        lambda records: (records, 0),
        Marker(bytes(32)),
    )
    stream = Stream(from_corpora(order.corpus), SEED, run=int(rate))
    began = time.monotonic()
    at_once = 1 if rate else AT_ONCE
    for first in range(0, events // EACH, at_once):
        if rate:
            time.sleep(max(0.0, began + first * EACH / rate - time.monotonic()))
        placed, raw = [], []
        for number in range(first, min(first + at_once, events // EACH)):
            arrived = time.time() if rate else begin + number * step
            body = stream.body(EACH, arrived)
            payload, meta = received.dump(Received(Context("load"), body.data.splitlines()))
            place = Place("events", int(bool(rate)), number)
            placed.append(Placed(place, Frame(payload, EACH, int(arrived * 1e9), None, meta)))
            raw.append(len(body.data))
        for (columns, _), size in zip(work(placed), raw, strict=True):
            if columns is not None:
                to.put(Made(columns, size))


class Filled:
    """A store in a folder, with the journal that it is loaded from."""

    def __init__(self, folder: Path, *, token_index: bool) -> None:
        self.stack = ExitStack()
        self.database = Database(folder / "db")
        self.stack.callback(self.database.close)
        migrate(self.database, token_index=token_index)
        self.folder = folder
        self.journal = LocalJournal(folder / "journal", [Topic(TOPIC, 1, consumers=("store",))])
        self.appender = self.journal.appender(TOPIC, 0)
        self.stack.callback(self.appender.close)
        self.raw = 0

    def load(
        self, frames: Iterator[Made], bounds: Bounds | None, stop: threading.Event | None = None
    ) -> None:
        """Load frames as they come."""
        loader = Loader(self.journal, self.database, self.folder, bounds)
        try:
            for made in frames:
                self.appender.append([made.frame]).result()
                self.raw += made.raw
                loader.step()
                if stop is not None and stop.is_set():
                    return
            while loader.step(flush=True):
                pass
        finally:
            loader.close()

    def merge(self) -> None:
        """Merge each day into one part, as the store does by itself an hour after the day's last event."""
        self.database.run("OPTIMIZE TABLE tocsin.events FINAL")

    def disk(self) -> int:
        """Return the bytes of the store, when nothing is merged any more."""
        asked = "SELECT count() AS busy FROM system.merges"
        end = time.monotonic() + QUIET
        while self.database.ask(asked, {}, "readonly = 1")["busy"][0].as_py() and time.monotonic() < end:
            time.sleep(0.5)
        found = self.database.ask(
            "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE database = 'tocsin' AND active",
            {},
            "readonly = 1",
        )
        return int(found["bytes"][0].as_py() or 0)


def frames(corpus: Path, events: int, *, rate: float = 0.0) -> Generator[Made, None, None]:
    """Yield frames from a process that makes them."""
    context = multiprocessing.get_context("spawn")
    to: Queue[Made] = context.Queue(maxsize=16)
    number = max(events // EACH, 1)
    begin = time.time() - DAYS * DAY
    process = context.Process(
        target=make, args=(to, Order(corpus, events, begin, DAYS * DAY / number, rate)), daemon=True
    )
    process.start()
    try:
        for _ in range(number):
            yield to.get(timeout=WAIT)
    finally:
        process.kill()
        process.join()


def weighed(folder: Path, events: int, *, token_index: bool) -> Weight:
    """Load events into a store of their own, and weigh it."""
    filled = Filled(folder, token_index=token_index)
    with filled.stack:
        filled.load(frames(data() / "corpus", events), BLOCK)
        stored = filled.disk()
        filled.merge()
        return Weight(filled.raw, stored, filled.disk())


def searched(folder: Path, plan: Plan) -> tuple[list[Asked], int, int, float]:
    """Load, ask while more arrives; return what was asked, bytes raw and stored, seconds of loading."""
    filled, stop = Filled(folder, token_index=True), threading.Event()
    with filled.stack:
        began = time.monotonic()
        filled.load(frames(data() / "corpus", plan.events), BLOCK)
        seconds, raw, stored = time.monotonic() - began, filled.raw, filled.disk()
        filled.merge()
        print(f"loaded {plan.events:,} events in {seconds:.0f} s, and merged", file=sys.stderr, flush=True)
        more = frames(data() / "corpus", 1_000_000_000, rate=INGEST)
        first = next(more)
        thread = threading.Thread(target=filled.load, args=(more, None, stop))
        filled.raw += first.raw
        thread.start()
        try:
            return ask(Reader(filled.database), plan), raw, stored, seconds
        finally:
            stop.set()
            thread.join(WAIT)
            more.close() if not thread.is_alive() else None


def ask(reader: Reader, plan: Plan) -> list[Asked]:
    """Ask, each time something else."""
    random = Random(SEED)  # noqa: S311 (repeatable)
    now = int(time.time() * 1e6)
    users = [
        group.values[0] for group in reader.group(Question(), ["user.name"], limit=500) if group.values[0]
    ]

    def hour() -> int:
        since = now - random.randrange(DAYS * 24) * 3_600_000_000 - random.randrange(10**6)
        user = random.choice(users).replace("\\", "\\\\").replace('"', '\\"')
        return len(reader.search(Question(f'user.name:"{user}"', since - 3_600_000_000, since)).rows)

    def rare() -> int:
        word = f"{marker.head(0).decode()}{random.randrange(plan.events // EACH * EACH):08x}"
        return len(reader.search(Question(word)).rows)

    def histogram() -> int:
        since = now - DAYS * DAY * 1_000_000 + random.randrange(10**6)
        return len(reader.histogram(Question("", since), interval=DAY * 1_000_000, by="source").bars)

    kinds: Sequence[tuple[str, str, Callable[[], int]]] = (
        ("one hour and a field", "p95 200 ms", hour),
        ("a rare word, all days", "1 s", rare),
        (f"{DAYS} days by source", "1 s", histogram),
    )
    return [timed(Asked(name, promised), question, plan.times) for name, promised, question in kinds]


def timed(asked: Asked, question: Callable[[], int], times: int) -> Asked:
    """Ask so often."""
    for _ in range(times):
        began = time.perf_counter()
        asked.found += bool(question())
        asked.waits.append(time.perf_counter() - began)
    asked.waits.sort()
    return asked


def at(waits: Sequence[float], share: float) -> float:
    """Return what so much of all do not exceed."""
    return waits[min(int(share * len(waits)), len(waits) - 1)]


if __name__ == "__main__":
    main()
