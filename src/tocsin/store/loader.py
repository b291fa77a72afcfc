"""From the journal into the store: frames of the topic `columns` are joined to blocks, each inserted once.

An INSERT costs 35 to 60 ms however small it is; so frames are joined. A block's plan is durable before the block is,
and consumers move on after it. After a crash the plan is carried out again, without the frames that are there: a
frame has one arrival and one retention class, so it lies in one part of the table, and is there whole or not at all.
The token alone would not do: a kill between the note of a token and the part it names loses the part.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from tocsin.errors import DamageError, DataError
from tocsin.model.columns import TOPIC
from tocsin.ports.journal import Consumer, Journal, Reader, Stored
from tocsin.store.block import FrameId, insert, origin_of, table_of
from tocsin.store.database import Database
from tocsin.store.dead import DeadLetters
from tocsin.store.plan import Plan, PlanFile, Span
from tocsin.telemetry.log import logger

CONSUMER = "store"
MAX_FRAMES = 10_000
"""Frames of one block, at most; a few more."""
AT_ONCE = 8
"""Frames of a partition that are read before it is another's turn."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a block is due. rows: events. size: bytes of payload. seconds: since its first frame was read.

    One that fills faster than `brisk` events a second gets `patience` seconds: a block of 40,000 takes four fifths of
    the processor time of four of 10,000, as parts are merged less often.
    """

    rows: int = 40_000
    seconds: float = 1.0
    size: int = 32 << 20
    brisk: int = 5_000
    patience: float = 4.0


@dataclass(slots=True)
class Loaded:
    """What this loader has done. dead: frames that cannot be read; unkept: those of them that found no room."""

    blocks: int = 0
    frames: int = 0
    rows: int = 0
    dead: int = 0
    unkept: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


class Loader:
    """The consumer `store` of all partitions; the only one that inserts. For one thread."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        folder: Path,
        bounds: Bounds | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.loaded = Loaded()
        self._journal = journal
        self._database = database
        self._bounds = bounds or Bounds()
        self._clock = clock
        self._plans = PlanFile(folder)
        self._dead = DeadLetters(folder / "dead")
        self._consumers: list[Consumer] = []
        self._readers: list[Reader] = []
        self._waiting: list[tuple[int, Stored]] = []
        self._unsettled = False
        try:
            for partition in range(journal.topic(TOPIC).partitions):
                self._consumers.append(journal.consumer(CONSUMER, TOPIC, partition))
        except BaseException:
            self._let_go()
            raise
        self._start()

    def close(self) -> None:
        """Let another process load. Frames that wait stay in the journal."""
        self._let_go()

    def step(self, wait: float = 0.0, *, flush: bool = False) -> int:
        """Read what is there, insert a block if it is due; return its rows, 0 if none was.

        wait: seconds to wait for a first frame. flush: insert whatever was read. Raises a retryable DeliveryError if the block could
        not be inserted: the next step tries again.
        """
        if self._unsettled:
            return self._recover()
        self._gather(wait)
        if not self._waiting or not (flush or self._due()):
            return 0
        plan = Plan(tuple(self._spans()))
        self._plans.write(plan)
        self._unsettled = True
        rows = self._insert(self._waiting, plan.token)
        self._finish(plan)
        return rows

    def _start(self) -> None:
        """Begin where consumers are, or with a plan that was not finished."""
        for reader in self._readers:
            reader.close()
        self._readers = [
            self._journal.reader(TOPIC, number, consumer.offset)
            for number, consumer in enumerate(self._consumers)
        ]
        self._waiting = []
        self._events = self._size = 0
        self._since = 0.0
        self._unsettled = self._plans.read() is not None

    def _let_go(self) -> None:
        for consumer in self._consumers:
            consumer.close()
        for reader in self._readers:
            reader.close()

    def _gather(self, wait: float) -> None:
        """Read until there is enough for a block or no more; if there is nothing, rest and look again.

        To rest and not to watch the journal: a block waits for its time anyway, and most of the day nothing comes.
        """
        if not self._read_on():
            # Also while frames wait for their block: else this would look for more without a rest.
            time.sleep(wait)
            self._read_on()

    def _read_on(self) -> bool:
        """Read in turns, a few frames of each partition; tell whether there were any."""
        before = len(self._waiting)
        found = True
        while found and not self._full():
            found = False
            for partition, reader in enumerate(self._readers):
                frames = reader.read(max_frames=AT_ONCE, max_bytes=8 << 20)
                if frames and not self._waiting:
                    self._since = self._clock()
                self._waiting += [(partition, stored) for stored in frames]
                self._events += sum(stored.frame.events for stored in frames)
                self._size += sum(len(stored.frame.payload) for stored in frames)
                found = found or bool(frames)
        return len(self._waiting) > before

    def _full(self) -> bool:
        return (
            self._events >= self._bounds.rows
            or self._size >= self._bounds.size
            or len(self._waiting) >= MAX_FRAMES
        )

    def _due(self) -> bool:
        bounds, age = self._bounds, self._clock() - self._since
        is_brisk = self._events > bounds.brisk * age
        return self._full() or age >= (bounds.patience if is_brisk else bounds.seconds)

    def _spans(self) -> Iterable[Span]:
        for partition, consumer in enumerate(self._consumers):
            end = self._readers[partition].offset
            if end > consumer.offset:
                yield Span(partition, consumer.offset, end)

    def _recover(self) -> int:
        """Carry out what was planned before, as far as it has not been."""
        plan = self._plans.read()
        rows = 0
        if plan and not any(self._consumers[span.partition].offset >= span.end for span in plan.spans):
            # No consumer has moved on, so its frames are all kept, and it may not have been inserted.
            frames = [(span.partition, stored) for span in plan.spans for stored in self._again(span)]
            rows = self._insert(frames, None)
        if plan:
            self._finish(plan)
        self._start()
        self._unsettled = False
        return rows

    def _again(self, span: Span) -> Iterable[Stored]:
        reader = self._journal.reader(TOPIC, span.partition, span.first)
        try:
            while reader.offset < span.end:
                found = reader.read(max_frames=span.end - reader.offset)
                if not found:
                    raise DamageError(
                        "store plan and journal disagree",
                        f"frame {reader.offset:,} of {TOPIC}/{span.partition} was planned and is not there; "
                        "store and journal have to be of the same data folder",
                    )
                yield from found
        finally:
            reader.close()

    def _insert(self, frames: list[tuple[int, Stored]], token: str | None) -> int:
        """Insert frames; with a token they are new, without one those that are there are left out."""
        tables: dict[FrameId, pa.Table] = {}
        for partition, stored in frames:
            try:
                table = table_of(stored.frame)
            except DataError as error:
                self._set_aside(partition, stored, error)
                continue
            if table.num_rows:
                tables[origin_of(stored.frame)] = table
        there: set[FrameId] = set() if token else self._present(tables)
        rows = insert(self._database, [table for frame, table in tables.items() if frame not in there], token)
        self.loaded.blocks += 1
        self.loaded.frames += len(frames)
        self.loaded.rows += rows
        return rows

    def _set_aside(self, partition: int, stored: Stored, error: DataError) -> None:
        self.loaded.dead += 1
        if not self._dead.put(partition, stored, str(error)):
            self.loaded.unkept += 1
            logger().error(
                "the store's dead letters are full: a frame that cannot be read was not kept",
                partition=partition,
                offset=stored.offset,
                reason=error.reason,
            )
        self.loaded.reasons[error.reason] = self.loaded.reasons.get(error.reason, 0) + 1

    def _present(self, tables: dict[FrameId, pa.Table]) -> set[FrameId]:
        if not tables:
            return set()
        partitions = sorted({frame.partition for frame in tables})
        offsets = [frame.offset for frame in tables]
        asked = self._database.ask(
            "SELECT DISTINCT partition, offset FROM tocsin.events WHERE has({partitions:Array(UInt16)}, partition) "
            "AND offset BETWEEN {first:UInt64} AND {last:UInt64}",
            {"partitions": str(partitions), "first": str(min(offsets)), "last": str(max(offsets))},
            "readonly = 1",
        )
        return {FrameId(row["partition"], row["offset"]) for row in asked.to_pylist()}

    def _finish(self, plan: Plan) -> None:
        for span in plan.spans:
            consumer = self._consumers[span.partition]
            if consumer.offset < span.end:
                consumer.commit(span.end)
        self._waiting = []
        self._events = self._size = 0
        self._unsettled = False
