"""The worker: reads frames of events, writes what they give, and notes how far it is.

What it writes carries its origin, and an appender keeps the first of each: a worker that was killed repeats its last
frames and doubles nothing. Offsets are committed when what was derived is durable.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from msgspec import structs

from tocsin.errors import DeliveryError
from tocsin.model import received
from tocsin.model.place import Place
from tocsin.ports.journal import Consumer, Frame, Journal, Reader, Stored, Stream
from tocsin.services.live.derive import Derive, Placed
from tocsin.services.live.outlet import Outlet
from tocsin.services.live.poison import DEATHS, Notes, culprits, set_aside
from tocsin.services.live.topics import COLUMNS, EVENTS, SIGNALS, WORKER
from tocsin.telemetry.log import logger

AHEAD = 64
"""Frames of a partition that are worked together, at most, and whose results may wait for the disk."""
TOGETHER = 8 << 20
"""Bytes of all partitions that are worked together, about: some 9,000 events."""
COMMIT_SECONDS = 1.0


@dataclass(slots=True)
class _Lane:
    """One partition, from events to columns and signals. known: highest origins there were at the start."""

    partition: int
    consumer: Consumer
    reader: Reader
    columns: Outlet
    signals: Outlet
    known: tuple[int, int]
    notes: Notes
    committed: float = 0.0

    @property
    def done(self) -> int:
        """The offset before which all effects are durable."""
        return min(self.columns.done, self.signals.done)


class Worker:
    """Has some partitions. Enter it, `step` until told to stop, leave it.

    notes: a folder for what it is at. dead: one for records that kill. beat: called now and then while a step goes on
    that may take long without a mistake: records are tried, or there is no room.
    """

    def __init__(
        self,
        journal: Journal,
        partitions: Iterable[int],
        derive: Derive,
        notes: Path,
        dead: Path,
    ) -> None:
        self.derive = derive
        self.folder = notes
        self.dead = dead
        self.beat: Callable[[], object] = lambda: None
        self.killers = self.unkept = 0
        self.frames = self.events = 0
        self._open = ExitStack()
        self.lanes: list[_Lane] = []
        try:
            for number in partitions:
                self.lanes.append(self._lane(journal, number))
        except BaseException:
            self._open.close()
            raise

    def _lane(self, journal: Journal, number: int) -> _Lane:
        consumer = journal.consumer(WORKER, EVENTS, number)
        self._open.callback(consumer.close)
        outlets, known = [], []
        for topic in (COLUMNS, SIGNALS):
            appender = journal.appender(topic, number)
            self._open.callback(appender.close)
            known.append(appender.origins().get(Stream(EVENTS, number), -1))
            outlets.append(Outlet(appender, consumer.offset, self._pause))
        reader = journal.reader(EVENTS, number, consumer.offset)
        self._open.callback(reader.close)
        notes = Notes(self.folder, number)
        return _Lane(number, consumer, reader, outlets[0], outlets[1], (known[0], known[1]), notes)

    def _pause(self, seconds: float) -> None:
        self.beat()
        time.sleep(seconds)

    def step(self) -> int:
        """Work on what is there, a bounded piece of each partition; returns how many frames."""
        together, frames = [], 0
        for lane in self.lanes:
            found = lane.reader.read(max_frames=AHEAD, max_bytes=TOGETHER // len(self.lanes))
            frames += len(found)
            if any(lane.notes.suspects(one.offset) for one in found):
                # What a worker died of is worked alone: another death tells which frame it is.
                for one in found:
                    self._derive([(lane, [one])])
            elif found:
                together.append((lane, found))
        if together:
            self._derive(together)
        for lane in self.lanes:
            self._end(lane)
        return frames

    def _end(self, lane: _Lane) -> None:
        for outlet in (lane.columns, lane.signals):
            outlet.push()
        if lane.done > lane.consumer.offset and time.monotonic() - lane.committed >= COMMIT_SECONDS:
            self._commit(lane)

    def _derive(self, found: Sequence[tuple[_Lane, Sequence[Stored]]]) -> None:
        """Work frames together and hand on what they give."""
        placed = []
        for lane, stored in found:
            # The results of those before are there: only the commit was missing.
            fresh = [one for one in stored if one.offset > min(lane.known)]
            if fresh:
                deaths = lane.notes.begin(fresh[0].offset, fresh[-1].offset)
                placed += [self._placed(lane, one, deaths) for one in fresh]
        derived = iter(self.derive(placed) if placed else ())
        for lane, stored in found:
            for one in stored:
                columns, signals = (None, None) if one.offset <= min(lane.known) else next(derived)
                lane.columns.put(one.offset, columns)
                lane.signals.put(one.offset, signals)
                self.frames += 1
                self.events += one.frame.events
            for outlet in (lane.columns, lane.signals):
                if outlet.waiting >= AHEAD:
                    outlet.drain()

    def _placed(self, lane: _Lane, stored: Stored, deaths: int) -> Placed:
        place = Place(EVENTS, lane.partition, stored.offset)
        without = self._killers(place, stored.frame) if deaths >= DEATHS else frozenset[int]()
        return Placed(place, stored.frame, without)

    def _killers(self, place: Place, frame: Frame) -> frozenset[int]:
        """Find the records of a frame that kill, and set them aside."""

        def work(records: Sequence[bytes]) -> object:
            payload, _ = received.dump(batch._replace(records=list(records)))
            return self.derive([Placed(place, structs.replace(frame, payload=payload))])

        batch = received.load(frame.payload, frame.meta)
        found = culprits(batch.records, work, self.beat)
        self.killers += len(found)
        if unkept := set_aside(found, place, self.dead):
            self.unkept += unkept
            logger().error(
                "the worker's dead letters are full: records that stopped it were not kept",
                records=unkept,
                partition=place.partition,
                offset=place.offset,
            )
        return frozenset(one.index for one in found)

    def _commit(self, lane: _Lane) -> None:
        lane.committed = time.monotonic()
        try:
            lane.consumer.commit(lane.done)
        except DeliveryError as error:
            if not error.retryable:
                raise
            return  # the disk is full: what is not committed is repeated, and doubles nothing
        for outlet in (lane.columns, lane.signals):
            outlet.appender.retain()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Commit, if it ends in order, and let go of everything. Else the notes say where it was."""
        with self._open:
            if kind is None:
                for lane in self.lanes:
                    lane.columns.drain()
                    lane.signals.drain()
                    self._commit(lane)
                    lane.notes.close()
