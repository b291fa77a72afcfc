"""Whatever stops a writer, and whenever: what was answered is there, in order, once; nothing half is seen."""

from pathlib import Path
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from simulated_disk import SimulatedDisk, Stopped
from tocsin.errors import DeliveryError
from tocsin.journal.frames import pack
from tocsin.journal.local import LocalConsumer
from tocsin.journal.log import Limits, Log
from tocsin.journal.reader import LocalReader, origins_of
from tocsin.journal.retention import Keeper
from tocsin.model.place import Place
from tocsin.ports.journal import Frame, Stream, Topic

FOLDER = Path("/j/signals/0")
LIMITS = Limits(segment=400, reserve=0, scarce=0)
SOURCE = Stream("events", 0)


class Partition(RuleBasedStateMachine):
    """One partition, its writer, one reader and one consumer; and what they may rely on."""

    @initialize(seed=st.integers(0, 1 << 32), keep=st.sampled_from([0, 0, 900]))
    def begin(self, seed: int, keep: int) -> None:
        self.random = Random(seed)  # noqa: S311 (repeatable)
        self.disk = SimulatedDisk()
        self.topic = Topic("signals", consumers=("hub",), keep_bytes=keep)
        self.answered: list[bytes] = []
        """By offset: what is there for good."""
        self.unsure: list[bytes] = []
        """What was under way when the writer stopped: a beginning of it may be there."""
        self.origin = -1
        """Highest that was answered; and of those under way."""
        self.origins: list[int] = []
        self.numbers = 0
        self.seen = 0
        self.log: Log | None = None
        self.reader: LocalReader | None = None
        self.open()

    def open(self) -> None:
        while self.log is None:
            try:
                keeper = Keeper(self.disk, FOLDER, self.topic)
                self.log = Log(self.disk, FOLDER, Stream("signals", 0), keeper, LIMITS, lambda: 0)
                self.consumer = LocalConsumer(self.disk, FOLDER, "hub")
            except Stopped:
                self.log = None
                self.disk.restart(self.chance())
            except (DeliveryError, OSError):
                self.log = None
                self.disk.capacity = 1 << 40
                self.disk.restart(None)
        if self.reader is None:
            self.reader = LocalReader(self.disk, FOLDER, self.seen)
        self.judge(self.log)

    def chance(self) -> Random | None:
        return self.random if self.random.random() < 0.6 else None

    def judge(self, log: Log) -> None:
        """Compare a newly opened log with what was answered."""
        more = log.next - len(self.answered)
        assert 0 <= more <= len(self.unsure)
        self.answered += self.unsure[:more]
        if self.unsure:
            self.origin = max([self.origin, *self.origins[:more]])
        self.unsure, self.origins = [], []
        self.compare(log)

    def compare(self, log: Log) -> None:
        kept = min(int(name[:20]) for name in self.disk.names(FOLDER) if name.endswith(".log"))
        assert kept <= self.consumer.offset
        reader = LocalReader(self.disk, FOLDER, kept)
        found = []
        while more := reader.read(max_frames=5):
            found += [(one.offset, one.frame.payload) for one in more]
        assert found == list(enumerate(self.answered))[kept:]
        expected = {SOURCE: self.origin} if self.origin >= 0 else {}
        assert log.origins == origins_of(self.disk, FOLDER) == expected

    @rule(sizes=st.lists(st.integers(0, 300), min_size=1, max_size=4), steps=st.integers(-1, 2))
    def append(self, sizes: list[int], steps: int) -> None:
        """Append frames; some with origins that are there already."""
        assert self.log
        given = []
        for size in sizes:
            self.numbers += 1
            origin = max(0, self.origin + steps) if steps and size % 2 else None
            place = Place(*SOURCE, origin) if origin is not None else None
            given.append(Frame(b"%06d" % self.numbers + b"x" * size, origin=place))
        fresh, highest = [], self.origin
        for frame in given:
            if frame.origin and frame.origin.offset <= highest:
                continue
            highest = frame.origin.offset if frame.origin else highest
            fresh.append(frame)
        self.write(given, fresh)

    def write(self, given: list[Frame], fresh: list[Frame]) -> None:
        assert self.log
        self.unsure = [frame.payload for frame in fresh]
        self.origins = [frame.origin.offset if frame.origin else -1 for frame in fresh]
        try:
            offsets = self.log.write([pack(frame) for frame in given])
        except Stopped:
            self.restart(self.chance())
            return
        except DeliveryError as error:
            if error.retryable:
                self.unsure, self.origins = [], []
                self.disk.capacity = 1 << 40
                if self.random.random() < 0.5:  # what was refused must not come back
                    self.restart(self.random)
            else:
                # A role that ends so is started again; the machine goes on.
                self.restart(None)
            return
        assert [offset for offset in offsets if offset is not None] == list(
            range(len(self.answered), len(self.answered) + len(fresh))
        )
        self.answered += self.unsure
        self.origin = max([self.origin, *self.origins])
        self.unsure, self.origins = [], []

    @rule(most=st.integers(1, 8))
    def read(self, most: int) -> None:
        """What a reader has seen is there for good."""
        assert self.reader
        for one in self.reader.read(max_frames=most):
            assert one.offset == self.seen
            assert one.frame.payload == self.answered[one.offset]
            self.seen += 1

    @rule()
    def commit(self) -> None:
        try:
            self.consumer.commit(self.seen)
        except Stopped:
            self.restart(self.chance())
            return
        except DeliveryError:
            self.restart(None)
            return
        assert self.consumer.offset == self.seen

    @rule()
    def retain(self) -> None:
        assert self.log
        try:
            self.log.retain()
        except Stopped:
            self.restart(self.chance())

    @rule(steps=st.integers(1, 25))
    def stop_soon(self, steps: int) -> None:
        self.disk.stop_after = steps

    @rule(room=st.integers(0, 700))
    def fill_disk(self, room: int) -> None:
        self.disk.capacity = 1 << 40
        self.disk.capacity -= self.disk.free(FOLDER) - room

    @rule(count=st.integers(1, 2))
    def fail_syncs(self, count: int) -> None:
        self.disk.failing_syncs = count

    @rule()
    def lose_power(self) -> None:
        self.restart(self.random)

    @rule()
    def kill(self) -> None:
        self.restart(None)

    def restart(self, random: Random | None) -> None:
        may_be = (self.consumer.offset, self.seen)
        self.read(1)  # a reader looks, while what the writer left half done is there still
        self.disk.restart(random)
        self.log = None
        if random:
            self.reader = None  # else it is in a process of its own, and lives on
        self.open()
        assert self.consumer.offset in may_be

    @invariant()
    def readers_are_behind(self) -> None:
        assert self.seen <= len(self.answered)


Partition.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestPartition = Partition.TestCase
