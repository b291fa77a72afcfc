"""The topic `signals`, all its partitions, for the hub: read from behind what the control database has applied."""

import math
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import NamedTuple

from tocsin.errors import DataError, DeliveryError
from tocsin.model.place import Place
from tocsin.model.signals import TOPIC, Signals, load
from tocsin.ports.journal import Consumer, Journal, Reader, Stored

CONSUMER = "hub"
MAX_FRAMES = 100
"""Frames of one partition in one transaction."""
MAX_BYTES = 1 << 20
"""Of their payloads: some 2,000 matches. An alert is stored when the transaction of all of them is done."""
_COMMIT_SECONDS = 1.0


class Incoming(NamedTuple):
    """A frame of signals. origin: the offset of the frame of events that it was made from, -1 if of none."""

    place: Place
    origin: int
    signals: Signals


class Inbox:
    """All partitions. One process at a time has it; raises a retryable DeliveryError if another does."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._consumers: dict[int, Consumer] = {}
        self._readers: dict[int, Reader] = {}
        self.missed = 0
        """Frames that are deleted already and that this database never saw: it is older than the journal."""
        self.partitions = journal.topic(TOPIC).partitions
        self.more = False
        """Whether the last look left frames that are there, because there were too many."""
        self._committed = -math.inf
        self._reached: dict[int, int] = {}
        with ExitStack() as stack:
            for number in range(self.partitions):
                self._consumers[number] = journal.consumer(CONSUMER, TOPIC, number)
                stack.callback(self._consumers[number].close)
            self._stack = stack.pop_all()

    def begin(self, applied: Mapping[int, int]) -> None:
        """Read from behind what is applied: partition -> offset of the last frame that has had its effects.

        The journal's own offsets only say what it may delete. Raises a retryable DeliveryError if it ends before.
        """
        for number in range(self.partitions):
            start = self._start(self._journal, number, applied.get(number, -1) + 1)
            self._readers[number] = self._journal.reader(TOPIC, number, start)
            self._stack.callback(self._readers[number].close)

    def _start(self, journal: Journal, number: int, wanted: int) -> int:
        kept = journal.kept(TOPIC, number)
        if wanted > kept.stop:
            raise DeliveryError(
                f"the control database has applied frame {wanted - 1} of {TOPIC}/{number}, and the journal ends with "
                f"{kept.stop - 1}: wait until its writer has mended it; if it was replaced, so must the database be",
                retryable=True,
            )
        self.missed += max(0, kept.start - wanted)
        return max(wanted, kept.start)

    def read(self) -> list[Incoming]:
        """Return the next frames of every partition, each in its order; raises DataError for a frame that is none."""
        self.more = False
        return [one for number in self._readers for one in self._read(number)]

    def _read(self, number: int) -> list[Incoming]:
        frames = self._readers[number].read(max_frames=MAX_FRAMES, max_bytes=MAX_BYTES)
        size = sum(len(one.frame.payload) for one in frames)
        self.more = self.more or len(frames) >= MAX_FRAMES or size >= MAX_BYTES
        return [_decoded(Place(TOPIC, number, one.offset), one) for one in frames]

    def passed(self, places: Iterable[Place], *, now: bool = False) -> None:
        """Say that frames have had their effects. The journal hears of it now and then: it is not what counts."""
        for place in places:
            self._reached[place.partition] = place.offset + 1
        if now or time.monotonic() - self._committed >= _COMMIT_SECONDS:
            self._committed = time.monotonic()
            for number, consumer in self._consumers.items():
                offset = self._reached.get(number, 0)
                if offset > consumer.offset:
                    consumer.commit(offset)

    def close(self) -> None:
        """Tell the journal, and let another process be the hub."""
        with self._stack:
            self.passed((), now=True)


def _decoded(place: Place, stored: Stored) -> Incoming:
    try:
        signals = load(stored.frame.payload)
    except DataError as error:
        raise DataError(error.reason, f"{place.topic}/{place.partition}/{place.offset}: {error}") from None
    if not math.isfinite(signals.arrived):
        raise DataError("no frame of signals", f"{place.topic}/{place.partition}/{place.offset}: no arrival")
    origin = stored.frame.origin
    return Incoming(place, origin.offset if origin else -1, signals)
